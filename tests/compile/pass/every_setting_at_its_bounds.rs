//! The smallest and the largest of every number, and the constants' forms.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
impl Grouped for Order {
    fn group(&self) -> String {
        String::from("all")
    }
}

contract! { pub Task: Tick => () {} }

fn main() {
    let least = Function::<Task>::builder()
        .name(name!("least"))
        .code(binary!("task_v2"))
        .timeout(seconds!(1))
        .memory(mebibytes!(128))
        .architecture(Architecture::X86_64)
        .reserved_concurrency(count!(0))
        .log_retention(days!(1))
        .build();
    let most = Function::<Task>::builder()
        .name(name!("a-name-of-64-characters-is-the-longest-that-every-service-takes"))
        .code(folder!(
            "a/.hidden/folder-of_v1.2",
            runtime = runtime!("python3.15"),
            handler = "deep/in.it.handle",
        ))
        .timeout(minutes!(15))
        .memory(mebibytes!(10_240))
        .reserved_concurrency(count!(100_000))
        .log_retention(days!(3_653))
        .environment(vec![variable!("LOG_LEVEL", "info"), variable!("ZONE", String::from("eu"))])
        .build();
    let short = Queue::<Order>::builder()
        .name(name!("short"))
        .visibility_timeout(seconds!(0))
        .retention(minutes!(1))
        .delay(seconds!(0))
        .max_receives(count!(1))
        .deadline(seconds!(1))
        .no_dead_letters()
        .build();
    let long = FifoQueue::<Order>::builder()
        .name(name!("long"))
        .visibility_timeout(hours!(12))
        .retention(days!(14))
        .delay(minutes!(15))
        .max_receives(count!(1_000))
        .deadline(days!(1))
        .content_deduplication()
        .high_throughput()
        .build();
    let often = Schedule::builder().name(name!("often")).rate(minutes!(1)).build();
    let seldom = Schedule::builder().name(name!("seldom")).rate(days!(365)).build();
    let night =
        Schedule::builder().name(name!("night")).cron(cron!("0/15 8-17 ? * MON-FRI *")).build();

    let network = Network::from(&least) + &most + &short + &long + &often + &seldom + &night;
    assert_eq!(network.len(), 7);
}
