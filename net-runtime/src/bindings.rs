//! Where a function's needs are met, as its environment says.

use crate::service::is_base_url;
use net_dsl::{
    Contract, Need, Verb,
    binding::{self, Address},
    entity::bucket::Place,
};
use std::{collections::BTreeMap, error, fmt, time::Duration};

/// The bindings of one contract's needs, all of them there and well-formed.
#[derive(Debug)]
pub(crate) struct Bindings(BTreeMap<String, String>);

/// What Lambda calls the function ("Defined runtime environment variables").
const FUNCTION: &str = "AWS_LAMBDA_FUNCTION_NAME";

impl Bindings {
    /// # Errors
    /// [`Unbound`] names every need that is not bound, not just the first.
    pub(crate) fn of<C: Contract>(
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Bindings, Unbound> {
        let mut bound = BTreeMap::new();
        let mut needs = Vec::new();
        for need in C::NEEDS {
            let name = need.variable();
            match variable(&name) {
                Some(value) if fits(need.verb, &value) => {
                    bound.insert(name.to_string(), value);
                }
                found => needs.push(UnboundNeed { need: *need, variable: name.to_string(), found }),
            }
            if need.verb == Verb::Calls {
                let name = binding::secret_variable(need.what);
                bound.extend(variable(&name).map(|arn| (name.to_string(), arn)));
            }
            if need.verb == Verb::Sends {
                let name = binding::deadline_variable(need.what);
                match variable(&name) {
                    Some(text) if text.parse::<u64>().is_err() => needs.push(UnboundNeed {
                        need: *need,
                        variable: name.to_string(),
                        found: Some(text),
                    }),
                    seconds => bound.extend(seconds.map(|text| (name.to_string(), text))),
                }
            }
        }
        bound.extend(variable(FUNCTION).map(|name| (FUNCTION.to_owned(), name)));
        if needs.is_empty() {
            Ok(Bindings(bound))
        } else {
            Err(Unbound { contract: C::NAME, needs })
        }
    }

    pub(crate) fn address(&self, verb: Verb, what: &str) -> Option<Address> {
        Address::parse(self.text(verb, what)?)
    }

    pub(crate) fn text(&self, verb: Verb, what: &str) -> Option<&str> {
        self.0.get(binding::variable(verb, what).as_str()).map(String::as_str)
    }

    /// The name of the bucket that objects lie in.
    pub(crate) fn bucket(&self, object: &str) -> Option<&str> {
        self.0.get(binding::bucket_variable(object).as_str()).map(String::as_str)
    }

    /// In how long a message sent is due, if it goes where a deadline starts.
    pub(crate) fn deadline(&self, message: &str) -> Option<Duration> {
        let seconds = self.0.get(binding::deadline_variable(message).as_str())?;
        seconds.parse().ok().map(Duration::from_secs)
    }

    pub(crate) fn function(&self) -> Option<&str> {
        self.0.get(FUNCTION).map(String::as_str)
    }

    pub(crate) fn secret(&self, service: &str) -> Option<&str> {
        self.0.get(binding::secret_variable(service).as_str()).map(String::as_str)
    }
}

fn fits(verb: Verb, value: &str) -> bool {
    match verb {
        Verb::Sends => Address::parse(value).is_some(),
        Verb::Asks => matches!(Address::parse(value), Some(Address::Function(_))),
        Verb::Calls => is_base_url(value),
        Verb::Triggers | Verb::Routes | Verb::FansOut | Verb::Reads | Verb::Writes => {
            !value.is_empty()
        }
    }
}

/// Needs of a contract that its environment does not bind: the function cannot start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unbound {
    contract: &'static str,
    needs: Vec<UnboundNeed>,
}

/// A need that is not bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnboundNeed {
    need: Need,
    variable: String,
    /// What the variable holds, if it is set.
    found: Option<String>,
}

impl Unbound {
    /// The needs, in the order of the contract.
    pub fn needs(&self) -> &[UnboundNeed] {
        &self.needs
    }
}

impl UnboundNeed {
    /// What the contract needs.
    pub fn need(&self) -> Need {
        self.need
    }

    /// The environment variable that would bind it.
    pub fn variable(&self) -> &str {
        &self.variable
    }
}

impl fmt::Display for Unbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "contract `{}` cannot start:", self.contract)?;
        for (number, unbound) in self.needs.iter().enumerate() {
            let UnboundNeed { need, variable, found } = unbound;
            let separator = if number > 0 { ";" } else { "" };
            let link = format!("function.{}(&…)", need.verb.descriptor().method);
            write!(f, "{separator} it {need}, and ")?;
            match found {
                None => write!(f, "`{variable}` is not set; the link `{link}` sets it")?,
                Some(found) => {
                    let shown: String = found.chars().take(60).collect();
                    let wanted = match need.verb {
                        Verb::Sends if *variable == binding::deadline_variable(need.what) => {
                            "a number of seconds"
                        }
                        Verb::Sends => {
                            "`sqs:URL`, `sqs-fifo:URL`, `sns:ARN`, `events:BUS|SOURCE|TYPE` or `lambda:ARN`"
                        }
                        Verb::Asks => "`lambda:ARN`",
                        Verb::Calls => "a base URL: `https://…`, or `http://…` on this machine",
                        Verb::Triggers
                        | Verb::Routes
                        | Verb::FansOut
                        | Verb::Reads
                        | Verb::Writes => match need.place {
                            Some(Place::Bucket) => "a bucket's name",
                            Some(Place::Table) | None => "a table's name",
                        },
                    };
                    write!(f, "`{variable}` is `{}`, not {wanted}", shown.escape_debug())?;
                }
            }
        }
        Ok(())
    }
}

impl error::Error for Unbound {}
