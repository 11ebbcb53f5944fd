//! Functions: code held to a contract.

mod code;

pub use code::{Binary, Folder, FunctionCode, Runtime};

use super::{
    Descriptor, Handle, Holds, Kind, Shape, Starts, TYPE, bucket::Place, facts, handle_impls,
};
use crate::{
    Bounded, Contract, InvalidName, Message, Name, Named, Need, Network, Origin, Payload, Setting,
    Verb,
    facts::{Attribute, Facts, Value, scalar_enum},
    given::{GivenCount, GivenMebibytes, GivenName, GivenSeconds, given},
    link::{Code, Runs, Sink},
    property::{self, Makes},
    range,
    reference::{HasArn, Refers},
    setting,
};
use code::starts_with;
use smol_str::{SmolStr, format_smolstr};
use std::{any::type_name, convert::identity, marker::PhantomData};
use typed_builder::TypedBuilder;

scalar_enum! {
    /// The processor a function's code is built for.
    pub enum Architecture {
        /// Graviton; the default.
        Arm64 = "arm64",
        /// Intel and AMD.
        X86_64 = "x86_64",
    }
}

/// The contract the function is held to.
pub const CONTRACT: Attribute<SmolStr> = Attribute::new("contract");
/// What starts the function.
pub const INPUT: Attribute<SmolStr> = Attribute::new("input");
/// What the function answers.
pub const OUTPUT: Attribute<SmolStr> = Attribute::new("output");
/// The binary or the folder that is its code.
pub const CODE: Attribute<FunctionCode> = Attribute::new("code");
/// How long one run may take, in seconds.
pub const TIMEOUT: Setting<Bounded<range::Timeout>> =
    Setting::number("timeout", "function/Timeout");
/// Memory in MiB.
pub const MEMORY: Setting<Bounded<range::Memory>> =
    Setting::number("memory", "function/MemorySize");
/// The processor.
pub const ARCHITECTURE: Setting<Architecture, Architecture> =
    Setting::new("architecture", "function/Architectures", identity, |list| {
        Architecture::parse(list[0].as_str()?)
    });
/// Runs at a time, at the most.
pub const RESERVED_CONCURRENCY: Setting<Bounded<range::ReservedConcurrency>> =
    Setting::number("reserved-concurrency", "function/ReservedConcurrentExecutions");
/// How long its log is kept, in seconds.
pub const LOG_RETENTION: Setting<Bounded<range::LogRetention>> =
    Setting::new("log-retention", "log-group/RetentionInDays", Bounded::get, |days| {
        setting::whole(days)?.checked_mul(86_400)
    });
/// Whether Lambda may let it run in a loop with queues and functions.
pub const LOOPS: Setting<bool, bool> =
    Setting::new("loops", "function/RecursiveLoop", identity, |mode| Some(mode == "Allow"));
/// How often it handles, at the most, what one message has started.
pub const TURNS: Attribute<Bounded<range::Turns>> = Attribute::new("turns");
/// Attributes `need/verb what`: what its contract's code uses.
pub const NEED: &str = "need/";
/// Attributes `environment/NAME`: its own settings.
pub const ENVIRONMENT: &str = "environment/";

/// A timeout where none is set, in seconds.
pub const DEFAULT_TIMEOUT: u64 = 30;
/// Memory where none is set, in MiB.
pub const DEFAULT_MEMORY: u64 = 256;
/// How long logs are kept where nothing is said, in seconds: 30 days.
pub const DEFAULT_LOG_RETENTION: u64 = 30 * 86_400;

/// How long one run may take, in seconds: by override, as set, or by default.
pub fn timeout(facts: &Facts) -> u64 {
    facts.setting(TIMEOUT).unwrap_or(DEFAULT_TIMEOUT)
}

/// Turns of a chain through one function after which Lambda's recursion guard stops it, about (AWS Lambda,
/// "Use Lambda recursive loop detection to prevent infinite loops").
pub const GUARDED_TURNS: u64 = 16;

