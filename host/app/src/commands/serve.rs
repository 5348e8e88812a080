//! `securecode serve`. Invariant: nothing but loopback is listened on without the operator's word.

use std::{net::SocketAddr, sync::Arc};

use anyhow::Context as _;
use api::server::{ServerConfig, serve};

use crate::{cli::ServeArgs, commands::Globals, exit::Outcome};

/// Starts the engine and serves until SIGINT or SIGTERM.
pub(crate) fn run(globals: &Globals, args: &ServeArgs) -> anyhow::Result<Outcome> {
    if !args.host.is_loopback() && !args.insecure_no_auth {
        anyhow::bail!(
            "refusing to listen on {}: there is no authentication yet; use a loopback address behind a proxy that \
             authenticates, or --insecure-no-auth",
            args.host
        );
    }
    let globals = if args.ephemeral { &globals.without_cache() } else { globals };
    let engine = Arc::new(globals.engine(args.max_code_bytes as u64)?);
    let config = ServerConfig { address: SocketAddr::new(args.host, args.port), max_code_bytes: args.max_code_bytes };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime
        .block_on(serve(engine, config, |address| {
            anstream::eprintln!(
                "securecode: listening on http://{address}  (API documentation: http://{address}/docs)"
            );
        }))
        .context("the server failed")?;
    Ok(Outcome::Clean)
}
