//! A restaurant that uses every kind of entity and link and some of every kind of setting.

use net_dsl::{
    accept, brick,
    prelude::*,
    property::{
        self, apigatewayv2, dynamodb, iam,
        lambda::{self, event_source_mapping},
        logs, s3,
        scheduler::schedule,
        sns, sqs,
    },
};
use serde_json::json;

/// What a guest orders.
pub struct Order;
/// One course of a table's meal; courses of one table are served in order.
pub struct Course {
    /// The table it goes to.
    pub table: String,
}
/// A party that arrives.
pub struct Party;
/// A seat that is free again.
pub struct Seat;
/// The bill, for the archive.
pub struct Bill;
/// What Alexa asks.
pub struct Directive;
/// What Alexa is answered.
pub struct Event;
/// Asks what a dish costs.
pub struct GetPrice;
/// What a dish costs.
pub struct Price;

messages! { Order, Course, Party, Seat, Bill, Directive, Event, GetPrice, Price }

impl Grouped for Course {
    fn group(&self) -> String {
        self.table.clone()
    }
}

impl Request for GetPrice {
    type Reply = Price;
}

impl Request for Directive {
    type Reply = Event;
}

/// A dish of the menu.
pub struct Dish;

impl Item for Dish {
    const NAME: &'static str = "Dish";
    const PARTITION: Key = Key::text("name");
}

/// An entry of the ledger.
pub struct Entry;

impl Item for Entry {
    const NAME: &'static str = "Entry";
    const PARTITION: Key = Key::text("table");
    const SORT: Option<Key> = Some(Key::number("time"));
    const EXPIRES: Option<&'static str> = Some("expires");
}

/// A picture of a dish.
pub struct Picture;
/// A small one.
pub struct Thumbnail;
/// What the kitchen has on its shelves.
pub struct Stock;

objects! { Picture in "pictures/" as bytes, Thumbnail in "thumbnails/" as bytes, Stock }

/// That a dish ran out.
pub struct RanOut {
    /// How many were asked for meanwhile.
    pub missed: u32,
    /// Which dish.
    pub dish: Which,
}
/// Which dish.
pub struct Which {
    /// What it is called.
    pub name: String,
}
/// That AWS has a message for whoever runs the restaurant.
pub struct Health;

events! {
    RanOut from "restaurant.kitchen" as "Ran Out",
    Health from "aws.health" as "AWS Health Event",
}

services! {
    /// Takes the money.
    pub Bank,
    /// Reads the weather.
    pub Weather,
    /// The restaurant's own API, for links back to it.
    pub Shop,
}

contract! {
    /// Takes orders over HTTP, and hands out links to its own API.
    pub Till: HttpRequest<Order> => HttpResponse {
        asks GetPrice,
        sends Order,
        sends Bill,
        calls Bank,
        calls Shop,
    }
    /// Shows the menu.
    pub Menu: HttpRequest<()> => HttpResponse { reads Dish, calls Weather }
    /// Knows what dishes cost.
    pub Prices: GetPrice => Price { reads Dish }
    /// Cooks.
    pub Kitchen: Order => () { sends Course, reads Entry, writes Entry }
    /// Says hello to everybody who orders.
    pub Greeter: Order => () {}
    /// Serves courses.
    pub Waiter: Course => () {}
    /// Keeps bills.
    pub Clerk: Bill => () {}
    /// Looks over the ledger.
    pub Auditor: Change<Entry> => () { writes Dish }
    /// Makes thumbnails.
    pub Resizer: Created<Picture> => () { reads Picture, writes Thumbnail }
    /// Forgets pictures that were removed.
    pub Forgetter: Removed<Picture> => () { writes Thumbnail }
    /// Shows new thumbnails.
    pub Painter: Created<Thumbnail> => () { reads Thumbnail, reads Stock }
    /// Notices what runs out.
    pub Counter: Order => () { sends RanOut }
    /// Orders what ran out.
    pub Buyer: RanOut => () {}
    /// Looks after the account.
    pub Doctor: Health => () {}
    /// Cleans up.
    pub Cleaner: Tick => () {}
    /// Takes parties that Alexa announces.
    pub Concierge: Directive => Event { sends Party }
    /// Finds seats, and asks the usher to try again.
    pub Host: Party => () { sends Seat }
    /// Brings parties to seats, and those without one back to the host.
    pub Usher: Seat => () { sends Party }
}

