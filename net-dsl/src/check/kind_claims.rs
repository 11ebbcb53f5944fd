//! Entities that bricks claim to be of different kinds.

use crate::{
    entity::{KIND, Kind},
    facts::{Claim, Facts, Scalar},
};

/// The kinds claimed for an entity, if there are several.
pub(super) fn claims(facts: &Facts) -> Option<&[Claim]> {
    facts.claims(KIND.key()).map(|flat| flat.claims()).filter(|claims| claims.len() > 1)
}

/// Whether the kinds claimed are just the two kinds of queue.
pub(super) fn mix_fifo_and_standard(claims: &[Claim]) -> bool {
    claims.iter().all(|claim| Kind::load(&claim.value).is_some_and(Kind::is_queue))
}
