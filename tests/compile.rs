//! Programs that must not compile, and what the compiler says about them.
//!
//! `TRYBUILD=overwrite cargo test --test compile` writes the messages anew. What is found only when a
//! program is built, and programs that must compile, are in `compile_built.rs`.

#[test]
fn programs_do_not_compile_and_say_why() {
    net_tests::toolchain::have_crates();
    // Nothing else here: as long as no program has to pass, all are checked by one process of cargo.
    trybuild::TestCases::new().compile_fail("compile/fail/*.rs");
}
