//! What both ends of a link must have in common: the rules behind the verbs.

use super::{
    Batched, BatchedFifo, Callee, Direct, Invoked, Notified, RuleTarget, Ruled, Runs, Sink, Store,
    Streamed, Subscriber,
};
use crate::{
    Answers, Asks, Body, CallsService, Contract, Handle, HttpRequest, HttpResponse, Message,
    Payload, ReadsItem, Request, Sends, Service, Takes, WritesItem, entity::bucket::Stored,
};
use std::{any::type_name, marker::PhantomData};

/// The start of a link reaches its end `T` in way `How`: the one bound of every verb.
///
/// Implemented for what the start's role stands for: what a source hands over, the code of a
/// function, the gate of an API. Where the start has no such role that is unknown, and so the
/// compiler does not report the end as well: a link written the wrong way round is one error.
///
/// That every implementation is for all types of a kind keeps the compiler from listing them.
pub trait Reaches<T, How> {
    /// The message, item or service.
    #[doc(hidden)]
    const WHAT: &'static str;

    /// Its type.
    #[doc(hidden)]
    fn type_name() -> &'static str;

    #[doc(hidden)]
    fn end(to: &T) -> &dyn Handle;
}

/// Contract `C` needs this message, item or service, or whom it asks, in way `How`.
///
/// The need is the subject, not the contract, so that the compiler looks at it only once the end of
/// the link is known; it would take a contract's only need for the end's type.
pub trait NeededBy<C, How> {
    /// Whether the contract knows the group of what it sends.
    #[doc(hidden)]
    const GROUPED: bool = true;
}

/// The contract answers what delivery `D` of a `P` waits for, if it waits.
pub trait Suits<P, D> {}

impl<C, P> Suits<P, Direct> for C {}
impl<C, P> Suits<P, Batched> for C {}
impl<C, P> Suits<P, BatchedFifo> for C {}
impl<C, P> Suits<P, Streamed> for C {}
impl<C, P> Suits<P, Ruled> for C {}
impl<C: Answers<P::Reply>, P: Request> Suits<P, Invoked> for C {}

/// What is held to a contract.
pub trait Held {
    /// The contract.
    type Contract;
}

/// The code of a function under contract `C`.
#[derive(Clone, Copy, Debug)]
pub struct Code<C>(PhantomData<C>);

impl<C> Held for Code<C> {
    type Contract = C;
}

/// What lets requests in.
pub trait Admits {}

/// The gate of an HTTP API.
#[derive(Clone, Copy, Debug)]
pub enum Gate {}

impl Admits for Gate {}

/// Starting a function with what is handed over, in delivery `D`.
#[derive(Clone, Copy, Debug)]
pub struct Triggering<D>(PhantomData<D>);
/// Starting a function with requests that carry a `B`.
#[derive(Clone, Copy, Debug)]
pub struct Routing<B>(PhantomData<B>);
/// Copying messages to a subscriber.
#[derive(Clone, Copy, Debug)]
pub enum Copying {}
/// Telling a queue or a topic of what happened.
#[derive(Clone, Copy, Debug)]
pub enum Notifying {}
/// Handing events to the target of a rule.
#[derive(Clone, Copy, Debug)]
pub enum Ruling {}
/// Handing a message over and going on.
#[derive(Clone, Copy, Debug)]
pub enum Sending {}
/// Handing a request over and waiting for the answer.
#[derive(Clone, Copy, Debug)]
pub enum Asking {}
/// Reading items.
#[derive(Clone, Copy, Debug)]
pub enum Reading {}
/// Writing items.
#[derive(Clone, Copy, Debug)]
pub enum Writing {}
/// Calling over HTTP.
#[derive(Clone, Copy, Debug)]
pub enum Calling {}

impl<P: Payload, F: Runs, D> Reaches<F, Triggering<D>> for P
where
    F::Contract: Takes<P> + Suits<P, D>,
{
    const WHAT: &'static str = P::NAME;

    fn type_name() -> &'static str {
        type_name::<P>()
    }

    fn end(function: &F) -> &dyn Handle {
        function
    }
}