/// Every kind of entity and link, a circle of functions, an API that its own function calls, and
/// overlays over every kind of resource that overlays can reach.
pub fn everything() -> Network {
    front() + kitchen() + books() + gallery() + news() + door() + overlays()
}

fn shop() -> HttpApi {
    HttpApi::builder().name(name!("shop")).deadline(seconds!(20)).build()
}

fn till() -> Function<Till> {
    Function::builder()
        .name(name!("till"))
        .code(binary!("till"))
        .timeout(seconds!(5))
        .memory(mebibytes!(512))
        .reserved_concurrency(count!(20))
        .log_retention(days!(7))
        .environment(vec![variable!("CURRENCY", "EUR")])
        .build()
}

fn placed() -> Topic<Order> {
    Topic::builder().name(name!("placed")).deadline(minutes!(10)).build()
}

fn bills() -> Queue<Bill> {
    Queue::builder()
        .name(name!("bills"))
        .no_dead_letters()
        .delay(minutes!(1))
        .deadline(days!(1))
        .build()
}

fn dishes() -> Table<Dish> {
    Table::builder()
        .name(name!("dishes"))
        .removal(Removal::Delete)
        .point_in_time_recovery(false)
        .build()
}

fn ledger() -> Table<Entry> {
    Table::builder().name(name!("ledger")).build()
}

fn front() -> Network {
    let menu = Function::<Menu>::builder()
        .name(name!("menu"))
        .code(binary!("menu"))
        .timeout(seconds!(5))
        .architecture(Architecture::X86_64)
        .build();
    let prices = Function::<Prices>::builder()
        .name(name!("prices"))
        .code(binary!("prices"))
        .timeout(seconds!(2))
        .build();
    let bank = ExternalService::<Bank>::builder().name(name!("bank")).secret().build();
    let weather = ExternalService::<Weather>::builder()
        .name(name!("weather"))
        .base_url(url!("https://weather.example.com"))
        .build();

    brick(
        name!("front"),
        shop().routes(route!(POST "/orders" => Order), &till())
            + shop().routes(route!(PUT "/orders/{order}" => Order), &till())
            + shop().routes(route!(GET "/menu" => ()), &menu)
            + shop().routes(route!(ANY "/menu/{dish+}" => ()), &menu)
            + till().asks(&prices)
            + till().sends_to(&placed())
            + till().sends_to(&bills())
            + till().calls(&bank)
            + till().calls(&shop().serves::<Shop>())
            + menu.reads(&dishes())
            + menu.calls(&weather)
            + prices.reads(&dishes()),
    )
}

fn kitchen() -> Network {
    let orders = Queue::<Order>::builder()
        .name(name!("orders"))
        .retention(days!(1))
        .max_receives(count!(3))
        .build();
    let courses = FifoQueue::<Course>::builder()
        .name(name!("courses"))
        .visibility_timeout(minutes!(2))
        .content_deduplication()
        .high_throughput()
        .build();
    let kitchen = Function::<Kitchen>::builder()
        .name(name!("kitchen"))
        .code(binary!("kitchen"))
        .timeout(seconds!(10))
        .build();
    let greeter =
        Function::<Greeter>::builder().name(name!("greeter")).code(binary!("greeter")).build();
    let waiter = Function::<Waiter>::builder()
        .name(name!("waiter"))
        .code(binary!("waiter"))
        .timeout(seconds!(20))
        .build();

    brick(
        name!("kitchen"),
        placed().fans_out_to(&orders)
            + placed().triggers(&greeter)
            + orders
                .triggers(&kitchen)
                .batch_size(count!(5))
                .max_concurrency(count!(2))
                .set(event_source_mapping::ENABLED, true)
            + kitchen.sends_to(&courses)
            + kitchen.reads(&ledger())
            + kitchen.writes(&ledger())
            + courses.triggers(&waiter).batch_size(count!(1)),
    )
}

