//! Programs that must and must not compile, and what the compiler says about the latter.
//!
//! `TRYBUILD=overwrite cargo test -p net-tests --test compile` writes the messages anew.

#[test]
fn programs_compile_or_say_why_not() {
    let cases = trybuild::TestCases::new();
    // With a program that must compile, all are built, not checked: a number out of range is found
    // only then.
    cases.pass("compile/pass/*.rs");
    cases.compile_fail("compile/fail/*.rs");
}
