//! What the ways to hear of a command's end are worth and cost, for 1, 100 and 10,000 users: a model, which
//! looks at devices when the case study's handlers would (`Look`, `Habit`) and draws everything else.
//!
//! ```console
//! $ cargo run --release --example polls            # seed 1
//! $ cargo run --release --example polls -- 7
//! ```
//!
//! The same seed gives the same table. What is assumed stands in the constants; docs/exercises.md says what
//! follows.

#![allow(clippy::print_stdout)]

use alexa_patterns::message::{Habit, Look};
use std::env;

/// Times in seconds, of warm functions.
mod time {
    /// From when Alexa asks until the manufacturer has accepted: two functions, a queue, the manufacturer.
    pub(super) const TO_ACCEPT: f64 = 0.6;
    /// From when the request is written down, just before the manufacturer is asked, to a stream's reader.
    pub(super) const STREAM: f64 = 0.3;
    /// From a queue to its function, on top of what a message is held back for.
    pub(super) const QUEUE: f64 = 0.1;
    /// A request to the manufacturer.
    pub(super) const REQUEST: f64 = 0.2;
    /// From who has seen the end to Alexa's event gateway: responder, queue, dispatcher, gateway.
    pub(super) const TO_ALEXA: f64 = 0.5;
    /// From the device to the push gateway and through the receiver.
    pub(super) const PUSH: f64 = 0.4;
    /// An answer is due, counted from when Alexa asks.
    pub(super) const DEADLINE: f64 = 6.0;
    /// A request is forgotten.
    pub(super) const FORGOTTEN: f64 = 306.0;
    /// A clock's period.
    pub(super) const TICK: f64 = 60.0;
    /// A promise is looked after.
    pub(super) const PROMISE: f64 = 20.0;
}

/// USD for one, by AWS's list prices for us-east-1 without free tiers.
mod price {
    const MILLION: f64 = 1_000_000.0;
    pub(super) const INVOCATION: f64 = 0.20 / MILLION;
    /// A second of a function with 256 MB on arm64.
    pub(super) const SECOND: f64 = 0.25 * 0.000_013_333_4;
    pub(super) const QUEUE_REQUEST: f64 = 0.40 / MILLION;
    pub(super) const WRITE: f64 = 0.625 / MILLION;
    pub(super) const READ: f64 = 0.125 / MILLION;
    pub(super) const API_REQUEST: f64 = 1.00 / MILLION;
    pub(super) const TICK: f64 = 1.00 / MILLION;
    /// What Lambda's pollers of one queue ask in a month where nothing is in it: five of them, every 20 s.
    pub(super) const EMPTY_RECEIVES: f64 = 5.0 * 3.0 * 43_200.0;
}

const DAYS: u32 = 30;
const COMMANDS_A_DAY: u32 = 10;
/// How often a device does not do what was accepted, in a hundred.
const BROKEN: f64 = 1.0;

/// Kinds of devices: how many of four a user has, the median of the seconds they take, and how it spreads (the
/// standard deviation of its logarithm).
const DEVICES: [(f64, f64); 4] = [(0.7, 0.4), (0.7, 0.4), (1.8, 0.3), (3.5, 0.2)];

#[derive(Clone, Copy, PartialEq)]
enum Source {
    Push,
    Clock,
    Waiting,
    Adaptive,
}

const SOURCES: [(Source, &str); 4] = [
    (Source::Push, "push"),
    (Source::Clock, "clock"),
    (Source::Waiting, "waiting poll"),
    (Source::Adaptive, "adaptive poll"),
];

/// A month of a network, summed up. What all networks have in common is left out: entrypoint, requester,
/// responder, dispatcher.
#[derive(Clone, Copy, Default)]
struct Month {
    commands: f64,
    in_time: f64,
    false_answers: f64,
    requests: f64,
    invocations: f64,
    dollars: f64,
}

impl Month {
    /// A run of a function of so many seconds.
    fn run(&mut self, seconds: f64) {
        self.invocations += 1.0;
        self.dollars += price::INVOCATION + seconds * price::SECOND;
    }

    /// A message through a queue: sent, received, deleted.
    fn message(&mut self) {
        self.dollars += 3.0 * price::QUEUE_REQUEST;
    }

    /// Asks the manufacturer for a device's state.
    fn request(&mut self) {
        self.requests += 1.0;
    }
}

/// xorshift64*: the same numbers everywhere.
struct Chance(u64);

