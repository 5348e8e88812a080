//! stub
use anyhow::Result;
#[derive(clap::Args)]
pub(crate) struct Options {}
pub(crate) fn bench(_o: &Options) -> Result<()> {
    Ok(())
}
