//! Writing results. Invariant: a result that cannot be written completely is an error.

pub(crate) mod diff;
pub(crate) mod text;
pub(crate) mod text_verify;

use std::{
    fs,
    io::{self, Write as _},
    path::Path,
};

/// Writes to a file, or to standard output with colours stripped where they are not wanted.
pub(crate) fn write(file: Option<&Path>, text: &str) -> io::Result<()> {
    match file {
        Some(path) => fs::write(path, anstream::adapter::strip_str(text).to_string()),
        None => {
            let mut out = anstream::stdout().lock();
            match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                other => other,
            }
        }
    }
}
