//! Bytes to text. Invariant: a byte offset means the same place in the bytes and in the decoded text.

use model::span::Span;

/// The text of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Valid UTF-8 of the same length as the bytes; every byte that was not valid is a `?`.
    pub text: String,
    /// Set when some bytes were not UTF-8.
    pub problem: Option<DecodeProblem>,
}

/// What was wrong with the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeProblem {
    /// The first bytes that are not UTF-8.
    pub first: Span,
    /// How many bytes were replaced.
    pub replaced_bytes: u32,
}

/// Decodes UTF-8; invalid bytes become `?` one for one, and a byte-order mark stays in the text.
pub fn decode(bytes: &[u8]) -> Decoded {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Decoded { text: text.to_owned(), problem: None };
    }
    let mut text = String::with_capacity(bytes.len());
    let mut problem: Option<DecodeProblem> = None;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        let invalid = chunk.invalid().len() as u32;
        if invalid == 0 {
            continue;
        }
        let start = text.len() as u32;
        problem
            .get_or_insert(DecodeProblem { first: Span::new(start, start + invalid), replaced_bytes: 0 })
            .replaced_bytes += invalid;
        text.extend(std::iter::repeat_n('?', invalid as usize));
    }
    Decoded { text, problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_text_is_kept() {
        assert_eq!(decode("héllo".as_bytes()), Decoded { text: "héllo".into(), problem: None });
        assert_eq!(decode(b"\xef\xbb\xbfx").text, "\u{feff}x");
    }

    #[test]
    fn invalid_bytes_keep_their_offsets() {
        let decoded = decode(b"a\xff\xfeb\xe2\x82c");
        assert_eq!(decoded.text, "a??b??c");
        assert_eq!(decoded.problem, Some(DecodeProblem { first: Span::new(1, 2), replaced_bytes: 4 }));
    }
}
