//! Messages between the program and a worker: a length of four bytes, the lowest first, and as many bytes of JSON.
//! Invariant: no more is read than the limit allows, whatever the other side says.

use std::io::{self, Read, Write};

/// The largest message, in bytes.
const MAX_BYTES: u32 = 64 << 20;

/// Writes one message.
pub(crate) fn write(out: &mut impl Write, message: &[u8]) -> io::Result<()> {
    let length = u32::try_from(message.len()).ok().filter(|length| *length <= MAX_BYTES);
    let length = length.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the message is too long"))?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(message)?;
    out.flush()
}

/// Reads one message; `None` when the other side has closed.
pub(crate) fn read(input: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let length = u32::from_le_bytes(length);
    if length > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the message is too long"));
    }
    let mut message = Vec::new();
    let read = input.take(u64::from(length)).read_to_end(&mut message)?;
    if read < length as usize {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(message))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::{read, write};

    #[test]
    fn messages_arrive_and_lies_about_lengths_are_refused() {
        let mut bytes = Vec::new();
        write(&mut bytes, b"one").unwrap();
        write(&mut bytes, b"").unwrap();
        let mut input = bytes.as_slice();
        assert_eq!(read(&mut input).unwrap().as_deref(), Some(&b"one"[..]));
        assert_eq!(read(&mut input).unwrap().as_deref(), Some(&b""[..]));
        assert!(read(&mut input).unwrap().is_none());
        assert!(read(&mut [255, 255, 255, 255, 0].as_slice()).is_err());
        assert!(read(&mut [9, 0, 0, 0, 1].as_slice()).is_err());
    }
}