fn books() -> Network {
    let bills = bills();
    let clerk = Function::<Clerk>::builder().name(name!("clerk")).code(binary!("clerk")).build();
    let auditor =
        Function::<Auditor>::builder().name(name!("auditor")).code(binary!("auditor")).build();
    let cleaner = Function::<Cleaner>::builder()
        .name(name!("cleaner"))
        .code(folder!("kitchen/cleaner", runtime = Runtime::NODEJS_24, handler = "index.clean"))
        .build();
    let clock = Schedule::builder().name(name!("clock")).rate(hours!(1)).build();
    let night = Schedule::builder().name(name!("night")).cron(cron!("0 3 * * ? *")).build();
    let photos = Raw::builder()
        .name(name!("photos"))
        .resource_type(resource_type!("AWS::S3::Bucket"))
        .properties(json!({ "VersioningConfiguration": { "Status": "Enabled" } }))
        .build();

    brick(
        name!("books"),
        bills.triggers(&clerk).batch_size(count!(100)).batch_window(minutes!(1))
            + ledger().stream().triggers(&auditor).batch_size(count!(50))
            + auditor.writes(&dishes())
            + clock.triggers(&cleaner)
            + night.triggers(&cleaner)
            + &photos
            + property::set(&night, schedule::SCHEDULE_EXPRESSION_TIMEZONE, "Asia/Tokyo")
            + accept(&bills, "N304", "the bank has every bill as well"),
    )
}

fn album() -> Bucket<Picture> {
    Bucket::builder()
        .name(name!("album"))
        .versions(true)
        .old_versions(days!(30))
        .origins([url!("https://restaurant.example.com")])
        .build()
}

fn stock() -> Bucket<Stock> {
    Bucket::builder().name(name!("stock")).removal(Removal::Delete).build()
}

fn gallery() -> Network {
    let thumbnails = Bucket::<Thumbnail>::builder().name(name!("album")).expiry(days!(365)).build();
    let removed = Queue::<Removed<Picture>>::builder().name(name!("removed")).build();
    let painted = Topic::<Created<Thumbnail>>::builder().name(name!("painted")).build();
    let resizer =
        Function::<Resizer>::builder().name(name!("resizer")).code(binary!("resizer")).build();
    let forgetter = Function::<Forgetter>::builder()
        .name(name!("forgetter"))
        .code(binary!("forgetter"))
        .build();
    let painter =
        Function::<Painter>::builder().name(name!("painter")).code(binary!("painter")).build();

    brick(
        name!("gallery"),
        album().created().ending(key_part!(".jpg")).triggers(&resizer)
            + album().created().ending(key_part!(".png")).triggers(&resizer)
            + album().removed().fans_out_to(&removed)
            + thumbnails.created().under(key_part!("large/")).fans_out_to(&painted)
            + resizer.reads(&album())
            + resizer.writes(&thumbnails)
            + removed.triggers(&forgetter)
            + forgetter.writes(&thumbnails)
            + painted.triggers(&painter)
            + painter.reads(&thumbnails)
            // One bus is told by S3 itself, the other by a rule.
            + album().removed().fans_out_to(&account().events::<Removed<Picture>>())
            + account().events::<Removed<Picture>>().triggers(&forgetter)
            + thumbnails
                .created()
                .under(key_part!("small/"))
                .ending(key_part!(".jpg"))
                .fans_out_to(&chain().events::<Created<Thumbnail>>())
            + chain().events::<Created<Thumbnail>>().triggers(&painter)
            + painter.reads(&stock()),
    )
}

fn chain() -> EventBus {
    EventBus::builder().name(name!("chain")).build()
}

fn account() -> EventBus {
    EventBus::builder().name(name!("account")).default_bus().build()
}

