//! EventBridge Scheduler: ticks by rate and by cron.
//!
//! Sources, by the titles of the EventBridge Scheduler User Guide: "Schedule types in EventBridge
//! Scheduler", "Adding context attributes in EventBridge Scheduler".

use super::function;
use crate::{
    engine::{
        Engine,
        log::{Number, What},
        wiring::Reader,
    },
    fault::Fault,
};
use net_dsl::entity::schedule::Cron;

/// One schedule and the function that it starts, as the plan has it.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) entity: usize,
    function: usize,
    ticks: Ticks,
    input: String,
}

#[derive(Debug)]
enum Ticks {
    /// In milliseconds.
    Rate(u64),
    Cron(Cron),
}

pub(crate) fn read(reader: &mut Reader<'_, '_>) {
    reader.refuse_all_but(&[
        "ScheduleExpression",
        "FlexibleTimeWindow/Mode",
        "Target/Arn",
        "Target/Input",
        // A function of this account always takes its event.
        "Target/RetryPolicy",
        "Target/RoleArn",
        "Name",
        "Description",
        "GroupName",
        "KmsKeyArn",
    ]);
    if reader.text("FlexibleTimeWindow/Mode").is_some_and(|mode| mode != "OFF") {
        reader.refuse("a flexible time window is not carried out here yet");
    }
    let function = reader.text("Target/Arn").and_then(|arn| reader.wiring.function(&arn));
    let expression = reader.text("ScheduleExpression").unwrap_or_default();
    let ticks = rate(&expression).map(Ticks::Rate).or_else(|| {
        let cron = expression.strip_prefix("cron(")?.strip_suffix(')')?;
        Cron::new(cron).ok().map(Ticks::Cron)
    });
    let (Some(function), Some(ticks)) = (function, ticks) else {
        reader.refuse(&format!(
            "it starts no function of this network, or `{expression}` is no rate and no cron expression"
        ));
        return;
    };
    let input = reader.text("Target/Input").unwrap_or_else(|| "{}".to_owned());
    let settings = Settings { entity: reader.entity(), function, ticks, input };
    reader.wiring.schedules.push(settings);
}

fn rate(expression: &str) -> Option<u64> {
    let (count, unit) = expression.strip_prefix("rate(")?.strip_suffix(')')?.split_once(' ')?;
    let minutes = match unit {
        "minute" | "minutes" => 1,
        "hour" | "hours" => 60,
        "day" | "days" => 24 * 60,
        _ => return None,
    };
    Some(count.parse::<u64>().ok()? * minutes * 60_000)
}

/// All schedules begin. A rate's first tick is one period after the start.
pub(crate) fn begin(engine: &mut Engine) {
    for schedule in 0..engine.wiring.schedules.len() {
        wait(engine, schedule);
    }
}

/// Waits for the next tick.
fn wait(engine: &mut Engine, schedule: usize) {
    let wiring = engine.wiring.clone();
    let now = engine.now();
    let next = match &wiring.schedules[schedule].ticks {
        Ticks::Rate(period) => Some(now + period),
        Ticks::Cron(cron) => cron.next_after(now / 1_000).map(|second| second * 1_000),
    };
    let Some(next) = next else { return };
    engine.later(next - now, move |engine| {
        // Scheduler invokes within the minute.
        let late =
            if engine.faults.jitters { engine.random("tick", schedule).up_to(59_000) } else { 0 };
        engine.later(late, move |engine| tick(engine, schedule, next));
        wait(engine, schedule);
    });
}

/// Starts the function of a schedule.
pub(crate) fn tick(engine: &mut Engine, schedule: usize, due: u64) {
    let wiring = engine.wiring.clone();
    let settings = &wiring.schedules[schedule];
    engine.services.last_tick += 1;
    let correlation = format!("tick-{}", engine.services.last_tick);
    let correlation = engine.log.correlations.number(&correlation);
    engine.tell(correlation, 0, What::Ticked { schedule: schedule as Number });
    let input =
        settings.input.replace("<aws.scheduler.scheduled-time>", &crate::time::to_the_second(due));
    let place = |_: &Engine| format!("{} ticks", wiring.name(settings.entity));
    let doubled = engine.fault(0, place, &[Fault::Duplicate]).is_some();
    for _ in 0..1 + usize::from(doubled) {
        function::hand_over(engine, settings.function, None, input.as_str().into(), correlation);
    }
}
