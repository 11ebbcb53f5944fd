//! Parameters: from flags, the environment, a file, or as they were. Values are never printed.

use crate::{
    cloud::Value,
    error::{Error, Result},
    folder::Template,
};
use regex_lite::Regex;
use std::{collections::BTreeMap, env, fs, path::Path};

/// How the environment names a parameter: this, and its name.
pub(crate) const VARIABLE: &str = "SYNTH_PARAMETER_";

/// What was given for this run.
#[derive(Clone, Default)]
pub(crate) struct Given {
    flags: BTreeMap<String, String>,
    file: BTreeMap<String, String>,
}

impl Given {
    pub(crate) fn new(flags: &[String], file: Option<&Path>) -> Result<Given> {
        let mut given = Given::default();
        for flag in flags {
            // Whatever is wrong with it, it may be a secret.
            let (name, value) = flag.split_once('=').ok_or_else(|| {
                Error::new("a `--parameter` has no `=`").help("--parameter NAME=VALUE")
            })?;
            given.flags.insert(name.to_owned(), value.to_owned());
        }
        if let Some(file) = file {
            let text = fs::read_to_string(file).map_err(|e| Error::file(file, "read", &e))?;
            given.file = serde_json::from_str(&text).map_err(|error| {
                // The error's own text might quote a value.
                Error::new(format!(
                    "`{}` is not a JSON object of names and texts: line {}, column {}",
                    file.display(),
                    error.line(),
                    error.column()
                ))
                .help("{ \"NAME\": \"VALUE\" }")
            })?;
        }
        Ok(given)
    }

    fn value(&mut self, name: &str) -> Option<String> {
        let (flag, file) = (self.flags.remove(name), self.file.remove(name));
        flag.or_else(|| env::var(format!("{VARIABLE}{name}")).ok()).or(file)
    }
}

/// The template that a stack has, and the values of its parameters.
type Before<'a> = (&'a Template, &'a [(String, String)]);

/// A value for every parameter that needs one, except for the one the deployment sets itself.
///
/// What was set before stays; a default stays a default, so that a new one takes effect.
pub(crate) fn values(
    template: &Template,
    given: &Given,
    before: Option<Before<'_>>,
    own: &str,
) -> Result<BTreeMap<String, Value>> {
    let (values, missing) = fill(template, given.clone(), before, own)?;
    complete(&missing)?;
    Ok(values)
}

/// What can be said of values before it is known which a stack has: names and patterns, and where there
/// is no stack yet, whether there are enough.
pub(crate) fn check(template: &Template, given: &Given, is_new: bool, own: &str) -> Result<()> {
    let (_, missing) = fill(template, given.clone(), None, own)?;
    if is_new { complete(&missing) } else { Ok(()) }
}

/// Values, and the parameters that have none.
fn fill(
    template: &Template,
    mut given: Given,
    before: Option<Before<'_>>,
    own: &str,
) -> Result<(BTreeMap<String, Value>, Vec<String>)> {
    let mut values = BTreeMap::new();
    let mut missing = Vec::new();
    for parameter in template.parameters().filter(|parameter| parameter.name != own) {
        let name = parameter.name;
        let was_set = before.is_some_and(|(template, values)| {
            let old = template.parameters().find(|old| old.name == name);
            let value = values.iter().find(|(known, _)| known == name).map(|(_, value)| value);
            old.is_some_and(|old| value.is_some_and(|value| old.default != Some(value)))
        });
        match given.value(name) {
            Some(value) => {
                let pattern = parameter.pattern.and_then(|text| Regex::new(text).ok());
                if pattern.is_some_and(|pattern| !pattern.is_match(&value)) {
                    // Whatever is wrong with it, it may be a secret.
                    return Err(Error::new(format!("the value of `{name}` is not valid"))
                        .why(format!("it has to be {}", parameter.constraint))
                        .help(parameter.description));
                }
                values.insert(name.to_owned(), Value::Given(value));
            }
            None if was_set => {
                values.insert(name.to_owned(), Value::Previous);
            }
            None if parameter.default.is_some() => {}
            None => missing.push(format!("{name}: {}", parameter.description)),
        }
    }
    if let Some(unknown) = given.flags.keys().chain(given.file.keys()).next() {
        let known: Vec<_> = template.parameters().map(|p| p.name).filter(|n| *n != own).collect();
        let error = Error::new(format!("the network has no parameter `{unknown}`"));
        return Err(match known.as_slice() {
            _ if unknown == own => error.help("the bucket for packages is `--bucket NAME`"),
            [] => error.help("it has none"),
            known => error.help(format!("it has {}", known.join(", "))),
        });
    }
    Ok((values, missing))
}

/// Refuses where parameters are missing.
fn complete(missing: &[String]) -> Result<()> {
    let (what, first) = match missing {
        [one] => ("a parameter is missing".to_owned(), one),
        [first, ..] => (format!("{} parameters are missing", missing.len()), first),
        [] => return Ok(()),
    };
    let name = first.split(':').next().unwrap_or_default();
    Err(Error::new(what)
        .why(missing.join("\n"))
        .help(format!("--parameter {name}=…, or {VARIABLE}{name}=… in the environment"))
        .help(format!("or `--parameters FILE`, a JSON object: {{ \"{name}\": \"…\" }}"))
        .help("the stack keeps them: they are given once"))
}
