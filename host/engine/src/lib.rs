//! The pipeline from a snapshot of source files to a report.
