//! A finding is accepted for a text.

fn main() {
    net_dsl::accept("task", "N203", "started by hand, once a year");
}
