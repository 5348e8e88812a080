//! The configured wasm engine. Invariant: the same binary gives the same configuration unless the machine cannot map
//! the pool, and then compiled code of the one is never loaded by the other.

use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::{error::SandboxError, limits::MAX_MEMORY_BYTES, ticker::Ticker};

/// A wasm engine with its running clock.
pub(crate) struct Runtime {
    pub(crate) engine: Engine,
    _ticker: Ticker,
}

/// Where instances get their memory from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allocation {
    /// From a pool that is mapped at start, when the machine has the address space, else on demand.
    Pooled,
    /// Mapped for each instance.
    OnDemand,
}

impl Runtime {
    pub(crate) fn start(allocation: Allocation) -> Result<Self, SandboxError> {
        let engine = match allocation {
            Allocation::Pooled => pooled().or_else(|cause| {
                tracing::warn!(cause = %format!("{cause:#}"), "no address space for the plugins' pool: mapping on demand");
                on_demand()
            }),
            Allocation::OnDemand => on_demand(),
        };
        let engine = engine.map_err(|cause| SandboxError::Engine(cause.into()))?;
        let ticker = Ticker::start(&engine).map_err(SandboxError::Ticker)?;
        Ok(Self { engine, _ticker: ticker })
    }
}

fn common() -> Config {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .concurrency_support(false)
        .max_wasm_stack(512 << 10)
        .wasm_relaxed_simd(false)
        .parallel_compilation(true);
    config
}

/// With 4 GiB of address space for each memory, guests need no bounds checks.
fn pooled() -> wasmtime::Result<Engine> {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(256)
        .total_core_instances(1024)
        .total_memories(256)
        .total_tables(512)
        .max_memory_size(MAX_MEMORY_BYTES)
        .max_memories_per_component(4)
        .max_tables_per_component(8)
        .linear_memory_keep_resident(2 << 20)
        .table_keep_resident(64 << 10);
    let mut config = common();
    config.memory_reservation(4 << 30).allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    Engine::new(&config)
}

fn on_demand() -> wasmtime::Result<Engine> {
    let mut config = common();
    config.memory_reservation(64 << 20);
    Engine::new(&config)
}
