//! `synth`: from a network to a running stack.

fn main() -> std::process::ExitCode {
    cargo_synth::run(std::env::args_os())
}
