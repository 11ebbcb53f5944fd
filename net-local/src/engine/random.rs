//! Random numbers: one seed, split by name.

/// Random numbers that follow from a seed and a name alone: what one entity draws changes nothing for
/// another.
#[derive(Clone, Debug)]
pub(crate) struct Random(fastrand::Rng);

impl Random {
    pub(crate) fn of(seed: u64, name: &str) -> Random {
        Random(fastrand::Rng::with_seed(hash(seed, name.as_bytes())))
    }

    pub(crate) fn any(&mut self) -> u64 {
        self.0.u64(..)
    }

    /// A number from 0 to `most`.
    pub(crate) fn up_to(&mut self, most: u64) -> u64 {
        if most == 0 { 0 } else { self.0.u64(0..=most) }
    }

    /// Whether something of a probability happens.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        probability > 0.0 && self.0.f64() < probability
    }
}

/// FNV-1a of 64 bits: the same on every machine and with every compiler.
pub(crate) fn hash(start: u64, bytes: &[u8]) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ start.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bytes
        .iter()
        .fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