fn news() -> Network {
    let bus = EventBus::builder().name(name!("news")).archive(days!(7)).build();
    let counter =
        Function::<Counter>::builder().name(name!("counter")).code(binary!("counter")).build();
    let buyer = Function::<Buyer>::builder().name(name!("buyer")).code(binary!("buyer")).build();
    let doctor =
        Function::<Doctor>::builder().name(name!("doctor")).code(binary!("doctor")).build();
    let lacks = Queue::<RanOut>::builder().name(name!("lacks")).build();
    let lack = Topic::<RanOut>::builder().name(name!("lack")).build();
    let weather = ExternalService::<Weather>::builder()
        .name(name!("weather"))
        .base_url(url!("https://weather.example.com"))
        .build();
    let often = bus.events::<RanOut>().matching([
        field!(RanOut, missed).at_least(10_u32),
        field!(RanOut, dish.name).starts_with("soup"),
    ]);

    brick(
        name!("news"),
        placed().triggers(&counter)
            + counter.sends_to(&bus.events::<RanOut>())
            + often.triggers(&buyer).retries(count!(5)).maximum_age(hours!(1))
            + bus.events::<RanOut>().fans_out_to(&lacks)
            + bus.events::<RanOut>().fans_out_to(&lack)
            + bus.events::<RanOut>().fans_out_to(&chain().events::<RanOut>())
            + bus.events::<RanOut>().calls(&weather, route!(POST "/soups" => RanOut))
            + chain().events::<RanOut>().triggers(&buyer)
            + lacks.triggers(&buyer)
            + lack.triggers(&buyer)
            + account().events::<Health>().triggers(&doctor),
    )
}

fn door() -> Network {
    let alexa =
        AlexaSkill::<Directive>::builder().name(name!("alexa")).deadline(seconds!(8)).build();
    let concierge = Function::<Concierge>::builder()
        .name(name!("concierge"))
        .code(binary!("concierge"))
        .timeout(seconds!(8))
        .build();
    let host =
        Function::<Host>::builder().name(name!("host")).code(binary!("host")).loops().build();
    let usher =
        Function::<Usher>::builder().name(name!("usher")).code(binary!("usher")).loops().build();

    brick(
        name!("door"),
        alexa.triggers(&concierge)
            + concierge.sends_to(&host)
            + host.sends_to(&usher)
            + usher.sends_to(&host)
            + accept(&alexa, "N403", "the concierge answers; nobody waits for the others"),
    )
}

fn overlays() -> Network {
    let cors = apigatewayv2::api::CORS_CONFIGURATION_ALLOW_ORIGINS;
    let burst = apigatewayv2::stage::DEFAULT_ROUTE_SETTINGS_THROTTLING_BURST_LIMIT;
    let rate = apigatewayv2::stage::DEFAULT_ROUTE_SETTINGS_THROTTLING_RATE_LIMIT;

    property::set(&till(), lambda::function::EPHEMERAL_STORAGE_SIZE, 1_024)
        + property::set(&till(), iam::role::MAX_SESSION_DURATION, 7_200)
        + property::set(&till(), logs::log_group::LOG_GROUP_CLASS, "INFREQUENT_ACCESS")
        + property::set(&bills(), sqs::queue::RECEIVE_MESSAGE_WAIT_TIME_SECONDS, 20)
        + property::set(&placed(), sns::topic::DISPLAY_NAME, "Orders")
        + property::set(&stock(), s3::bucket::VERSIONING_CONFIGURATION_STATUS, "Suspended")
        + property::set(&ledger(), dynamodb::table::DELETION_PROTECTION_ENABLED, true)
        + property::set(&shop(), cors, json!(["https://restaurant.example.com"]))
        + property::set(&shop(), burst, 100)
        + property::set(&shop(), rate, 50.5)
        + accept(&shop(), "N502", "the till asks its shop for what it does not know itself")
}

#[cfg(test)]
mod tests {
    use super::*;
    use net_dsl::{Kind, Verb, check};
    use std::collections::BTreeSet;

    #[test]
    fn it_has_every_kind_and_verb() {
        let network = everything();
        let kinds: BTreeSet<_> =
            network.entities().filter_map(|(id, _)| network.kind(id)).collect();
        let verbs: BTreeSet<_> = network.links().map(|(_, link)| link.verb()).collect();
        assert!(Kind::ALL.iter().all(|kind| kinds.contains(kind)), "{kinds:?}");
        assert!(Verb::ALL.iter().all(|verb| verbs.contains(verb)), "{verbs:?}");
    }

    #[test]
    fn its_only_findings_are_accepted() {
        for finding in check::check(&everything()) {
            assert!(finding.accepted.is_some(), "{}: {}", finding.rule.code, finding.message);
        }
    }
}
