//! What a running handler reaches: the back end of one instance.

use super::{
    Engine, Shared,
    log::{Number, What},
    random::Random,
    trace,
};
use crate::{
    fault::Fault,
    service::{bucket, event_bus, external_service, function, queue, table, topic},
};
use net_dsl::binding::Address;
use net_runtime::{
    Answer, Buckets, CallError, Called, Clock, Failure, Invocations, Listed, Messages, ObjectBody,
    ObjectInfo, Page, Parcel, Presign, Randomness, Read, Schema, SecretStore, SecretString,
    Services, Tables, Write, Written, rules::Objects,
};
use serde_json::Value;
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, SystemTime},
};
use tokio::sync::oneshot;

/// What one instance of a function reaches.
#[derive(Clone)]
pub(crate) struct Port {
    shared: Arc<Shared>,
    function: usize,
    /// The run that the instance is at.
    pub(crate) run: Arc<AtomicU32>,
    random: Arc<Mutex<Random>>,
    /// By how much its clock is ahead.
    skew: Duration,
    /// Its code is another process, which says of few calls what they are part of.
    remote: bool,
}

/// A call that code makes: the words of its place, as in `cook writes menu`.
struct Call {
    verb: &'static str,
    what: String,
}

impl Port {
    pub(crate) fn new(
        shared: Arc<Shared>,
        function: usize,
        instance: String,
        seed: u64,
        skew: Duration,
    ) -> Port {
        let random = Arc::new(Mutex::new(Random::of(seed, &instance)));
        Port { shared, function, run: Arc::default(), random, skew, remote: false }
    }

    /// The same, for code in another process.
    #[cfg(feature = "dev")]
    pub(crate) fn remote(&self) -> Port {
        Port { remote: true, ..self.clone() }
    }

    #[cfg(feature = "dev")]
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    #[cfg(feature = "dev")]
    pub(crate) fn function(&self) -> usize {
        self.function
    }

    /// The correlation id of what a call is part of; of code elsewhere, what its run is part of, if that is
    /// one thing.
    pub(crate) fn correlation(&self) -> Arc<str> {
        if !self.remote {
            return trace::correlation();
        }
        let run = self.run.load(Ordering::Relaxed);
        self.shared.with(|engine| {
            let correlations =
                engine.services.runs.get(&run).map(|run| run.correlations.as_slice());
            match correlations {
                Some([one]) => engine.log.correlations.text(*one).into(),
                _ => "".into(),
            }
        })
    }

    pub(crate) fn skew(&self) -> Duration {
        self.skew
    }

    /// Makes a call: what is to go wrong with it goes wrong.
    async fn call<T: Send>(
        &self,
        call: Call,
        apply: impl FnOnce(&mut Engine, u32, u32) -> Result<T, Failure> + Send,
    ) -> Result<T, Failure> {
        let run = self.run.load(Ordering::Relaxed);
        let fault = self.before(run, &call).await?;
        let correlation = self.correlation();
        let applied = self.shared.with(|engine| {
            let correlation = number(engine, &correlation);
            apply(engine, correlation, run)
        });
        self.after(run, fault).await?;
        applied
    }

    fn of_bucket(&self, verb: &'static str, bucket: &str) -> Call {
        Call { verb, what: self.shared.with(|engine| bucket::name(engine, bucket)) }
    }

    async fn look<T: Send>(
        &self,
        bucket: &str,
        look: impl FnOnce(&Objects) -> Result<T, Failure> + Send,
    ) -> Result<T, Failure> {
        let call = self.of_bucket("reads", bucket);
        self.call(call, move |engine, correlation, run| {
            bucket::look(engine, bucket, (correlation, run), look)
        })
        .await
    }

    /// What happens before a call is applied; what is to happen after.
    async fn before(&self, run: u32, call: &Call) -> Result<Option<Fault>, Failure> {
        let (latency, fault) = self.shared.with(|engine| {
            let latency = engine.latency(self.function);
            let place = |engine: &Engine| {
                let function = engine.wiring.functions[self.function].entity;
                format!("{} {} {}", engine.wiring.name(function), call.verb, call.what)
            };
            if engine.is_out(&call.what) {
                return (latency, Some(Fault::Refused));
            }
            let fault = engine.fault(run, place, &Fault::OF_CALLS);
            if fault == Some(Fault::Outage) {
                engine.begin_outage(&call.what, self.function);
            }
            (latency, fault)
        });
        if latency > 0 {
            tokio::time::sleep(Duration::from_millis(latency)).await;
        }
        match fault {
            Some(Fault::Refused | Fault::Outage) => Err(temporary("connection reset")),
            Some(Fault::Throttled) => Err(temporary("ThrottlingException: Rate exceeded")),
            Some(Fault::CrashBefore) => self.crash(run).await,
            other => Ok(other),
        }
    }

