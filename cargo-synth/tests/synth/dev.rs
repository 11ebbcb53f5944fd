//! A network on this machine, changed while it runs.

use crate::{folder::with_folder, support::Project};
use net_tests::desk::{Desk, get};
use serde_json::json;

/// The fixture, with a door that guests ask at.
fn with_a_door(project: &Project) {
    let network = "network/src/main.rs";
    project.edit(network, "Waiter: Tick => ()", "Waiter: HttpRequest<()> => HttpResponse");
    project.edit(
        network,
        "bell.triggers(&waiter)",
        "HttpApi::builder().name(name!(\"door\")).build().routes(route!(GET \"/\"), &waiter)",
    );
    project.edit(
        network,
        "    let bell = Schedule::builder().name(name!(\"bell\")).rate(hours!(1)).build();\n",
        "",
    );
}

fn desk(project: &Project) -> Desk {
    let mut command =
        project.synth(&["dev", "--json", "--fresh", "--port", "0", "--double", "bank"]);
    Desk::start(&mut command)
}

#[test]
fn code_and_wiring_are_reloaded_while_the_network_runs() {
    let project = Project::new();
    with_a_door(&project);
    let desk = desk(&project);
    let door = desk.api("door");
    assert_eq!(get(&door, "/"), (200, "waiter".to_owned()));
    desk.until(|line| line["entity"] == "waiter" && line["cold"] == true && line["status"] == 200);

    project.edit("handlers/src/bin/waiter.rs", "\"waiter\"", "\"host\"");
    desk.until(|line| line["reloaded"] == json!(["waiter"]));
    assert_eq!(get(&door, "/"), (200, "host".to_owned()));

    // What does not compile, and what does not fit, leaves alone what runs.
    project.edit("handlers/src/bin/waiter.rs", "\"host\"", "host");
    desk.until_said("do not compile");
    assert_eq!(get(&door, "/"), (200, "host".to_owned()));
    project.edit("handlers/src/bin/waiter.rs", "(host)", "(\"host\")");

    project.edit("network/src/main.rs", "GET \"/\"", "GET \"/menu\"");
    desk.until(|line| line["reloaded"] == "network");
    assert_eq!(get(&door, "/").0, 404);
    assert_eq!(get(&door, "/menu"), (200, "host".to_owned()));
}

#[test]
fn code_in_other_languages_runs_where_their_runtimes_are() {
    let project = Project::new();
    with_a_door(&project);
    let python = "def handle(event, context):\n    print('asked')\n    \
                  return {'statusCode': 200, 'body': event['rawPath'] + ' by Python'}\n";
    let runtime = "runtime = Runtime::PYTHON_3_13, handler = \"waiter.handle\"";
    with_folder(&project, "waiter", "front/waiter", runtime, &[("waiter.py", python)]);
    let desk = desk(&project);
    let door = desk.api("door");
    assert_eq!(get(&door, "/"), (200, "/ by Python".to_owned()));
    let run = desk.until(|line| line["entity"] == "waiter");
    assert_eq!(run["said"], json!(["asked"]));

    let failing = "def handle(event, context):\n    raise ValueError('no soup')\n";
    let folder = project.path().join("front/waiter");
    std::fs::write(folder.join("waiter.py"), failing).expect("a file can be written");
    desk.until(|line| line["reloaded"] == json!(["waiter"]));
    assert_eq!(get(&door, "/").0, 500);
    let run = desk.until(|line| line["entity"] == "waiter");
    assert!(run["failures"].to_string().contains("no soup"), "{run}");

    if std::process::Command::new("node").arg("--version").output().is_err() {
        return;
    }
    let javascript = "export async function handle(event) {\n  \
                      return { statusCode: 200, body: `${event.rawPath} by JavaScript` };\n}\n";
    std::fs::write(folder.join("waiter.mjs"), javascript).expect("a file can be written");
    project.edit("network/src/main.rs", "Runtime::PYTHON_3_13", "Runtime::NODEJS_22");
    desk.until(|line| line["reloaded"] == "network");
    assert_eq!(get(&door, "/"), (200, "/ by JavaScript".to_owned()));
}
