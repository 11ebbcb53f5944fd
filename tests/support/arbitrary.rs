//! Any network at all, made through the public API: few names, so that overlays meet often, some of
//! them the others with a prefix or as long as a name may be; names of several kinds, attributes set,
//! unset and in conflict, texts that a terminal obeys.

use net_dsl::{accept, brick, facts::Value, prelude::*, property};
use proptest::{collection, option, prelude::*};
use serde_json::json;

/// A message.
pub struct Order;
/// A request.
pub struct GetPrice;
/// Its reply.
pub struct Price;
messages! { Order, GetPrice, Price }

impl Grouped for Order {
    fn group(&self) -> String {
        String::new()
    }
}

impl Request for GetPrice {
    type Reply = Price;
}

impl Request for Order {
    type Reply = ();
}

/// An item.
pub struct Stock;
impl Item for Stock {
    const NAME: &'static str = "Stock";
    const PARTITION: Key = Key::text("dish");
}

services! {
    /// Anything outside.
    pub Bank,
}

contract! {
    /// Needs one of everything.
    pub Hub: Order => () {
        sends Order,
        asks GetPrice,
        reads Stock,
        writes Stock,
        calls Bank,
    }
    /// Answers.
    pub Prices: GetPrice => Price {}
    /// Runs by the clock.
    pub Chore: Tick => () {}
    /// Runs on request.
    pub Desk: HttpRequest<Order> => HttpResponse {}
    /// Runs on changes.
    pub Watcher: Change<Stock> => () {}
}

/// One statement of a program that declares a network.
#[derive(Clone, Debug)]
pub struct Part {
    shape: u8,
    one: u8,
    other: u8,
    value: u8,
    brick: Option<u8>,
    prefix: Option<u8>,
}

/// As long as a name may be once `left-` stands before it.
pub const FITS: &str = "a-name-that-fits-under-the-prefix-left-and-no-longer-prefix";
/// As long as a name may be.
pub const LONGEST: &str = "left-a-name-that-fits-under-the-prefix-left-and-no-longer-prefix";

const NAMES: [&str; 8] =
    ["ant", "bee", "cow", "left-ant", "left-left-ant", "right-cow", FITS, LONGEST];
const SHAPES: u8 = 31;

/// Texts with what outputs must not contain as it is.
pub const UNPRINTABLE: [&str; 3] =
    ["\u{1b}[2J\u{7}\"<`", "\u{9b}31m\r\n\u{0}\u{7f}\\", "\u{202e}\u{2028}\u{2066}\u{ffff}\u{85}"];

fn name(number: u8) -> Name {
    let text = NAMES[usize::from(number) % NAMES.len()];
    // One place a name and number, so that origins differ as in a program.
    match number % 2 {
        0 => Name::new(text).expect("a name"),
        _ => Name::new(text).expect("a name"),
    }
}

fn hub(number: u8) -> Function<Hub> {
    Function::builder().name(name(number)).build()
}

fn queue(number: u8) -> Queue<Order> {
    Queue::builder().name(name(number)).build()
}

fn table(number: u8) -> Table<Stock> {
    Table::builder().name(name(number)).build()
}

fn clock(number: u8, value: u8) -> Schedule {
    match value {
        0 => Schedule::builder().name(name(number)).rate(minutes!(1)).build(),
        1 => Schedule::builder().name(name(number)).rate(minutes!(5)).build(),
        _ => Schedule::builder().name(name(number)).cron(cron!("0 3 * * ? *")).build(),
    }
}

