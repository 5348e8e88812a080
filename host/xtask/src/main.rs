//! Set-up, demo, tests, benchmarks and checks of this repository.
fn main() {}
