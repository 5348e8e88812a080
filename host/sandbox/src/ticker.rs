//! The thread that moves the wasm engine's epoch on, so that running guests look at their clocks. Invariant: it ends
//! when the runtime that it serves is gone.

use std::{
    io,
    sync::mpsc::{RecvTimeoutError, Sender, channel},
    thread,
    time::Duration,
};

use wasmtime::Engine;

/// The time between two looks at a guest's clock.
pub const TICK: Duration = Duration::from_millis(10);

/// Keeps the thread alive; dropping it ends the thread.
pub struct Ticker {
    _alive: Sender<()>,
}

impl Ticker {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the machine refuses another thread.
    pub fn start(engine: &Engine) -> io::Result<Self> {
        let (alive, gone) = channel::<()>();
        let engine = engine.weak();
        thread::Builder::new().name("plugin-clock".into()).spawn(move || {
            while gone.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                match engine.upgrade() {
                    Some(engine) => engine.increment_epoch(),
                    None => return,
                }
            }
        })?;
        Ok(Self { _alive: alive })
    }
}