/// Whether Lambda's recursion guard is off: a loop without a bound, or with one that the guard would cut
/// short.
pub fn loops(facts: &Facts) -> bool {
    let guarded = || facts.get(TURNS).is_none_or(|turns| turns.get() < GUARDED_TURNS);
    facts.setting(LOOPS).unwrap_or_else(|| !guarded())
}

/// The processor: by override, as set, or arm64.
pub fn architecture(facts: &Facts) -> Architecture {
    facts.setting(ARCHITECTURE).unwrap_or(Architecture::Arm64)
}

/// What the kind is.
pub(super) const DESCRIPTOR: Descriptor = Descriptor {
    word: "function",
    article: "a function",
    suffixes: &["Function", "Role", "LogGroup", "DeadLetterQueue", "DeadLetterQueuePolicy"],
    shape: Shape::Pill,
    holds: Holds::Nothing,
    starts: Starts::Reached,
    permitted: false,
    unattended: false,
    provides: &[Verb::Sends, Verb::Asks],
    is_typed: |facts, what| facts.get(INPUT).is_some_and(|input| input == what),
    unlinked: None,
    time: timeout,
};

/// A function under contract `C`, deployed as a Lambda function.
///
/// ```
/// use net_dsl::prelude::*;
///
/// contract! { pub Poller: Tick => () {} }
/// let poller = Function::<Poller>::builder()
///     .name(name!("poller"))
///     .code(binary!("poller"))
///     .timeout(seconds!(30))
///     .memory(mebibytes!(256))
///     .build();
/// assert_eq!(poller.name().to_string(), "poller");
/// ```
#[derive(TypedBuilder)]
pub struct Function<C: Contract> {
    #[builder(setter(transform = |name: impl GivenName| name.given()))]
    name: Name,
    /// Its code, a [`binary!`](crate::binary) or a [`folder!`](crate::folder); without any the
    /// network does not pass its checks.
    #[builder(default, setter(transform = |code: impl GivenCode| Some(code.given())))]
    code: Option<FunctionCode>,
    /// How long one run may take: 1 to 900 seconds; 30 if unset.
    #[builder(default, setter(transform = |timeout: impl GivenSeconds<range::Timeout>| Some(timeout.given())))]
    timeout: Option<Bounded<range::Timeout>>,
    /// Memory: 128 to 10240 MiB; 256 if unset.
    #[builder(default, setter(transform = |memory: impl GivenMebibytes<range::Memory>| Some(memory.given())))]
    memory: Option<Bounded<range::Memory>>,
    /// The processor; arm64 if unset.
    #[builder(default, setter(transform = |architecture: impl GivenArchitecture| Some(architecture.given())))]
    architecture: Option<Architecture>,
    /// Runs at a time, at the most; the account's quota if unset.
    #[builder(default, setter(transform = |reserved_concurrency: impl GivenCount<range::ReservedConcurrency>| Some(reserved_concurrency.given())))]
    reserved_concurrency: Option<Bounded<range::ReservedConcurrency>>,
    /// How long its log is kept; 30 days if unset.
    #[builder(default, setter(transform = |log_retention: impl GivenSeconds<range::LogRetention>| Some(log_retention.given())))]
    log_retention: Option<Bounded<range::LogRetention>>,
    /// Lets Lambda run it in a loop with queues and functions, without a bound; otherwise a chain is stopped
    /// after about 16 turns (Lambda's recursion guard). Where there is a bound, say it: `turns`.
    #[builder(setter(strip_bool))]
    loops: bool,
    /// How often, at the most, it handles what one message has started: a bound on every loop through it,
    /// which its code keeps. Lambda's recursion guard stays on below 16.
    #[builder(default, setter(transform = |turns: impl GivenCount<range::Turns>| Some(turns.given())))]
    turns: Option<Bounded<range::Turns>>,
    /// Settings of its own; what links need is added by the plan.
    #[builder(default, setter(transform = |environment: impl IntoIterator<Item: GivenVariable>| {
        environment.into_iter().map(GivenVariable::given).collect()
    }))]
    environment: Vec<Variable>,
    #[builder(default, setter(skip))]
    typed: PhantomData<fn() -> C>,
}

