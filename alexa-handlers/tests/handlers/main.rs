//! Each handler on events as Lambda gives them, on queues and tables in memory, between doubles of
//! Acme, Login with Amazon and Alexa's gateway over real HTTP.

mod support;

mod entrypoint;
