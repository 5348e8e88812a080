//! What the end-to-end tests share: running the built binary and talking to a served one. Invariant: nothing here
//! stands in for a part of the product.
#![expect(clippy::expect_used, clippy::panic, reason = "a test's support fails the test")]

pub mod scripted_llm;
pub mod scripted_python;

use std::{
    env,
    io::{BufRead, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

/// Gives the repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ has a parent").to_path_buf()
}

/// Gives the binary that was built in the same profile as this test.
pub fn binary() -> PathBuf {
    let test = env::current_exe().expect("a test knows its own path");
    let folder = test.parent().and_then(Path::parent).expect("tests are built in <target>/<profile>/deps");
    let path = folder.join(format!("securecode{}", env::consts::EXE_SUFFIX));
    assert!(path.is_file(), "{} is missing: run `cargo build -p app` first, or `cargo xtask test`", path.display());
    path
}

/// How a run of the binary ended.
#[derive(Debug)]
pub struct Run {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Run {
    /// Reads standard output as JSON.
    pub fn json(&self) -> serde_json::Value {
        match serde_json::from_str(&self.stdout) {
            Ok(value) => value,
            Err(error) => panic!("not JSON ({error}): {}\n{}", self.stdout, self.stderr),
        }
    }
}

/// Runs `securecode` with arguments in a folder.
pub fn securecode(folder: &Path, arguments: &[&str]) -> Run {
    let output = Command::new(binary())
        .args(arguments)
        .current_dir(folder)
        .env("SECURECODE_CACHE_DIR", cache_dir())
        .env("SECURECODE_COMPILED_DIR", compiled_dir())
        .env("NO_COLOR", "1")
        .output()
        .expect("the binary runs");
    run_of(&output)
}

/// Runs `securecode` with what somebody types on its standard input, and these variables.
pub fn securecode_typing(folder: &Path, arguments: &[&str], typed: &str, variables: &[(&str, &str)]) -> Run {
    let mut child = Command::new(binary())
        .args(arguments)
        .current_dir(folder)
        .env("SECURECODE_CACHE_DIR", cache_dir())
        .env("SECURECODE_COMPILED_DIR", compiled_dir())
        .env("NO_COLOR", "1")
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut input = child.stdin.take().expect("standard input is piped");
    // The program may end before it has read everything.
    let _ = input.write_all(typed.as_bytes());
    drop(input);
    run_of(&child.wait_with_output().expect("the binary ends"))
}

fn run_of(output: &Output) -> Run {
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Gives the cache folder that all tests of one build share.
pub fn cache_dir() -> PathBuf {
    binary().with_file_name("securecode-test-cache")
}

/// Gives the folder of compiled code that all tests of one build share, those with a cache folder of their own as well.
pub fn compiled_dir() -> PathBuf {
    binary().with_file_name("securecode-test-compiled")
}

/// Runs `git` in a folder.
pub fn git(folder: &Path, arguments: &[&str]) -> Run {
    run_of(&Command::new("git").args(arguments).current_dir(folder).output().expect("git is installed"))
}

/// A served instance; stopped when dropped, so a test keeps it in a local and never in a static.
pub struct Server {
    child: Option<Child>,
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    /// Removed when the server has ended.
    data: Option<tempfile::TempDir>,
}

impl Server {
    /// Starts `securecode serve` on a free port, with a data folder of its own, and waits until it listens.
    pub fn start() -> Self {
        let data = tempfile::tempdir().expect("a temporary folder");
        let mut server = Self::start_in(data.path(), &[]);
        server.data = Some(data);
        server
    }

    /// Starts it with a data folder and further arguments.
    pub fn start_in(data_dir: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(binary())
            .args(["serve", "--port", "0"])
            .args(arguments)
            .env("SECURECODE_DATA_DIR", data_dir)
            .env("SECURECODE_CACHE_DIR", cache_dir())
            .env("SECURECODE_COMPILED_DIR", compiled_dir())
            .env("NO_COLOR", "1")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let stderr = child.stderr.take().expect("standard error is piped");
        let mut lines = BufReader::new(stderr).lines();
        let line = lines.by_ref().map_while(Result::ok).find(|line| line.contains("listening on"));
        let Some(url) =
            line.as_deref().and_then(|line| line.split_whitespace().find(|word| word.starts_with("http://")))
        else {
            panic!("the server did not say where it listens");
        };
        let url = url.to_string();
        std::thread::spawn(move || lines.for_each(drop));
        Self { child: Some(child), url, data: None }
    }

    /// Asks it to end, and waits until it has.
    pub fn stop(mut self) {
        let Some(mut child) = self.child.take() else { return };
        assert!(signal("TERM", child.id()), "the server cannot be told to end");
        let ended = child.wait().expect("the server ends");
        assert!(ended.success(), "{ended}");
    }
}

/// Sends a process a signal of this name, by the shell's own `kill`: not every machine has the program.
pub fn signal(name: &str, process: u32) -> bool {
    let told = Command::new("sh").arg("-c").arg(format!("kill -{name} {process} 2>/dev/null")).status();
    told.is_ok_and(|status| status.success())
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
