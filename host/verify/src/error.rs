//! What can go wrong in the prover itself. Invariant: not knowing is a `Verdict`, never one of these.

/// Says why no verdict could be worked out at all.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The contract names a function that the program does not hold.
    #[error("no function `{function}` in file {file}")]
    NoFunction {
        /// The qualified name looked for.
        function: String,
        /// Number of the file.
        file: u32,
    },
    /// The contract itself cannot be understood.
    #[error("the contract cannot be understood: {0}")]
    BadContract(String),
    /// The program breaks an invariant of the IR.
    #[error("the program breaks an invariant: {0}")]
    Internal(String),
}