impl<G: Admits, B: Body, F: Runs> Reaches<F, Routing<B>> for G
where
    F::Contract: Takes<HttpRequest<B>> + Answers<HttpResponse>,
{
    const WHAT: &'static str = B::NAME;

    fn type_name() -> &'static str {
        type_name::<B>()
    }

    fn end(function: &F) -> &dyn Handle {
        function
    }
}

impl<M: Message, Q: Subscriber<M>> Reaches<Q, Copying> for M {
    const WHAT: &'static str = M::NAME;

    fn type_name() -> &'static str {
        type_name::<M>()
    }

    fn end(queue: &Q) -> &dyn Handle {
        queue
    }
}

impl<M: Message, T: RuleTarget<M>> Reaches<T, Ruling> for M {
    const WHAT: &'static str = M::NAME;

    fn type_name() -> &'static str {
        type_name::<M>()
    }

    fn end(target: &T) -> &dyn Handle {
        target
    }
}

impl<M: Message, Q: Notified<M>> Reaches<Q, Notifying> for M {
    const WHAT: &'static str = M::NAME;

    fn type_name() -> &'static str {
        type_name::<M>()
    }

    fn end(told: &Q) -> &dyn Handle {
        told
    }
}

impl<C: Held, S: Sink> Reaches<S, Sending> for C
where
    S::Message: NeededBy<C::Contract, Sending>,
{
    const WHAT: &'static str = <S::Message as Message>::NAME;

    fn type_name() -> &'static str {
        type_name::<S::Message>()
    }

    fn end(sink: &S) -> &dyn Handle {
        // Known only where all types are: a contract with a parameter may not know what its user knows.
        const {
            assert!(
                !S::ORDERED || <S::Message as NeededBy<C::Contract, Sending>>::GROUPED,
                "a contract that sends to a FIFO queue has to know that its message names a group: \
                 declare the parameter with `Grouped`, as in \
                 `contract! {{ pub Forward<M: Grouped>: M => () {{ sends M }} }}`"
            );
        }
        sink
    }
}

impl<C: Held, F: Runs> Reaches<F, Asking> for C
where
    F::Contract: NeededBy<C::Contract, Asking>,
{
    const WHAT: &'static str = <F::Contract as Contract>::Input::NAME;

    fn type_name() -> &'static str {
        type_name::<<F::Contract as Contract>::Input>()
    }

    fn end(function: &F) -> &dyn Handle {
        function
    }
}

impl<C: Held, T: Store> Reaches<T, Reading> for C
where
    T::Item: NeededBy<C::Contract, Reading>,
{
    const WHAT: &'static str = T::Item::WHAT;

    fn type_name() -> &'static str {
        type_name::<T::Item>()
    }

    fn end(table: &T) -> &dyn Handle {
        table
    }
}

impl<C: Held, T: Store> Reaches<T, Writing> for C
where
    T::Item: NeededBy<C::Contract, Writing>,
{
    const WHAT: &'static str = T::Item::WHAT;

    fn type_name() -> &'static str {
        type_name::<T::Item>()
    }

    fn end(table: &T) -> &dyn Handle {
        table
    }
}

impl<C: Held, S: Callee> Reaches<S, Calling> for C
where
    S::Service: NeededBy<C::Contract, Calling>,
{
    const WHAT: &'static str = S::Service::NAME;

    fn type_name() -> &'static str {
        type_name::<S::Service>()
    }

    fn end(service: &S) -> &dyn Handle {
        service
    }
}

impl<M, C: Sends<M>> NeededBy<C, Sending> for M {
    const GROUPED: bool = C::GROUPED;
}

impl<K, C> NeededBy<C, Asking> for K
where
    K: Contract,
    C: Asks<<K as Contract>::Input>,
    K: Answers<<C::Request as Request>::Reply>,
{
}

impl<T, C: ReadsItem<T>> NeededBy<C, Reading> for T {}

impl<T, C: WritesItem<T>> NeededBy<C, Writing> for T {}

impl<S, C: CallsService<S>> NeededBy<C, Calling> for S {}
