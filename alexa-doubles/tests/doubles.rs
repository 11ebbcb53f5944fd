//! The doubles behave as what they stand for is documented, over real HTTP.

use alexa_doubles::{Acme, Device, Gateway, Login, Pace, Pushes, Rotation, Trouble};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};

async fn exchange(login: &Login, form: &[(&str, &str)]) -> (u16, Value) {
    let client: Value = serde_json::from_str(&login.secret()).expect("JSON");
    let text = |name: &str| client[name].as_str().unwrap_or_default().to_owned();
    let (id, secret) = (text("client_id"), text("client_secret"));
    let mut form = form.to_vec();
    form.extend([("client_id", id.as_str()), ("client_secret", secret.as_str())]);
    let url = format!("{}/auth/o2/token", login.url());
    let answer = reqwest::Client::new().post(url).form(&form).send().await.expect("an answer");
    let status = answer.status().as_u16();
    (status, answer.json().await.expect("JSON"))
}

#[tokio::test]
async fn a_code_is_good_once_and_for_five_minutes() {
    let login = Login::start().await;
    let code = login.code("ann");
    let form = [("grant_type", "authorization_code"), ("code", code.as_str())];
    let (status, tokens) = exchange(&login, &form).await;
    assert_eq!(status, 200);
    assert_eq!(tokens["expires_in"], 3_600);
    assert_eq!(
        login.user(tokens["access_token"].as_str().expect("a token")).as_deref(),
        Some("ann")
    );
    assert_eq!(exchange(&login, &form).await.1["error"], "invalid_grant");

    let code = login.code("ann");
    login.clock().follow(|| SystemTime::now() + Duration::from_secs(301));
    let form = [("grant_type", "authorization_code"), ("code", code.as_str())];
    assert_eq!(exchange(&login, &form).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn a_refresh_token_lives_as_its_rotation_says() {
    for (rotation, rotates, lives) in [
        (Rotation::None, false, true),
        (Rotation::New, true, true),
        (Rotation::SingleUse, true, false),
    ] {
        let login = Login::start().await;
        login.set_rotation(rotation);
        let (_, refresh, _) = login.grant("ann");
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
        let (status, tokens) = exchange(&login, &form).await;
        assert_eq!((status, tokens["refresh_token"].is_string()), (200, rotates), "{rotation:?}");
        let again = exchange(&login, &form).await;
        assert_eq!(again.0 == 200, lives, "{rotation:?}");
        login.revoke("ann");
        assert_eq!(exchange(&login, &form).await.1["error"], "invalid_grant");
    }
}

#[tokio::test]
async fn trouble_comes_when_it_is_due_and_as_it_is_told_to() {
    let acme = Acme::start().await;
    acme.add("ann", "token", [("lamp", Device::bulb())]);
    let ask = async || {
        let me = reqwest::Client::new().get(format!("{}/me", acme.url())).bearer_auth("token");
        let answer = me.send().await.map_err(|_| "no answer")?;
        let status = answer.status().as_u16();
        answer.text().await.map(|_| status).map_err(|_| "no body")
    };
    acme.give(Trouble::status(503).after(2));
    assert_eq!([ask().await, ask().await, ask().await, ask().await], [200, 200, 503, 200].map(Ok));
    acme.give(Trouble::cut_body());
    assert_eq!(ask().await, Err("no body"));
    acme.give(Trouble::hang_up());
    assert_eq!(ask().await, Err("no answer"));
    acme.give(Trouble::twice());
    assert_eq!(ask().await, Ok(200));
    assert_eq!(ask().await, Ok(200));
}

#[tokio::test]
async fn a_malformed_request_for_tokens_is_refused_by_its_code() {
    let login = Login::start().await;
    for (form, error) in [
        (vec![], "invalid_request"),
        (vec![("grant_type", "authorization_code")], "invalid_request"),
        (vec![("grant_type", "refresh_token")], "invalid_request"),
        (vec![("grant_type", "password")], "unsupported_grant_type"),
        (vec![("grant_type", "authorization_code"), ("code", "?")], "invalid_grant"),
    ] {
        let (status, body) = exchange(&login, &form).await;
        assert_eq!((status, &body["error"]), (400, &json!(error)), "{form:?}");
    }
    let client = reqwest::Client::new();
    let post = || client.post(format!("{}/auth/o2/token", login.url()));
    let answer = post().form(&[("grant_type", "refresh_token")]).send().await.expect("an answer");
    assert_eq!(answer.status(), 401, "nobody knows the client");
    let answer = post().json(&json!({})).send().await.expect("an answer");
    assert_eq!(answer.status(), 400, "JSON is no form");
}

async fn post(gateway: &Gateway, token: &str, event: &Value) -> (u16, Value) {
    let request = reqwest::Client::new().post(format!("{}/v3/events", gateway.url()));
    let answer = request.bearer_auth(token).json(event).send().await.expect("an answer");
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap_or_default())
}

fn report(token: &str) -> Value {
    let header = json!({
        "namespace": "Alexa", "name": "ChangeReport", "payloadVersion": "3", "messageId": "1",
    });
    let scope = json!({ "type": "BearerToken", "token": token });
    let change = json!({ "cause": { "type": "PERIODIC_POLL" }, "properties": [] });
    json!({
        "event": {
            "header": header,
            "endpoint": { "endpointId": "lamp", "scope": scope },
            "payload": { "change": change },
        },
        "context": { "properties": [] },
    })
}

#[tokio::test]
async fn the_gateway_takes_what_is_well_formed_and_authorised_twice() {
    let login = Login::start().await;
    let gateway = Gateway::start(&login).await;
    let (token, _, _) = login.grant("ann");
    assert_eq!(post(&gateway, &token, &report(&token)).await.0, 202);
    assert_eq!(
        (gateway.taken()[0].user.as_str(), gateway.taken()[0].name()),
        ("ann", "ChangeReport")
    );

    let (status, body) = post(&gateway, "stale", &report("stale")).await;
    assert_eq!((status, &body["payload"]["code"]), (401, &json!("INVALID_ACCESS_TOKEN_EXCEPTION")));

    let mut slashed = report(&token);
    slashed["event"]["endpoint"]["endpointId"] = "a/b".into();
    for (wrong, why) in [
        (report("other"), "its scope has another token than its header"),
        (slashed, "event.endpoint.endpointId has a letter that it may not have"),
    ] {
        let (status, body) = post(&gateway, &token, &wrong).await;
        assert_eq!((status, &body["payload"]["code"]), (400, &json!("INVALID_REQUEST_EXCEPTION")));
        assert_eq!(gateway.refused().last().map(String::as_str), Some(why));
    }
    gateway.disable("ann");
    let (status, body) = post(&gateway, &token, &report(&token)).await;
    assert_eq!((status, &body["payload"]["code"]), (403, &json!("SKILL_DISABLED_EXCEPTION")));
    assert_eq!(gateway.taken().len(), 1);
    login.clock().follow(|| SystemTime::now() + Duration::from_secs(3_601));
    assert_eq!(post(&gateway, &token, &report(&token)).await.0, 401, "tokens run out");
}

struct Ask<'a>(&'a Acme);

