//! Symbolic execution of the IR, automata and Z3: contracts to verdicts.
