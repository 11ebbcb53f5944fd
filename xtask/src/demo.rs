//! `cargo xtask demo`: a skill's back end is deployed, somebody speaks to it, an answer arrives.

use crate::{Stage, TOKEN};
use alexa_doubles::{Exchange, Pace, Pushes, directive};
use anstyle::{AnsiColor, Style};
use net_tests::toolchain::PROCESSOR;
use serde_json::Value;
use std::{
    io::Write as _,
    pin::pin,
    process::{Command, ExitCode},
    time::{Duration, Instant},
};
use tokio::sync::mpsc::UnboundedReceiver;

/// The examples that it can deploy.
pub const NETWORKS: [&str; 3] = ["async_polling", "async_push", "sync_api"];

/// How often the clock of the polling network ticks.
const TICK: Duration = Duration::from_secs(60);
/// How long before a tick one has to speak, so that it brings the answer while Alexa waits.
const BEFORE_TICK: Duration = Duration::from_secs(4);
/// How long Acme takes to do what it is asked, where it does not do so at once.
const PACE: Duration = Duration::from_millis(300);
/// How long an answer may take; the engine looks at its clocks every 10 seconds.
const PATIENCE: Duration = Duration::from_secs(90);

/// Deploys an example, speaks to it, shows what comes of it, and takes it away again.
///
/// Ends in failure if something goes wrong, which is said on standard error.
pub fn run(network: &str) -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("nothing could be started: {error}")),
    };
    let played = runtime.block_on(async {
        tokio::select! {
            played = play(network) => played,
            _ = tokio::signal::ctrl_c() => Err("interrupted".to_owned()),
        }
    });
    match played {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => fail(&why),
    }
}

fn fail(why: &str) -> ExitCode {
    let style = AnsiColor::BrightRed.on_default().bold();
    // Nobody listens: the exit code says it too.
    let _ = writeln!(anstream::stderr(), "{style}error{style:#}: {why}");
    ExitCode::FAILURE
}

async fn play(network: &str) -> Result<(), String> {
    title("An emulator of AWS, and doubles of Acme's cloud, Login with Amazon and Alexa's gateway");
    let stage = Stage::start().await.ok_or("the demo needs Python 3")?;
    say(&format!("AWS is at {}", stage.engine.endpoint));
    say(&format!("Acme, which makes the devices, is at {}", stage.acme.url()));

    let stack = network.replace('_', "-");
    synth(&stage, &["deploy", "--example", network, "--architecture", PROCESSOR, "--yes"])?;
    let outputs = stage.outputs(&stack);
    let endpoint = outputs.get("AlexaToEntrypointEndpoint").ok_or("the stack has no entrypoint")?;
    if network != "sync_api" {
        stage.acme.set_pace(Pace::After(PACE));
    }
    if let Some(api) = outputs.get("PushGatewayUrl") {
        stage.acme.set_pushes(Pushes::to(stage.reached(api, "/push")));
    }

    title("Ann links her account, and Alexa looks for devices");
    stage.link(endpoint).await;
    say("the entrypoint has exchanged Ann's code for tokens, and keeps them in the table `grants`");
    let found = stage.invoke(endpoint, &directive::discover(TOKEN)).await;
    let devices = found["event"]["payload"]["endpoints"].as_array().cloned().unwrap_or_default();
    let names: Vec<_> = devices.iter().filter_map(|one| one["friendlyName"].as_str()).collect();
    say(&format!("found: {}", names.join(", ")));
    let light = devices.iter().find(|device| device["friendlyName"] == "Kitchen light");
    let light = light.and_then(|light| light["endpointId"].as_str()).ok_or("no kitchen light")?;

    title("Ann: \"Alexa, turn on the kitchen light\"");
    if network == "async_polling" {
        say("Acme neither answers with the new state nor pushes it: a clock asks once a minute,");
        say("so what comes of it is known in 70 s at the latest.");
    }
    let mut scene = Scene::new(&stage, endpoint, light);
    let name = scene.speak("TurnOn").await?;
    if name != "Response" {
        say("Alexa has stopped waiting by then, as the warning N402 said when the network was");
        say("checked; so the answer is told as a change. Once more, just before the clock ticks:");
        let tick = scene.asked.ok_or("nobody has asked after the light")?;
        tokio::time::sleep_until((tick + TICK - BEFORE_TICK).into()).await;
        title("Ann: \"Alexa, turn off the kitchen light\"");
        scene.speak("TurnOff").await?;
    }

    synth(&stage, &["destroy", "--example", network, "--yes"])?;
    say("");
    say(&format!("What was deployed is in target/synth/{stack}: see network.svg, template.json."));
    Ok(())
}