    async fn after(&self, run: u32, fault: Option<Fault>) -> Result<(), Failure> {
        match fault {
            Some(Fault::ReplyLost) => Err(temporary("the connection ended before the reply")),
            Some(Fault::CrashAfter) => self.crash(run).await,
            // Longer than any run.
            Some(Fault::Slow) => std::future::pending().await,
            _ => Ok(()),
        }
    }

    /// The run dies; what it waits for never comes.
    async fn crash<T>(&self, run: u32) -> T {
        let lines = trace::lines();
        self.shared.with(|engine| {
            function::hear(engine, run, lines);
            function::kill(engine, run, "the run has crashed: its process ended".to_owned());
        });
        std::future::pending().await
    }
}

fn number(engine: &mut Engine, correlation: &str) -> u32 {
    if correlation.is_empty() { 0 } else { engine.log.correlations.number(correlation) }
}

fn temporary(text: &str) -> Failure {
    Failure::Temporary(text.into())
}

fn nobody(what: &str) -> Failure {
    Failure::Permanent(format!("nothing in this network is `{what}`").into())
}

/// The last part of an address: what people know it by.
fn short(engine: &Engine, address: &Address) -> String {
    let wiring = &engine.wiring;
    let found = match address {
        Address::Queue(url) | Address::FifoQueue(url) => {
            wiring.queue(url).map(|queue| wiring.queues[queue].entity)
        }
        Address::Topic(arn) => {
            wiring.topics.iter().find(|topic| topic.arn == *arn).map(|topic| topic.entity)
        }
        Address::Bus(bus) => event_bus::entity(wiring, bus),
        Address::Function(arn) => {
            wiring.function(arn).map(|function| wiring.functions[function].entity)
        }
    };
    found.map(|entity| wiring.name(entity).to_owned()).unwrap_or_default()
}

impl Messages for Port {
    fn send<'a>(&'a self, to: &'a Address, parcel: Parcel) -> Answer<'a, ()> {
        Box::pin(async move {
            let what = self.shared.with(|engine| short(engine, to));
            let call = Call { verb: "sends to", what };
            self.call(call, move |engine, _, run| {
                net_runtime::rules::message(to, &parcel)?;
                let parcel = Arc::new(parcel);
                match to {
                    Address::Queue(url) | Address::FifoQueue(url) => {
                        let found = engine.wiring.queue(url).ok_or_else(|| nobody(url))?;
                        queue::send(engine, found, &parcel, run);
                    }
                    Address::Topic(arn) => {
                        let topics = &engine.wiring.topics;
                        let found = topics.iter().position(|topic| topic.arn == *arn);
                        let found = found.ok_or_else(|| nobody(arn))?;
                        topic::publish(engine, found, &parcel, run);
                    }
                    Address::Bus(bus) => event_bus::tell(engine, bus, &parcel, run)?,
                    Address::Function(arn) => {
                        let found = engine.wiring.function(arn).ok_or_else(|| nobody(arn))?;
                        function::send(engine, found, &parcel, run);
                    }
                }
                Ok(())
            })
            .await
        })
    }
}

impl Buckets for Port {
    fn put_object<'a>(
        &'a self,
        bucket: &'a str,
        key: &'a str,
        body: ObjectBody,
    ) -> Answer<'a, ObjectInfo> {
        Box::pin(async move {
            let call = self.of_bucket("writes", bucket);
            self.call(call, move |engine, correlation, run| {
                bucket::put(engine, bucket, key, body, (correlation, run))
            })
            .await
        })
    }

    fn get_object<'a>(&'a self, bucket: &'a str, key: &'a str) -> Answer<'a, Option<ObjectBody>> {
        Box::pin(self.look(bucket, move |objects| objects.get(bucket, key)))
    }

    fn head_object<'a>(&'a self, bucket: &'a str, key: &'a str) -> Answer<'a, Option<ObjectInfo>> {
        Box::pin(self.look(bucket, move |objects| objects.head(bucket, key)))
    }

    fn delete_object<'a>(&'a self, bucket: &'a str, key: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let call = self.of_bucket("writes", bucket);
            self.call(call, move |engine, correlation, run| {
                bucket::delete(engine, bucket, key, (correlation, run))
            })
            .await
        })
    }

    fn list_objects<'a>(
        &'a self,
        bucket: &'a str,
        prefix: &'a str,
        next: Option<String>,
    ) -> Answer<'a, Listed> {
        Box::pin(self.look(bucket, move |objects| objects.list(bucket, prefix, next)))
    }

    /// A URL is made without S3, and leads nowhere here.
    fn presign<'a>(
        &'a self,
        bucket: &'a str,
        key: &'a str,
        presign: Presign,
    ) -> Answer<'a, String> {
        let signed =
            self.shared.with(|engine| engine.services.objects.presign(bucket, key, &presign));
        Box::pin(std::future::ready(signed))
    }
}