impl Ask<'_> {
    async fn patch(&self, device: &str, key: &str, wanted: Value) -> (u16, Value) {
        let secret: Value = serde_json::from_str(&self.0.secret()).expect("JSON");
        let url = format!("{}/accounts/ann/devices/{device}", self.0.url());
        let request = reqwest::Client::new()
            .patch(url)
            .bearer_auth(secret["api_key"].as_str().unwrap_or_default())
            .header("idempotency-key", key)
            .json(&wanted);
        match request.send().await {
            Ok(answer) => (answer.status().as_u16(), answer.json().await.unwrap_or_default()),
            Err(_) => (0, Value::Null),
        }
    }
}

#[tokio::test]
async fn a_key_that_comes_again_acts_once() {
    let acme = Acme::start().await;
    acme.add("ann", "token", [("lamp", Device::bulb())]);
    acme.give(Trouble::hang_up().on("PATCH").after_doing());
    let ask = Ask(&acme);
    assert_eq!(ask.patch("lamp", "k-1", json!({ "on": true })).await.0, 0, "the answer is lost");
    let (status, state) = ask.patch("lamp", "k-1", json!({ "on": true })).await;
    assert_eq!((status, &state["on"]), (200, &json!(true)));
    assert_eq!(acme.acts(), [("lamp".to_owned(), json!({ "on": true }))]);
}

