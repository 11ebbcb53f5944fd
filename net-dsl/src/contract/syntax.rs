//! The syntax of [`contract!`](crate::contract), and what is said of what is wrong with it.

/// Declares contracts: what a function takes, gives, and may use.
///
/// A need is `sends Message`, `asks Request`, `reads Item`, `writes Item` or `calls Service`.
/// On the network's side a link compiles only if it serves a need; on the code's side the need is
/// all that the code can reach.
///
/// ```
/// use net_dsl::prelude::*;
///
/// pub struct Order;
/// pub struct Receipt;
/// messages! { Order, Receipt }
///
/// contract! {
///     /// Takes orders, and promises a receipt.
///     pub Till: Order => () {
///         sends Receipt,
///     }
/// }
/// assert_eq!(Till::NEEDS[0].to_string(), "sends Receipt");
/// ```
///
/// A contract may have type parameters, and `#[cfg(…)]` may stand before a contract and before a
/// need:
///
/// ```
/// use net_dsl::prelude::*;
///
/// # pub struct Audit; messages! { Audit }
/// contract! {
///     /// Hands messages on in their order.
///     pub Forward<M: Grouped>: M => () {
///         sends M,
///         #[cfg(debug_assertions)]
///         sends Audit,
///     }
/// }
/// ```
///
/// One address serves all messages of one name, so two of them in one contract do not compile:
///
/// ```compile_fail
/// use net_dsl::prelude::*;
///
/// mod food { pub struct Order; net_dsl::messages! { Order } }
/// mod money { pub struct Order; net_dsl::messages! { Order } }
/// contract! { pub Till: Tick => () { sends food::Order, sends money::Order } }
/// ```
#[macro_export]
macro_rules! contract {
    ($($(#[$($attribute:tt)*])* $visibility:vis $name:ident
        $(<$($parameter:ident $(: $bound:tt $(:: $path:ident)* $(+ $more:tt $(:: $more_path:ident)*)*)?),+ $(,)?>)?
        : $input:ty => $output:ty {
            $($(#[doc = $need_doc:literal])* $(#[cfg($($condition:tt)*)])* $verb:ident $what:ty),* $(,)?
        }
    )*) => { $(
        $(#[$($attribute)*])*
        #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
        $visibility enum $name $(<$($parameter $(: $bound $(:: $path)* $(+ $more $(:: $more_path)*)*)?),+>)? {
            $(
                #[doc(hidden)]
                #[allow(dead_code)]
                __Never(::core::convert::Infallible, ::core::marker::PhantomData<fn() -> ($($parameter,)+)>),
            )?
        }

        $crate::__contract! {
            @sort [] [$(#[$($attribute)*])*]
            $name
            [$($($parameter $(: $bound $(:: $path)* $(+ $more $(:: $more_path)*)*)?),+)?]
            [$($($parameter),+)?]
            $input => $output
            { $([$(#[cfg($($condition)*)])*] $verb $what),* }
        }
    )* };
    ($($wrong:tt)*) => { $crate::__wrong_contract! { $($wrong)* } };
}

/// What [`contract!`](crate::contract) implements, once its syntax is known to be right.
#[doc(hidden)]
#[macro_export]
macro_rules! __contract {
    // Of a contract's attributes only `#[cfg(…)]` says something about its implementations. Lines of
    // documentation go eight at a time: a macro may call itself 128 times.
    (@sort [$($cfg:tt)*] [
        #[doc = $_1:literal] #[doc = $_2:literal] #[doc = $_3:literal] #[doc = $_4:literal]
        #[doc = $_5:literal] #[doc = $_6:literal] #[doc = $_7:literal] #[doc = $_8:literal]
        $($attribute:tt)*
    ] $($contract:tt)*) => {
        $crate::__contract! { @sort [$($cfg)*] [$($attribute)*] $($contract)* }
    };
    (@sort [$($cfg:tt)*] [#[cfg($($condition:tt)*)] $($attribute:tt)*] $($contract:tt)*) => {
        $crate::__contract! { @sort [$($cfg)* #[cfg($($condition)*)]] [$($attribute)*] $($contract)* }
    };
    (@sort [$($cfg:tt)*] [#[$($other:tt)*] $($attribute:tt)*] $($contract:tt)*) => {
        $crate::__contract! { @sort [$($cfg)*] [$($attribute)*] $($contract)* }
    };
    (@sort $cfg:tt [] $name:ident $generics:tt $arguments:tt $input:ty => $output:ty {
        $($condition:tt $verb:ident $what:ty),*
    }) => {
        $crate::__contract! {
            @contract $cfg $name $generics $arguments $input => $output { $($condition $verb $what),* }
        }
        $($crate::__contract! { @implement $cfg $condition $name $generics $arguments $verb $what })*
        $crate::__contract! { @check $cfg $name $arguments }
    };
    (@contract [$($cfg:tt)*] $name:ident [$($generics:tt)*] [$($arguments:tt)*]
        $input:ty => $output:ty { $([$($condition:tt)*] $verb:ident $what:ty),* }
    ) => {
        $($cfg)*
        impl<$($generics)*> $crate::Contract for $name<$($arguments)*> {
            type Input = $input;
            type Output = $output;
            const NAME: &'static ::core::primitive::str = ::core::stringify!($name);
            const DECLARED_BY_CONTRACT_MACRO: () = ();
            const NEEDS: &'static [$crate::Need] = &[
                $($($condition)* $crate::__contract!(@need $name $verb $what)),*
            ];
        }
        $($cfg)*
        impl<$($generics)*> $crate::Takes<$input> for $name<$($arguments)*> {
            const DECLARED_BY_CONTRACT_MACRO: () = ();
        }
        $($cfg)*
        impl<$($generics)*> $crate::Answers<$output> for $name<$($arguments)*> {
            const DECLARED_BY_CONTRACT_MACRO: () = ();
        }
    };
    // A contract with parameters is checked where a function is held to it.
    (@check [$($cfg:tt)*] $name:ident []) => {
        $($cfg)*
        const _: () = ::core::assert!(
            $crate::Need::are_distinct(<$name as $crate::Contract>::NEEDS),
            ::core::concat!("contract `", ::core::stringify!($name), "`: ", $crate::__one_name!())
        );
    };
    (@check $cfg:tt $name:ident $arguments:tt) => {};
    (@need $name:ident sends $what:ty) => { <Self as $crate::Sends<$what>>::DECLARED_BY_CONTRACT_MACRO };
    (@need $name:ident asks $what:ty) => { <Self as $crate::Asks<$what>>::DECLARED_BY_CONTRACT_MACRO };
    (@need $name:ident reads $what:ty) => { <Self as $crate::ReadsItem<$what>>::DECLARED_BY_CONTRACT_MACRO };
    (@need $name:ident writes $what:ty) => { <Self as $crate::WritesItem<$what>>::DECLARED_BY_CONTRACT_MACRO };
    (@need $name:ident calls $what:ty) => { <Self as $crate::CallsService<$what>>::DECLARED_BY_CONTRACT_MACRO };
    (@need $name:ident $verb:ident $what:ty) => {
        ::core::compile_error!(::core::concat!(
            "contract `", ::core::stringify!($name),
            "`: a need is `sends`, `asks`, `reads`, `writes` or `calls`, not `",
            ::core::stringify!($verb), "`", $crate::__near_verb!($verb)
        ))
    };
    (@implement $cfg:tt $condition:tt $name:ident $generics:tt $arguments:tt sends $what:ty) => {
        $crate::__contract! {
            @implement $cfg $condition $name $generics $arguments Sends Sends message $what {
                const GROUPED: bool = {
                    #[allow(unused_imports, reason = "of a message with a group it is not needed")]
                    use $crate::IsAny as _;
                    $crate::IsGrouped::<$what>::GROUPED
                };

                fn group(message: &$what) -> ::core::option::Option<::std::string::String> {
                    use $crate::{GroupOfAny as _, GroupOfGrouped as _};
                    (&$crate::GroupProbe(message)).__group()
                }
            }
        }
    };
    (@implement $cfg:tt $condition:tt $name:ident $generics:tt $arguments:tt asks $what:ty) => {
        $crate::__contract! {
            @implement $cfg $condition $name $generics $arguments Asks Asks message $what { type Request = $what; }
        }
    };
    (@implement $cfg:tt $condition:tt $name:ident $generics:tt $arguments:tt reads $what:ty) => {
        $crate::__contract! {
            @implement $cfg $condition $name $generics $arguments ReadsItem Reads stored $what {}
        }
    };
    (@implement $cfg:tt $condition:tt $name:ident $generics:tt $arguments:tt writes $what:ty) => {
        $crate::__contract! {
            @implement $cfg $condition $name $generics $arguments WritesItem Writes stored $what {}
        }
    };
    (@implement $cfg:tt $condition:tt $name:ident $generics:tt $arguments:tt calls $what:ty) => {
        $crate::__contract! {
            @implement $cfg $condition $name $generics $arguments CallsService Calls service $what {}
        }
    };
    (@implement [$($cfg:tt)*] [$($condition:tt)*] $name:ident [$($generics:tt)*] [$($arguments:tt)*]
        $need:ident $verb:ident $kind:ident $what:ty { $($body:tt)* }
    ) => {
        $($cfg)*
        $($condition)*
        impl<$($generics)*> $crate::$need<$what> for $name<$($arguments)*> {
            const DECLARED_BY_CONTRACT_MACRO: $crate::Need =
                $crate::Need::$kind::<$what>($crate::Verb::$verb);
            $($body)*
        }
    };
    // An unknown verb is reported where the needs are listed.
    (@implement $cfg:tt $condition:tt $name:ident $generics:tt $arguments:tt $verb:ident $what:ty) => {};
}

/// Why two needs of one contract do not go together.
#[doc(hidden)]
#[macro_export]
macro_rules! __one_name {
    () => {
        "two needs of one verb go by one name, so one address would serve both; \
         give the messages, items or services names of their own"
    };
}

/// The verb that somebody may have meant.
#[doc(hidden)]
#[macro_export]
macro_rules! __near_verb {
    (send) => {
        "; did you mean `sends`?"
    };
    (sent) => {
        "; did you mean `sends`?"
    };
    (Sends) => {
        "; did you mean `sends`?"
    };
    (emit) => {
        "; did you mean `sends`?"
    };
    (emits) => {
        "; did you mean `sends`?"
    };
    (publish) => {
        "; did you mean `sends`?"
    };
    (publishes) => {
        "; did you mean `sends`?"
    };
    (enqueues) => {
        "; did you mean `sends`?"
    };
    (produces) => {
        "; did you mean `sends`?"
    };
    (notifies) => {
        "; did you mean `sends`?"
    };
    (sends_to) => {
        "; did you mean `sends`?"
    };
    (ask) => {
        "; did you mean `asks`?"
    };
    (Asks) => {
        "; did you mean `asks`?"
    };
    (invoke) => {
        "; did you mean `asks`?"
    };
    (invokes) => {
        "; did you mean `asks`?"
    };
    (request) => {
        "; did you mean `asks`?"
    };
    (requests) => {
        "; did you mean `asks`?"
    };
    (read) => {
        "; did you mean `reads`?"
    };
    (Reads) => {
        "; did you mean `reads`?"
    };
    (get) => {
        "; did you mean `reads`?"
    };
    (gets) => {
        "; did you mean `reads`?"
    };
    (loads) => {
        "; did you mean `reads`?"
    };
    (queries) => {
        "; did you mean `reads`?"
    };
    (scans) => {
        "; did you mean `reads`?"
    };
    (write) => {
        "; did you mean `writes`?"
    };
    (Writes) => {
        "; did you mean `writes`?"
    };
    (put) => {
        "; did you mean `writes`?"
    };
    (puts) => {
        "; did you mean `writes`?"
    };
    (stores) => {
        "; did you mean `writes`?"
    };
    (saves) => {
        "; did you mean `writes`?"
    };
    (updates) => {
        "; did you mean `writes`?"
    };
    (deletes) => {
        "; did you mean `writes`?"
    };
    (call) => {
        "; did you mean `calls`?"
    };
    (Calls) => {
        "; did you mean `calls`?"
    };
    (fetches) => {
        "; did you mean `calls`?"
    };
    (uses) => {
        "; did you mean `calls`?"
    };
    (takes) => {
        "; what it takes stands before the `=>`"
    };
    (receives) => {
        "; what it takes stands before the `=>`"
    };
    (consumes) => {
        "; what it takes stands before the `=>`"
    };
    (answers) => {
        "; what it answers stands after the `=>`"
    };
    (replies) => {
        "; what it answers stands after the `=>`"
    };
    (returns) => {
        "; what it answers stands after the `=>`"
    };
    (triggers) => {
        "; links are made in the network, as in `queue.triggers(&function)`"
    };
    (routes) => {
        "; links are made in the network, as in `api.routes(route!(…), &function)`"
    };
    ($other:ident) => {
        ""
    };
}

/// What is wrong with the first contract that [`contract!`](crate::contract) cannot read.
#[doc(hidden)]
#[macro_export]
macro_rules! __wrong_contract {
    (@say $name:ident $what:literal) => {
        ::core::compile_error!(::core::concat!("contract `", ::core::stringify!($name), "`: ", $what));
    };
    (@shape $what:literal) => {
        ::core::compile_error!(::core::concat!(
            $what, ", as in `pub Till: Order => () { sends Receipt, reads Price }`"
        ));
    };
    (@need $name:ident $(#[doc = $need_doc:literal])* $(#[cfg($($condition:tt)*)])* $verb:ident : $($rest:tt)*) => {
        $crate::__wrong_contract! { @say $name "no `:` stands between a need's verb and its type, as in `sends Order`" }
    };
    (@need $name:ident $(#[doc = $need_doc:literal])* $(#[cfg($($condition:tt)*)])* $verb:ident $(, $($rest:tt)*)?) => {
        $crate::__wrong_contract! { @say $name "each need has a verb and a type, as in `sends Order, sends Receipt`" }
    };
    (@need $name:ident $(#[doc = $need_doc:literal])* $(#[cfg($($condition:tt)*)])* $verb:ident $what:ty, $($rest:tt)*) => {
        $crate::__wrong_contract! { @need $name $($rest)* }
    };
    (@need $name:ident $(#[doc = $need_doc:literal])* $(#[cfg($($condition:tt)*)])* $verb:ident $what:ty; $($rest:tt)*) => {
        $crate::__wrong_contract! { @say $name "`,`, not `;`, stands between needs" }
    };
    (@need $name:ident $(#[doc = $need_doc:literal])* $(#[cfg($($condition:tt)*)])*
        $verb:ident $head:tt $(:: $path:ident)* $(<$($argument:ty),+>)? $next:ident $($rest:tt)*
    ) => {
        ::core::compile_error!(::core::concat!(
            "contract `", ::core::stringify!($name), "`: `,` is missing between needs, before `",
            ::core::stringify!($next), "`"
        ));
    };
    (@need $name:ident #[$($attribute:tt)*] $($rest:tt)*) => {
        $crate::__wrong_contract! {
            @say $name "before a need stand only lines of documentation and then `#[cfg(…)]`"
        }
    };
    (@need $name:ident $($rest:tt)*) => {
        $crate::__wrong_contract! { @say $name "a need is a verb and a type, as in `sends Order`" }
    };

    // This one is right.
    ($(#[$($attribute:tt)*])* $visibility:vis $name:ident
        $(<$($parameter:ident $(: $bound:tt $(:: $path:ident)* $(+ $more:tt $(:: $more_path:ident)*)*)?),+ $(,)?>)?
        : $input:ty => $output:ty {
            $($(#[doc = $need_doc:literal])* $(#[cfg($($condition:tt)*)])* $verb:ident $what:ty),* $(,)?
        } $($rest:tt)*
    ) => { $crate::__wrong_contract! { $($rest)* } };
    ($(#[$($attribute:tt)*])* $visibility:vis $name:ident
        $(<$($parameter:ident $(: $bound:tt $(:: $path:ident)* $(+ $more:tt $(:: $more_path:ident)*)*)?),+ $(,)?>)?
        : $input:ty => $output:ty { $($need:tt)* } $($rest:tt)*
    ) => { $crate::__wrong_contract! { @need $name $($need)* } };
    ($(#[$($attribute:tt)*])* $visibility:vis $name:ident : $input:ty => $output:ty $(; $($rest:tt)*)?) => {
        $crate::__wrong_contract! {
            @say $name "its needs stand in braces after what it answers, as in `=> () { sends Receipt }`; without any write `{}`"
        }
    };
    ($(#[$($attribute:tt)*])* $visibility:vis $name:ident : $input:ty => $output:ty, $($rest:tt)*) => {
        $crate::__wrong_contract! {
            @say $name "it has one answer, and its needs stand in braces after it, as in `=> () { sends Receipt }`"
        }
    };
    ($(#[$($attribute:tt)*])* $visibility:vis $name:ident
        $(<$($parameter:ident $(: $bound:tt $(:: $path:ident)* $(+ $more:tt $(:: $more_path:ident)*)*)?),+ $(,)?>)?
        : $head:tt $(:: $input:ident)* $(<$($argument:ty),+>)? -> $($rest:tt)*
    ) => {
        $crate::__wrong_contract! {
            @say $name "`=>`, not `->`, stands between what it takes and what it answers"
        }
    };
    ($(#[$($attribute:tt)*])* $visibility:vis $name:ident : $input:ty = $($rest:tt)*) => {
        $crate::__wrong_contract! { @say $name "`=>` stands between what it takes and what it answers" }
    };
    ($(#[$($attribute:tt)*])* $visibility:vis $name:ident : $input:ty, $($rest:tt)*) => {
        $crate::__wrong_contract! {
            @say $name "it takes one input; what else starts code is for another function, with a contract of its own"
        }
    };
    ($(#[$($attribute:tt)*])* $visibility:vis $name:ident : $input:ty | $($rest:tt)*) => {
        $crate::__wrong_contract! {
            @say $name "it takes one input; what else starts code is for another function, with a contract of its own"
        }
    };
    ($(#[$($attribute:tt)*])* $visibility:vis $name:ident : $input:ty { $($need:tt)* } $($rest:tt)*) => {
        $crate::__wrong_contract! {
            @say $name "what it answers is missing; it is `()` if nobody waits for an answer, as in `Order => () {}`"
        }
    };
    ($(#[$($attribute:tt)*])* $visibility:vis struct $($rest:tt)*) => {
        $crate::__wrong_contract! { @shape "a contract starts with its name, not with `struct`" }
    };
    ($(#[$($attribute:tt)*])* $visibility:vis enum $($rest:tt)*) => {
        $crate::__wrong_contract! { @shape "a contract starts with its name, not with `enum`" }
    };
    ($(#[$($attribute:tt)*])* $visibility:vis fn $($rest:tt)*) => {
        $crate::__wrong_contract! { @shape "a contract starts with its name, not with `fn`" }
    };
    ($(#[$($attribute:tt)*])* $visibility:vis trait $($rest:tt)*) => {
        $crate::__wrong_contract! { @shape "a contract starts with its name, not with `trait`" }
    };
    ($(#[$($attribute:tt)*])* $visibility:vis $name:ident : $($rest:tt)*) => {
        $crate::__wrong_contract! {
            @say $name "after its name stands what it takes, what it answers and what it needs, as in `Order => () { sends Receipt }`"
        }
    };
    ($(#[$($attribute:tt)*])* $visibility:vis $name:ident < $($rest:tt)*) => {
        $crate::__wrong_contract! {
            @say $name "its parameters are types, each with traits as bounds, as in `Forward<M: Grouped>: M => () { sends M }`"
        }
    };
    ($(#[$($attribute:tt)*])* $visibility:vis $name:ident $($rest:tt)*) => {
        $crate::__wrong_contract! {
            @say $name "`:` stands between its name and what it takes"
        }
    };
    ($($anything:tt)*) => {
        $crate::__wrong_contract! { @shape "a contract is a name, what it takes, what it answers and what it needs" }
    };
}
