//! What setters take: a value of the setting's type; of anything else the compiler says how such a
//! value is written.
//!
//! The compiler finds its words by the trait, so each way to write a value has one. They are
//! implemented for the value itself and for nothing else.

use crate::{
    Architecture, Bounded, FunctionCode, Name, Removal, Route,
    entity::{
        external_service::Url,
        function::{Binary, Folder, Variable},
        raw::ResourceType,
        schedule::Cron,
    },
};

macro_rules! given {
    ($(
        $(#[$doc:meta])*
        $trait:ident $([$parameter:ident $(: $bound:ident)?])? for $value:ty:
        $message:literal, $label:literal, $note:literal;
    )*) => { $(
        $(#[$doc])*
        #[diagnostic::on_unimplemented(message = $message, label = $label, note = $note)]
        pub trait $trait $(<$parameter>)? {
            #[doc(hidden)]
            fn given(self) -> $value;
        }

        // Whoever wrote a text wants no list of types that are no text.
        #[diagnostic::do_not_recommend]
        impl $(<$parameter $(: $bound)?>)? $trait $(<$parameter>)? for $value {
            fn given(self) -> $value {
                self
            }
        }
    )* };
}

given! {
    /// A [`Name`].
    GivenName for Name:
        "`{Self}` is not the name of an entity or a brick",
        "a name is written `name!(\"…\")`",
        "the macro checks it while compiling; a name known only at run time is `Name::new(…)?`";
    /// A duration in the range `R`.
    GivenSeconds[R] for Bounded<R>:
        "`{Self}` is not a duration that this setting takes",
        "a duration is written `seconds!(…)`, `minutes!(…)`, `hours!(…)` or `days!(…)`",
        "the macro checks its range while compiling; a duration known only at run time is `Bounded::new(…)?`, in seconds";
    /// A size in the range `R`.
    GivenMebibytes[R] for Bounded<R>:
        "`{Self}` is not a size that this setting takes",
        "a size is written `mebibytes!(…)`",
        "the macro checks its range while compiling; a size known only at run time is `Bounded::new(…)?`, in mebibytes";
    /// A number in the range `R`.
    GivenCount[R] for Bounded<R>:
        "`{Self}` is not a number that this setting takes",
        "a number is written `count!(…)`",
        "the macro checks its range while compiling; a number known only at run time is `Bounded::new(…)?`";
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
    /// What becomes of data.
    GivenRemoval for Removal:
        "`{Self}` does not say what becomes of the data",
        "that is written `Removal::Retain` or `Removal::Delete`",
        "data is retained if nothing is said";
    /// The base URL of a service.
    GivenUrl for Url:
        "`{Self}` is not a base URL",
        "a base URL is written `url!(\"https://…\")`",
        "the macro checks it while compiling; one known only at run time is `Url::new(…)?`";
    /// A setting in a function's environment.
    GivenVariable for Variable:
        "`{Self}` is not a setting of an environment",
        "a setting is written `variable!(\"NAME\", value)`",
        "as in `.environment([variable!(\"LOG_LEVEL\", \"info\")])`";
    /// The name of a CloudFormation type.
    GivenResourceType for ResourceType:
        "`{Self}` is not a type of CloudFormation's",
        "a type is written `resource_type!(\"AWS::S3::Bucket\")`",
        "the macro checks its form while compiling";
    /// A cron expression.
    GivenCron for Cron:
        "`{Self}` is not a cron expression",
        "a cron expression is written `cron!(\"0 3 * * ? *\")`",
        "the macro checks it while compiling; one known only at run time is `Cron::new(…)?`";
    /// A route whose requests carry a `B`.
    GivenRoute[B] for Route<B>:
        "`{Self}` is not a route",
        "a route is written `route!(GET \"/orders/{{order}}\")` or `route!(POST \"/orders\" => Order)`",
        "the macro checks it while compiling; one known only at run time is `Route::<Order>::new(…)?`";
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