handle_impls!(Function<C: Contract> {
    name, code, timeout, memory, architecture, reserved_concurrency, log_retention, loops,
    turns, environment,
});

impl<C: Contract> Handle for Function<C> {
    fn name(&self) -> &Name {
        &self.name
    }

    fn facts(&self) -> Facts {
        const { assert!(Need::are_distinct(C::NEEDS), "{}", crate::__one_name!()) };
        let mut facts = facts(Kind::Function, &self.name)
            .with(CONTRACT, SmolStr::new_static(C::NAME))
            .with(TYPE, SmolStr::new_static(type_name::<C>()))
            .with(INPUT, SmolStr::new_static(<C::Input as Payload>::NAME))
            .with(OUTPUT, SmolStr::new_static(<C::Output as Payload>::NAME))
            .maybe(CODE, self.code.clone())
            .maybe(TIMEOUT.attribute(), self.timeout)
            .maybe(MEMORY.attribute(), self.memory)
            .maybe(ARCHITECTURE.attribute(), self.architecture)
            .maybe(RESERVED_CONCURRENCY.attribute(), self.reserved_concurrency)
            .maybe(LOG_RETENTION.attribute(), self.log_retention)
            .maybe(LOOPS.attribute(), self.loops.then_some(true))
            .maybe(TURNS, self.turns);
        for need in C::NEEDS {
            let place = match need.place {
                Some(Place::Bucket) => Value::Text(SmolStr::new_static("bucket")),
                Some(Place::Table) | None => Value::Bool(true),
            };
            facts = facts.with_value(format_smolstr!("{NEED}{need}"), place);
        }
        for variable in &self.environment {
            let (key, value) = variable.attribute();
            facts = facts.with_value(key, value);
        }
        facts
    }
}

impl<C: Contract> Runs for Function<C> {
    type Contract = C;
    type Code = Code<C>;
}

impl<C: Contract<Input: Message>> Sink for Function<C> {
    type Message = C::Input;
}

/// An overlay that gives a function a setting of its environment, whoever declares the function and under
/// whatever contract: how a brick tells another brick's code what it brings.
///
/// Two overlays that give one setting different values are a conflict, as everywhere.
///
/// ```
/// use net_dsl::prelude::*;
///
/// let overlay = net_dsl::set_variable(name!("task"), variable!("REPORTS_CHANGES", "true"));
/// ```
#[track_caller]
pub fn set_variable(function: impl Named, variable: Variable) -> Network {
    let (key, value) = variable.attribute();
    let mut network = Network::empty();
    network.note(function.id(), key, value, Origin::here());
    network
}

/// A setting in a function's environment: one with a constant name is written with
/// [`variable!`](crate::variable), others are made by [`Variable::new`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Variable {
    name: SmolStr,
    value: SmolStr,
}

impl Variable {
    /// The attribute that a function has it by.
    pub(crate) fn attribute(&self) -> (SmolStr, Value) {
        let Variable { name, value } = self;
        (format_smolstr!("{ENVIRONMENT}{name}"), Value::Text(value.clone()))
    }

    /// A setting whose name is known only at run time.
    ///
    /// # Errors
    /// [`InvalidName`], if Lambda takes no variable of such a name (`AWS::Lambda::Function`
    /// `Environment`: a letter, and then at least one letter, digit or `_`), or if it is reserved.
    ///
    /// ```
    /// use net_dsl::{entity::function::Variable, prelude::*};
    ///
    /// let variable = Variable::new("LOG_LEVEL", "info")?;
    /// assert_eq!(variable, variable!("LOG_LEVEL", "info"));
    /// let error = Variable::new("AWS_REGION", "eu-west-1").unwrap_err();
    /// assert!(error.to_string().starts_with("`AWS_REGION` is not a variable's name"));
    /// # Ok::<(), net_dsl::InvalidName>(())
    /// ```
    pub fn new(name: &str, value: impl Into<SmolStr>) -> Result<Variable, InvalidName> {
        match variable_fault(name) {
            None => Ok(Variable { name: SmolStr::new(name), value: value.into() }),
            Some(rule) => Err(InvalidName::new("a variable's name", name, rule)),
        }
    }

