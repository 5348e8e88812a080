//! CPython as a WebAssembly module: loading it, and running programs in it. Invariant: every run has an instance of its own,
//! and limits on time, memory and output.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
    thread,
    time::Duration,
};

use sandbox::{precompiled::PrecompiledFolder, ticker};
use wasmtime::{Config, Engine, InstancePre, Linker, Module, Store, StoreLimitsBuilder, Trap};

use crate::{
    error::ReplayError,
    preview1::{self, Exit, Guest},
};

/// BLAKE3 of the pinned module, CPython 3.12.0 of the WebAssembly Language Runtimes; its SHA-256 is
/// `e5dc5a398b07b54ea8fdb503bf68fb583d533f10ec3f930963e02b9505f7a763`.
const PINNED: &str = "8a08d95f3e35e0a5a638fa038ed3e61def9cd1c47df9af517450d79252b12c26";
const MAX_MODULE_BYTES: u64 = 128 << 20;
/// What a run may use: time for its first call, and for each further one.
const TIME: Duration = Duration::from_secs(2);
const FURTHER_TIME: Duration = Duration::from_secs(1);
const MEMORY_BYTES: usize = 512 << 20;
/// Stack of compiled code, and of the thread that runs it.
const WASM_STACK_BYTES: usize = 8 << 20;
const THREAD_STACK_BYTES: usize = 12 << 20;

/// Which file holds the interpreter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Python {
    /// The one that `cargo xtask setup` fetches: only the pinned contents are run.
    Pinned(PathBuf),
    /// One that the operator chose, whatever its contents.
    Chosen(PathBuf),
}

impl Python {
    /// Gives the file.
    pub fn path(&self) -> &Path {
        match self {
            Self::Pinned(path) | Self::Chosen(path) => path,
        }
    }
}

/// The interpreter, loaded.
pub struct Interpreter {
    engine: Engine,
    instance: InstancePre<Guest>,
    digest: String,
    /// The harness as the interpreter's own code; empty where it could not be compiled.
    harness: OnceLock<Vec<u8>>,
    _ticker: ticker::Ticker,
}

/// Compiles what stands on standard input.
const COMPILE: &str = "import marshal, sys\n\
    sys.stdout.buffer.write(marshal.dumps(compile(sys.stdin.buffer.read(), 'harness', 'exec')))";

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// By itself, with this exit code.
    Exited(i32),
    /// It took too long.
    OutOfTime,
    /// The interpreter itself failed; says how.
    Failed(String),
}

/// What a run left.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) output: Vec<u8>,
    pub(crate) errors: Vec<u8>,
    pub(crate) end: End,
}

impl Interpreter {
    /// Loads the interpreter; `compiled_dir` is where its compiled form is kept, since compiling takes seconds. That spreads
    /// over the current rayon pool.
    ///
    /// # Errors
    /// When the file is missing, not the pinned one, or no interpreter; when the folder is not this user's alone.
    pub fn load(python: &Python, compiled_dir: Option<&Path>) -> Result<Self, ReplayError> {
        let path = python.path();
        let missing = |cause| ReplayError::Missing { path: path.to_path_buf(), cause };
        let size_bytes = fs::metadata(path).map_err(missing)?.len();
        if size_bytes > MAX_MODULE_BYTES {
            return Err(ReplayError::TooLarge { path: path.to_path_buf(), size_bytes });
        }
        let bytes = fs::read(path).map_err(missing)?;
        let digest = blake3::hash(&bytes).to_hex().to_string();
        if matches!(python, Python::Pinned(_)) && digest != PINNED {
            return Err(ReplayError::OtherHash { path: path.to_path_buf(), found: digest });
        }
        let engine = start().map_err(|cause| ReplayError::Engine(cause.into()))?;
        let folder = compiled_dir.map(|folder| PrecompiledFolder::open(folder, &engine)).transpose();
        let folder = folder.map_err(ReplayError::Folder)?;
        let incompatible =
            |cause: wasmtime::Error| ReplayError::Incompatible { path: path.to_path_buf(), cause: cause.into() };
        let compile = || Module::from_binary(&engine, &bytes);
        let module = match &folder {
            Some(folder) => folder.module(&engine, &digest, compile),
            None => compile(),
        };
        let module = module.map_err(incompatible)?;
        let mut linker = Linker::new(&engine);
        preview1::link(&mut linker).map_err(incompatible)?;
        let instance = linker.instantiate_pre(&module).map_err(incompatible)?;
        let ticker = ticker::Ticker::start(&engine).map_err(|cause| ReplayError::Engine(cause.into()))?;
        Ok(Self { engine, instance, digest, harness: OnceLock::new(), _ticker: ticker })
    }

