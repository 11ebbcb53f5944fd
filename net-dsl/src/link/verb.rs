//! The verbs, as methods of handles.

use super::{
    Asking, Broadcast, Calling, Direct, Front, Linked, Reaches, Reading, Routing, Runs, Sending,
    Source, Triggering, Writing,
};
use crate::{Body, Handle, Verb, entity::http_api::GivenRoute};

/// The verbs that link one handle to another; in scope with the prelude.
///
/// Each returns the network of both entities and the link, to be added to others with `+`.
pub trait Links: Handle {
    /// This source starts the function, once for each of its events.
    ///
    /// ```
    /// use net_dsl::prelude::*;
    ///
    /// # pub struct Order; messages! { Order }
    /// # contract! { pub Kitchen: Order => () {} }
    /// # let orders = Queue::<Order>::builder().name(name!("orders")).build();
    /// # let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    /// let network = Network::from(orders.triggers(&kitchen).batch_size(count!(1)));
    /// ```
    ///
    /// A queue of one message does not feed a function of another:
    ///
    /// ```compile_fail
    /// use net_dsl::prelude::*;
    ///
    /// # pub struct Order; messages! { Order }
    /// # contract! { pub Task: Tick => () {} }
    /// # let orders = Queue::<Order>::builder().name(name!("orders")).build();
    /// # let task = Function::<Task>::builder().name(name!("task")).build();
    /// orders.triggers(&task);
    /// ```
    #[track_caller]
    fn triggers<F>(&self, function: &F) -> Linked<Self::Delivery>
    where
        Self: Source + Sized,
        Self::Payload: Reaches<F, Triggering<Self::Delivery>>,
    {
        Linked::new(
            self,
            Verb::Triggers,
            Self::Payload::end(function),
            "",
            Self::Payload::WHAT,
            Self::Payload::type_name(),
        )
        .selecting(self.selection())
    }

    /// This API hands the requests of a route to the function, and its answers back.
    #[track_caller]
    fn routes<B, F>(&self, route: impl GivenRoute<B>, function: &F) -> Linked<Direct>
    where
        Self: Front + Sized,
        B: Body,
        Self::Gate: Reaches<F, Routing<B>>,
    {
        Linked::new(
            self,
            Verb::Routes,
            Self::Gate::end(function),
            route.given().key(),
            Self::Gate::WHAT,
            Self::Gate::type_name(),
        )
    }

    /// This topic copies each of its messages to the queue; a bucket tells a queue or a topic of its
    /// events, and a bus hands them to queues, topics and other buses.
    #[track_caller]
    fn fans_out_to<Q>(&self, queue: &Q) -> Linked<Self::Delivery>
    where
        Self: Broadcast + Sized,
        Self::Message: Reaches<Q, Self::How>,
    {
        Linked::new(
            self,
            Verb::FansOut,
            Self::Message::end(queue),
            "",
            Self::Message::WHAT,
            Self::Message::type_name(),
        )
        .selecting(self.selection())
    }

    /// This function hands its messages of the sink's type to the sink and goes on.
    ///
    /// Which transport carries them is the network's choice; the function's code stays the same.
    #[track_caller]
    fn sends_to<S>(&self, sink: &S) -> Linked<Direct>
    where
        Self: Runs + Sized,
        Self::Code: Reaches<S, Sending>,
    {
        Linked::new(
            self,
            Verb::Sends,
            Self::Code::end(sink),
            "",
            Self::Code::WHAT,
            Self::Code::type_name(),
        )
    }

    /// This function asks the other and waits for its answer.
    ///
    /// ```
    /// use net_dsl::prelude::*;
    ///
    /// pub struct GetPrice;
    /// pub struct Price;
    /// messages! { GetPrice, Price }
    /// impl Request for GetPrice { type Reply = Price; }
    /// contract! {
    ///     pub Till: Tick => () { asks GetPrice }
    ///     pub Prices: GetPrice => Price {}
    /// }
    /// let till = Function::<Till>::builder().name(name!("till")).build();
    /// let prices = Function::<Prices>::builder().name(name!("prices")).build();
    /// let network = Network::from(till.asks(&prices));
    /// ```
    #[track_caller]
    fn asks<F>(&self, function: &F) -> Linked<Direct>
    where
        Self: Runs + Sized,
        Self::Code: Reaches<F, Asking>,
    {
        Linked::new(
            self,
            Verb::Asks,
            Self::Code::end(function),
            "",
            Self::Code::WHAT,
            Self::Code::type_name(),
        )
    }

    /// This function reads items of the table, or objects of the bucket.
    #[track_caller]
    fn reads<T>(&self, table: &T) -> Linked<Direct>
    where
        Self: Runs + Sized,
        Self::Code: Reaches<T, Reading>,
    {
        Linked::new(
            self,
            Verb::Reads,
            Self::Code::end(table),
            "",
            Self::Code::WHAT,
            Self::Code::type_name(),
        )
    }

    /// This function writes items of the table, or objects of the bucket.
    #[track_caller]
    fn writes<T>(&self, table: &T) -> Linked<Direct>
    where
        Self: Runs + Sized,
        Self::Code: Reaches<T, Writing>,
    {
        Linked::new(
            self,
            Verb::Writes,
            Self::Code::end(table),
            "",
            Self::Code::WHAT,
            Self::Code::type_name(),
        )
    }

    /// This function calls the service over HTTP.
    #[track_caller]
    fn calls<S>(&self, service: &S) -> Linked<Direct>
    where
        Self: Runs + Sized,
        Self::Code: Reaches<S, Calling>,
    {
        Linked::new(
            self,
            Verb::Calls,
            Self::Code::end(service),
            "",
            Self::Code::WHAT,
            Self::Code::type_name(),
        )
    }
}

impl<H: Handle + ?Sized> Links for H {}