    #[doc(hidden)]
    pub fn literal(name: &'static str, value: impl Into<SmolStr>) -> Variable {
        Variable { name: SmolStr::new_static(name), value: value.into() }
    }

    #[doc(hidden)]
    #[track_caller]
    pub const fn check(name: &'static str) {
        if let Some(fault) = variable_fault(name) {
            panic!("{}", fault)
        }
    }
}

const fn variable_fault(name: &str) -> Option<&'static str> {
    let bytes = name.as_bytes();
    if bytes.len() < 2 || !bytes[0].is_ascii_alphabetic() {
        return Some(
            "an environment variable's name has at least two characters and starts with a letter",
        );
    }
    let mut i = 0;
    while i < bytes.len() {
        if !bytes[i].is_ascii_alphanumeric() && bytes[i] != b'_' {
            return Some("an environment variable's name is made of letters, digits and `_`");
        }
        i += 1;
    }
    if starts_with(bytes, b"AWS_") || starts_with(bytes, b"LAMBDA_") || starts_with(bytes, b"NET_")
    {
        return Some(
            "environment variables that start with `AWS_`, `LAMBDA_` or `NET_` are reserved",
        );
    }
    None
}

/// A setting in a function's environment: a constant name, checked while compiling, and a value.
///
/// ```
/// # use net_dsl::prelude::*;
/// # contract! { pub Poller: Tick => () {} }
/// let poller = Function::<Poller>::builder()
///     .name(name!("poller"))
///     .environment(vec![variable!("LOG_LEVEL", "info")])
///     .build();
/// ```
///
/// ```compile_fail
/// net_dsl::variable!("AWS_REGION", "eu-west-1");
/// ```
#[macro_export]
macro_rules! variable {
    ($name:expr, $value:expr $(,)?) => {{
        const _: () = $crate::entity::function::Variable::check($name);
        $crate::entity::function::Variable::literal($name, $value)
    }};
    ($($wrong:tt)*) => {
        ::core::compile_error!(
            "`variable!` takes a name and a value, as in `variable!(\"LOG_LEVEL\", \"info\")`"
        )
    };
}

impl<C: Contract> Makes<property::lambda::Function> for Function<C> {
    const PART: &'static str = "function";
}

impl<C: Contract> Makes<property::iam::Role> for Function<C> {
    const PART: &'static str = "role";
}

impl<C: Contract> Makes<property::logs::LogGroup> for Function<C> {
    const PART: &'static str = "log-group";
}

impl<C: Contract> Refers for Function<C> {}

impl<C: Contract> HasArn for Function<C> {}

given! {
    /// What a function's code is.
    GivenCode for FunctionCode:
        "`{Self}` is not the code of a function",
        "code is written `binary!(\"…\")` or `folder!(\"…\", runtime = …, handler = \"…\")`",
        "a binary is one of the workspace, by its cargo name; a folder has code in any language that Lambda runs";
    /// A processor.
    GivenArchitecture for Architecture:
        "`{Self}` is not a processor",
        "a processor is written `Architecture::Arm64` or `Architecture::X86_64`",
        "arm64 is taken if nothing is said";
    /// A setting in a function's environment.
    GivenVariable for Variable:
        "`{Self}` is not a setting of an environment",
        "a setting is written `variable!(\"NAME\", value)`",
        "as in `.environment([variable!(\"LOG_LEVEL\", \"info\")])`";
}

#[diagnostic::do_not_recommend]
impl GivenCode for Binary {
    fn given(self) -> FunctionCode {
        FunctionCode::Binary(self)
    }
}

#[diagnostic::do_not_recommend]
impl GivenCode for Folder {
    fn given(self) -> FunctionCode {
        FunctionCode::Folder(self)
    }
}
