//! The restaurant, tested as a whole: requests come in, and what becomes of them is looked at.

use net_dsl::prelude::*;
use net_local::{self as local, Local, Request};
use restaurant::{
    handlers::{AnswerGuest, Billing, Charging, Chef, Display, LookAround, TakeOrder},
    messages::{
        Bill, Board, Cashier, Charge, Closer, Cook, Dish, Host, Order, Served, State, Ticket, Till,
        Waiter,
    },
    network::{BILLS, BOOKS, CHARGES, CLOSING, MENU, ORDERS, SERVED, TICKETS, restaurant},
};
use std::time::Duration;

/// The restaurant with all its staff, and soup on the menu.
fn open() -> Local {
    let here = local::start(restaurant())
        .handler::<Waiter>(TakeOrder)
        .handler::<Host>(AnswerGuest)
        .handler::<Cook>(Chef)
        .handler::<Cashier>(Charging)
        .handler::<Till>(Billing)
        .handler::<Board>(Display)
        .handler::<Closer>(LookAround);
    here.table(&*MENU).put(&Dish { name: "soup".to_owned(), cents: 700 });
    here
}

fn order(id: &str, table: u8, dish: &str) -> Order {
    Order { id: id.to_owned(), table, dish: dish.to_owned() }
}

#[test]
fn an_order_is_cooked_served_and_billed() {
    let here = open();
    let answer = here.request(route!(POST "/orders" => Order), &order("t-1", 4, "soup"));
    assert_eq!(answer.status, 202);
    here.settle();

    let ticket = here.table(&*TICKETS).get("t-1").expect("a ticket");
    assert_eq!(ticket.state, State::Served);
    let told = Served { order: "t-1".to_owned(), table: 4, dish: "soup".to_owned() };
    assert_eq!(here.messages(&*SERVED), std::slice::from_ref(&told));
    assert_eq!(here.queue(&*BOOKS).messages(), [told]);
    let bill = Bill { table: 4, cents: 700, orders: vec!["t-1".to_owned()] };
    assert_eq!(here.table(&*BILLS).get(4), Some(bill));
    assert_eq!(here.failures(), Vec::<String>::new());
}

#[test]
fn guests_ask_for_their_orders() {
    let here = open();
    here.request(route!(POST "/orders" => Order), &order("t-1", 4, "soup"));
    here.settle();
    let answer = here.request(route!(GET "/orders/t-1"), &());
    let ticket: Ticket = serde_json_of(&answer);
    assert_eq!((answer.status, ticket.state), (200, State::Served));
    assert_eq!(here.request(route!(GET "/orders/t-2"), &()).status, 404);
    assert_eq!(
        here.request(route!(DELETE "/orders/t-2"), &()).status,
        404,
        "there is no such route"
    );

    let door = HttpApi::builder().name(name!("door")).build();
    let answer = here.request_to(&door, Request::new("POST", "/orders").body("no order"));
    assert_eq!(answer.status, 400);
}

fn serde_json_of(answer: &HttpResponse) -> Ticket {
    serde_json::from_slice(answer.body.as_bytes()).expect("a ticket")
}

#[test]
fn what_is_not_on_the_menu_ends_as_a_dead_letter() {
    let here = open();
    here.send(&*ORDERS, &order("t-2", 4, "stone"));
    let before = here.now();
    here.settle();
    // Five times, six minutes apart: six times the cook's timeout.
    let took = here.now().duration_since(before).expect("time has passed");
    assert_eq!(took, Duration::from_secs(5 * 6 * 60));
    let [dead] = here.dead_letters(&*ORDERS).try_into().expect("one");
    assert_eq!(dead.message::<Order>(), order("t-2", 4, "stone"));
    assert_eq!((dead.why(), dead.times()), ("`stone` is not on the menu", 5));

    // Now it is.
    here.table(&*MENU).put(&Dish { name: "stone".to_owned(), cents: 1 });
    assert_eq!(here.redrive(&*ORDERS), 1);
    here.settle();
    assert!(here.dead_letters(&*ORDERS).is_empty());
    assert_eq!(here.table(&*TICKETS).get("t-2").expect("a ticket").state, State::Served);
}

#[test]
fn charges_of_a_table_are_billed_in_order_and_once() {
    let here = open();
    for number in 1..=12_u64 {
        let charge = Charge { order: format!("t-{number}"), table: 4, cents: number };
        here.send_in_group(&*CHARGES, "4", &charge);
    }
    here.settle();
    let bill = here.table(&*BILLS).get(4).expect("a bill");
    assert_eq!(bill.cents, (1..=12).sum::<u64>());
    assert_eq!(bill.orders, (1..=12).map(|number| format!("t-{number}")).collect::<Vec<_>>());
}

#[test]
fn what_nobody_has_fetched_is_forgotten_at_closing_time() {
    let here = open();
    let table = here.table(&*TICKETS);
    table.put(&Ticket {
        order: "t-3".to_owned(),
        table: 1,
        dish: "soup".to_owned(),
        state: State::Cooking,
    });
    here.settle();
    assert_eq!(table.get("t-3").expect("a ticket").state, State::Cooking);
    // It is midnight.
    here.advance(Duration::from_secs(24 * 60 * 60));
    assert_eq!(table.get("t-3").expect("a ticket").state, State::Forgotten);
    let again = Ticket { state: State::Cooking, ..table.get("t-3").expect("a ticket") };
    table.put(&again);
    here.tick(&CLOSING);
    here.settle();
    assert_eq!(table.get("t-3").expect("a ticket").state, State::Forgotten);
}

#[test]
fn a_story_has_the_whole_path() {
    let here = open();
    here.request(route!(POST "/orders" => Order), &order("t-1", 4, "soup"));
    here.settle();
    let story = here.story_of("t-1").to_string();
    for step in
        ["`door` asked: POST /orders", "sent to `orders`", "given to `cook`", "sent to `served`"]
    {
        assert!(story.contains(step), "{step}: {story}");
    }
}

#[test]
fn handlers_that_do_not_fit_are_named_with_their_places() {
    struct Nobody;
    contract! { pub Busboy: Tick => () {} }
    impl net_runtime::Handler<Busboy> for Nobody {
        async fn handle(
            &self,
            _: Tick,
            _: &net_runtime::Context<Busboy>,
        ) -> Result<(), net_runtime::BoxError> {
            Ok(())
        }
    }
    let here = local::start(restaurant())
        .handler::<Waiter>(TakeOrder)
        .handler::<Waiter>(TakeOrder)
        .handler::<Busboy>(Nobody)
        .handler::<Host>(AnswerGuest)
        .handler::<Cashier>(Charging)
        .handler::<Till>(Billing)
        .handler::<Board>(Display)
        .handler::<Closer>(LookAround);
    let error = here.check().expect_err("three things are wrong").to_string();
    for what in [
        "`cook` (examples/restaurant/src/network.rs:",
        "has no handler: give it one with `.handler::<Cook>(…)`",
        "has two handlers: one given at examples/restaurant/tests/restaurant.rs:",
        "is for contract `Busboy`, and the network has no function under it",
    ] {
        assert!(error.contains(what), "{what}: {error}");
    }
}
