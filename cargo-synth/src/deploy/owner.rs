//! Whose a stack is, and that nobody else's is touched.

use crate::{
    cloud::{CHANGE_SET, Cloud, Resource, is_over},
    deploy::changes::becomes,
    error::{Error, Result},
    folder::Template,
};
use aws_sdk_cloudformation::types::Stack;
use net_synth::diff::Held;
use std::fmt::{self, Write as _};

/// Whose a stack is, as its template says: it is there before anything is changed, whatever made the
/// stack, and stays with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// Of the network with this name.
    Network(String),
    /// It has nothing yet, and nobody plans to.
    Nobody,
    /// Not made of a network.
    Other,
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Owner::Network(name) => write!(f, "which is the network `{name}`'s"),
            Owner::Nobody => f.write_str("which has nothing yet"),
            Owner::Other => f.write_str("which was not made by synth"),
        }
    }
}

/// A stack as it was found.
pub(crate) struct Found {
    pub(crate) stack: Stack,
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) status: String,
    /// What it was made of; none where it has nothing yet, or where it cannot be read.
    pub(crate) template: Option<Template>,
    pub(crate) owner: Owner,
}

/// How many resources are shown, at the most, of a stack that is refused.
const SHOWN: usize = 30;

impl Found {
    pub(crate) async fn look(cloud: &Cloud, name: &str) -> Result<Option<Found>> {
        let Some(stack) = cloud.stack(name).await? else { return Ok(None) };
        let id = stack.stack_id.clone().unwrap_or_else(|| name.to_owned());
        let status = stack.stack_status.as_ref().map(|status| status.as_str().to_owned());
        let status = status.unwrap_or_default();
        let name = stack.stack_name.clone().unwrap_or_else(|| name.to_owned());
        let mut found = Found { stack, name, id, status, template: None, owner: Owner::Other };
        if found.is_under_review() {
            found.owner = reviewed(&cloud.change_sets(&found.name).await?);
            return Ok(Some(found));
        }
        found.template = cloud.template(&found.id).await?;
        let network = found.template.as_ref().and_then(Template::network);
        found.owner = network.map_or(Owner::Other, |name| Owner::Network(name.to_owned()));
        Ok(Some(found))
    }

    /// Whether it waits for a change set, and has nothing.
    pub(crate) fn is_under_review(&self) -> bool {
        self.status == "REVIEW_IN_PROGRESS"
    }

    /// Whether something goes on. What waits for its change set waits for us.
    pub(crate) fn is_busy(&self) -> bool {
        !is_over(&self.status) && !self.is_under_review()
    }

    /// Whether it cannot be changed, only deleted.
    pub(crate) fn was_never_whole(&self) -> bool {
        matches!(
            self.status.as_str(),
            "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "CREATE_FAILED" | "DELETE_FAILED"
        )
    }

    /// Whether a network may do with it what it likes.
    pub(crate) fn is_of(&self, network: &str) -> bool {
        match &self.owner {
            Owner::Network(owner) => owner == network,
            Owner::Nobody => true,
            Owner::Other => false,
        }
    }

    /// Refuses what is not the network's, and shows what would go: what is not in `after`.
    pub(crate) async fn claim(
        &self,
        cloud: &Cloud,
        network: &str,
        after: Option<&Template>,
        adopt: bool,
    ) -> Result<()> {
        if adopt || self.is_of(network) {
            return Ok(());
        }
        let going = cloud.resources(&self.id).await?.into_iter();
        let going: Vec<_> = going
            .filter(|resource| !resource.is_left)
            .filter(|found| after.is_none_or(|after| !after.has(&found.logical, &found.kind)))
            .collect();
        let error = Error::new(format!("the stack `{}` is not `{network}`'s", self.name));
        let error = error.why(match &self.owner {
            Owner::Network(owner) => format!("it is the stack of another network, `{owner}`"),
            Owner::Other | Owner::Nobody if self.is_under_review() => {
                "somebody else's change set waits in it".to_owned()
            }
            Owner::Other | Owner::Nobody => {
                "it was not made by synth: its template does not say that it is a network's"
                    .to_owned()
            }
        });
        let error = match going.is_empty() {
            true => error,
            false => error.why(format!("this would go:\n{}", self.show(&going).trim_end())),
        };
        Err(error
            .help("choose another name: `--stack-name NAME`")
            .help("if it is to go, or to become this network's: `--adopt`"))
    }

    /// That nothing can be said of what is in it.
    pub(crate) fn unreadable(&self) -> Error {
        Error::new(format!("the template of `{}` cannot be read", self.name))
            .why("it is neither JSON nor YAML with resources")
            .help("choose another name: `--stack-name NAME`")
    }

    /// What becomes of what a resource holds when the stack is deleted, or the resource removed.
    pub(crate) fn removed(&self, resource: &Resource) -> Option<Held> {
        match &self.template {
            Some(template) => template.removed(&resource.logical, &resource.kind),
            None => Some(Held::Lost),
        }
    }

    /// Resources that would go, a line each, and what becomes of what they hold.
    pub(crate) fn show(&self, resources: &[Resource]) -> String {
        let mut text = String::new();
        for resource in resources.iter().take(SHOWN) {
            let Resource { logical, physical, kind, .. } = resource;
            let held = self.removed(resource).map(|held| format!(": {}", becomes(held)));
            // Writing into a string does not fail.
            let _ = writeln!(text, "  {logical}  {kind} ({physical}){}", held.unwrap_or_default());
        }
        if let Some(more) = resources.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            let _ = writeln!(text, "  and {more} more");
        }
        text
    }
}

/// Whose a stack is that only has change sets.
fn reviewed(sets: &[(String, Option<Template>)]) -> Owner {
    let mut owner = Owner::Nobody;
    for (name, template) in sets {
        let network = template.as_ref().and_then(Template::network);
        let of = match network {
            Some(network) => Owner::Network(network.to_owned()),
            // Ours by its name, and not there yet to be read.
            None if name == CHANGE_SET && template.is_none() => continue,
            None => return Owner::Other,
        };
        match &owner {
            Owner::Nobody => owner = of,
            known if *known == of => {}
            Owner::Network(_) | Owner::Other => return Owner::Other,
        }
    }
    owner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_under_review_is_whose_change_sets_it_has() {
        let of = |name: &str| {
            let mark = format!("{{ \"Name\": \"{name}\", \"MadeBy\": \"serverless-networks\" }}");
            let text =
                format!("{{ \"Metadata\": {{ \"Network\": {mark} }}, \"Resources\": {{}} }}");
            Template::parse(text)
        };
        let other = || Template::parse("Resources: {}".to_owned());
        let set = |name: &str, template| (name.to_owned(), template);
        let ours = || Owner::Network("diner".to_owned());
        assert_eq!(reviewed(&[]), Owner::Nobody);
        assert_eq!(reviewed(&[set("synth", None)]), Owner::Nobody);
        assert_eq!(reviewed(&[set("synth", of("diner"))]), ours());
        assert_eq!(reviewed(&[set("synth", of("diner")), set("awscli", of("diner"))]), ours());
        assert_eq!(reviewed(&[set("synth", of("diner")), set("synth-2", of("bar"))]), Owner::Other);
        assert_eq!(reviewed(&[set("synth", other())]), Owner::Other);
        assert_eq!(reviewed(&[set("theirs", None)]), Owner::Other);
    }
}
