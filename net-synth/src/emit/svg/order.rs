//! Which layer things are in, and in which order they lie in it.

use super::part::Line;

/// Which lines have to be turned so that none is left in a circle. Nothing recurses: chains are long.
pub(super) fn against_the_stream(boxes: usize, lines: &[Line]) -> Vec<bool> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); boxes];
    let mut incoming = vec![0_usize; boxes];
    for (number, line) in lines.iter().enumerate() {
        out[line.from].push(number);
        incoming[line.to] += 1;
    }
    // What nothing leads to comes first: there the stream starts.
    let (sources, rest): (Vec<usize>, Vec<usize>) = (0..boxes).partition(|n| incoming[*n] == 0);
    let mut state = vec![State::New; boxes];
    let mut turned = vec![false; lines.len()];
    for start in sources.into_iter().chain(rest) {
        if state[start] != State::New {
            continue;
        }
        state[start] = State::Open;
        let mut path = vec![(start, 0)];
        while let Some((at, next)) = path.last_mut() {
            let Some(&number) = out[*at].get(*next) else {
                state[*at] = State::Done;
                path.pop();
                continue;
            };
            *next += 1;
            let to = lines[number].to;
            match state[to] {
                State::New => {
                    state[to] = State::Open;
                    path.push((to, 0));
                }
                State::Open => turned[number] = true,
                State::Done => {}
            }
        }
    }
    turned
}

/// The rank of each box: below all that leads to it, and what leads to more than leads to it close
/// above what comes next.
pub(super) fn ranks(boxes: usize, ends: &[(usize, usize)]) -> Vec<usize> {
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); boxes];
    let mut waiting = vec![0_usize; boxes];
    for (top, bottom) in ends {
        out[*top].push(*bottom);
        waiting[*bottom] += 1;
    }
    let incoming = waiting.clone();
    let mut ranks = vec![0_usize; boxes];
    let mut sorted: Vec<usize> = (0..boxes).filter(|number| waiting[*number] == 0).collect();
    let mut done = 0;
    while let Some(&at) = sorted.get(done) {
        done += 1;
        for &to in &out[at] {
            ranks[to] = ranks[to].max(ranks[at] + 1);
            waiting[to] -= 1;
            if waiting[to] == 0 {
                sorted.push(to);
            }
        }
    }
    for &at in sorted.iter().rev() {
        if incoming[at] < out[at].len() {
            let next = out[at].iter().map(|to| ranks[*to]).min();
            ranks[at] = next.map_or(ranks[at], |next| next.saturating_sub(1).max(ranks[at]));
        }
    }
    ranks
}

/// Orders each layer so that few lines cross: by the mean place of what lies above, then below, and
/// again, keeping the best.
pub(super) fn uncross(layers: &mut [Vec<usize>], above: &[Vec<usize>], below: &[Vec<usize>]) {
    let mut position = vec![0_usize; above.len()];
    let note = |layers: &[Vec<usize>], position: &mut Vec<usize>| {
        for layer in layers {
            for (place, &slot) in layer.iter().enumerate() {
                position[slot] = place;
            }
        }
    };
    note(layers, &mut position);
    let mut best = layers.to_vec();
    let mut fewest = crossings(layers, below, &position);
    let sweeps = if above.len() > 20_000 { 4 } else { 32 };
    for sweep in 0..sweeps {
        if fewest == 0 {
            break;
        }
        let down = sweep % 2 == 0;
        let linked = if down { above } else { below };
        let mut indices: Vec<usize> = (0..layers.len()).collect();
        if !down {
            indices.reverse();
        }
        for index in indices {
            let layer = &mut layers[index];
            let mut keyed: Vec<(f64, usize, usize)> = layer
                .iter()
                .map(|&slot| {
                    let others = &linked[slot];
                    let sum: usize = others.iter().map(|other| position[*other]).sum();
                    let place = if others.is_empty() {
                        position[slot] as f64
                    } else {
                        sum as f64 / others.len() as f64
                    };
                    (place, position[slot], slot)
                })
                .collect();
            // Every other round, what is even changes places, or the order would never be another.
            let flip = sweep % 4 >= 2;
            keyed.sort_by(|a, b| {
                let even = if flip { b.1.cmp(&a.1) } else { a.1.cmp(&b.1) };
                a.0.total_cmp(&b.0).then(even)
            });
            for (place, (_, _, slot)) in keyed.into_iter().enumerate() {
                layer[place] = slot;
                position[slot] = place;
            }
        }
        exchange(layers, above, below, &mut position);
        let found = crossings(layers, below, &position);
        if found < fewest {
            fewest = found;
            best.clone_from_slice(layers);
        }
    }
    layers.clone_from_slice(&best);
}

/// Exchanges neighbours where that takes away crossings.
fn exchange(
    layers: &mut [Vec<usize>],
    above: &[Vec<usize>],
    below: &[Vec<usize>],
    position: &mut [usize],
) {
    for layer in layers {
        for place in 1..layer.len() {
            let (left, right) = (layer[place - 1], layer[place]);
            let count = |a: usize, b: usize, position: &[usize]| -> usize {
                [above, below]
                    .iter()
                    .map(|linked| {
                        let pairs =
                            linked[a].iter().flat_map(|x| linked[b].iter().map(move |y| (x, y)));
                        pairs.filter(|(x, y)| position[**x] > position[**y]).count()
                    })
                    .sum()
            };
            if count(left, right, position) > count(right, left, position) {
                layer.swap(place - 1, place);
                position[left] = place;
                position[right] = place - 1;
            }
        }
    }
}

/// How many lines cross between neighbouring layers: inversions, counted with Fenwick's tree.
fn crossings(layers: &[Vec<usize>], below: &[Vec<usize>], position: &[usize]) -> usize {
    let mut count = 0;
    for pair in layers.windows(2) {
        let mut tree = vec![0_usize; pair[1].len() + 1];
        let mut seen = 0;
        for slot in &pair[0] {
            // What is linked past the next layer has its place in another.
            let mut targets: Vec<usize> = below[*slot]
                .iter()
                .filter(|to| pair[1].get(position[**to]) == Some(to))
                .map(|to| position[*to])
                .collect();
            targets.sort_unstable();
            for target in &targets {
                let (mut at, mut before) = (target + 1, 0);
                while at > 0 {
                    before += tree[at];
                    at &= at - 1;
                }
                count += seen - before;
            }
            for target in targets {
                let mut at = target + 1;
                while at < tree.len() {
                    tree[at] += 1;
                    at += at & at.wrapping_neg();
                }
                seen += 1;
            }
        }
    }
    count
}