#[tokio::test]
async fn what_a_device_cannot_do_is_refused() {
    let acme = Acme::start().await;
    acme.add("ann", "token", [("lamp", Device::bulb()), ("hall", Device::dual_thermostat())]);
    let degrees = |value: f64| json!({ "value": value, "scale": "CELSIUS" });
    for (device, wanted, status, code) in [
        ("attic", json!({ "on": true }), 404, json!(null)),
        ("lamp", json!({ "lock": "LOCKED" }), 422, json!("no_such_feature")),
        (
            "hall",
            json!({ "lower": degrees(20.0), "upper": degrees(21.0) }),
            422,
            json!("too_close"),
        ),
        ("hall", json!({ "lower": degrees(1.0) }), 422, json!("temperature_out_of_range")),
    ] {
        let (found, body) = Ask(&acme).patch(device, device, wanted.clone()).await;
        assert_eq!((found, &body["code"]), (status, &code), "{device} {wanted}");
    }
    assert!(acme.acts().is_empty());
}

#[tokio::test]
async fn what_is_accepted_is_carried_out_when_told_and_pushed() {
    let acme = Acme::start().await;
    acme.add("ann", "token", [("lamp", Device::bulb())]);
    acme.set_pace(Pace::WhenTold);
    // The second does not change between a signature and the next.
    let now = SystemTime::now();
    acme.clock().follow(move || now);
    // Another double takes the pushes; it has no such path, which is an answer too.
    let hook = Login::start().await;
    acme.set_pushes(Pushes::to(format!("{}/hook", hook.url())).times(2));
    let answer = Ask(&acme).patch("lamp", "k", json!({ "on": true })).await;
    assert_eq!(answer, (202, json!({ "request": "r-1" })));
    assert_eq!(acme.device("ann", "lamp")["on"], false);
    acme.carry_out().await;
    assert_eq!(acme.device("ann", "lamp")["on"], true);
    assert_eq!(acme.pushed(), [404, 404]);
    let pushes = hook.exchanges();
    assert_eq!(pushes[0].json()["request"], "r-1");
    assert_eq!(pushes[0].headers["acme-signature"], acme.signature(&pushes[0].body));

    acme.set_pace(Pace::After(Duration::from_millis(10)));
    let mut happenings = hook.watch();
    assert_eq!(Ask(&acme).patch("lamp", "k-2", json!({ "on": false })).await.0, 202);
    let push = happenings.recv().await.expect("a push");
    assert_eq!(push.json()["state"]["on"], false);
}

#[tokio::test]
async fn troubles_come_in_order_and_end() {
    let acme = Acme::start().await;
    acme.add("ann", "token", [("lamp", Device::bulb())]);
    acme.give(Trouble::status(503).on("PATCH").times(2));
    acme.give(Trouble::answer(418, json!({ "code": "tea" })));
    let ask = Ask(&acme);
    let mut statuses = Vec::new();
    for key in ["1", "2", "3", "4"] {
        statuses.push(ask.patch("lamp", key, json!({ "on": true })).await.0);
    }
    assert_eq!(statuses, [503, 503, 418, 200]);
    assert_eq!(acme.exchanges().iter().map(|it| it.status).collect::<Vec<_>>()[0], Some(503));
    acme.stop();
    tokio::time::sleep(Duration::from_millis(20)).await;
    let error = reqwest::get(acme.url()).await.expect_err("nobody is there");
    assert!(error.is_connect());
}
