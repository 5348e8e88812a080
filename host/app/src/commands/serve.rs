//! `securecode serve`. Invariant: nothing but loopback is listened on without the operator's word.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context as _;
use api::server::{ServerConfig, serve};

use crate::{cli::ServeArgs, commands::Globals, exit::Outcome};

/// Starts the engine and serves until SIGINT or SIGTERM.
pub(crate) fn run(globals: &Globals, args: &ServeArgs) -> anyhow::Result<Outcome> {
    let key = args.api_key.clone().filter(|key| !key.trim().is_empty());
    if !args.host.is_loopback() && key.is_none() && !args.insecure_no_auth {
        anyhow::bail!(
            "refusing to listen on {} without authentication: set SECURECODE_API_KEY to a key that requests must carry, \
             use a loopback address, or --insecure-no-auth",
            args.host
        );
    }
    let globals = if args.ephemeral { &globals.without_cache() } else { globals };
    let data_dir = match (args.ephemeral, &args.data_dir) {
        (true, _) => None,
        (false, Some(folder)) => Some(folder.clone()),
        (false, None) => {
            Some(default_data_dir().context("there is no home folder to keep data in: name one with --data-dir")?)
        }
    };
    let max_file_bytes = (args.max_code_bytes as u64).max(16 << 20);
    let engine = Arc::new(globals.engine(max_file_bytes)?);
    let config = ServerConfig {
        address: SocketAddr::new(args.host, args.port),
        max_code_bytes: args.max_code_bytes,
        max_upload_bytes: args.max_upload_bytes,
        retention: Duration::from_secs(args.retention.saturating_mul(3600)),
        settings: settings(args, data_dir.is_some()),
        data_dir,
        api_key: key,
        body_timeout: Duration::from_secs(args.body_timeout),
        rate_limit: rate_limit(args),
        models: globals.model_servers()?,
        ui_dir: args.ui_dir.clone(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let served = runtime.block_on(serve(engine, config, |address| {
        anstream::eprintln!("securecode: listening on http://{address}  (API documentation: http://{address}/docs)");
    }));
    runtime.shutdown_timeout(Duration::from_secs(1));
    served.context("the server failed")?;
    Ok(Outcome::Clean)
}

/// Gives how often one address may ask in a minute. On a loopback address all clients have one, and it is this machine's.
fn rate_limit(args: &ServeArgs) -> u32 {
    args.rate_limit.unwrap_or(if args.host.is_loopback() { 0 } else { 600 })
}

/// Gives the settings as people see them.
fn settings(args: &ServeArgs, is_kept: bool) -> Vec<(String, String, &'static str)> {
    let origin = |variable: &str, is_default: bool| {
        if std::env::var_os(variable).is_some() {
            "environment"
        } else if is_default {
            "default"
        } else {
            "argument"
        }
    };
    let shown = |name: &str, value: String, origin: &'static str| (name.to_owned(), value, origin);
    let kept = if is_kept { "on disk" } else { "in memory" };
    let key = if args.api_key.is_some() { "required" } else { "not required" };
    vec![
        shown("address", format!("{}:{}", args.host, args.port), origin("SECURECODE_HOST", args.host.is_loopback())),
        shown("scans are kept", kept.into(), origin("SECURECODE_DATA_DIR", args.data_dir.is_none() && is_kept)),
        shown(
            "code is kept",
            format!("{} hours", args.retention),
            origin("SECURECODE_RETENTION", args.retention == 24),
        ),
        shown(
            "requests of an address",
            match rate_limit(args) {
                0 => "no limit".into(),
                limit => format!("{limit} a minute"),
            },
            origin("SECURECODE_RATE_LIMIT", args.rate_limit.is_none()),
        ),
        shown("API key", key.into(), origin("SECURECODE_API_KEY", args.api_key.is_none())),
        shown(
            "largest upload",
            format!("{} bytes", args.max_upload_bytes),
            origin("SECURECODE_MAX_UPLOAD_BYTES", args.max_upload_bytes == 64 << 20),
        ),
        shown(
            "largest code of /analyze",
            format!("{} bytes", args.max_code_bytes),
            origin("SECURECODE_MAX_CODE_BYTES", args.max_code_bytes == 1 << 20),
        ),
    ]
}

/// Gives the folder for data: `$XDG_DATA_HOME/securecode`, or below the home folder.
fn default_data_dir() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
    set("XDG_DATA_HOME").or_else(|| Some(set("HOME")?.join(".local/share"))).map(|folder| folder.join("securecode"))
}
