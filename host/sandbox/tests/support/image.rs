//! The memory image of a hand-written guest: values laid out as the canonical ABI wants them. Invariant: an address that
//! was given out stays valid.

/// Where the image starts in the guest's memory.
const BASE: u32 = 1024;

/// Bytes that grow; all values are little-endian and start at multiples of four.
#[derive(Default)]
pub(crate) struct Image {
    bytes: Vec<u8>,
}

/// One word of a record.
#[derive(Clone, Copy)]
pub(crate) enum Word<'a> {
    /// A number, or a few small ones.
    Number(u32),
    /// A string: address and length.
    Text(&'a str),
    /// A list: address and number of elements.
    List(u32, u32),
}

impl Image {
    /// Lays out a record and gives its address.
    pub(crate) fn record(&mut self, words: &[Word<'_>]) -> u32 {
        let mut flat: Vec<u32> = Vec::new();
        for word in words {
            match word {
                Word::Number(number) => flat.push(*number),
                Word::List(address, length) => flat.extend([*address, *length]),
                Word::Text(text) => {
                    let address = self.text(text);
                    flat.extend([address, text.len() as u32]);
                }
            }
        }
        let address = self.end();
        self.bytes.extend(flat.iter().flat_map(|word| word.to_le_bytes()));
        address
    }

    fn text(&mut self, text: &str) -> u32 {
        let address = self.end();
        self.bytes.extend(text.as_bytes());
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
        address
    }

    fn end(&self) -> u32 {
        BASE + self.bytes.len() as u32
    }

    /// Writes the image as a data segment of the text format.
    pub(crate) fn data(&self) -> String {
        let escaped: String = self.bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
        format!("(data (i32.const {BASE}) \"{escaped}\")")
    }
}
