//! Programs that must compile, and those whose mistake the compiler finds only when it builds them: a
//! number out of range in a function's body.
//!
//! `TRYBUILD=overwrite cargo test --test compile_built` writes the messages anew.

#[test]
fn programs_are_built_or_say_why_not() {
    net_tests::toolchain::have_crates();
    let cases = trybuild::TestCases::new();
    // With a program that must compile, each is built on its own, not checked.
    cases.pass("compile/pass/*.rs");
    cases.compile_fail("compile/fail_built/*.rs");
}
