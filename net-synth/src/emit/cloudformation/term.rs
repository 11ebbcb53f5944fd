//! Terms as CloudFormation's intrinsic functions.

use crate::plan::{Pseudo, Term};
use serde::{Serialize, Serializer, ser::SerializeMap};
use std::fmt::Write as _;

impl Serialize for Term {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (function, id) = match self {
            Term::Text(text) => return serializer.serialize_str(text),
            Term::Parameter(id) | Term::Id(id) => ("Ref", id.as_str()),
            Term::Pseudo(pseudo) => ("Ref", pseudo_parameter(*pseudo)),
            Term::Arn(id) => return get_attribute(serializer, id.as_str(), "Arn"),
            Term::StreamArn(id) => return get_attribute(serializer, id.as_str(), "StreamArn"),
            Term::Join(terms) => {
                let mut text = String::with_capacity(terms.len() * 24);
                for term in terms {
                    substitute(term, &mut text);
                }
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("Fn::Sub", &text)?;
                return map.end();
            }
        };
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(function, id)?;
        map.end()
    }
}

fn get_attribute<S: Serializer>(serializer: S, id: &str, name: &str) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry("Fn::GetAtt", &[id, name])?;
    map.end()
}

/// The term as it stands inside `Fn::Sub`.
fn substitute(term: &Term, out: &mut String) {
    // Writing into a string does not fail.
    let _ = match term {
        Term::Text(text) => {
            // `${!` is CloudFormation's way of writing a literal `${`.
            out.push_str(&text.replace("${", "${!"));
            Ok(())
        }
        Term::Parameter(id) | Term::Id(id) => write!(out, "${{{id}}}"),
        Term::Pseudo(pseudo) => write!(out, "${{{}}}", pseudo_parameter(*pseudo)),
        Term::Arn(id) => write!(out, "${{{id}.Arn}}"),
        Term::StreamArn(id) => write!(out, "${{{id}.StreamArn}}"),
        Term::Join(terms) => {
            terms.iter().for_each(|term| substitute(term, out));
            Ok(())
        }
    };
}

fn pseudo_parameter(pseudo: Pseudo) -> &'static str {
    match pseudo {
        Pseudo::AccountId => "AWS::AccountId",
        Pseudo::Partition => "AWS::Partition",
        Pseudo::Region => "AWS::Region",
        Pseudo::StackName => "AWS::StackName",
        Pseudo::UrlSuffix => "AWS::URLSuffix",
    }
}