impl Part {
    /// The network that the statement declares.
    pub fn network(&self) -> Network {
        let &Part { shape, one, other, value, brick: in_brick, prefix } = self;
        let network = match shape {
            0 => {
                let folder = folder!("hub", runtime = Runtime::PYTHON_3_13, handler = "hub.handle");
                let code = if value == 0 { binary!("hub") } else { folder };
                Function::<Hub>::builder().name(name(one)).code(code).build().network()
            }
            1 => {
                let timeout = if value == 0 { seconds!(3) } else { seconds!(5) };
                Function::<Hub>::builder().name(name(one)).timeout(timeout).build().network()
            }
            2 => {
                let memory = if value == 0 { mebibytes!(128) } else { mebibytes!(512) };
                Function::<Hub>::builder().name(name(one)).memory(memory).build().network()
            }
            3 => Function::<Prices>::builder().name(name(one)).build().network(),
            4 => {
                let deadline = if value == 0 { seconds!(6) } else { seconds!(8) };
                Queue::<Order>::builder().name(name(one)).deadline(deadline).build().network()
            }
            5 => FifoQueue::<Order>::builder().name(name(one)).build().network(),
            6 => Table::<Stock>::builder()
                .name(name(one))
                .removal(if value == 0 { Removal::Retain } else { Removal::Delete })
                .build()
                .network(),
            7 => Topic::<Order>::builder().name(name(one)).build().network(),
            8 => Raw::builder()
                .name(name(one))
                .resource_type(resource_type!("AWS::S3::Bucket"))
                .properties(json!({ "BucketName": format!("bucket-{value}") }))
                .build()
                .network(),
            9 => queue(one).triggers(&hub(other)).into(),
            10 => {
                let size = if value == 0 { count!(1) } else { count!(10) };
                queue(one).triggers(&hub(other)).batch_size(size).into()
            }
            11 => hub(one).sends_to(&queue(other)).into(),
            12 => hub(one).sends_to(&hub(other)).into(),
            13 => {
                let prices = Function::<Prices>::builder().name(name(other)).build();
                hub(one).asks(&prices).into()
            }
            14 => hub(one).reads(&table(other)).into(),
            15 => hub(one).writes(&table(other)).into(),
            16 => {
                let bank = ExternalService::<Bank>::builder().name(name(other)).secret().build();
                hub(one).calls(&bank).into()
            }
            17 => {
                let chore = Function::<Chore>::builder().name(name(other)).build();
                clock(one, value).triggers(&chore).into()
            }
            18 => {
                Topic::<Order>::builder().name(name(one)).build().fans_out_to(&queue(other)).into()
            }
            19 => Topic::<Order>::builder().name(name(one)).build().triggers(&hub(other)).into(),
            20 => {
                let desk = Function::<Desk>::builder().name(name(other)).build();
                let api = HttpApi::builder().name(name(one)).build();
                match value {
                    0 => api.routes(route!(POST "/orders" => Order), &desk).into(),
                    _ => api.routes(route!(GET "/orders/{order}" => Order), &desk).into(),
                }
            }
            21 => {
                let watcher = Function::<Watcher>::builder().name(name(other)).build();
                table(one).stream().triggers(&watcher).into()
            }
            22 => {
                AlexaSkill::<Order>::builder().name(name(one)).build().triggers(&hub(other)).into()
            }
            23 => property::set(
                &hub(one),
                property::lambda::function::EPHEMERAL_STORAGE_SIZE,
                1_024 + i64::from(value),
            ),
            24 => accept(name(one), "N203", if value == 0 { "by hand" } else { "from outside" }),
            25 => Network::from(queue(one).triggers(&hub(other))).transpose(),
            26 => {
                let text = variable!("TEXT", UNPRINTABLE[usize::from(value)]);
                let hub = Function::<Hub>::builder().name(name(one)).environment(vec![text]);
                hub.build().network()
            }
            27 => accept(name(one), "N301", UNPRINTABLE[usize::from(value)]),
            28 => {
                let levels = [2, 3, Value::MAX_NESTING + 7][usize::from(value)];
                let deep = (1..levels).fold(json!({}), |inside, _| vec![inside].into());
                let text = UNPRINTABLE[usize::from(value)];
                Raw::builder()
                    .name(name(one))
                    .resource_type(resource_type!("AWS::S3::Bucket"))
                    .properties(json!({ "Deep": deep, "Small": 1e-7 / 3.0, text: [text, -0.0] }))
                    .build()
                    .network()
            }
            29 => {
                // By handle and by logical ids, which have several meanings. The long names of the list
                // would have meanings that are too long for a name.
                let other = other % 6;
                let id = name(other).id().pascal_case();
                let refers = match value {
                    0 => json!({ "Arn": arn_of(&queue(other)), "Id": ref_of(&hub(one)) }),
                    1 => {
                        json!({ "Text": { "Fn::Sub": format!("${{{id}Queue.Arn}}-${{{id}Role}}") } })
                    }
                    _ => json!({ "Dead": { "Ref": format!("{id}DeadLetterQueue") }, "Text": "x" }),
                };
                Raw::builder()
                    .name(name(one))
                    .resource_type(resource_type!("AWS::SSM::Parameter"))
                    .properties(refers)
                    .build()
                    .network()
            }
            _ => Network::empty(),
        };
        let network = match prefix {
            Some(0) => network.prefix(&net_dsl::name!("left"), &[]),
            Some(1) => network.prefix(&net_dsl::name!("left"), &[&queue(3), &queue(7)]),
            Some(_) => network.prefix(&net_dsl::name!("right"), &[&queue(2)]),
            None => network,
        };
        match in_brick {
            Some(0) => brick(net_dsl::name!("left"), network),
            Some(1) => brick(net_dsl::name!("right"), network),
            Some(_) => brick(net_dsl::name!("outer"), brick(net_dsl::name!("left"), network)),
            None => network,
        }
    }
}

/// A network and the statements it is the sum of, which is what a failing case prints.
#[derive(Clone)]
pub struct Sample {
    /// The statements.
    pub parts: Vec<Part>,
    /// Their sum.
    pub network: Network,
}

impl std::fmt::Debug for Sample {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.parts.fmt(f)
    }
}

fn part() -> impl Strategy<Value = Part> {
    let names = NAMES.len() as u8;
    let prefix = option::weighted(0.2, 0..3_u8);
    (0..SHAPES, 0..names, 0..names, 0..3_u8, option::of(0..3_u8), prefix).prop_map(
        |(shape, one, other, value, brick, prefix)| Part {
            shape,
            one,
            other,
            value,
            brick,
            prefix,
        },
    )
}

/// Any network of up to a dozen statements.
pub fn sample() -> impl Strategy<Value = Sample> {
    collection::vec(part(), 0..12).prop_map(|parts| {
        let network = parts.iter().map(Part::network).sum();
        Sample { parts, network }
    })
}

/// Any set of the names that samples use, as a test of membership.
pub fn some_names() -> impl Strategy<Value = u8> {
    any::<u8>()
}

/// Whether a set of names has one in it.
pub fn is_in(names: u8, id: &net_dsl::Id) -> bool {
    NAMES
        .iter()
        .position(|name| *name == id.as_str())
        .is_some_and(|number| names >> number & 1 == 1)
}

/// Any function from names to names.
pub fn renaming() -> impl Strategy<Value = Vec<u8>> {
    collection::vec(0..NAMES.len() as u8, NAMES.len())
}

/// The name that a renaming gives.
pub fn renamed(renaming: &[u8], id: &net_dsl::Id) -> net_dsl::Id {
    let number = NAMES.iter().position(|name| *name == id.as_str());
    number.map_or_else(|| id.clone(), |number| name(renaming[number]).id().clone())
}
