//! The plan: everything AWS needs for a network, as typed data, before any template language.
//!
//! Defaults are resolved here, and what people write by hand elsewhere is derived from the links:
//! roles, permissions, environment, mappings. Emitters only print a plan.

mod build;
mod naming;
mod policy;
pub mod resource;
pub mod term;

pub use naming::{LogicalId, stack_name};
pub use policy::{Condition, Statement};
pub use resource::{Body, Resource};
pub use term::{Pseudo, Ref, Term};

use net_dsl::{Graph, Id};
use smol_str::SmolStr;

/// What a network needs on AWS.
///
/// Resources, parameters and outputs are in order of logical id, whatever order the network was
/// composed in.
#[derive(Clone, Debug)]
pub struct Plan<'n> {
    /// What the network is called.
    pub name: SmolStr,
    /// What a deployment must say.
    pub parameters: Vec<Parameter<'n>>,
    /// What is created.
    pub resources: Vec<Resource<'n>>,
    /// What a deployment tells.
    pub outputs: Vec<Output>,
}

/// A value given when deploying.
#[derive(Clone, Debug)]
pub struct Parameter<'n> {
    /// What the parameter is called.
    pub id: LogicalId,
    /// What it is for.
    pub description: String,
    /// The value if none is given; without one the parameter is required.
    pub default: Option<SmolStr>,
    /// What a value must look like, as a regular expression.
    pub pattern: &'static str,
    /// The same in words.
    pub constraint: &'static str,
    /// The entity it belongs to, if any.
    pub entity: Option<&'n Id>,
}

/// A value that a deployment shows when it is done.
#[derive(Clone, Debug)]
pub struct Output {
    /// What the output is called.
    pub id: LogicalId,
    /// What it is.
    pub description: String,
    /// Its value.
    pub value: Term,
}

impl<'n> Plan<'n> {
    /// Plans a network under a name.
    ///
    /// Total: what the checks would refuse is planned as well as it can be. O(n log n).
    ///
    /// ```
    /// use net_dsl::{Graph, prelude::*};
    /// use net_synth::Plan;
    ///
    /// # pub struct Order; messages! { Order }
    /// # contract! { pub Kitchen: Order => () {} }
    /// # let orders = Queue::<Order>::builder().name(name!("orders")).build();
    /// # let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    /// let network = Network::from(orders.triggers(&kitchen));
    /// let plan = Plan::new(&name!("restaurant"), &Graph::new(&network));
    /// let ids: Vec<_> = plan.resources.iter().map(|resource| resource.id.as_str()).collect();
    /// assert_eq!(ids, [
    ///     "KitchenFunction", "KitchenLogGroup", "KitchenRole",
    ///     "OrdersDeadLetterQueue", "OrdersQueue", "OrdersToKitchenMapping",
    /// ]);
    /// ```
    pub fn new(name: &net_dsl::Name, graph: &Graph<'n>) -> Plan<'n> {
        build::plan(name, graph)
    }

    /// The plan with functions' packages elsewhere in the code bucket than under `BINARY.zip` or
    /// `PATH/OF/FOLDER.zip`: function and key. The names that are no function's are handed back.
    ///
    /// ```
    /// # use net_dsl::{Graph, prelude::*};
    /// # use net_synth::Plan;
    /// # contract! { pub Task: Tick => () {} }
    /// let task = Function::<Task>::builder().name(name!("task")).code(binary!("chore")).build();
    /// let network = task.network();
    /// let plan = Plan::new(&name!("chores"), &Graph::new(&network));
    /// assert_eq!(plan.packages().collect::<Vec<_>>(), ["chore.zip"]);
    ///
    /// let (plan, unknown) = plan.with_packages([("task", "chore-1f2e.zip"), ("tusk", "t.zip")]);
    /// assert_eq!(plan.packages().collect::<Vec<_>>(), ["chore-1f2e.zip"]);
    /// assert_eq!(unknown, ["tusk"]);
    /// ```
    pub fn with_packages<'a>(
        mut self,
        keys: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> (Plan<'n>, Vec<&'a str>) {
        let mut unknown = Vec::new();
        for (name, key) in keys {
            let code = self.resources.iter_mut().find_map(|resource| match &mut resource.body {
                Body::Function(function) if resource.entity.as_str() == name => {
                    Some(&mut function.code)
                }
                _ => None,
            });
            match code {
                Some(code) => code.key = Term::Text(SmolStr::new(key)),
                None => unknown.push(name),
            }
        }
        (self, unknown)
    }

    /// The plan with every function on one processor, as an account or an emulator may need it.
    pub fn with_architecture(mut self, architecture: net_dsl::Architecture) -> Plan<'n> {
        for resource in &mut self.resources {
            if let Body::Function(function) = &mut resource.body {
                function.architecture = architecture.as_str();
            }
        }
        self
    }

    /// The keys of the packages with the functions' code, in order of function.
    pub fn packages(&self) -> impl Iterator<Item = &str> {
        self.resources.iter().filter_map(|resource| match &resource.body {
            Body::Function(function) => match &function.code.key {
                Term::Text(key) => Some(key.as_str()),
                _ => None,
            },
            _ => None,
        })
    }
}
