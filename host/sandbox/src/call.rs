//! One call of a plugin in a fresh instance. Invariant: however the guest ends, the host gets an answer or a typed
//! error, within the guest's own time limit.

use std::sync::Arc;

use wasmtime::{Store, Trap, UpdateDeadline, WasmBacktrace};

use crate::{
    about::{Meter, PluginAbout},
    error::CallError,
    guest::{Guest, Identity, Stop},
    ticker::TICK,
};

/// Makes the store of a call, with all limits set.
pub(crate) fn store(engine: &wasmtime::Engine, guest: Guest) -> Store<Guest> {
    let crossing_bytes = guest.limits.crossing_bytes;
    let mut store = Store::new(engine, guest);
    store.limiter(|guest| guest);
    store.set_hostcall_fuel(crossing_bytes);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|store| match store.data().time_left() {
        Some(left) => {
            let ticks = left.as_millis() / TICK.as_millis();
            Ok(UpdateDeadline::Continue(u64::try_from(ticks).unwrap_or(u64::MAX).clamp(1, LOOK_EVERY_TICKS)))
        }
        None => Err(Stop::Deadline.into()),
    });
    store
}

/// A guest's clock is looked at no less often than this.
const LOOK_EVERY_TICKS: u64 = 10;

/// Counts the call, and reports what it logged too much.
pub(crate) fn finish(store: &Store<Guest>) {
    let guest = store.data();
    guest.identity.meter.call(guest.guest_time());
    if guest.log.dropped > 0 {
        let plugin = guest.identity.plugin.as_str();
        tracing::warn!(plugin.id = plugin, "{} more lines of the plugin's log were dropped", guest.log.dropped);
    }
}

/// Says in the host's words how the guest ended.
pub(crate) fn failure(store: &Store<Guest>, error: wasmtime::Error) -> CallError {
    let guest = store.data();
    guest.identity.meter.failure();
    if let Some(stop) = error.downcast_ref::<Stop>() {
        return match stop {
            Stop::Deadline => CallError::Deadline { limit_ms: limit_ms(guest) },
            Stop::Memory => CallError::Memory { limit_bytes: guest.limits.memory_bytes },
            Stop::TooManyCalls { .. } => CallError::OutputTooLarge { what: stop.to_string() },
            Stop::HostPanicked { capability } => CallError::HostPanicked { capability },
        };
    }
    let reason = error.root_cause().to_string();
    if reason.starts_with(CROSSING_SPENT) {
        let what = format!("more than {} bytes in one crossing", guest.limits.crossing_bytes);
        return CallError::OutputTooLarge { what };
    }
    let backtrace = error.downcast_ref::<WasmBacktrace>().map(frames).unwrap_or_default();
    let reason = error.downcast_ref::<Trap>().map_or(reason, |trap| match trap {
        Trap::StackOverflow => "the call stack is exhausted".into(),
        Trap::UnreachableCodeReached => "it reached an `unreachable` instruction".into(),
        other => other.to_string(),
    });
    CallError::Trap { reason, message: guest.log.last_error.clone(), backtrace }
}

/// Says why no instance could be made: a limit that already holds while starting, or the machine.
pub(crate) fn instantiate_failure(store: &Store<Guest>, error: wasmtime::Error) -> CallError {
    if error.is::<Stop>() || error.is::<Trap>() { failure(store, error) } else { CallError::Instantiate(error.into()) }
}

/// How wasmtime's error starts when a guest hands over more than its hostcall fuel allows; its type is private.
const CROSSING_SPENT: &str = "too much data is being copied between the host and the guest";

fn limit_ms(guest: &Guest) -> u64 {
    u64::try_from(guest.limits.deadline.as_millis()).unwrap_or(u64::MAX)
}

const MAX_FRAMES: usize = 20;

fn frames(backtrace: &WasmBacktrace) -> Vec<String> {
    let name = |frame: &wasmtime::FrameInfo| match frame.func_name() {
        Some(name) => name.to_owned(),
        None => format!("function {}", frame.func_index()),
    };
    backtrace.frames().iter().take(MAX_FRAMES).map(name).collect()
}

/// A shared wasm engine with what was loaded for one plugin.
pub(crate) struct Callee<P> {
    pub(crate) runtime: Arc<crate::runtime::Runtime>,
    pub(crate) identity: Arc<Identity>,
    pub(crate) limits: crate::limits::Limits,
    pub(crate) world: P,
}

impl<P: Clone> Callee<P> {
    /// Gives the same plugin with counts of its own, which begin at nothing.
    pub(crate) fn metered(&self) -> Self {
        let meter = Arc::new(Meter::part_of(self.identity.meter.clone()));
        let identity = Arc::new(Identity { meter, ..self.identity.as_ref().clone() });
        Self { runtime: self.runtime.clone(), identity, limits: self.limits, world: self.world.clone() }
    }
}

impl<P> Callee<P> {
    /// Says what can be said of the plugin.
    pub(crate) fn about(&self) -> PluginAbout {
        let identity = &self.identity;
        PluginAbout {
            name: identity.plugin.clone(),
            digest: identity.digest.clone(),
            imports: identity.imports.clone(),
            spent: identity.meter.spent(),
        }
    }
}
