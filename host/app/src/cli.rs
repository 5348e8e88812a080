//! The command line. Invariant: what is accepted here is complete; commands check nothing that clap can check.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use engine::contract_kind::ContractKind;
use model::{ids::RuleId, rule::Severity, scan::MaxIterations, spec::Entry};

/// Finds, proves and patches vulnerabilities in Python code.
#[derive(Debug, Parser)]
#[command(name = "securecode", version, max_term_width = 100)]
pub(crate) struct Cli {
    /// Say more on standard error (-v info, -vv debug)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Say nothing on standard error but errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// When to use colour
    #[arg(long, global = true, default_value = "auto", value_name = "WHEN")]
    pub(crate) color: Color,
    /// Folder with further rule packs (*.wasm); may be given several times
    #[arg(long = "plugins", global = true, value_name = "DIR", env = "SECURECODE_PLUGINS")]
    pub(crate) plugin_dirs: Vec<PathBuf>,
    /// Where results are kept [default: the user's cache folder]
    #[arg(long, global = true, value_name = "DIR", env = "SECURECODE_CACHE_DIR")]
    pub(crate) cache_dir: Option<PathBuf>,
    /// Where compiled plugins and the compiled Python are kept, with --no-cache as well; this user's alone (mode 0700)
    /// [default: the cache folder]
    #[arg(long, global = true, value_name = "DIR", env = "SECURECODE_COMPILED_DIR")]
    pub(crate) compiled_dir: Option<PathBuf>,
    /// Most bytes of results that are kept; those used least lately go first
    #[arg(long, global = true, default_value_t = 1 << 30, value_name = "BYTES", env = "SECURECODE_CACHE_LIMIT")]
    pub(crate) cache_limit: u64,
    /// Neither use nor keep results of earlier runs; compiled code, which changes no result, is kept all the same
    #[arg(long, global = true)]
    pub(crate) no_cache: bool,
    /// Do not run counterexamples in the sandboxed Python
    #[arg(long, global = true)]
    pub(crate) no_replay: bool,
    /// CPython as a WASI module that runs counterexamples [default: the one that the set-up fetched]
    #[arg(long, global = true, value_name = "FILE", env = "SECURECODE_REPLAY_PYTHON")]
    pub(crate) replay_python: Option<PathBuf>,
    /// Language models that write further patches, in TOML: endpoints, tiers, budgets; code is sent to them [default: none]
    #[arg(long, global = true, value_name = "FILE", env = "SECURECODE_LLM_CONFIG")]
    pub(crate) llm_config: Option<PathBuf>,
    /// Folder where each exchange with a language model is written down, without secrets [default: none]
    #[arg(long, global = true, value_name = "DIR", env = "SECURECODE_LLM_TRANSCRIPTS")]
    pub(crate) llm_transcripts: Option<PathBuf>,
    /// Ask no language model, whatever is configured
    #[arg(long, global = true)]
    pub(crate) no_llm: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Find weaknesses, prove them, and propose patches
    Scan(Box<ScanArgs>),
    /// Show each patch and apply those that are accepted
    Fix(FixArgs),
    /// Prove or refute each contract in the code
    Verify(VerifyArgs),
    /// List the installed rules, or explain one
    Rules(RulesArgs),
    /// Serve the HTTP API
    Serve(ServeArgs),
    /// Show what the analysis makes of code
    Debug(DebugArgs),
    /// Show or remove the results that are kept of earlier runs
    Cache(CacheArgs),
    /// Look at the language models that are configured
    Llm(LlmArgs),
    /// Answer the prover's questions; started by the other commands
    #[command(hide = true)]
    ProverWorker {
        /// Most memory that the process may use, in MiB of address space
        #[arg(long, value_name = "N")]
        memory_mib: u64,
    },
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// One JSON document.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// One HTML file that works from disk; of a scan.
    Html,
}

/// Which patches `--fix` applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Fix {
    /// Those that passed the whole gate.
    Verified,
    /// Also those whose proof was cut by a bound.
    Bounded,
}

/// What else is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Show {
    /// Candidates that the prover showed to be safe.
    Proved,
}

/// What an attacker controls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EntryArg {
    /// Web handlers' parameters and request objects (default for folders)
    Web,
    /// Also command line, environment and standard input
    Main,
    /// Also every public function's parameters (default for a single file)
    All,
}

impl From<EntryArg> for Entry {
    fn from(entry: EntryArg) -> Self {
        match entry {
            EntryArg::Web => Self::Web,
            EntryArg::Main => Self::Main,
            EntryArg::All => Self::All,
        }
    }
}

/// Kinds of contracts for `--contracts`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ContractArg {
    /// Docstrings in the form of PEP 316: `pre:`, `post:`, `inv:`, `raises:`
    Pep316,
    /// `assert` statements; those that a function begins with are preconditions
    Asserts,
    /// Decorators of icontract
    Icontract,
    /// Decorators of deal
    Deal,
    /// Sinks of the rules
    Security,
    /// No exception leaves a function but those that it documents or raises itself
    Implicit,
}

