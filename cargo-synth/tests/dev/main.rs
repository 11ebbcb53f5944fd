//! `synth dev` on the restaurant: its binaries as processes, its HTTP API, its data over a restart.

mod console;

use net_tests::{
    desk::{Desk, ask, get, post},
    python::root,
};
use serde_json::json;
use std::{
    fs::{self, File},
    process::Command,
};

/// `synth dev` on the restaurant, with what cargo has built already.
pub(crate) fn synth(more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_synth"));
    command
        .args(["dev", "--package", "restaurant", "--port", "0", "--json", "--target-dir", "target"])
        .args(more)
        .current_dir(root());
    command
}

/// One test at a time has the restaurant's data.
pub(crate) fn alone() -> File {
    let folder = root().join("target/tests");
    fs::create_dir_all(&folder).expect("a folder can be made");
    let lock = File::create(folder.join("dev.lock")).expect("a lock can be made");
    lock.lock().expect("the lock can be taken");
    lock
}

#[test]
fn the_restaurant_runs_on_the_desk() {
    let _alone = alone();
    let desk = Desk::start(&mut synth(&["--fresh"]));
    let door = desk.api("door");
    let order = json!({ "id": "t-1", "table": 4, "dish": "soup" });
    let (status, answer) = post(&door, "/orders", &order);
    assert_eq!((status, answer.as_str()), (202, "\"t-1\""));
    let run = desk.until(|line| line["entity"] == "waiter");
    assert_eq!((&run["because"], &run["status"]), (&json!("POST /orders"), &json!(202)));
    assert_eq!((&run["sent"], &run["cold"]), (&json!({ "orders": 1 }), &json!(true)));

    // The menu is empty, and the log says so.
    let run = desk.until(|line| line["entity"] == "cook");
    assert_eq!(run["failures"], json!(["`soup` is not on the menu"]), "{run}");
    assert_eq!(run["correlations"], json!(["request-1"]));

    // A table was asked.
    let unknown = get(&door, "/orders/t-1");
    assert_eq!(unknown, (404, "the kitchen has no such order".to_owned()));
    assert_eq!(get(&door, "/nothing").0, 404);
    assert_eq!(post(&door, "/orders", &json!({ "id": 1 })).0, 400);

    // Nobody else's page may ask.
    let own = door.trim_start_matches("http://");
    for (host, origin, status) in [
        (own, None, 404),
        ("evil.example", None, 421),
        (own, Some("https://evil.example"), 403),
        (own, Some("null"), 403),
        (own, Some("http://localhost:5173"), 404),
    ] {
        assert_eq!(
            ask(&door, "GET", "/orders/t-1", host, origin, "").0,
            status,
            "{host} {origin:?}"
        );
    }

    console::answers_its_own_page_alone(&desk);

    // Two of them on the same data would lose each other's.
    let second = synth(&[]).output().expect("synth runs");
    let text = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(text.contains("another `synth dev` is using it"), "{text}");

    // What was on its way is so after a restart, and tried again at once.
    desk.end();
    let desk = Desk::start(&mut synth(&[]));
    let run = desk.until(|line| line["entity"] == "cook");
    assert_eq!(run["failures"], json!(["`soup` is not on the menu"]), "{run}");
    assert_eq!(run["correlations"], json!(["request-1"]));
    let (status, _) = post(&desk.api("door"), "/orders", &order);
    assert_eq!(status, 202);
    let run = desk.until(|line| line["entity"] == "waiter");
    assert_ne!(run["correlations"], json!(["request-1"]), "ids are never given twice");

    // What the console stores is there over the next restart, and the kitchen cooks.
    let menu = json!({ "name": "soup", "cents": 700 });
    console::act(&desk, &json!({ "do": "put", "table": "menu", "item": menu }));
    desk.end();
    let desk = Desk::start(&mut synth(&[]));
    desk.until(|line| line["entity"] == "cook" && !line["sent"]["served"].is_null());
    desk.until(|line| line["entity"] == "till" && !line["wrote"]["bills"].is_null());
    let (status, ticket) = get(&desk.api("door"), "/orders/t-1");
    assert!(status == 200 && ticket.contains("Served"), "{ticket}");
}
