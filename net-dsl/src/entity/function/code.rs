//! What a function's code is: a binary of the workspace, or a folder with a runtime and a handler.

use crate::{
    InvalidName,
    facts::{Scalar, Value},
};
use serde_json::json;
use smol_str::SmolStr;

/// What a function's code is; written with [`binary!`](crate::binary) or [`folder!`](crate::folder).
///
/// It is one value: two bricks that give a function another folder, runtime or handler are in
/// conflict as two that name another binary.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FunctionCode {
    /// A binary of the workspace, held to the function's contract by its types.
    Binary(Binary),
    /// A folder of the workspace with code in any language that Lambda runs.
    Folder(Folder),
}

/// A binary is a text, a folder an object.
impl Scalar for FunctionCode {
    fn store(self) -> Value {
        match self {
            FunctionCode::Binary(binary) => Value::Text(binary.name),
            FunctionCode::Folder(folder) => Value::json(&json!({
                "folder": folder.path.as_str(),
                "runtime": folder.runtime.as_str(),
                "handler": folder.handler.as_str(),
            })),
        }
    }

    fn load(value: &Value) -> Option<FunctionCode> {
        match value {
            Value::Text(name) => {
                let binary = Binary { name: name.clone() };
                binary_fault(name).is_none().then_some(FunctionCode::Binary(binary))
            }
            Value::Json(_) => {
                let json = value.to_json();
                let text = |key: &str| json[key].as_str();
                let (path, runtime, handler) =
                    (text("folder")?, text("runtime")?, text("handler")?);
                let fault = folder_fault(path)
                    .or(runtime_fault(runtime))
                    .or(handler_fault(runtime, handler));
                let folder = Folder {
                    path: SmolStr::new(path),
                    runtime: SmolStr::new(runtime),
                    handler: SmolStr::new(handler),
                };
                fault.is_none().then_some(FunctionCode::Folder(folder))
            }
            Value::Bool(_) | Value::Number(_) => None,
        }
    }
}

impl From<Binary> for FunctionCode {
    fn from(binary: Binary) -> FunctionCode {
        FunctionCode::Binary(binary)
    }
}

/// The name of the binary that is a function's code: a constant is written with
/// [`binary!`](crate::binary), others are made by [`Binary::new`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Binary {
    name: SmolStr,
}

impl Binary {
    /// A binary whose name is known only at run time.
    ///
    /// # Errors
    /// [`InvalidName`], if cargo has no binary of such a name: 1 to 64 letters, digits, `-` and `_`.
    ///
    /// ```
    /// use net_dsl::{entity::function::Binary, prelude::*};
    ///
    /// # contract! { pub Task: Tick => () {} }
    /// fn task(tenant: &str) -> Result<Function<Task>, net_dsl::InvalidName> {
    ///     let binary = Binary::new(&format!("task_{tenant}"))?;
    ///     Ok(Function::builder().name(name!("task")).code(binary).build())
    /// }
    /// assert!(task("acme").is_ok());
    /// let error = task("../acme").unwrap_err();
    /// assert!(error.to_string().starts_with("`task_../acme` is not a binary's name"));
    /// ```
    pub fn new(name: &str) -> Result<Binary, InvalidName> {
        match binary_fault(name) {
            None => Ok(Binary { name: SmolStr::new(name) }),
            Some(rule) => Err(InvalidName::new("a binary's name", name, rule)),
        }
    }

    #[doc(hidden)]
    #[track_caller]
    pub const fn literal(name: &'static str) -> Binary {
        if let Some(fault) = binary_fault(name) {
            panic!("{}", fault)
        }
        Binary { name: SmolStr::new_static(name) }
    }

