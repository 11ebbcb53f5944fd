//! A restaurant: orders come in at the door, the kitchen cooks them, the till bills what was served, and
//! at night somebody looks for what nobody has fetched.
//!
//! [`messages`] is what travels and what each function may use, [`network`] is how it is wired,
//! [`handlers`] is the code. `tests/` runs all of it together, on this machine.

pub mod handlers;
pub mod messages;
pub mod network;
