//! The memory side does what AWS's documentation says, and so does net-local's engine;
//! `behaviours_on_an_engine.rs` tries the same on an emulator of AWS.

mod support {
    pub(crate) mod behaviours;
}

use net_dsl::{prelude::*, property};
use net_runtime::{BoxError, Context, Handler, Memory};
use support::behaviours::{Bytes, Named, Numbered, Plain, Trial, behaves};

#[tokio::test]
async fn memory_behaves_as_documented() {
    let memory = Memory::new();
    let (queue, fifo_queue) = ("orders", "orders.fifo");
    let trial =
        Trial { backend: &memory, queue, fifo_queue, bus: "news", bucket: "photos", differs: &[] };
    behaves(&trial).await;
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Order;
messages! { Order }
impl Grouped for Order {
    fn group(&self) -> String {
        "all".to_owned()
    }
}
contract! { Till: Tick => () {} }
#[derive(serde::Serialize, serde::Deserialize)]
struct Photo;
objects! { Photo }

struct Idle;

impl Handler<Till> for Idle {
    async fn handle(&self, _: Tick, _: &Context<Till>) -> Result<(), BoxError> {
        Ok(())
    }
}

fn table<T: Item>(name: &str) -> Network {
    let name = Name::new(name).expect("a name");
    let table = Table::<T>::builder().name(name.clone()).build();
    let named = property::set(&table, property::dynamodb::table::TABLE_NAME, name.to_string());
    table.network() + named
}

#[test]
fn the_local_engine_behaves_as_documented() {
    let till = Function::<Till>::builder().name(name!("till")).build();
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    let ordered = FifoQueue::<Order>::builder().name(name!("ordered")).build();
    let photos = Bucket::<Photo>::builder().name(name!("photos")).build();
    let named = property::set(&photos, property::s3::bucket::BUCKET_NAME, "photos");
    let news = EventBus::builder().name(name!("news")).build();
    let network = till.network() + orders.network() + ordered.network() + news.network();
    let network = network + photos.network() + named;
    let tables = table::<Plain>("plain") + table::<Numbered>("numbered");
    let tables = tables + table::<Named>("named") + table::<Bytes>("bytes");
    let here = net_local::start(network + tables).handler::<Till>(Idle);
    let backend = here.backend_of(&till);
    let url = |name: &str| format!("https://sqs.eu-west-1.amazonaws.com/000000000000/local-{name}");
    let (queue, fifo_queue) = (url("OrdersQueue"), url("OrderedQueue.fifo"));
    let (bus, bucket) = ("local-news", "photos");
    let (queue, fifo_queue) = (queue.as_str(), fifo_queue.as_str());
    let trial = Trial { backend: &backend, queue, fifo_queue, bus, bucket, differs: &[] };
    here.block_on(behaves(&trial));
}