impl Chance {
    /// 0 to 1.
    fn draw(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Of the normal distribution.
    fn normal(&mut self) -> f64 {
        let (one, other) = (self.draw().max(f64::MIN_POSITIVE), self.draw());
        (-2.0 * one.ln()).sqrt() * (std::f64::consts::TAU * other).cos()
    }
}

/// When it is known how a command has ended, in seconds after Alexa asked; none if nobody ever hears of it.
/// Counts what that costs.
fn heard(
    source: Source,
    done: Option<f64>,
    habit: &mut Habit,
    chance: &mut Chance,
    month: &mut Month,
) -> Option<f64> {
    match source {
        Source::Push => {
            let done = done?;
            month.run(0.05);
            month.dollars += price::API_REQUEST;
            Some(done + time::PUSH)
        }
        Source::Clock => {
            // Ticks cost whether somebody waits or not; here is what they ask.
            let mut tick = time::TO_ACCEPT + chance.draw() * time::TICK;
            while tick < time::FORGOTTEN {
                month.request();
                month.dollars += time::REQUEST / 16.0 * price::SECOND;
                if done.is_some_and(|done| done <= tick) {
                    return Some(tick + time::REQUEST);
                }
                tick += time::TICK;
            }
            None
        }
        Source::Waiting | Source::Adaptive => {
            // It is written down before the manufacturer is asked.
            let asked = time::TO_ACCEPT - time::REQUEST;
            let mut now = asked + time::STREAM;
            month.run(0.02);
            month.message();
            if source == Source::Adaptive {
                month.dollars += price::READ;
            }
            let mut look = Look { device: String::new(), message: String::new(), turn: 1 };
            let latest = time::DEADLINE - 1.0;
            loop {
                let adaptive = source == Source::Adaptive && look.turn == 1;
                let pause = if adaptive {
                    let left = (latest - now).floor().max(1.0);
                    habit.first_look().as_secs_f64().min(left)
                } else {
                    look.pause().as_secs_f64()
                };
                now += pause + time::QUEUE;
                month.run(0.02 + time::REQUEST);
                // The look is written down with the request.
                month.dollars += price::WRITE;
                month.request();
                now += time::REQUEST;
                if done.is_some_and(|done| done <= now) {
                    if source == Source::Adaptive {
                        month.dollars += price::READ + price::WRITE;
                        let found = ((now - asked) * 1_000.0) as u64;
                        let latest = ((latest - asked) * 1_000.0) as u64;
                        *habit = match look.turn {
                            1 => habit.was_done(),
                            _ => habit.was_late(found, latest),
                        };
                    }
                    return Some(now);
                }
                look = look.next()?;
                month.message();
            }
        }
    }
}

/// A month of so many users.
fn month(source: Source, optimistic: bool, users: u32, seed: u64) -> Month {
    let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut month = Month::default();
    let minutes = f64::from(DAYS) * 1_440.0;
    let queues = match source {
        Source::Push => 0.0,
        Source::Clock => {
            for _ in 0..DAYS * 1_440 {
                month.run(0.05);
            }
            month.dollars += minutes * (price::TICK + price::READ);
            0.0
        }
        Source::Waiting | Source::Adaptive => 1.0,
    };
    let queues = queues + f64::from(u8::from(optimistic));
    month.dollars += queues * price::EMPTY_RECEIVES * price::QUEUE_REQUEST;
    for _ in 0..users {
        let mut habits = DEVICES.map(|_| Habit::unknown(""));
        for command in 0..DAYS * COMMANDS_A_DAY {
            let device = command as usize % DEVICES.len();
            let (median, spread) = DEVICES[device];
            let takes = median * (spread * chance.normal()).exp();
            let works = chance.draw() * 100.0 >= BROKEN;
            let done = works.then_some(time::TO_ACCEPT + takes);
            month.commands += 1.0;
            let heard = heard(source, done, &mut habits[device], &mut chance, &mut month);
            let answered = if optimistic {
                month.run(0.02);
                month.message();
                // Marked as promised, and looked up when its time is up.
                month.dollars += price::WRITE + price::READ;
                if heard.is_none_or(|heard| heard > time::PROMISE) {
                    month.request();
                    month.dollars += time::REQUEST * price::SECOND;
                }
                month.false_answers += f64::from(u8::from(!works));
                Some(time::TO_ACCEPT)
            } else {
                heard
            };
            let in_time = answered.is_some_and(|at| at + time::TO_ALEXA <= time::DEADLINE);
            month.in_time += f64::from(u8::from(in_time));
        }
    }
    month
}

fn main() {
    let seed = env::args().nth(1).and_then(|seed| seed.parse().ok()).unwrap_or(1);
    println!("Seed {seed}, {DAYS} days, {COMMANDS_A_DAY} commands a day and user.\n");
    println!(
        "| users | processor | source | answered in time | false answers | requests a command | \
         requests a month | invocations a month | USD a month |"
    );
    println!("|---:|---|---|---:|---:|---:|---:|---:|---:|");
    for users in [1, 100, 10_000] {
        for (optimistic, processor) in [(false, "async"), (true, "optimistic")] {
            for (source, name) in SOURCES {
                let month = month(source, optimistic, users, seed);
                let share = |number: f64| 100.0 * number / month.commands;
                println!(
                    "| {users} | {processor} | {name} | {:.1} % | {:.1} % | {:.2} | {} | {} | {:.2} |",
                    share(month.in_time),
                    share(month.false_answers),
                    month.requests / month.commands,
                    month.requests,
                    month.invocations,
                    month.dollars,
                );
            }
        }
    }
}
