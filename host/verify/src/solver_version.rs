//! Which solver is in use. Invariant: two solvers that could answer differently have different names.

/// Gives the name and version of the solver that is loaded, such as `Z3 4.13.0.0`.
pub fn get() -> &'static str {
    z3::full_version()
}
