//! stub
use anyhow::Result;
pub(crate) fn setup() -> Result<()> {
    Ok(())
}
