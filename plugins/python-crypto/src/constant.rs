//! Values that the code alone decides. Invariant: a constant is given only when every part of the expression is one,
//! whatever is called on it; what is read from elsewhere is unknown.

use securecode_sdk::{Confidence, Field, File, Kind, Node, fix::call::Call};

use crate::{binding, dotted, occurrences};

const DEPTH: usize = 8;

/// A constant text, bytes or sequence of small integers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Constant {
    /// What the literals say, escape sequences as they are written.
    pub(crate) text: String,
    /// Whether it is nothing but zero bytes.
    pub(crate) is_zero: bool,
}

impl Constant {
    fn text(text: &str) -> Self {
        let rest = text.replace("\\x00", "").replace("\\0", "");
        Self { text: text.to_owned(), is_zero: !text.is_empty() && rest.is_empty() }
    }

    fn zero() -> Self {
        Self { text: "\\0".to_owned(), is_zero: true }
    }
}

/// Methods that give a constant for a constant receiver and constant arguments.
const METHODS: &[&str] = &[
    "encode",
    "decode",
    "strip",
    "rstrip",
    "lstrip",
    "ljust",
    "rjust",
    "zfill",
    "upper",
    "lower",
    "replace",
    "hex",
    "digest",
    "hexdigest",
    "to_bytes",
    "center",
    "join",
];
/// Functions that give a constant for constant arguments.
const FUNCTIONS: &[&str] = &[
    "bytes",
    "bytearray",
    "str",
    "bytes.fromhex",
    "bytearray.fromhex",
    "binascii.unhexlify",
    "binascii.a2b_hex",
    "base64.b64decode",
    "base64.b64encode",
    "base64.urlsafe_b64decode",
    "base64.urlsafe_b64encode",
    "base64.standard_b64decode",
    "base64.b32decode",
    "base64.b16decode",
    "base64.decodebytes",
    "codecs.decode",
    "codecs.encode",
    "hashlib.sha256",
    "hashlib.sha1",
    "hashlib.sha512",
    "hashlib.md5",
    "hashlib.sha384",
];

/// Gives an expression's value if the code alone decides it.
pub(crate) fn of(file: File<'_>, node: Node<'_>) -> Option<Constant> {
    evaluate(file, node, DEPTH)
}

/// Gives an expression's value, or the default of the parameter that it names with medium confidence.
pub(crate) fn usual(file: File<'_>, node: Node<'_>) -> Option<(Constant, Confidence)> {
    let sure = of(file, node).map(|constant| (constant, Confidence::High));
    sure.or_else(|| of(file, binding::default(node)?).map(|constant| (constant, Confidence::Medium)))
}

fn evaluate(file: File<'_>, node: Node<'_>, depth: usize) -> Option<Constant> {
    let depth = depth.checked_sub(1)?;
    let node = binding::origin(node);
    match node.kind() {
        Kind::STRING => plain_text(node).map(Constant::text),
        Kind::CONCATENATED_STRING => {
            let parts: Option<Vec<&str>> =
                node.named_children().map(|part| if part.is(Kind::STRING) { plain_text(part) } else { None }).collect();
            parts.map(|parts| Constant::text(&parts.concat()))
        }
        Kind::BINARY_OPERATOR => {
            let left = node.child(Field::LEFT)?;
            let right = node.child(Field::RIGHT)?;
            match node.child(Field::OPERATOR)?.text() {
                // However often it is repeated, the content is known.
                "*" => evaluate(file, left, depth).or_else(|| evaluate(file, right, depth)),
                "+" => {
                    let (left, right) = (evaluate(file, left, depth)?, evaluate(file, right, depth)?);
                    Some(Constant { text: left.text + &right.text, is_zero: left.is_zero && right.is_zero })
                }
                _ => None,
            }
        }
        Kind::SUBSCRIPT => {
            node.child(Field::SUBSCRIPT).filter(|index| index.is(Kind::SLICE) && is_fixed_slice(*index))?;
            evaluate(file, node.child(Field::VALUE)?, depth)
        }
        Kind::LIST | Kind::TUPLE => {
            let numbers: Option<Vec<u64>> = node.named_children().map(integer).collect();
            let numbers = numbers.filter(|numbers| !numbers.is_empty())?;
            if numbers.iter().all(|&number| number == 0) {
                return Some(Constant::zero());
            }
            let text = numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
            Some(Constant { text, is_zero: false })
        }
        Kind::CALL => call(file, Call::of(node)?, depth),
        _ => None,
    }
}

fn is_fixed_slice(slice: Node<'_>) -> bool {
    slice.named_children().all(|bound| integer(bound).is_some() || bound.is(Kind::UNARY_OPERATOR))
}

fn call(file: File<'_>, call: Call<'_>, depth: usize) -> Option<Constant> {
    let values = || call.arguments().filter_map(|argument| argument.child(Field::VALUE).or(Some(argument)));
    let path = dotted::path(file, call.callee).unwrap_or_else(|| call.callee.text().to_owned());
    if FUNCTIONS.contains(&path.as_str()) {
        let first = call.positional(0)?;
        if path.starts_with("byte") && !path.contains('.') && is_size(first) {
            return Some(Constant::zero());
        }
        return evaluate(file, first, depth);
    }
    if let Some(value) = returned(file, call, depth) {
        return Some(value);
    }
    let receiver = call.receiver().filter(|_| METHODS.contains(&call.name()))?;
    if call.name() == "to_bytes" {
        let number = integer(receiver)?;
        let text = number.to_string();
        return Some(if number == 0 { Constant::zero() } else { Constant { text, is_zero: false } });
    }
    let is_fixed = |node: Node<'_>| integer(node).is_some() || evaluate(file, node, depth).is_some();
    values().all(is_fixed).then(|| evaluate(file, receiver, depth))?
}

