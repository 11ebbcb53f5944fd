//! `cargo synth`: cargo hands on its own command's name as the first argument.

fn main() -> std::process::ExitCode {
    let mut arguments: Vec<_> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|first| first == "synth") {
        arguments.remove(1);
    }
    cargo_synth::run(arguments)
}
