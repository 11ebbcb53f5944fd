//! What of a request reaches a function, and what of its answer goes out.

use crate::support::{invocation, requested};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use net_dsl::prelude::*;
use net_dsl::{InvalidRequest, RawBody};
use net_runtime::{BoxError, Context, Handler, Memory, Runtime};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

#[derive(Debug, Serialize, Deserialize)]
struct Meal {
    #[serde(default)]
    dishes: Vec<Dish>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Dish {
    #[serde(rename = "größe")]
    size: u32,
    extras: Vec<Extra>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Extra {
    name: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Order {
    dish: String,
}

/// Text, as it came.
#[derive(Debug, Serialize, Deserialize)]
struct Note(String);

/// Anything.
#[derive(Debug, Serialize, Deserialize)]
struct Anything(Value);

/// JSON and text alike.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Either {
    Order(Order),
    Text(String),
}

#[derive(Debug, Serialize, Deserialize)]
struct Perhaps(Option<Order>);

/// The exact bytes under a name of one's own.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
struct Signed(RawBody);

messages! { Meal, Order, Note, Anything, Either, Perhaps, Signed }

contract! {
    Meals: HttpRequest<Meal> => HttpResponse {}
    Orders: HttpRequest<Order> => HttpResponse {}
    Notes: HttpRequest<Note> => HttpResponse {}
    Anythings: HttpRequest<Anything> => HttpResponse {}
    Eithers: HttpRequest<Either> => HttpResponse {}
    Perhapses: HttpRequest<Perhaps> => HttpResponse {}
    Signeds: HttpRequest<Signed> => HttpResponse {}
    Bytes: HttpRequest<RawBody> => HttpResponse {}
    Nothings: HttpRequest<()> => HttpResponse {}
    Strangers: HttpRequest<()> => Order {}
}

/// Answers with what a function makes of a request.
struct Answers<F>(F);

macro_rules! answers {
    ($($contract:ident => $body:ty),+ $(,)?) => {
        $(impl<F> Handler<$contract> for Answers<F>
        where
            F: Fn(HttpRequest<$body>) -> Result<HttpResponse, BoxError> + Send + Sync + 'static,
        {
            async fn handle(
                &self,
                request: HttpRequest<$body>,
                _: &Context<$contract>,
            ) -> Result<HttpResponse, BoxError> {
                (self.0)(request)
            }
        })+
    };
}

answers! {
    Meals => Meal, Orders => Order, Notes => Note, Anythings => Anything, Eithers => Either,
    Perhapses => Perhaps, Signeds => Signed, Bytes => RawBody, Nothings => (),
}

async fn answer<C>(handler: impl Handler<C>, event: Value) -> Value
where
    C: Contract,
    C::Input: serde::de::DeserializeOwned + Send,
    C::Output: Serialize + Send,
{
    let runtime = Runtime::<C>::new(Memory::new(), [("", ""); 0]).expect("nothing to bind");
    let run = invocation("run-1", Duration::from_secs(30));
    runtime.invoke_within(&handler, event, &run).await.expect("a request is answered")
}

fn refusal(answer: &Value) -> (u64, Value) {
    let status = answer["statusCode"].as_u64().expect("a status");
    assert_eq!(answer["headers"]["content-type"], "application/json", "{answer}");
    (status, serde_json::from_str(answer["body"].as_str().expect("a text")).expect("JSON"))
}

/// As API Gateway's documentation has it, shortened ("Create AWS Lambda proxy integrations for HTTP
/// APIs in API Gateway", payload format 2.0).
fn documented() -> Value {
    json!({
        "version": "2.0",
        "routeKey": "GET /tables/{table}",
        "rawPath": "/tables/7",
        "rawQueryString": "a=1&a=2&b&c=x%2Cy&d=%C3%A4+%26&%65=%FF",
        "cookies": ["session=7", "theme=dark=blue"],
        "headers": { "Header1": "value1", "header2": "value1,value2", "ACCEPT": "text/plain" },
        "queryStringParameters": { "a": "1,2", "b": "", "c": "x,y" },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api-id",
            "domainName": "id.execute-api.us-east-1.amazonaws.com",
            "domainPrefix": "id",
            "http": {
                "method": "GET",
                "path": "/tables/7",
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "agent",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "GET /tables/{table}",
            "stage": "$default",
            "time": "12/Mar/2020:19:03:58 +0000",
            "timeEpoch": 1_583_348_638_390_u64,
        },
        "pathParameters": { "table": "7" },
        "isBase64Encoded": false,
        "stageVariables": { "stageVariable1": "value1" },
    })
}

#[tokio::test]
async fn a_request_arrives_whole() {
    let look = |request: HttpRequest<()>| {
        assert_eq!(request.method, "GET");
        assert_eq!(request.route, "GET /tables/{table}");
        assert_eq!(request.raw_path, "/tables/7");
        assert_eq!(request.path_value::<u8>("table")?, 7);
        let query =
            [("a", "1"), ("a", "2"), ("b", ""), ("c", "x,y"), ("d", "ä &"), ("e", "\u{fffd}")];
        let query = query.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(request.query, query);
        assert_eq!(request.query_values::<u32>("a")?, [1, 2]);
        assert_eq!(request.query_value::<u32>("a")?, Some(2));
        assert_eq!(request.raw_query, "a=1&a=2&b&c=x%2Cy&d=%C3%A4+%26&%65=%FF");
        assert_eq!(request.headers["header1"], "value1");
        assert_eq!(request.header("Header2"), Some("value1,value2"));
        assert_eq!(request.header("accept"), Some("text/plain"));
        assert_eq!(request.cookies, ["session=7", "theme=dark=blue"]);
        assert_eq!(request.cookie("theme"), Some("dark=blue"));
        assert_eq!(request.cookie("sess"), None);
        let context = &request.context;
        assert_eq!(context.source_ip, "192.0.2.1");
        assert_eq!(context.user_agent, "agent");
        assert_eq!(context.request_id, "JKJaXmPLvHcESHA=");
        assert_eq!(context.time, 1_583_348_638_390);
        assert_eq!(context.stage, "$default");
        assert_eq!(context.domain, "id.execute-api.us-east-1.amazonaws.com");
        assert_eq!((context.api.as_str(), context.account.as_str()), ("api-id", "123456789012"));
        assert_eq!(context.protocol, "HTTP/1.1");
        let shown = format!("{request:?}");
        assert!(!shown.contains("session") && !shown.contains("value1"), "{shown}");
        Ok(HttpResponse::new(204))
    };
    let answer = answer::<Nothings>(Answers(look), documented()).await;
    assert_eq!(answer["statusCode"], 204, "{answer}");
}

#[tokio::test]
async fn a_request_with_nothing_but_its_shape_arrives() {
    let event = json!({ "version": "2.0", "requestContext": { "http": {} } });
    let look = |request: HttpRequest<()>| {
        assert_eq!(request, HttpRequest::new(()));
        Ok(HttpResponse::new(204))
    };
    assert_eq!(answer::<Nothings>(Answers(look), event).await["statusCode"], 204);
    // Without `cookies` they are in the header; without a query as written, in the parameters.
    let event = json!({
        "version": "2.0",
        "requestContext": { "http": {} },
        "headers": { "Cookie": "a=1; b=2" },
        "queryStringParameters": { "q": "x,y" },
    });
    let look = |request: HttpRequest<()>| {
        assert_eq!(request.cookies, ["a=1", "b=2"]);
        assert_eq!(request.query_value::<String>("q")?.as_deref(), Some("x,y"));
        Ok(HttpResponse::new(204))
    };
    assert_eq!(answer::<Nothings>(Answers(look), event).await["statusCode"], 204);
}

#[tokio::test]
async fn a_body_is_read_by_what_its_type_asks_for() {
    let text = |shown: &str| HttpResponse::text(200, shown);
    let none: Option<&str> = None;
    // What each type makes of each body; none where it takes none such.
    let cases: [(&str, [Option<&str>; 6]); 8] = [
        // body, [Order, Note, Anything, Either, Perhaps, ()]
        (
            r#"{"dish":"soup"}"#,
            [
                Some("soup"),
                Some(r#"{"dish":"soup"}"#),
                Some(r#"{"dish":"soup"}"#),
                Some("order soup"),
                Some("soup"),
                Some("nothing"),
            ],
        ),
        (
            r#""quoted""#,
            [
                none,
                Some(r#""quoted""#),
                Some(r#""quoted""#),
                Some("text quoted"),
                none,
                Some("nothing"),
            ],
        ),
        (
            "plain",
            [none, Some("plain"), Some(r#""plain""#), Some("text plain"), none, Some("nothing")],
        ),
        ("", [none, Some(""), Some("null"), Some("text "), Some("none"), Some("nothing")]),
        ("{}", [none, Some("{}"), Some("{}"), Some("text {}"), none, Some("nothing")]),
        (
            "null",
            [none, Some("null"), Some("null"), Some("text null"), Some("none"), Some("nothing")],
        ),
        ("[1", [none, Some("[1"), Some(r#""[1""#), Some("text [1"), none, Some("nothing")]),
        ("7 8", [none, Some("7 8"), Some(r#""7 8""#), Some("text 7 8"), none, Some("nothing")]),
    ];
    for (body, wanted) in cases {
        for encoded in [false, true] {
            let mut event = requested("r-1", body);
            if encoded {
                event["body"] = STANDARD.encode(body).into();
                event["isBase64Encoded"] = true.into();
            }
            let order = move |request: HttpRequest<Order>| Ok(text(&request.body.dish));
            let note = move |request: HttpRequest<Note>| Ok(text(&request.body.0));
            let anything =
                move |request: HttpRequest<Anything>| Ok(text(&request.body.0.to_string()));
            let either = move |request: HttpRequest<Either>| {
                Ok(text(&match request.body {
                    Either::Order(order) => format!("order {}", order.dish),
                    Either::Text(text) => format!("text {text}"),
                }))
            };
            let perhaps = move |request: HttpRequest<Perhaps>| {
                Ok(text(&request.body.0.map_or("none".to_owned(), |order| order.dish)))
            };
            let nothing = move |_: HttpRequest<()>| Ok(text("nothing"));
            let answers = [
                answer::<Orders>(Answers(order), event.clone()).await,
                answer::<Notes>(Answers(note), event.clone()).await,
                answer::<Anythings>(Answers(anything), event.clone()).await,
                answer::<Eithers>(Answers(either), event.clone()).await,
                answer::<Perhapses>(Answers(perhaps), event.clone()).await,
                answer::<Nothings>(Answers(nothing), event).await,
            ];
            for (at, (answer, wanted)) in answers.iter().zip(wanted).enumerate() {
                match wanted {
                    Some(wanted) => assert_eq!(answer["body"], wanted, "{body}, type {at}"),
                    None => assert_eq!(answer["statusCode"], 400, "{body}, type {at}"),
                }
            }
        }
    }
}

#[tokio::test]
async fn bytes_come_and_go_as_they_are() {
    let all: Vec<u8> = (0..=255).collect();
    for bytes in [all, b"{ \"a\" : 1 }\r\n".to_vec(), vec![], vec![0xff, 0xfe], "ä\u{0}".into()] {
        let mut event = requested("r-1", "");
        event["body"] = STANDARD.encode(&bytes).into();
        event["isBase64Encoded"] = true.into();
        let wanted = bytes.clone();
        let raw = move |request: HttpRequest<RawBody>| {
            assert_eq!(request.body.as_bytes(), wanted);
            Ok(HttpResponse::bytes(200, "application/octet-stream", request.body.into_bytes()))
        };
        let wanted = bytes.clone();
        let signed = move |request: HttpRequest<Signed>| {
            assert_eq!(request.body.0.as_bytes(), wanted);
            Ok(HttpResponse::bytes(200, "application/octet-stream", request.body.0.into_bytes()))
        };
        let answers = [
            answer::<Bytes>(Answers(raw), event.clone()).await,
            answer::<Signeds>(Answers(signed), event).await,
        ];
        for answer in answers {
            let body = answer["body"].as_str().expect("a text");
            let back = match answer["isBase64Encoded"].as_bool() {
                Some(true) => STANDARD.decode(body).expect("base64"),
                _ => body.as_bytes().to_vec(),
            };
            assert_eq!(back, bytes, "{answer}");
            assert_eq!(answer["headers"]["content-type"], "application/octet-stream");
        }
    }
}

#[tokio::test]
async fn what_is_no_text_is_refused_where_text_is_wanted() {
    let mut event = requested("r-1", "");
    event["body"] = STANDARD.encode([b'"', 0xff, b'"']).into();
    event["isBase64Encoded"] = true.into();
    let note = |_: HttpRequest<Note>| Ok(HttpResponse::new(200));
    let order = |_: HttpRequest<Order>| Ok(HttpResponse::new(200));
    let (status, body) = refusal(&answer::<Notes>(Answers(note), event.clone()).await);
    assert_eq!((status, &body["field"]), (400, &json!("body")));
    assert_eq!(refusal(&answer::<Orders>(Answers(order), event.clone()).await).0, 400);
    event["body"] = "%%%".into();
    let (status, body) = refusal(&answer::<Notes>(Answers(note), event).await);
    assert_eq!((status, &body["field"]), (400, &json!("body")));
}

#[tokio::test]
async fn a_refusal_names_the_field() {
    let cases = [
        (
            r#"{"dishes":[{"größe":1,"extras":[{"name":7}]}]}"#,
            "dishes[0].extras[0].name",
            "a string",
        ),
        (
            r#"{"dishes":[{"größe":1,"extras":[]},{"größe":"secret","extras":[]}]}"#,
            "dishes[1].größe",
            "u32",
        ),
        (r#"{"dishes":[{"größe":-1,"extras":[]}]}"#, "dishes[0].größe", "u32"),
        (r#"{"dishes":[{"größe":1}]}"#, "dishes[0].extras", "missing field `extras`"),
        (r#"{"dishes":[{"größe":1,"extras":[{}]}]}"#, "dishes[0].extras[0].name", "missing field"),
        (r#"{"dishes":"secret"}"#, "dishes", "a sequence"),
        (r#"["secret"]"#, "[0]", "a sequence"),
        ("7", "body", "struct Meal"),
        ("not JSON", "body", "no JSON"),
        (r#"{"dishes":[{"größe":1,"#, "dishes[0]", "no JSON"),
        (r#"{"dishes":[]} trailing"#, "body", "no JSON"),
    ];
    for (body, field, why) in cases {
        let meal = |_: HttpRequest<Meal>| Ok(HttpResponse::new(200));
        let answer = answer::<Meals>(Answers(meal), requested("r-1", body)).await;
        let (status, refused) = refusal(&answer);
        assert_eq!((status, &refused["field"]), (400, &json!(field)), "{body}: {refused}");
        let message = refused["message"].as_str().expect("a text");
        assert!(message.contains(why) && message.contains(field), "{body}: {message}");
        assert!(!message.contains("secret"), "{message}");
    }
    // No body at all is an empty object.
    let meal = |request: HttpRequest<Meal>| Ok(HttpResponse::json(200, &request.body)?);
    for body in ["", "{}", " \r\n"] {
        let answer = answer::<Meals>(Answers(meal), requested("r-1", body)).await;
        assert_eq!(answer["body"], r#"{"dishes":[]}"#);
    }
}

#[tokio::test]
async fn a_handler_refuses_a_request_and_names_the_field() {
    let handler = |request: HttpRequest<()>| {
        request.query_value::<u32>("page")?;
        Err(InvalidRequest::new("guests", "a table has 12 seats").into())
    };
    let mut event = requested("r-1", "");
    let (status, body) = refusal(&answer::<Nothings>(Answers(handler), event.clone()).await);
    assert_eq!(status, 400);
    assert_eq!(body, json!({ "message": "a table has 12 seats", "field": "guests" }));
    event["rawQueryString"] = "page=two".into();
    let (status, body) = refusal(&answer::<Nothings>(Answers(handler), event).await);
    assert_eq!((status, &body["field"]), (400, &json!("page")));
}

#[tokio::test]
async fn an_answer_goes_out_whole() {
    let handler = |_: HttpRequest<()>| {
        let mut response = HttpResponse::text(200, "soup")
            .with_header("X-Table", "7")
            .with_cookie("a=1; Path=/")
            .with_header("Set-Cookie", "b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT");
        response.headers.insert("Set-Cookie".to_owned(), "c=3".to_owned());
        Ok(response)
    };
    let answer = answer::<Nothings>(Answers(handler), requested("r-1", "")).await;
    let wanted = json!({
        "statusCode": 200,
        "headers": { "content-type": "text/plain; charset=utf-8", "x-table": "7" },
        "cookies": ["a=1; Path=/", "b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "c=3"],
        "body": "soup",
        "isBase64Encoded": false,
    });
    assert_eq!(answer, wanted);
}

#[tokio::test]
async fn an_answer_that_lambda_does_not_take_is_an_error_that_says_so() {
    // What is no text is a third longer on its way; quotation marks are twice as long in JSON.
    let (text, bytes) = (vec![b'a'; 6_291_557], vec![0xff; 4_720_000]);
    for body in [text, bytes, vec![b'"'; 3_200_000]] {
        let handler =
            move |_: HttpRequest<()>| Ok(HttpResponse::bytes(200, "text/plain", body.clone()));
        let answer = answer::<Nothings>(Answers(handler), requested("r-1", "")).await;
        let (status, refused) = refusal(&answer);
        let message = refused["message"].as_str().expect("a text");
        assert!(status == 500 && message.contains("Lambda takes 6291556 (6 MB)"), "{message}");
    }
    let handler = |_: HttpRequest<()>| Ok(HttpResponse::text(200, "a".repeat(6_200_000)));
    let taken = answer::<Nothings>(Answers(handler), requested("r-1", "")).await;
    assert_eq!(taken["statusCode"], 200);
    let odd = |_: HttpRequest<()>| Ok(HttpResponse::new(42));
    let refused = answer::<Nothings>(Answers(odd), requested("r-1", "")).await;
    assert_eq!(refused["statusCode"], 500);
}

/// Answers with something else.
struct Stranger;

impl Handler<Strangers> for Stranger {
    async fn handle(
        &self,
        request: HttpRequest<()>,
        _: &Context<Strangers>,
    ) -> Result<Order, BoxError> {
        let long = request.header("content-type").is_none();
        Ok(Order { dish: "soup".repeat(if long { 2_000_000 } else { 1 }) })
    }
}

#[tokio::test]
async fn what_is_no_answer_to_a_request_is_an_error() {
    let answer = answer::<Strangers>(Stranger, requested("r-1", "")).await;
    assert_eq!(answer["statusCode"], 500);
}

#[tokio::test]
async fn who_asks_is_told_of_an_output_that_is_too_long() {
    let runtime = Runtime::<Strangers>::new(Memory::new(), [("", ""); 0]).expect("nothing to bind");
    let error = runtime.invoke(&Stranger, json!({ "body": null })).await.expect_err("8 MB");
    assert!(error.to_string().contains("the answer has 8000011 bytes"), "{error}");
}
