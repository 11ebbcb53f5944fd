//! What travels, what is kept, and the contracts.

use net_dsl::prelude::*;
use serde::{Deserialize, Serialize};

/// What a guest orders.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// By which the order is known.
    pub id: String,
    /// At which table.
    pub table: u8,
    /// What is to be cooked.
    pub dish: String,
}

/// A dish is ready and was brought to its table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Served {
    /// The order.
    pub order: String,
    /// The table.
    pub table: u8,
    /// What was brought.
    pub dish: String,
}

/// Something to be paid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Charge {
    /// The order.
    pub order: String,
    /// Whose bill it is on.
    pub table: u8,
    /// How much, in cents.
    pub cents: u64,
}

messages! { Order, Served, Charge }

impl Grouped for Charge {
    /// The bill of a table is written in order.
    fn group(&self) -> String {
        self.table.to_string()
    }
}

/// What is on the menu.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dish {
    /// What it is called.
    pub name: String,
    /// What it costs, in cents.
    pub cents: u64,
}

impl Item for Dish {
    const NAME: &'static str = "Dish";
    const PARTITION: Key = Key::text("name");
}

/// How far an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// The kitchen has it.
    Cooking,
    /// It was brought.
    Served,
    /// Nobody has fetched it by closing time.
    Forgotten,
}

/// What the kitchen knows of an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    /// The order.
    pub order: String,
    /// The table.
    pub table: u8,
    /// What was ordered.
    pub dish: String,
    /// How far it is.
    pub state: State,
}

impl Item for Ticket {
    const NAME: &'static str = "Ticket";
    const PARTITION: Key = Key::text("order");
}

/// What a table owes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bill {
    /// The table.
    pub table: u8,
    /// How much, in cents.
    pub cents: u64,
    /// The orders on it.
    pub orders: Vec<String>,
}

impl Item for Bill {
    const NAME: &'static str = "Bill";
    const PARTITION: Key = Key::number("table");
}

contract! {
    /// Takes orders at the door.
    pub Waiter: HttpRequest<Order> => HttpResponse { sends Order }
    /// Tells guests how far their orders are.
    pub Host: HttpRequest<()> => HttpResponse { reads Ticket }
    /// Cooks what is on the menu.
    pub Cook: Order => () { reads Dish, reads Ticket, writes Ticket, sends Served }
    /// Makes a charge of each ticket that was served.
    pub Cashier: Change<Ticket> => () { reads Dish, sends Charge }
    /// Writes charges on bills.
    pub Till: Charge => () { reads Bill, writes Bill }
    /// Shows the guests what was served.
    pub Board: Served => () {}
    /// Looks for forgotten tickets at night.
    pub Closer: Tick => () { reads Ticket, writes Ticket }
}