/// Somebody speaks, and everybody else is watched.
struct Scene<'s> {
    stage: &'s Stage,
    endpoint: &'s str,
    light: &'s str,
    acme: UnboundedReceiver<Exchange>,
    gateway: UnboundedReceiver<Exchange>,
    /// When somebody last asked Acme after the light.
    asked: Option<Instant>,
}

impl<'s> Scene<'s> {
    fn new(stage: &'s Stage, endpoint: &'s str, light: &'s str) -> Scene<'s> {
        let (acme, gateway) = (stage.acme.watch(), stage.gateway.watch());
        Scene { stage, endpoint, light, acme, gateway, asked: None }
    }

    /// Says what to do with the light, and shows what happens until Alexa's gateway has taken an event;
    /// the event's name.
    async fn speak(&mut self, name: &str) -> Result<String, String> {
        let start = Instant::now();
        let correlation = format!("token-of-{name}");
        let directive =
            directive::to_device("Alexa.PowerController", name, self.light, TOKEN, &correlation);
        let mut answer = pin!(self.stage.invoke(self.endpoint, &directive));
        let mut end = pin!(tokio::time::sleep_until((start + PATIENCE).into()));
        let mut is_answered = false;
        loop {
            tokio::select! {
                answer = &mut answer, if !is_answered => {
                    is_answered = true;
                    let name = answer["event"]["header"]["name"].as_str().unwrap_or_default();
                    at(start, &format!("the entrypoint answers Alexa: {name}"));
                    if name != "DeferredResponse" {
                        return Err(format!("the entrypoint has not deferred it: {answer}"));
                    }
                }
                Some(exchange) = self.acme.recv() => {
                    if exchange.method == "GET" {
                        self.asked = Some(Instant::now());
                    }
                    let Exchange { method, path, body, answer, .. } = &exchange;
                    let status = exchange.status.unwrap_or_default();
                    let asked = [method, path, body].map(String::as_str).join(" ");
                    at(start, &format!("Acme is asked: {}: {status} {answer}", asked.trim_end()));
                }
                Some(exchange) = self.gateway.recv() => {
                    let event = exchange.json();
                    let name = event["event"]["header"]["name"].as_str().unwrap_or("?").to_owned();
                    at(start, &format!("Alexa's gateway takes: {name}, {}", told(&event)));
                    return Ok(name);
                }
                () = &mut end => return Err("no answer has arrived".to_owned()),
            }
        }
    }
}

/// What an event says of the light.
fn told(event: &Value) -> String {
    let states =
        [&event["context"]["properties"], &event["event"]["payload"]["change"]["properties"]];
    let mut properties = states.into_iter().filter_map(Value::as_array).flatten();
    let power = properties.find(|property| property["name"] == "powerState");
    let power = power.and_then(|power| power["value"].as_str()).unwrap_or("nothing of its power");
    match event["event"]["header"]["correlationToken"].as_str() {
        Some(correlation) => format!("the kitchen light is {power} ({correlation})"),
        None => format!("the kitchen light is {power}"),
    }
}

/// Calls `synth`, and shows what it says.
fn synth(stage: &Stage, arguments: &[&str]) -> Result<(), String> {
    title(&format!("$ synth {}", arguments.join(" ")));
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    stage.provide(&mut command);
    let status =
        command.arg("synth").args(arguments).status().map_err(|error| error.to_string())?;
    if status.success() { Ok(()) } else { Err(format!("`synth {}` has failed", arguments[0])) }
}

fn title(text: &str) {
    let bold = Style::new().bold();
    say(&format!("\n{bold}{text}{bold:#}"));
}

fn at(start: Instant, text: &str) {
    say(&format!("{:>7.2} s  {text}", start.elapsed().as_secs_f64()));
}

fn say(text: &str) {
    // Nobody listens: what happens does not change.
    let _ = writeln!(anstream::stdout(), "{text}");
}