impl Invocations for Port {
    fn ask<'a>(&'a self, function: &'a str, parcel: Parcel) -> Answer<'a, Value> {
        Box::pin(async move {
            let run = self.run.load(Ordering::Relaxed);
            let address = Address::Function(function.to_owned());
            let what = self.shared.with(|engine| short(engine, &address));
            let fault = self.before(run, &Call { verb: "asks", what }).await?;
            let correlation = self.correlation();
            let (tell, told) = oneshot::channel();
            self.shared.with(|engine| {
                let found = engine.wiring.function(function).ok_or_else(|| nobody(function))?;
                let correlation = number(engine, &correlation);
                engine.tell(correlation, run, What::Asked { function: found as Number });
                let event = parcel.payload();
                let done: function::Done = Box::new(move |_, ended| {
                    // Who does not wait any more has died.
                    let _ = tell.send(function::reply(ended.outcome));
                });
                let started = function::start(engine, found, event, done);
                started.map_err(|_| temporary("TooManyRequestsException: Rate Exceeded."))
            })?;
            let answer = told.await.unwrap_or_else(|_| Err(temporary("the function is gone")));
            self.after(run, fault).await?;
            answer
        })
    }
}

impl Tables for Port {
    fn read<'a>(&'a self, table: &'a str, schema: Schema, read: Read) -> Answer<'a, Page> {
        Box::pin(async move {
            let what = self.shared.with(|engine| table::name(engine, table));
            let call = Call { verb: "reads", what };
            self.call(call, move |engine, correlation, run| {
                table::read(engine, table, schema, read, correlation, run)
            })
            .await
        })
    }

    fn write<'a>(&'a self, table: &'a str, schema: Schema, write: Write) -> Answer<'a, Written> {
        Box::pin(async move {
            let what = self.shared.with(|engine| table::name(engine, table));
            let call = Call { verb: "writes", what };
            self.call(call, move |engine, correlation, run| {
                table::write(engine, table, schema, write, correlation, run)
            })
            .await
        })
    }
}

impl SecretStore for Port {
    fn secret<'a>(&'a self, arn: &'a str) -> Answer<'a, SecretString> {
        Box::pin(async move {
            let what = arn.rsplit(':').next().unwrap_or_default().to_owned();
            self.call(Call { verb: "reads secret", what }, move |engine, _, _| {
                let secret = engine.services.secrets.get(arn);
                let secret = secret.ok_or_else(|| {
                    Failure::Permanent(
                        "ResourceNotFoundException: Secrets Manager can't find the specified secret."
                            .into(),
                    )
                })?;
                Ok(SecretString::from(secret.clone()))
            })
            .await
        })
    }
}

impl Clock for Port {
    fn now(&self) -> SystemTime {
        self.shared.with(|engine| engine.time()) + self.skew
    }
}

impl Randomness for Port {
    /// Of the instance's own, so that what one draws changes nothing for another.
    fn random(&self) -> u64 {
        self.random.lock().unwrap_or_else(PoisonError::into_inner).any()
    }
}

impl Services for Port {
    fn call<'a>(&'a self, service: &'a str, request: reqwest::Request) -> Called<'a> {
        Box::pin(async move {
            let run = self.run.load(Ordering::Relaxed);
            let limit = request.timeout().copied();
            let call = Call { verb: "calls", what: service.to_owned() };
            let answered = async {
                let fault = self.before(run, &call).await.map_err(CallError::unsent)?;
                let correlation = self.correlation();
                let response =
                    external_service::call(&self.shared, service, request, &correlation, run);
                let response = response.await?;
                self.after(run, fault).await.map_err(CallError::lost)?;
                Ok(response)
            };
            match limit {
                Some(limit) => tokio::time::timeout(limit, answered)
                    .await
                    .unwrap_or_else(|_| Err(CallError::lost("operation timed out"))),
                None => answered.await,
            }
        })
    }
}
