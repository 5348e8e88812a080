//! Whole-process measurements. Invariant: both programs read the same files in the same run, one after the other.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};

use crate::{demo, process, setup, workspace, z3};

mod prover;

/// What to measure.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Options {
    #[command(subcommand)]
    other: Option<Other>,
    /// The folder to scan; CPython's standard library when none is given.
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Leaves `bandit` out.
    #[arg(long)]
    alone: bool,
    /// Measures growing parts of the folder instead, from 10,000 to 500,000 lines, as far as it has them.
    #[arg(long)]
    growth: bool,
}

/// Another benchmark than that of scans.
#[derive(Subcommand)]
enum Other {
    /// Measures the prover beside CrossHair on `tests/corpus/prover`.
    Prover(prover::Options),
}

#[derive(Default)]
struct Corpus {
    files: usize,
    lines: usize,
    size_bytes: usize,
}

impl Corpus {
    fn add(&mut self, file: &Path) -> Result<()> {
        let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        self.files += 1;
        self.lines += bytes.iter().filter(|byte| **byte == b'\n').count();
        self.size_bytes += bytes.len();
        Ok(())
    }
}

/// Measures a scan with cold and with warm caches and after an edit, the time to the first finding, and bandit.
///
/// # Errors
/// When something cannot be built, installed or run.
pub(crate) fn bench(options: &Options) -> Result<()> {
    if let Some(Other::Prover(options)) = &options.other {
        return prover::bench(options);
    }
    setup::setup()?;
    let binary = demo::build_release()?;
    let folder = match &options.folder {
        Some(folder) => folder.canonicalize().with_context(|| format!("cannot read {}", folder.display()))?,
        None => standard_library()?,
    };
    // A copy, so that it can be edited.
    let copy = workspace::target().join("bench/corpus");
    remove(&copy)?;
    // Every run of ours but the warm ones starts with an empty cache folder of its own.
    let caches = workspace::target().join("bench/caches");
    remove(&caches)?;
    let scan = |cache: &str| {
        let mut command = demo::securecode(&binary);
        command.env("SECURECODE_CACHE_DIR", caches.join(cache));
        command.args(["scan", "--exit-zero"]).arg(&copy);
        command
    };
    process::step(&format!("Measuring on {}", folder.display()));
    if options.growth {
        return growth(&folder, &copy, scan);
    }
    copy_sources(&folder, &copy)?;
    let mut corpus = Corpus::default();
    measure(&copy, &mut corpus)?;
    let cold = time(&mut scan("a"))?;
    let warm = time(&mut scan("a"))?;
    let first = time_to_first_line(&mut scan("a"))?;
    let edited = edit(&copy)?;
    let after = time(&mut scan("a"))?;
    println!("{}: {} files, {} lines, {:.1} MB", folder.display(), corpus.files, corpus.lines, megabytes(&corpus));
    println!("{:<34} {:>9} {:>9} {:>10} {:>8}", "", "seconds", "files/s", "lines/s", "MB/s");
    row("securecode scan, empty caches", cold, &corpus);
    row("securecode scan, warm caches", warm, &corpus);
    row("securecode scan, a line was added", after, &corpus);
    if !options.alone {
        row("bandit -r", bandit(&copy)?, &corpus);
    }
    println!("first line of the report after {:.3} s (warm)", first.as_secs_f64());
    println!("the line was added to a function of {}", edited.display());
    let size_bytes = fs::metadata(&binary)?.len();
    println!("{}: {:.1} MB", binary.display(), size_bytes as f64 / 1e6);
    Ok(())
}

/// Measures scans of growing parts of a folder, each with empty caches but for the compiled plugins.
fn growth(folder: &Path, copy: &Path, scan: impl Fn(&str) -> Command) -> Result<()> {
    let mut files = Vec::new();
    sources(folder, &mut files)?;
    files.sort();
    let mut rest = files.iter();
    let mut corpus = Corpus::default();
    println!("{:<34} {:>9} {:>9} {:>10} {:>8}", "", "seconds", "files/s", "lines/s", "MB/s");
    for lines in [10_000, 50_000, 100_000, 250_000, 500_000] {
        while corpus.lines < lines
            && let Some(file) = rest.next()
        {
            let target = copy.join(file.strip_prefix(folder).context("the file is in the folder")?);
            fs::create_dir_all(target.parent().context("the file has a folder")?)?;
            fs::copy(file, &target).with_context(|| format!("cannot copy {}", file.display()))?;
            corpus.add(file)?;
        }
        // The first scan of a cache folder compiles the plugins; what it keeps of the files is dropped.
        let cache = format!("growth-{lines}");
        time(scan(&cache).arg("--no-prove"))?;
        remove(&workspace::target().join("bench/caches").join(&cache).join("results"))?;
        row(&format!("{} lines", corpus.lines), time(&mut scan(&cache))?, &corpus);
        if corpus.lines < lines {
            break;
        }
    }
    Ok(())
}

