//! What a test does to a network, and what it sees of it.

use super::{Local, Request};
use crate::{
    engine::log::What,
    service::{consumer, event_bus, function, http_api, queue, schedule, table, topic},
    story::{self, Story},
};
use net_dsl::{
    Contract, Handle, HttpResponse, Item, Message, Payload, RawBody, Route, Schedule,
    entity::event_bus::{EVENT_SOURCE, EVENT_TYPE},
    facts::Scalar as _,
    link::{Runs, Sink, Store},
};
use net_runtime::{Act, Condition, KeyValues, Parcel, Read, Schema, Write, rules};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use smol_str::SmolStr;
use std::{
    any::Any,
    fmt,
    marker::PhantomData,
    sync::{Arc, Mutex, PoisonError},
};

/// Where something goes that a test hands over.
enum Place {
    Queue(usize),
    Topic(usize),
    Function(usize),
    Bus(usize),
}

/// Of which source and type an event is that goes to a bus.
fn kind_of<S: Sink>(bus: &S) -> (SmolStr, SmolStr) {
    let facts = bus.facts();
    let said = |attribute: &'static str| {
        let (_, said) = facts.below(attribute).next()?;
        SmolStr::load(said.agreed()?)
    };
    let said = |attribute| said(attribute).unwrap_or_default();
    (said(EVENT_SOURCE), said(EVENT_TYPE))
}

impl Local {
    /// Sends a request along a route, whose path is as the request has it: `route!(GET "/orders/7")`. What
    /// the HTTP API answers.
    ///
    /// # Panics
    /// If the network has several HTTP APIs that take the request: then [`Local::request_to`] says which;
    /// or none.
    #[track_caller]
    pub fn request<B: Message + Serialize>(&self, route: Route<B>, body: &B) -> HttpResponse {
        let (method, path) = route.key().split_once(' ').unwrap_or_default();
        let request = Request::new(method, path);
        let body: &dyn Any = body;
        let request = match (body.downcast_ref::<()>(), body.downcast_ref::<RawBody>()) {
            (Some(()), _) => request,
            (None, Some(raw)) => request.body(raw.as_bytes()),
            (None, None) => match body.downcast_ref::<B>() {
                Some(body) => request.json(body),
                None => unreachable!("it is what it is"),
            },
        };
        let apis: Vec<usize> = (0..self.wiring.apis.len()).collect();
        let takes = |api: &usize| http_api::route(&self.wiring.apis[*api], method, path).is_some();
        let taking: Vec<usize> = apis.iter().copied().filter(takes).collect();
        match (taking.as_slice(), apis.as_slice()) {
            ([api], _) | ([], [api]) => self.ask_api(*api, request),
            ([], []) => panic!("the network has no HTTP API"),
            _ => panic!(
                "several HTTP APIs may be meant: say which, as in `here.request_to(&door, …)`"
            ),
        }
    }

    /// Sends an HTTP API a request with headers, a query, any body; what it answers.
    #[track_caller]
    pub fn request_to(&self, api: &impl Handle, request: Request) -> HttpResponse {
        let entity = self.entity(api.name().id().as_str());
        let found = self.wiring.apis.iter().position(|api| api.entity == entity);
        let Some(api) = found else { panic!("`{}` is no HTTP API", self.wiring.name(entity)) };
        self.ask_api(api, request)
    }

    #[track_caller]
    fn ask_api(&self, api: usize, request: Request) -> HttpResponse {
        let answer: Arc<Mutex<Option<HttpResponse>>> = Arc::default();
        let told = answer.clone();
        let lock = |answer: &Mutex<Option<HttpResponse>>| {
            answer.lock().unwrap_or_else(PoisonError::into_inner).take()
        };
        self.with(|engine| {
            let reply = Box::new(move |_: &mut _, response| {
                *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(response);
            });
            http_api::request(engine, api, request.0, reply);
        });
        self.drive(|_| answer.lock().unwrap_or_else(PoisonError::into_inner).is_some());
        match lock(&answer) {
            Some(response) => response,
            None => unreachable!("an API answers within 30 seconds"),
        }
    }

