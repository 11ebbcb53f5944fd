//! Doubles of what an Alexa Smart Home back end talks to: HTTP servers on free ports of this machine.
//!
//! [`Acme`] is the manufacturer's cloud, [`Login`] is Login with Amazon, [`Gateway`] is Alexa's event
//! gateway, [`Hub`] are the hubs in the users' homes. Each behaves as documented, remembers what it was asked, and gives what [`Trouble`] a
//! test wants of it. A server ends when the last clone of its double does.
//!
//! [`directive`] is what Alexa says. [`schema`] checks events by the rules of Alexa's official schema, and shares no code with the
//! types that make them.
//!
//! ```
//! use alexa_doubles::{Acme, Device, Gateway, Login};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let acme = Acme::start().await;
//! acme.add("ann", "token of ann", [("lamp", Device::bulb())]);
//! let login = Login::start().await;
//! let gateway = Gateway::start(&login).await;
//! assert!(acme.url().starts_with("http://127.0.0.1:"));
//!
//! let mut happenings = gateway.watch();
//! // A program that shows what goes on awaits `happenings.recv()` and shows each `Exchange`.
//! # drop((login, happenings.try_recv()));
//! # }
//! ```

mod acme;
mod clock;
pub mod directive;
mod gateway;
mod hook;
mod hub;
mod login;
pub mod schema;
mod server;
mod trouble;

pub use acme::{Acme, Device, Pace, Pushes};
pub use clock::Clock;
pub use gateway::{Gateway, Taken};
pub use hook::Hook;
pub use hub::Hub;
pub use login::{Login, Rotation};
pub use server::Exchange;
pub use trouble::Trouble;