    /// Gives the BLAKE3 hash of the module, hexadecimal.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Runs a Python program on some input, which asks for a number of calls.
    pub(crate) fn run(&self, program: &str, input: Vec<u8>, calls: usize) -> Run {
        let time = TIME + FURTHER_TIME * u32::try_from(calls.saturating_sub(1)).unwrap_or_default();
        thread::scope(|scope| {
            let builder = thread::Builder::new().name("replay".into()).stack_size(THREAD_STACK_BYTES);
            let running = builder.spawn_scoped(scope, || self.run_here(program, input, time));
            let failed = |why: &str| Run { output: Vec::new(), errors: Vec::new(), end: End::Failed(why.to_owned()) };
            match running {
                Ok(running) => running.join().unwrap_or_else(|_| failed("internal error: the run panicked")),
                Err(_) => failed("the machine refuses another thread"),
            }
        })
    }

    /// Runs the harness, which is always the same program, on some input, which asks for a number of calls. It is compiled
    /// once for all runs: that takes as long as the start of the interpreter.
    pub(crate) fn run_harness(&self, harness: &str, input: &[u8], calls: usize) -> Run {
        let compiled = self.harness.get_or_init(|| {
            let run = self.run(COMPILE, harness.as_bytes().to_vec(), 1);
            if run.end == End::Exited(0) { run.output } else { Vec::new() }
        });
        if compiled.is_empty() {
            return self.run(
                &format!("import sys\n_input = sys.stdin.buffer.read()\n{harness}"),
                input.to_vec(),
                calls,
            );
        }
        let program = format!(
            "import marshal, sys\n_input = sys.stdin.buffer.read({})\n\
             exec(marshal.loads(sys.stdin.buffer.read()), globals())",
            input.len()
        );
        self.run(&program, [input, compiled].concat(), calls)
    }

    fn run_here(&self, program: &str, input: Vec<u8>, time: Duration) -> Run {
        let limits = StoreLimitsBuilder::new().memory_size(MEMORY_BYTES).instances(1).tables(4).memories(1).build();
        let arguments = ["python", "-I", "-S", "-B", "-c", program].map(str::to_owned).to_vec();
        let mut store = Store::new(&self.engine, Guest::new(arguments, input, limits));
        store.limiter(|guest| &mut guest.limits);
        store.epoch_deadline_trap();
        store.set_epoch_deadline((time.as_millis() / ticker::TICK.as_millis()) as u64);
        let ended = self.instance.instantiate(&mut store).and_then(|instance| {
            let start = instance.get_typed_func::<(), ()>(&mut store, "_start")?;
            start.call(&mut store, ())
        });
        let end = match ended {
            Ok(()) => End::Exited(0),
            Err(error) => match (error.downcast_ref::<Exit>(), error.downcast_ref::<Trap>()) {
                (Some(Exit(code)), _) => End::Exited(*code),
                (None, Some(Trap::Interrupt)) => End::OutOfTime,
                (None, Some(trap)) => End::Failed(trap.to_string()),
                (None, None) => End::Failed(error.to_string()),
            },
        };
        let guest = store.into_data();
        Run { output: guest.output, errors: guest.errors, end }
    }
}

fn start() -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .concurrency_support(false)
        .max_wasm_stack(WASM_STACK_BYTES)
        .async_stack_size(THREAD_STACK_BYTES)
        .memory_reservation(4 << 30)
        .parallel_compilation(true);
    Engine::new(&config)
}
