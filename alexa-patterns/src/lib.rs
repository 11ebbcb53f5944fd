//! Alexa.
