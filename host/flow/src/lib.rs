//! Taint analysis over the IR, with sources, sinks and sanitizers as data.