impl From<ContractArg> for ContractKind {
    fn from(kind: ContractArg) -> Self {
        match kind {
            ContractArg::Pep316 => Self::Pep316,
            ContractArg::Asserts => Self::Asserts,
            ContractArg::Icontract => Self::Icontract,
            ContractArg::Deal => Self::Deal,
            ContractArg::Security => Self::Security,
            ContractArg::Implicit => Self::Implicit,
        }
    }
}

/// Severities for `--fail-on`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SeverityArg {
    /// Everything.
    Info,
    /// Low and worse.
    Low,
    /// Medium and worse.
    Medium,
    /// High and worse.
    High,
    /// Critical only.
    Critical,
}

impl From<SeverityArg> for Severity {
    fn from(severity: SeverityArg) -> Self {
        match severity {
            SeverityArg::Info => Self::Info,
            SeverityArg::Low => Self::Low,
            SeverityArg::Medium => Self::Medium,
            SeverityArg::High => Self::High,
            SeverityArg::Critical => Self::Critical,
        }
    }
}

/// What the prover may spend and where untrusted data comes from.
#[derive(Clone, Debug, Args)]
pub(crate) struct ProofArgs {
    /// What an attacker controls [default: all for a single file, web for folders]
    #[arg(long, value_name = "WHO")]
    pub(crate) entry: Option<EntryArg>,
    /// Scales all of the prover's limits; with 1 a contract may take 256 paths, 8 passes of each loop and 10 s
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) budget: u32,
    /// Only these rules; may be given several times
    #[arg(long = "rule", value_name = "ID")]
    pub(crate) rules: Vec<RuleId>,
    /// Files larger than this are refused with a message, in bytes
    #[arg(long, default_value_t = 4 << 20, value_name = "BYTES")]
    pub(crate) max_file_size: u64,
}

/// How the result is written.
#[derive(Clone, Debug, Args)]
pub(crate) struct OutputArgs {
    /// How the result is written
    #[arg(long, default_value = "text")]
    pub(crate) format: Format,
    /// Write the result to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Exit with 0 even when something was found or could not be analysed
    #[arg(long)]
    pub(crate) exit_zero: bool,
}

/// `securecode scan`.
#[derive(Debug, Args)]
pub(crate) struct ScanArgs {
    /// Files and folders; folders are walked as git would, `.py` and `.pyi` files are taken
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) proof: ProofArgs,
    /// Print the patches as one diff instead of the report
    #[arg(long, conflicts_with = "fix")]
    pub(crate) diff: bool,
    /// Apply patches in place
    #[arg(long, num_args = 0..=1, default_missing_value = "verified", require_equals = true, value_name = "WHICH")]
    pub(crate) fix: Option<Fix>,
    /// Also list candidates that the prover showed to be safe
    #[arg(long, value_name = "WHAT")]
    pub(crate) show: Option<Show>,
    /// Findings of at least this severity make the exit code 1
    #[arg(long, default_value = "info", value_name = "SEVERITY")]
    pub(crate) fail_on: SeverityArg,
    /// Only findings that are not in an earlier scan's JSON or SARIF
    #[arg(long, value_name = "FILE", conflicts_with = "fix")]
    pub(crate) baseline: Option<PathBuf>,
    /// Only findings that were not there at a git revision
    #[arg(long, value_name = "REV", conflicts_with_all = ["fix", "baseline"])]
    pub(crate) since: Option<String>,
    /// Patch attempts for each finding
    #[arg(long, default_value = "3", value_name = "N", value_parser = iterations)]
    pub(crate) max_iterations: MaxIterations,
    /// Find and prove only
    #[arg(long, conflicts_with_all = ["fix", "diff"])]
    pub(crate) no_patch: bool,
    /// Find only
    #[arg(long, conflicts_with_all = ["fix", "diff", "no_patch"])]
    pub(crate) no_prove: bool,
}

/// `securecode fix`.
#[derive(Debug, Args)]
pub(crate) struct FixArgs {
    /// Files and folders
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Apply all patches that may be applied without asking
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Ask although standard input is no terminal
    #[arg(long, conflicts_with_all = ["yes", "dry_run"])]
    pub(crate) interactive: bool,
    /// Print what would be applied as one diff
    #[arg(long, conflicts_with = "yes")]
    pub(crate) dry_run: bool,
    /// Also patches whose proof was cut by a bound
    #[arg(long)]
    pub(crate) bounded: bool,
    /// Also patches that the gate refused
    #[arg(long)]
    pub(crate) unverified: bool,
    #[command(flatten)]
    pub(crate) proof: ProofArgs,
    /// Patch attempts for each finding
    #[arg(long, default_value = "3", value_name = "N", value_parser = iterations)]
    pub(crate) max_iterations: MaxIterations,
}

