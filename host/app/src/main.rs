//! The securecode command.
fn main() {}
