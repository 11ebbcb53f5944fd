//! What `synth` promises, as processes: on a workspace of its own, and on an engine.

mod build;
mod deploy;
mod dev;
mod diff;
mod folder;
mod foreign;
mod kills;
mod program;
mod replies;
mod seasons;
mod site;
mod support;
mod together;
mod watch;
