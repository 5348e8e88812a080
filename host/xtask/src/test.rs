//! stub
use anyhow::Result;
pub(crate) fn test() -> Result<()> {
    Ok(())
}
