//! The profiles of cargo that functions are compiled with.

/// How functions are compiled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Profile {
    /// To be small, and start soon.
    #[default]
    Lambda,
    /// To be compiled soon.
    Development,
}

impl Profile {
    /// The profile as cargo calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Profile::Lambda => "lambda",
            Profile::Development => "lambda-dev",
        }
    }

    /// For a workspace that does not say its own; docs/building.md has the figures.
    pub(crate) fn settings(self) -> &'static [&'static str] {
        match self {
            Profile::Lambda => &[
                "profile.lambda.inherits=\"release\"",
                "profile.lambda.opt-level=\"z\"",
                "profile.lambda.lto=\"fat\"",
                "profile.lambda.codegen-units=1",
                "profile.lambda.strip=true",
            ],
            Profile::Development => &[
                "profile.lambda-dev.inherits=\"dev\"",
                "profile.lambda-dev.opt-level=1",
                "profile.lambda-dev.debug=false",
                "profile.lambda-dev.strip=true",
            ],
        }
    }
}
