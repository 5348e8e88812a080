//! stub
use anyhow::Result;
#[derive(clap::Args)]
pub(crate) struct Options {}
pub(crate) fn new_rule(_o: &Options) -> Result<()> {
    Ok(())
}