    /// What cargo calls it.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// The binary that is a function's code, by its cargo name; checked while compiling.
#[macro_export]
macro_rules! binary {
    ($name:expr $(,)?) => {{
        // Without a name, so that none of the user's is hidden.
        const _: $crate::entity::function::Binary =
            $crate::entity::function::Binary::literal($name);
        $crate::FunctionCode::Binary($crate::entity::function::Binary::literal($name))
    }};
    ($($wrong:tt)*) => {
        ::core::compile_error!(
            "`binary!` takes one text, a cargo binary's name, as in `binary!(\"poller\")`"
        )
    };
}

/// A folder with a function's code, and how Lambda runs it; written with
/// [`folder!`](crate::folder).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Folder {
    path: SmolStr,
    runtime: SmolStr,
    handler: SmolStr,
}

impl Folder {
    #[doc(hidden)]
    #[track_caller]
    pub const fn literal(path: &'static str, runtime: Runtime, handler: &'static str) -> Folder {
        if let Some(fault) = folder_fault(path) {
            panic!("{}", fault)
        }
        if let Some(fault) = handler_fault(runtime.0, handler) {
            panic!("{}", fault)
        }
        Folder {
            path: SmolStr::new_static(path),
            runtime: SmolStr::new_static(runtime.0),
            handler: SmolStr::new_static(handler),
        }
    }

    #[doc(hidden)]
    #[track_caller]
    pub const fn with_bootstrap(path: &'static str, runtime: Runtime) -> Folder {
        assert!(
            is_bare(runtime.0),
            "code that a language's runtime runs has a handler, as in `handler = \"cook.handle\"`"
        );
        Folder::literal(path, runtime, Folder::BOOTSTRAP)
    }

    /// The program at the top of a folder that runs without a language's runtime, and the handler
    /// of such a function where none is given.
    pub const BOOTSTRAP: &'static str = "bootstrap";

    /// Where it is, from the workspace's root, with `/` between its parts.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The last part of its path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Lambda's identifier of the runtime.
    pub fn runtime(&self) -> &str {
        &self.runtime
    }

    /// Where the runtime starts.
    pub fn handler(&self) -> &str {
        &self.handler
    }

    /// Whether the folder brings its own `bootstrap`, and Lambda nothing but the operating system.
    pub fn has_bootstrap(&self) -> bool {
        is_bare(&self.runtime)
    }
}

/// A folder with a function's code in any language that Lambda runs: its path from the workspace's
/// root, the [`Runtime`](crate::Runtime), and the handler in that runtime's spelling. Checked while
/// compiling; that the folder exists is checked where it is packaged, by `synth build`.
///
/// The handler has 1 to 128 characters and no space (`AWS::Lambda::Function`); in Python, JavaScript
/// and Ruby it is `file.function`. With `Runtime::PROVIDED_AL2023` it may be left out: Lambda starts
/// the folder's `bootstrap`.
///
/// ```
/// use net_dsl::prelude::*;
///
/// # pub struct Order; messages! { Order }
/// contract! { pub Cook: Order => () {} }
/// let cook = Function::<Cook>::builder()
///     .name(name!("cook"))
///     .code(folder!("kitchen/cook", runtime = Runtime::PYTHON_3_13, handler = "cook.handle"))
///     .build();
/// # contract! { pub Clean: Tick => () {} }
/// let cleaner = Function::<Clean>::builder()
///     .name(name!("cleaner"))
///     .code(folder!("kitchen/cleaner", runtime = Runtime::PROVIDED_AL2023))
///     .build();
/// # let _ = (cook, cleaner);
/// ```
///
/// A folder outside the workspace would be another on every machine:
///
/// ```compile_fail
/// # use net_dsl::prelude::*;
/// folder!("../cook", runtime = Runtime::PYTHON_3_13, handler = "cook.handle");
/// ```
#[macro_export]
macro_rules! folder {
    ($path:expr, runtime = $runtime:expr, handler = $handler:expr $(,)?) => {{
        // Without a name, so that none of the user's is hidden.
        const _: $crate::entity::function::Folder =
            $crate::entity::function::Folder::literal($path, $runtime, $handler);
        $crate::FunctionCode::Folder($crate::entity::function::Folder::literal($path, $runtime, $handler))
    }};
    ($path:expr, runtime = $runtime:expr $(,)?) => {{
        const _: $crate::entity::function::Folder =
            $crate::entity::function::Folder::with_bootstrap($path, $runtime);
        $crate::FunctionCode::Folder($crate::entity::function::Folder::with_bootstrap($path, $runtime))
    }};
    ($path:expr, handler = $handler:expr, runtime = $runtime:expr $(,)?) => {
        $crate::folder!($path, runtime = $runtime, handler = $handler)
    };
    ($path:expr $(, handler = $handler:expr)? $(,)?) => {
        ::core::compile_error!(
            "`folder!` does not say what Lambda runs the code with, as in `runtime = Runtime::PYTHON_3_13`"
        )
    };
    ($($wrong:tt)*) => {
        ::core::compile_error!(
            "`folder!` takes a path, a runtime and a handler, as in `folder!(\"functions/cook\", runtime = Runtime::PYTHON_3_13, handler = \"cook.handle\")`"
        )
    };
}