/// Adds a line to the first function of the file in the middle of those that have one.
fn edit(folder: &Path) -> Result<PathBuf> {
    let mut files = Vec::new();
    sources(folder, &mut files)?;
    files.sort();
    let half = files.len() / 2;
    for file in files.into_iter().skip(half) {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let lines: Vec<&str> = text.lines().collect();
        let is_start = |pair: &[&str]| matches!(pair, [def, body] if def.starts_with("def ") && def.ends_with("):") && body.starts_with("    ") && !body.contains(['"', '\'']));
        if let Some(at) = lines.windows(2).position(is_start) {
            let (before, after) = lines.split_at(at + 1);
            fs::write(&file, [before, &["    added = 1"], after].concat().join("\n") + "\n")?;
            return Ok(file);
        }
    }
    bail!("no file has a function that a line can be added to")
}

fn row(name: &str, time: Duration, corpus: &Corpus) {
    let seconds = time.as_secs_f64();
    let (files, lines) = (corpus.files as f64 / seconds, corpus.lines as f64 / seconds);
    println!("{name:<34} {seconds:>9.2} {files:>9.0} {lines:>10.0} {:>8.2}", megabytes(corpus) / seconds);
}

fn megabytes(corpus: &Corpus) -> f64 {
    corpus.size_bytes as f64 / 1e6
}

fn time(command: &mut Command) -> Result<Duration> {
    let started = Instant::now();
    let status = process::run_any(command.stdout(Stdio::null()).stderr(Stdio::null()))?;
    let time = started.elapsed();
    // Exit code 3 says that a file is not valid Python, and CPython's tests hold such files.
    if !matches!(status.code(), Some(0 | 1 | 3)) {
        bail!("the measured program failed: {status}");
    }
    Ok(time)
}

fn time_to_first_line(command: &mut Command) -> Result<Duration> {
    let started = Instant::now();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let output = child.stdout.take().context("the program has no output")?;
    let mut lines = BufReader::new(output).lines();
    let first = lines.next().transpose()?;
    let time = started.elapsed();
    lines.for_each(drop);
    child.wait()?;
    first.context("the program printed nothing")?;
    Ok(time)
}

fn bandit(folder: &Path) -> Result<Duration> {
    let home = z3::virtual_environment("bandit")?;
    let program = home.join("bin/bandit");
    if !program.is_file() {
        let mut install = Command::new(home.join("bin/python"));
        process::run(install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "bandit"]))?;
    }
    time(Command::new(program).args(["--quiet", "--exit-zero", "-r"]).arg(folder))
}

/// Copies the standard library's sources, without what is installed beside them, and gives the copy.
fn standard_library() -> Result<PathBuf> {
    let mut ask = Command::new(z3::python()?);
    let path = process::output(ask.args(["-c", "import os; print(os.path.dirname(os.__file__))"]))?;
    let copy = workspace::target().join("bench/Lib");
    remove(&copy)?;
    copy_sources(Path::new(path.trim()), &copy)?;
    Ok(copy)
}

fn copy_sources(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot list {}", from.display()))? {
        let entry = entry?;
        let (path, kind, name) = (entry.path(), entry.file_type()?, entry.file_name());
        if kind.is_dir() && name != "site-packages" && name != "dist-packages" && name != "__pycache__" {
            copy_sources(&path, &to.join(name))?;
        } else if kind.is_file() && is_python(&path) {
            fs::copy(&path, to.join(name)).with_context(|| format!("cannot copy {}", path.display()))?;
        }
    }
    Ok(())
}

fn is_python(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "py")
}

fn measure(folder: &Path, corpus: &mut Corpus) -> Result<()> {
    let mut files = Vec::new();
    sources(folder, &mut files)?;
    files.iter().try_for_each(|file| corpus.add(file))
}

/// Lists the Python files in a folder.
fn sources(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        if kind.is_dir() {
            sources(&path, files)?;
        } else if kind.is_file() && is_python(&path) {
            files.push(path);
        }
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    Ok(())
}
