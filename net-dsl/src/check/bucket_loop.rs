#![doc = include_str!("bucket_loop.md")]

use super::{Context, Finding, Findings, Rule, Severity};
use crate::{
    Link, Verb,
    entity::{
        Kind, MESSAGE,
        bucket::{self, EVENT, OBJECT_PREFIX, ObjectEvent, PREFIX},
    },
    facts::{Facts, Scalar},
};
use smol_str::{SmolStr, format_smolstr};

/// Bucket that starts what writes into it.
pub const RULE: Rule = Rule {
    code: "N701",
    severity: Severity::Error,
    title: "bucket that starts what writes into it",
    acceptable: true,
    explanation: include_str!("bucket_loop.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for (number, node) in context.graph.of_kind(Kind::Bucket) {
        for &(to, link) in &node.out {
            if link.facts().get(EVENT) != Some(ObjectEvent::Created) {
                continue;
            }
            let told = link.facts().get(PREFIX).unwrap_or_default();
            for writer in reached(context, to) {
                let written = context.node(writer).outgoing(Verb::Writes).find(|(to, write)| {
                    let prefix = written_prefix(node.facts, write);
                    *to == number && prefix.is_some_and(|prefix| bucket::overlap(&prefix, &told))
                });
                let Some((_, write)) = written else { continue };
                let writer = context.node(writer).id;
                let message = format!("`{}` starts `{writer}`, which writes into it", node.id);
                findings.add(
                    Finding::new(&RULE, node.id, message)
                        .declared(link.facts(), &format!("tells of keys under `{told}` here"))
                        .declared(write.facts(), "written here")
                        .why("each object that it writes starts it again, without an end and with a bill")
                        .help("write objects of another type under another prefix: `objects! { Photo in \"photos/\", Thumbnail in \"thumbnails/\" }`")
                        .help("or write into another bucket"),
                );
            }
        }
    }
}

/// Where in the bucket the objects lie that a link writes.
fn written_prefix(bucket: &Facts, write: &Link) -> Option<SmolStr> {
    let what = write.facts().get(MESSAGE)?;
    let claims = bucket.claims(&format_smolstr!("{OBJECT_PREFIX}{what}"))?;
    SmolStr::load(claims.agreed()?)
}

/// The functions that an event sets going, at once or in turn.
fn reached(context: &Context<'_, '_>, from: usize) -> Vec<usize> {
    let mut seen = vec![from];
    let mut open = vec![from];
    while let Some(number) = open.pop() {
        for (to, link) in &context.node(number).out {
            if link.verb().descriptor().starts && !seen.contains(to) {
                seen.push(*to);
                open.push(*to);
            }
        }
    }
    seen.sort_unstable();
    seen
}
