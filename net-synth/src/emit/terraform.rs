//! Terraform configurations, in its JSON syntax.

mod argument;
mod arguments;
mod block;
mod bucket;
mod expression;
mod resources;

use crate::plan::{LogicalId, Output, Parameter, Plan, Resource, function::CODE_BUCKET};
use block::{Block, literal, quoted};
use expression::Expressions;
use net_dsl::Removal;
pub(crate) use resources::{Lacks, Missing};
use resources::{Made, make};
use std::collections::BTreeMap;

/// The plan as `main.tf.json`, a configuration for Terraform with the provider `hashicorp/aws`.
///
/// It describes what [`cloudformation`](super::cloudformation) describes, under the same ids, with
/// the same policies, which stand in `locals` as IAM reads them. Where the two languages differ:
///
/// - **Packages** lie in a folder, the variable `CodeFolder`, and Terraform uploads them; it sees by
///   their hash that they have changed. There is no bucket to make first.
/// - **Names** are made of the variable `StackName` and the logical id, where CloudFormation would
///   make them up; a name too long for its service is cut and ends in a hash.
/// - **What is to be retained** has `prevent_destroy`: Terraform cannot leave a resource behind, but it
///   can refuse to plan its end. `terraform state rm` lets go of it. It protects as long as the
///   resource is in the file.
/// - **Raw resources** are made through AWS Cloud Control, which takes CloudFormation's types.
/// - **Overrides** are set on the argument that is the same property, with references to other
///   resources as Terraform writes them. Where the provider has no argument, or Terraform no expression
///   for one of CloudFormation's functions, the file says so and refuses to be planned: nothing that was
///   asked for is left out silently. [`check_for_terraform`](crate::check::check_for_terraform) finds it
///   beforehand.
///
/// Only names, types and references of it have been tested, against the schema of provider 6.69.1;
/// it was never applied to AWS. Equal networks give equal bytes. O(n log n).
///
/// ```
/// use net_dsl::{Graph, prelude::*};
/// use net_synth::{Plan, emit};
///
/// # pub struct Order; messages! { Order }
/// let orders = Queue::<Order>::builder().name(name!("orders")).build();
/// let network = orders.network();
/// let main = emit::terraform(&Plan::new(&name!("restaurant"), &Graph::new(&network)));
/// assert!(main.contains("\"aws_sqs_queue\""));
/// ```
pub fn terraform(plan: &Plan<'_>) -> String {
    let expressions = Expressions::new(plan);
    let mut locals = Block::new();
    let mut types: BTreeMap<&str, Block> = BTreeMap::new();
    for resource in &plan.resources {
        let Made { mut main, others, local, missing } = make(resource, &expressions);
        let lifecycle = lifecycle(resource, &missing);
        if !lifecycle.is_empty() {
            main.1.set("lifecycle", lifecycle);
        }
        for (name, value) in local {
            locals.push(&name, value);
        }
        for (kind, block) in std::iter::once(main).chain(others) {
            types.entry(kind).or_default().push(resource.id.as_str(), block);
        }
    }
    let mut outputs = Block::new();
    for output in &plan.outputs {
        outputs.push(output.id.as_str(), output_block(output, &expressions));
    }
    let mut resources = Block::new();
    for (kind, blocks) in types {
        resources.push(kind, blocks);
    }

    let mut whole = Block::new()
        .with("//", literal(&format!("The serverless network {}.", plan.name)))
        .with("terraform", settings())
        .with("variable", variables(plan));
    let sections = [
        ("data", expressions.data()),
        ("locals", locals),
        ("resource", resources),
        ("output", outputs),
    ];
    for (name, section) in sections {
        if !section.is_empty() {
            whole.push(name, section);
        }
    }
    super::json(4_096 + plan.resources.len() * 1_400, &whole)
}