/// What Lambda runs a folder's code with.
///
/// The constants are what Lambda offers and has not deprecated, as cfn-lint 1.58.0 lists it on
/// 24 November 2026 (a test compares them); [the same list, kept up to
/// date](https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html). A runtime that has come
/// since is written [`runtime!("python3.15")`](crate::runtime).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Runtime(&'static str);

impl Runtime {
    #[doc(hidden)]
    #[track_caller]
    pub const fn literal(identifier: &'static str) -> Runtime {
        if let Some(fault) = runtime_fault(identifier) {
            panic!("{}", fault)
        }
        Runtime(identifier)
    }

    /// Lambda's identifier, as in `python3.13`.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl std::fmt::Display for Runtime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.0)
    }
}

macro_rules! runtimes {
    ($($name:ident = $identifier:literal, $what:literal;)*) => {
        impl Runtime {
            $(
                #[doc = concat!("`", $identifier, "`: ", $what, ".")]
                pub const $name: Runtime = Runtime($identifier);
            )*

            /// All of the constants.
            pub const ALL: &'static [Runtime] = &[$(Runtime::$name),*];
        }
    };
}

runtimes! {
    DOTNET_10 = "dotnet10", ".NET 10";
    JAVA_8_AL2 = "java8.al2", "Java 8 on Amazon Linux 2";
    JAVA_11 = "java11", "Java 11 on Amazon Linux 2";
    JAVA_17 = "java17", "Java 17 on Amazon Linux 2";
    JAVA_21 = "java21", "Java 21";
    JAVA_25 = "java25", "Java 25";
    NODEJS_22 = "nodejs22.x", "Node.js 22";
    NODEJS_24 = "nodejs24.x", "Node.js 24";
    PROVIDED_AL2023 = "provided.al2023", "no language: the folder's `bootstrap` on Amazon Linux 2023";
    PYTHON_3_11 = "python3.11", "Python 3.11 on Amazon Linux 2";
    PYTHON_3_12 = "python3.12", "Python 3.12";
    PYTHON_3_13 = "python3.13", "Python 3.13";
    PYTHON_3_14 = "python3.14", "Python 3.14";
    RUBY_3_3 = "ruby3.3", "Ruby 3.3";
    RUBY_3_4 = "ruby3.4", "Ruby 3.4";
    RUBY_4_0 = "ruby4.0", "Ruby 4.0";
}

/// A runtime by Lambda's identifier, for those that [`Runtime`](crate::Runtime) has no constant for.
/// Its form is checked while compiling; whether there is such a runtime, Lambda says.
///
/// ```
/// # use net_dsl::prelude::*;
/// assert_eq!(runtime!("python3.13"), Runtime::PYTHON_3_13);
/// let code = folder!("cook", runtime = runtime!("python3.15"), handler = "cook.handle");
/// # let _ = code;
/// ```
///
/// ```compile_fail
/// net_dsl::runtime!("Python 3.15");
/// ```
#[macro_export]
macro_rules! runtime {
    ($identifier:expr $(,)?) => {
        const { $crate::Runtime::literal($identifier) }
    };
    ($($wrong:tt)*) => {
        ::core::compile_error!("`runtime!` takes one text, as in `runtime!(\"python3.13\")`")
    };
}

