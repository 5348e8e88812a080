//! What the end-to-end tests share: running the built binary and talking to a served one.