    #[track_caller]
    pub(super) fn entity(&self, name: &str) -> usize {
        match self.wiring.entity(name) {
            Some(entity) => entity,
            None => panic!("the network has no `{name}`"),
        }
    }

    #[track_caller]
    fn sink(&self, sink: &impl Handle) -> Place {
        let entity = self.entity(sink.name().id().as_str());
        let wiring = &self.wiring;
        let queue = wiring.queues.iter().position(|it| it.entity == entity && it.part == "queue");
        let topic = wiring.topics.iter().position(|it| it.entity == entity);
        let function = wiring.functions.iter().position(|it| it.entity == entity);
        let bus = wiring.buses.iter().position(|it| it.entity == entity);
        let place = queue.map(Place::Queue).or(topic.map(Place::Topic)).or(bus.map(Place::Bus));
        match place.or(function.map(Place::Function)) {
            Some(place) => place,
            None => panic!("`{}` takes no messages", wiring.name(entity)),
        }
    }

    /// Sends a message to a queue, a topic, a bus or a function, and goes on. AWS's own events come so, too:
    /// `here.send(&account.events::<Health>(), &health)`.
    ///
    /// Messages from outside of the network have no deadline but what the queue or topic starts.
    #[track_caller]
    pub fn send<S>(&self, sink: &S, message: &S::Message)
    where
        S: Sink,
        S::Message: Serialize,
    {
        self.send_grouped(sink, message, None);
    }

    /// [`Local::send`] to a FIFO queue, in a group.
    #[track_caller]
    pub fn send_in_group<S>(&self, sink: &S, group: &str, message: &S::Message)
    where
        S: Sink,
        S::Message: Serialize,
    {
        self.send_grouped(sink, message, Some(group));
    }

    #[track_caller]
    fn send_grouped<S>(&self, sink: &S, message: &S::Message, group: Option<&str>)
    where
        S: Sink,
        S::Message: Serialize,
    {
        let place = self.sink(sink);
        let body = match serde_json::to_string(message) {
            Ok(body) => body,
            Err(error) => {
                panic!("a `{}` that JSON cannot say: {error}", <S::Message as Message>::NAME)
            }
        };
        let entity = self.entity(sink.name().id().as_str());
        let budget = self.wiring.entities[entity].deadline;
        self.with(|engine| {
            let letter = engine.log.next();
            let parcel = Arc::new(Parcel {
                body,
                group: group.map(str::to_owned),
                deadline: budget.map(|budget| engine.now() + budget),
                delay: 0,
                correlation: format!("message-{}", letter + 1),
                id: format!("test-{letter}"),
            });
            match place {
                Place::Queue(queue) => queue::send(engine, queue, &parcel, 0),
                Place::Topic(topic) => topic::publish(engine, topic, &parcel, 0),
                Place::Function(function) => function::send(engine, function, &parcel, 0),
                Place::Bus(bus) => {
                    let (source, detail_type) = kind_of(sink);
                    event_bus::put(engine, bus, &source, &detail_type, &parcel, 0);
                }
            }
        });
    }

    /// Invokes a function and waits for what it answers; why it failed.
    ///
    /// # Errors
    /// What the run ended with instead of an answer.
    #[track_caller]
    pub fn invoke<F>(
        &self,
        function: &F,
        input: &<F::Contract as Contract>::Input,
    ) -> Result<<F::Contract as Contract>::Output, String>
    where
        F: Runs,
        <F::Contract as Contract>::Input: Serialize,
        <F::Contract as Contract>::Output: DeserializeOwned,
    {
        let event = serde_json::to_value(input);
        let answer = self.invoke_with(function, event.unwrap_or_else(|error| panic!("{error}")))?;
        let named = <<F::Contract as Contract>::Output as Payload>::NAME;
        serde_json::from_value(answer).map_err(|error| format!("this is no `{named}`: {error}"))
    }

