//! The code of the functions.

use crate::messages::{
    Bill, Board, Cashier, Charge, Closer, Cook, Dish, Host, Order, Served, State, Ticket, Till,
    Waiter,
};
use net_dsl::prelude::*;
use net_runtime::{BoxError, Condition, Context, Handler, Update};

/// Takes an order to the kitchen.
#[derive(Debug)]
pub struct TakeOrder;

impl Handler<Waiter> for TakeOrder {
    async fn handle(
        &self,
        request: HttpRequest<Order>,
        context: &Context<Waiter>,
    ) -> Result<HttpResponse, BoxError> {
        context.send(&request.body).await?;
        Ok(HttpResponse::json(202, &request.body.id)?)
    }
}

/// Answers guests.
#[derive(Debug)]
pub struct AnswerGuest;

impl Handler<Host> for AnswerGuest {
    async fn handle(
        &self,
        request: HttpRequest<()>,
        context: &Context<Host>,
    ) -> Result<HttpResponse, BoxError> {
        let order: String = request.path_value("order")?;
        match context.table::<Ticket>().get(order).await? {
            Some(ticket) => Ok(HttpResponse::json(200, &ticket)?),
            None => Ok(HttpResponse::text(404, "the kitchen has no such order")),
        }
    }
}

/// Cooks. Whatever comes twice is cooked once: the ticket says how far it is.
#[derive(Debug)]
pub struct Chef;

impl Handler<Cook> for Chef {
    async fn handle(&self, order: Order, context: &Context<Cook>) -> Result<(), BoxError> {
        if context.table::<Dish>().get(&order.dish).await?.is_none() {
            return Err(format!("`{}` is not on the menu", order.dish).into());
        }
        let tickets = context.table::<Ticket>();
        let Order { id, table, dish } = order;
        let ticket = Ticket { order: id.clone(), table, dish: dish.clone(), state: State::Cooking };
        tickets.put_new(&ticket).await?;
        // The guests are told before the ticket says that it is done: a run that dies in between tells
        // them twice, and none is forgotten.
        let known = tickets.get(&id).await?.unwrap_or(ticket);
        if known.state != State::Served {
            context.send(&Served { order: id.clone(), table, dish }).await?;
            let served = Update::set("state", State::Served);
            tickets.update_if(&id, served, Condition::Exists).await?;
        }
        Ok(())
    }
}

/// Makes a charge of what was served.
#[derive(Debug)]
pub struct Charging;

impl Handler<Cashier> for Charging {
    async fn handle(
        &self,
        change: Change<Ticket>,
        context: &Context<Cashier>,
    ) -> Result<(), BoxError> {
        let was_served = change.before.is_some_and(|before| before.state == State::Served);
        let Some(after) = change.after.filter(|after| after.state == State::Served && !was_served)
        else {
            return Ok(());
        };
        let dish = context.table::<Dish>().get(&after.dish).await?;
        let cents = dish.ok_or("what was served is not on the menu any more")?.cents;
        let charge = Charge { order: after.order, table: after.table, cents };
        Ok(context.send(&charge).await?)
    }
}

/// Writes a charge on the bill of its table, once.
#[derive(Debug)]
pub struct Billing;

impl Handler<Till> for Billing {
    async fn handle(&self, charge: Charge, context: &Context<Till>) -> Result<(), BoxError> {
        let bills = context.table::<Bill>();
        let number = u32::from(charge.table);
        match bills.get(number).await? {
            None => {
                let Charge { order, table, cents } = charge;
                if !bills.put_new(&Bill { table, cents, orders: vec![order] }).await? {
                    return Err("somebody else has begun the bill; the charge comes again".into());
                }
            }
            Some(bill) if bill.orders.contains(&charge.order) => {}
            Some(bill) => {
                let unchanged = Condition::equals("cents", bill.cents)
                    .and(Condition::equals("orders", &bill.orders));
                let mut orders = bill.orders;
                orders.push(charge.order);
                let more =
                    Update::set("cents", bill.cents + charge.cents).and_set("orders", orders);
                if bills.update_if(number, more, unchanged).await?.is_none() {
                    return Err("the bill has changed meanwhile; the charge comes again".into());
                }
            }
        }
        Ok(())
    }
}

/// Shows what was served.
#[derive(Debug)]
pub struct Display;

impl Handler<Board> for Display {
    async fn handle(&self, served: Served, _: &Context<Board>) -> Result<(), BoxError> {
        if served.dish.is_empty() {
            return Err("a dish without a name cannot be shown".into());
        }
        Ok(())
    }
}

/// Finds what is still cooking at closing time.
#[derive(Debug)]
pub struct LookAround;

impl Handler<Closer> for LookAround {
    async fn handle(&self, _: Tick, context: &Context<Closer>) -> Result<(), BoxError> {
        let tickets = context.table::<Ticket>();
        for ticket in tickets.scan().await? {
            if ticket.state == State::Cooking {
                let still = Condition::equals("state", State::Cooking);
                let forgotten = Update::set("state", State::Forgotten);
                tickets.update_if(&ticket.order, forgotten, still).await?;
            }
        }
        Ok(())
    }
}