/// What the configuration of a plan refuses to be planned for: what cannot be said in Terraform, in order
/// of resource.
pub(crate) fn refusals<'p>(plan: &'p Plan<'p>) -> Vec<(&'p Resource<'p>, Missing)> {
    let expressions = Expressions::new(plan);
    let refused = |resource| {
        let missing = make(resource, &expressions).missing;
        missing.into_iter().map(move |missing| (resource, missing))
    };
    plan.resources.iter().flat_map(refused).collect()
}

fn settings() -> Block {
    let aws = Block::new().with("source", "hashicorp/aws").with("version", "~> 6.0");
    Block::new()
        .with("required_version", ">= 1.5")
        .with("required_providers", Block::new().with("aws", aws))
}

/// The folder with the packages, where CloudFormation has a bucket.
const CODE_FOLDER: &str = "CodeFolder";
/// What a stack has as its own, and Terraform has not.
const STACK_NAME: &str = "StackName";

fn variables(plan: &Plan<'_>) -> Block {
    let mut variables = Block::new();
    for parameter in &plan.parameters {
        if parameter.id.as_str() == CODE_BUCKET {
            let description = "The folder that holds the functions' packages.";
            let folder = Block::new()
                .with("type", "string")
                .with("description", description)
                .with("default", ".");
            variables.push(CODE_FOLDER, folder);
        } else {
            variables.push(parameter.id.as_str(), variable(parameter));
        }
    }
    let name = Parameter {
        id: LogicalId::new(STACK_NAME),
        description: "What the names of all resources start with.".to_owned(),
        default: Some(plan.name.clone()),
        pattern: "^[a-z][a-z0-9-]*$",
        constraint: "lower-case letters, digits and hyphens, a letter first",
        entity: None,
    };
    variables.with(STACK_NAME, variable(&name))
}

fn variable(parameter: &Parameter<'_>) -> Block {
    let id = &parameter.id;
    let pattern = quoted(&literal(parameter.pattern));
    let validation = Block::new()
        .with("condition", format!("${{can(regex({pattern}, var.{id}))}}"))
        .with("error_message", literal(&format!("{id} is to be {}.", parameter.constraint)));
    // Descriptions and defaults are taken literally.
    Block::new()
        .with("type", "string")
        .with("description", parameter.description.clone())
        .maybe("default", parameter.default.as_ref().map(ToString::to_string))
        .with("validation", validation)
}

fn output_block(output: &Output, expressions: &Expressions<'_>) -> Block {
    Block::new()
        .with("description", output.description.clone())
        .with("value", expressions.template(&output.value).unwrap_or_default())
}

/// What keeps a resource from being destroyed, or a configuration from being planned that would not
/// be what was asked for.
fn lifecycle(resource: &Resource<'_>, missing: &[Missing]) -> Block {
    let retained = (resource.part.removal == Some(Removal::Retain)).then_some(true);
    let refusals: Vec<Block> = missing
        .iter()
        .map(|Missing { path, lacks }| {
            let (id, kind) = (&resource.id, &resource.resource_type);
            let message = match lacks {
                Lacks::Argument => format!(
                    "The network sets {path} of {id}, and hashicorp/aws has no argument for that: \
                     deploy template.json, or take the property away."
                ),
                Lacks::Expression => format!(
                    "The network sets {path} of {id}, and Terraform has no expression for its value: \
                     deploy template.json, or set another value."
                ),
                Lacks::Resource => format!(
                    "The network has {id}, and hashicorp/aws has no resource for {kind}, nor does \
                     AWS Cloud Control make it: deploy template.json."
                ),
            };
            // Never so: Terraform wants a condition to refer to something.
            Block::new()
                .with("condition", format!("${{var.{STACK_NAME} == null}}"))
                .with("error_message", literal(&message))
        })
        .collect();
    Block::new()
        .maybe("prevent_destroy", retained)
        .maybe("precondition", (!refusals.is_empty()).then_some(refusals))
}