/// `securecode verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Files and folders
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Only the contracts of this function (`search` or `Shop.search`)
    #[arg(long, value_name = "NAME")]
    pub(crate) function: Option<String>,
    /// Only contracts of these kinds [default: all but implicit]
    #[arg(long, value_name = "KINDS", value_delimiter = ',')]
    pub(crate) contracts: Vec<ContractArg>,
    /// Run each file's top level: every `assert` and every exception that leaves it; `nondet_int()` (`_str`, `_bool`,
    /// `_float`, `_uint`, `_list`, `_dict`) gives any value, `assume(cond)` restricts it
    #[arg(long, conflicts_with = "contracts")]
    pub(crate) module: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) proof: ProofArgs,
}

/// `securecode rules`.
#[derive(Debug, Args)]
pub(crate) struct RulesArgs {
    /// The rule to explain; without it all are listed
    pub(crate) id: Option<RuleId>,
    /// How the list is written: text or json
    #[arg(long, default_value = "text")]
    pub(crate) format: Format,
}

/// `securecode serve`.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Port to listen on; 0 picks a free one
    #[arg(long, default_value_t = 8000, env = "SECURECODE_PORT")]
    pub(crate) port: u16,
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1", env = "SECURECODE_HOST")]
    pub(crate) host: std::net::IpAddr,
    /// Keep nothing on disk; compiled code only where --compiled-dir says so
    #[arg(long)]
    pub(crate) ephemeral: bool,
    /// Where scans, findings and uploaded code are kept [default: securecode in the user's data folder]
    #[arg(long, env = "SECURECODE_DATA_DIR", value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Hours that uploaded code is kept after its scan; 0 removes it when the scan has ended
    #[arg(long, default_value_t = 24, env = "SECURECODE_RETENTION", value_name = "HOURS")]
    pub(crate) retention: u64,
    /// Key that requests must carry as `Authorization: Bearer` or `X-API-Key`
    #[arg(long, env = "SECURECODE_API_KEY", hide_env_values = true, value_name = "KEY")]
    pub(crate) api_key: Option<String>,
    /// Listen on other than loopback addresses without an API key
    #[arg(long)]
    pub(crate) insecure_no_auth: bool,
    /// Requests that one address may make in a minute; 0 sets no limit [default: none on a loopback address, else 600]
    #[arg(long, env = "SECURECODE_RATE_LIMIT", value_name = "N")]
    pub(crate) rate_limit: Option<u32>,
    /// Seconds that a request's body may be silent
    #[arg(long, default_value_t = 20, env = "SECURECODE_BODY_TIMEOUT", value_name = "SECONDS",
          value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) body_timeout: u64,
    /// Largest upload, in bytes
    #[arg(long, default_value_t = 64 << 20, env = "SECURECODE_MAX_UPLOAD_BYTES", value_name = "BYTES")]
    pub(crate) max_upload_bytes: usize,
    /// Serve the web UI from this folder in place of the one in the program
    #[arg(long, value_name = "DIR")]
    pub(crate) ui_dir: Option<PathBuf>,
    /// Largest code that `/analyze` takes, in bytes
    #[arg(long, default_value_t = 1 << 20, env = "SECURECODE_MAX_CODE_BYTES", value_name = "BYTES")]
    pub(crate) max_code_bytes: usize,
}

/// `securecode debug`.
#[derive(Debug, Args)]
pub(crate) struct DebugArgs {
    /// What is shown
    pub(crate) what: DebugView,
    /// Files and folders; names are resolved over all of them
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Only this function (`search` or `Shop.search`)
    #[arg(long, value_name = "NAME")]
    pub(crate) function: Option<String>,
}

/// What `securecode debug` shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DebugView {
    /// The intermediate representation, function by function.
    Ir,
    /// Control-flow graphs for Graphviz.
    Cfg,
    /// The calls between functions of the program.
    Calls,
}

/// `securecode cache`.
#[derive(Debug, Args)]
pub(crate) struct CacheArgs {
    /// What is done
    pub(crate) what: CacheAction,
}

/// Options of `securecode llm`.
#[derive(Debug, Args)]
pub(crate) struct LlmArgs {
    /// What is done
    pub(crate) action: LlmAction,
    /// How the report is written
    #[arg(long, default_value = "text")]
    pub(crate) format: LlmFormat,
}

/// What `securecode llm` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LlmAction {
    /// Ask each endpoint what it is, and have its model answer a tiny question in each way that is used.
    Test,
    /// Ask each endpoint what it is, without work for its model.
    Status,
}

/// How the state of language models is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LlmFormat {
    /// For people.
    Text,
    /// One JSON document.
    Json,
}

/// What `securecode cache` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CacheAction {
    /// Say where the folder is, and how much is kept of each kind.
    Info,
    /// Remove all results; compiled code stays.
    Clear,
}

fn iterations(text: &str) -> Result<MaxIterations, String> {
    let number: u32 = text.parse().map_err(|_| format!("`{text}` is not a number"))?;
    MaxIterations::try_from(number).map_err(|error| error.to_string())
}

/// Sets up colour and logging on standard error.
pub(crate) fn init_logging(cli: &Cli) {
    match cli.color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
    let level = match (cli.quiet, cli.verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "info",
        (false, _) => "debug",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_env("SECURECODE_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(level));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