    /// Invokes a function with an event as Lambda has it; what it answers, or why it failed.
    ///
    /// # Errors
    /// What the run ended with instead of an answer.
    #[track_caller]
    pub fn invoke_with(&self, function: &impl Handle, event: Value) -> Result<Value, String> {
        let entity = self.entity(function.name().id().as_str());
        let found = self.wiring.functions.iter().position(|function| function.entity == entity);
        let Some(function) = found else { panic!("`{}` is no function", self.wiring.name(entity)) };
        let answer: Arc<Mutex<Option<Result<Value, String>>>> = Arc::default();
        let told = answer.clone();
        let started = self.with(|engine| {
            let done: function::Done = Box::new(move |_, ended| {
                let answer = match ended.outcome {
                    function::Outcome::Answered(answer) => Ok(answer),
                    function::Outcome::Failed(why) => Err(why),
                };
                *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
            });
            function::start(engine, function, event.to_string(), done).is_ok()
        });
        if !started {
            return Err("TooManyRequestsException: Rate Exceeded.".to_owned());
        }
        self.drive(|_| answer.lock().unwrap_or_else(PoisonError::into_inner).is_some());
        let answer = answer.lock().unwrap_or_else(PoisonError::into_inner).take();
        answer.unwrap_or_else(|| Err("the run has not ended".to_owned()))
    }

    /// Has a schedule tick now.
    #[track_caller]
    pub fn tick(&self, schedule: &Schedule) {
        let entity = self.entity(schedule.name().id().as_str());
        let all = self.wiring.schedules.iter().enumerate();
        let meant: Vec<usize> =
            all.filter(|(_, it)| it.entity == entity).map(|(number, _)| number).collect();
        assert!(!meant.is_empty(), "`{}` starts nothing", self.wiring.name(entity));
        self.with(|engine| {
            for schedule in meant {
                let now = engine.now();
                schedule::tick(engine, schedule, now);
            }
        });
    }