const fn binary_fault(name: &str) -> Option<&'static str> {
    let bytes = name.as_bytes();
    if bytes.is_empty() || bytes.len() > 64 {
        return Some("a binary's name is 1 to 64 characters long");
    }
    let mut i = 0;
    while i < bytes.len() {
        if !bytes[i].is_ascii_alphanumeric() && bytes[i] != b'-' && bytes[i] != b'_' {
            return Some(
                "a binary's name is made of letters, digits, `-` and `_`, as cargo names it",
            );
        }
        i += 1;
    }
    None
}

const fn folder_fault(path: &str) -> Option<&'static str> {
    let bytes = path.as_bytes();
    if bytes.is_empty() || bytes.len() > 200 {
        return Some("a folder's path is 1 to 200 characters long");
    }
    if bytes[0] == b'/' || bytes[0] == b'~' || (bytes.len() > 1 && bytes[1] == b':') {
        return Some("a folder's path starts at the workspace's root, as in `functions/cook`");
    }
    let (mut i, mut start) = (0, 0);
    while i <= bytes.len() {
        if i < bytes.len() && bytes[i] != b'/' {
            if !bytes[i].is_ascii_alphanumeric() && !matches!(bytes[i], b'-' | b'_' | b'.') {
                return Some(
                    "a folder's path is made of letters, digits, `-`, `_` and `.`, with `/` between its parts",
                );
            }
        } else if i == start {
            return Some("a folder's path has one `/` between two parts, as in `functions/cook`");
        } else if bytes[start] == b'.'
            && (i - start == 1 || (i - start == 2 && bytes[i - 1] == b'.'))
        {
            return Some(
                "a folder's path leads down from the workspace's root, without `.` and `..`",
            );
        } else {
            start = i + 1;
        }
        i += 1;
    }
    None
}

const fn runtime_fault(identifier: &str) -> Option<&'static str> {
    const RULE: &str = "a runtime is written as Lambda identifies it, as in `python3.13`";
    let bytes = identifier.as_bytes();
    if bytes.is_empty() || bytes.len() > 64 || !bytes[0].is_ascii_lowercase() {
        return Some(RULE);
    }
    let mut i = 1;
    while i < bytes.len() {
        if !bytes[i].is_ascii_lowercase() && !bytes[i].is_ascii_digit() && bytes[i] != b'.' {
            return Some(RULE);
        }
        i += 1;
    }
    None
}

const fn handler_fault(runtime: &str, handler: &str) -> Option<&'static str> {
    let bytes = handler.as_bytes();
    if bytes.is_empty() || bytes.len() > 128 {
        return Some("a handler is 1 to 128 characters long");
    }
    let (mut i, mut dots_inside) = (0, 0);
    while i < bytes.len() {
        if !bytes[i].is_ascii_graphic() {
            return Some("a handler is made of ASCII characters without spaces");
        }
        if bytes[i] == b'.' && i > 0 && i + 1 < bytes.len() {
            dots_inside += 1;
        }
        i += 1;
    }
    let runtime = runtime.as_bytes();
    let named_by_file = starts_with(runtime, b"python")
        || starts_with(runtime, b"nodejs")
        || starts_with(runtime, b"ruby");
    if named_by_file && dots_inside == 0 {
        return Some(
            "a handler in Python, JavaScript or Ruby is `file.function`, as in `cook.handle`",
        );
    }
    None
}

const fn is_bare(runtime: &str) -> bool {
    starts_with(runtime.as_bytes(), b"provided")
}

pub(super) const fn starts_with(bytes: &[u8], start: &[u8]) -> bool {
    let mut i = 0;
    while i < start.len() {
        if i >= bytes.len() || bytes[i] != start[i] {
            return false;
        }
        i += 1;
    }
    true
}
