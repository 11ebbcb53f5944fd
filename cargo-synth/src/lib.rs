//! From a network to a running stack: `synth`, which is also `cargo synth`.
//!
//! The program that declares a network is asked for its files, once before and once after its
//! handlers are built; it alone decides what is in them. What is here builds the handlers, packages
//! them, and hands files to CloudFormation.

mod aside;
mod build;
mod cli;
mod cloud;
mod deploy;
mod destroy;
mod dev;
mod diff;
mod error;
mod folder;
mod profile;
mod program;
mod progress;
mod selection;
mod synthesise;
mod watch;
mod workspace;
mod yaml;

pub use cli::run;