    /// The items of a table.
    #[track_caller]
    pub fn table<S: Store>(&self, table: &S) -> TableView<'_, S::Item> {
        let entity = self.entity(table.name().id().as_str());
        match self.wiring.tables.iter().position(|table| table.entity == entity) {
            Some(table) => TableView { here: self, table, typed: PhantomData },
            None => panic!("`{}` is no table", self.wiring.name(entity)),
        }
    }

    /// The messages of a queue.
    #[track_caller]
    pub fn queue<S: Sink>(&self, queue: &S) -> QueueView<'_, S::Message> {
        match self.sink(queue) {
            Place::Queue(queue) => QueueView { here: self, queue, typed: PhantomData },
            Place::Topic(_) | Place::Function(_) | Place::Bus(_) => {
                panic!("`{}` is no queue; `here.messages(…)` has what was sent to it", queue.name())
            }
        }
    }

    /// Every message that was ever sent to a queue, a topic, a bus or a function, oldest first.
    #[track_caller]
    pub fn messages<S>(&self, sink: &S) -> Vec<S::Message>
    where
        S: Sink,
        S::Message: DeserializeOwned,
    {
        let place = self.sink(sink);
        self.with(|engine| {
            let (queues, functions) = (engine.wiring.queues.len(), engine.wiring.functions.len());
            let number = match place {
                Place::Queue(queue) => queue,
                Place::Function(function) => queues + function,
                Place::Topic(topic) => queues + functions + topic,
                Place::Bus(bus) => {
                    let (source, detail_type) = kind_of(sink);
                    let told = event_bus::told(engine, bus, &source, &detail_type);
                    return told.iter().map(|told| read(told)).collect();
                }
            };
            let sent = engine.log.happenings.iter().filter_map(|happening| match happening.what {
                What::Sent { letter, to } if to as usize == number => Some(letter),
                _ => None,
            });
            sent.map(|letter| read(&engine.log.of(letter).parcel.body)).collect()
        })
    }

    /// What has failed for good and lies in the dead-letter queue of a queue or a function.
    #[track_caller]
    pub fn dead_letters(&self, entity: &impl Handle) -> Vec<DeadLetter> {
        let entity = self.entity(entity.name().id().as_str());
        let is_meant =
            |queue: &&queue::Settings| queue.entity == entity && queue.part == "dead-letter-queue";
        let Some(number) = self.wiring.queues.iter().position(|queue| is_meant(&queue)) else {
            panic!("`{}` has no dead-letter queue", self.wiring.name(entity));
        };
        self.with(|engine| {
            let items = engine.services.queues[number].items();
            items
                .map(|item| {
                    let times = engine.log.happenings.iter().filter(|happening| {
                        matches!(happening.what, What::Given { letter, .. } if letter == item.message)
                    });
                    DeadLetter {
                        id: consumer::message_id(item.message),
                        body: engine.log.of(item.letter).parcel.body.clone(),
                        message: engine.log.of(item.message).parcel.body.clone(),
                        why: item.failure.as_deref().unwrap_or_default().to_owned(),
                        times: times.count(),
                    }
                })
                .collect()
        })
    }

    /// Sends everything in the dead-letter queue of a queue back to the queue; how many there were.
    #[track_caller]
    pub fn redrive(&self, queue: &impl Handle) -> usize {
        let entity = self.entity(queue.name().id().as_str());
        let find = |part: &str| {
            self.wiring.queues.iter().position(|it| it.entity == entity && it.part == part)
        };
        match (find("dead-letter-queue"), find("queue")) {
            (Some(from), Some(to)) => self.with(|engine| queue::redrive(engine, from, to)),
            _ => panic!("`{}` is no queue with a dead-letter queue", self.wiring.name(entity)),
        }
    }

    /// What every event has caused, in the order in which the stories began.
    #[track_caller]
    pub fn stories(&self) -> Vec<Story> {
        self.with(|engine| story::stories(engine))
    }

    /// The first story with a text in it: an order's number, a message's id.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    pub fn story_of(&self, text: &str) -> Story {
        let found = self.stories().into_iter().find(|story| story.to_string().contains(text));
        found.unwrap_or_else(|| panic!("nothing that happened has `{text}` in it"))
    }

    /// Everything that has happened, a line each.
    #[track_caller]
    pub fn log(&self) -> Vec<String> {
        self.with(|engine| story::log(engine))
    }

    /// How many things have happened.
    #[track_caller]
    pub fn happened(&self) -> usize {
        self.with(|engine| engine.log.happenings.len())
    }

    /// Everything that has failed, a line each: runs, and messages that were lost or put aside.
    #[track_caller]
    pub fn failures(&self) -> Vec<String> {
        self.with(|engine| {
            let failed = engine.log.happenings.iter().filter(|happening| match &happening.what {
                What::Ended { failure, .. } => failure.is_some(),
                What::Returned { .. } | What::Dead { .. } | What::Lost { .. } => true,
                _ => false,
            });
            failed.map(|happening| story::line(engine, happening)).collect()
        })
    }
}

#[track_caller]
fn read<M: Message + DeserializeOwned>(body: &str) -> M {
    // What a bucket tells is wrapped, as a handler never sees it.
    let told = serde_json::from_str(body).ok().and_then(|body| rules::bucket_events(&body));
    let message = match told.and_then(|mut told| told.pop()) {
        Some((message, _)) => serde_json::from_value(message),
        None => serde_json::from_str(body),
    };
    match message {
        Ok(message) => message,
        Err(error) => panic!("this is no `{}`: {error}: {body}", <M as Message>::NAME),
    }
}

/// What has failed for good.
#[derive(Clone, PartialEq, Eq)]
pub struct DeadLetter {
    id: String,
    body: String,
    message: String,
    why: String,
    times: usize,
}

impl DeadLetter {
    /// The message that it was.
    ///
    /// # Panics
    /// If it was none of this type.
    #[track_caller]
    pub fn message<M: Message + DeserializeOwned>(&self) -> M {
        read(&self.message)
    }

