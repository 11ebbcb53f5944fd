//! The network: three bricks, and what they share.

use crate::messages::{
    Bill, Board, Cashier, Charge, Closer, Cook, Dish, Host, Order, Served, Ticket, Till, Waiter,
};
use net_dsl::{accept, brick, prelude::*};
use once_cell::sync::Lazy;

/// Where orders wait for the kitchen.
pub static ORDERS: Lazy<Queue<Order>> =
    Lazy::new(|| Queue::builder().name(name!("orders")).deadline(minutes!(20)).build());

/// What the kitchen knows of each order.
pub static TICKETS: Lazy<Table<Ticket>> =
    Lazy::new(|| Table::builder().name(name!("tickets")).build());

/// What can be ordered.
pub static MENU: Lazy<Table<Dish>> = Lazy::new(|| Table::builder().name(name!("menu")).build());

/// Who wants to know what was served.
pub static SERVED: Lazy<Topic<Served>> =
    Lazy::new(|| Topic::builder().name(name!("served")).build());

/// What is to be paid, in order for each table.
pub static CHARGES: Lazy<FifoQueue<Charge>> =
    Lazy::new(|| FifoQueue::builder().name(name!("charges")).build());

/// What each table owes.
pub static BILLS: Lazy<Table<Bill>> = Lazy::new(|| Table::builder().name(name!("bills")).build());

/// What the house keeps of what was served: nothing in this network takes it from there.
pub static BOOKS: Lazy<Queue<Served>> = Lazy::new(|| Queue::builder().name(name!("books")).build());

/// Closing time: a quarter to midnight.
pub static CLOSING: Lazy<Schedule> =
    Lazy::new(|| Schedule::builder().name(name!("closing")).cron(cron!("45 23 * * ? *")).build());

/// The door: orders come in, guests ask for them.
pub fn front() -> Network {
    let door = HttpApi::builder().name(name!("door")).build();
    let waiter = Function::<Waiter>::builder()
        .name(name!("waiter"))
        .code(binary!("restaurant-waiter"))
        .build();
    let host =
        Function::<Host>::builder().name(name!("host")).code(binary!("restaurant-host")).build();
    brick(
        name!("front"),
        door.routes(route!(POST "/orders" => Order), &waiter)
            + door.routes(route!(GET "/orders/{order}"), &host)
            + waiter.sends_to(&ORDERS)
            + host.reads(&TICKETS),
    )
}

/// The kitchen: cooks orders, and says so.
pub fn kitchen() -> Network {
    let cook = Function::<Cook>::builder()
        .name(name!("cook"))
        .code(binary!("restaurant-cook"))
        .timeout(minutes!(1))
        .build();
    let board =
        Function::<Board>::builder().name(name!("board")).code(binary!("restaurant-board")).build();
    brick(
        name!("kitchen"),
        ORDERS.triggers(&cook)
            + cook.reads(&MENU)
            + cook.reads(&TICKETS)
            + cook.writes(&TICKETS)
            + cook.sends_to(&SERVED)
            + SERVED.triggers(&board)
            + SERVED.fans_out_to(&BOOKS)
            + accept(name!("books"), "N301", "the accountant fetches it by hand"),
    )
}

/// The till: every ticket that was served comes onto the bill of its table.
pub fn till() -> Network {
    let cashier = Function::<Cashier>::builder()
        .name(name!("cashier"))
        .code(binary!("restaurant-cashier"))
        .build();
    let till =
        Function::<Till>::builder().name(name!("till")).code(binary!("restaurant-till")).build();
    let closer = Function::<Closer>::builder()
        .name(name!("closer"))
        .code(binary!("restaurant-closer"))
        .build();
    brick(
        name!("till"),
        TICKETS.stream().triggers(&cashier)
            + cashier.reads(&MENU)
            + cashier.sends_to(&CHARGES)
            + CHARGES.triggers(&till)
            + till.reads(&BILLS)
            + till.writes(&BILLS)
            + CLOSING.triggers(&closer)
            + closer.reads(&TICKETS)
            + closer.writes(&TICKETS),
    )
}

/// The whole of it.
pub fn restaurant() -> Network {
    front() + kitchen() + till()
}