/// Says whether `bytes` of this makes so many zeros.
fn is_size(node: Node<'_>) -> bool {
    integer(node).is_some() || dotted::last_name(node).is_some_and(|name| name.eq_ignore_ascii_case("block_size"))
}

/// Gives what the file's only function of this name always returns.
fn returned(file: File<'_>, call: Call<'_>, depth: usize) -> Option<Constant> {
    let is_own = call.receiver().is_none_or(|receiver| ["self", "cls"].contains(&receiver.text()));
    let function = occurrences::only_function(file.tree(), call.name()).filter(|_| is_own)?;
    let is_return = |node: &Node<'_>| node.is(Kind::RETURN_STATEMENT) && node.scope() == Some(function);
    let mut returns = function.descendants().filter(is_return);
    let value = returns.next().filter(|_| returns.next().is_none())?.named_children().next()?;
    evaluate(file, value, depth)
}

/// Gives the text between the quotes of one string literal without interpolations.
pub(crate) fn plain_text(node: Node<'_>) -> Option<&str> {
    let node = node.without_parentheses();
    let is_plain = node.is(Kind::STRING) && node.child_of_kind(Kind::INTERPOLATION).is_none();
    let start = node.child_of_kind(Kind::STRING_START).filter(|_| is_plain)?;
    let end = node.child_of_kind(Kind::STRING_END)?;
    Some(node.tree().text(securecode_sdk::Span { start: start.end(), end: end.start() }))
}

/// Gives an integer that literals decide: `2048`, `0x800`, `2 ** 11`, `1 << 11`, or a constant of such a value.
pub(crate) fn integer(node: Node<'_>) -> Option<u64> {
    bounded_integer(node, DEPTH)
}

fn bounded_integer(node: Node<'_>, depth: usize) -> Option<u64> {
    let depth = depth.checked_sub(1)?;
    let node = binding::origin(node);
    if node.is(Kind::BINARY_OPERATOR) {
        let left = bounded_integer(node.child(Field::LEFT)?, depth)?;
        let right = bounded_integer(node.child(Field::RIGHT)?, depth)?;
        return match node.child(Field::OPERATOR)?.text() {
            "**" => left.checked_pow(u32::try_from(right).ok()?),
            "<<" => left.checked_shl(u32::try_from(right).ok()?),
            "*" => left.checked_mul(right),
            "+" => left.checked_add(right),
            "-" => left.checked_sub(right),
            "//" => left.checked_div(right),
            _ => None,
        };
    }
    if !node.is(Kind::INTEGER) {
        return None;
    }
    let digits = node.text().replace('_', "").to_ascii_lowercase();
    let parse =
        |prefix: &str, radix| digits.strip_prefix(prefix).and_then(|rest| u64::from_str_radix(rest, radix).ok());
    parse("0o", 8).or_else(|| parse("0x", 16)).or_else(|| parse("0b", 2)).or_else(|| digits.parse().ok())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use super::{integer, of};
    use securecode_sdk::{Kind, fix::call::Call};
    use securecode_testkit::Snippet;

    fn check(expression: &str, expected: Option<bool>) {
        let snippet = Snippet::new(&format!("import base64, os, hashlib\nSALT = b'salt'\nuse({expression})\n"));
        let call = snippet.node(Kind::CALL, "use(").and_then(Call::of).expect("a call of use");
        let constant = of(snippet.file(), call.positional(0).expect("an argument"));
        assert_eq!(constant.map(|constant| constant.is_zero), expected, "{expression}");
    }

    #[test]
    fn constants_are_constant() {
        for zero in ["b'\\x00' * 16", "bytes(16)", "16 * b'\\0'", "bytes([0, 0, 0])", "(0).to_bytes(16, 'big')"] {
            check(zero, Some(true));
        }
        for other in [
            "b'abc'",
            "'abc'.encode()",
            "SALT",
            "SALT[:8]",
            "bytes.fromhex('00ff')",
            "base64.b64decode('AAAA')",
            "hashlib.sha256(b'k').digest()",
            "b'a' + b'b'",
            "bytes([1, 2, 3])",
            "'1234'.ljust(16, '0').encode('utf-8')",
            "bytes('abc', 'utf-8')",
        ] {
            check(other, Some(false));
        }
        for unknown in ["os.urandom(16)", "name.encode()", "f'{name}'", "SALT + name", "os.environ['K']", "data[:16]"] {
            check(unknown, None);
        }
    }

    #[test]
    fn integers_are_computed() {
        for (expression, expected) in
            [("1_024", Some(1024)), ("2 ** 14", Some(16384)), ("1 << 14", Some(16384)), ("n", None), ("0x10", Some(16))]
        {
            let snippet = Snippet::new(&format!("use({expression})\n"));
            let call = snippet.node(Kind::CALL, "use(").and_then(Call::of).expect("a call of use");
            assert_eq!(integer(call.positional(0).expect("an argument")), expected, "{expression}");
        }
    }
}