    /// What lies in the queue: the message itself, or what its service says of it. Of an event that a
    /// function has failed on it is the whole event, of changes of a table where in the stream they are.
    pub fn body(&self) -> &str {
        &self.body
    }

    /// Why it failed, the last time.
    pub fn why(&self) -> &str {
        &self.why
    }

    /// How often a run was given it.
    pub fn times(&self) -> usize {
        self.times
    }
}

impl fmt::Debug for DeadLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} failed {} times: {}: {}", self.id, self.times, self.why, self.body)
    }
}

/// The items of a table, for a test.
pub struct TableView<'h, T> {
    here: &'h Local,
    table: usize,
    typed: PhantomData<fn() -> T>,
}

impl<T> fmt::Debug for TableView<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TableView({})", self.here.wiring.tables[self.table].name)
    }
}

impl<T: Item> TableView<'_, T> {
    /// The item of a key, if there is one: `get("ann")`, `get(("ann", "lamp"))`.
    #[track_caller]
    pub fn get(&self, key: impl Into<KeyValues>) -> Option<T>
    where
        T: DeserializeOwned,
    {
        let keys = match key.into().attributes::<T>() {
            Ok(keys) => keys,
            Err(failure) => panic!("{failure}"),
        };
        self.read(Read::Item { keys }).pop()
    }

    /// All items, in order of key.
    #[track_caller]
    pub fn items(&self) -> Vec<T>
    where
        T: DeserializeOwned,
    {
        self.read(Read::Table { after: None })
    }

    #[track_caller]
    fn read(&self, read: Read) -> Vec<T>
    where
        T: DeserializeOwned,
    {
        let name = &self.here.wiring.tables[self.table].name;
        let read =
            self.here.with(|engine| engine.services.tables.read(name, Schema::of::<T>(), read));
        let items = read.and_then(|page| {
            page.items.into_iter().map(|item| rules::load(item, T::NAME)).collect()
        });
        items.unwrap_or_else(|failure| panic!("{failure}"))
    }

    /// Stores an item, in place of one of the same key; its change goes into the table's stream.
    #[track_caller]
    pub fn put(&self, item: &T)
    where
        T: Serialize,
    {
        let item = rules::attributes(item, T::NAME).unwrap_or_else(|failure| panic!("{failure}"));
        self.write(Act::Put { item });
    }

    /// Deletes an item, if it is there; its change goes into the table's stream.
    #[track_caller]
    pub fn delete(&self, key: impl Into<KeyValues>) {
        let keys = key.into().attributes::<T>().unwrap_or_else(|failure| panic!("{failure}"));
        self.write(Act::Delete { keys, hand: None });
    }

    #[track_caller]
    fn write(&self, act: Act) {
        let write = Write { act, condition: Condition::Always };
        let name = &self.here.wiring.tables[self.table].name;
        let written = self.here.with(|engine| {
            let correlation = format!("change-{}", engine.log.happenings.len() + 1);
            let correlation = engine.log.correlations.number(&correlation);
            table::write(engine, name, Schema::of::<T>(), write, correlation, 0)
        });
        if let Err(failure) = written {
            panic!("{failure}");
        }
    }
}

/// The messages of a queue, for a test.
pub struct QueueView<'h, M> {
    here: &'h Local,
    queue: usize,
    typed: PhantomData<fn() -> M>,
}

impl<M> fmt::Debug for QueueView<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "QueueView({})", self.here.wiring.queues[self.queue].url)
    }
}

impl<M: Message> QueueView<'_, M> {
    /// The messages in it, oldest first: those that wait, are held back, or are being handled.
    #[track_caller]
    pub fn messages(&self) -> Vec<M>
    where
        M: DeserializeOwned,
    {
        self.here.with(|engine| {
            let items = engine.services.queues[self.queue].items();
            items.map(|item| read(&engine.log.of(item.letter).parcel.body)).collect()
        })
    }

    /// How many messages are in it.
    #[track_caller]
    pub fn len(&self) -> usize {
        self.here.with(|engine| engine.services.queues[self.queue].items().count())
    }

    /// Whether it has none.
    #[track_caller]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
