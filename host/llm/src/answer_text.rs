//! What is taken out of a model's text. Invariant: code in a fenced block is given as it is.

use serde_json::Value;

/// Removes what the model thought: `<think>…</think>` at the beginning, also where a server's template has eaten the first
/// tag. A thought that has no end is all there is, and nothing is left.
pub(crate) fn without_thoughts(text: &str) -> &str {
    let mut rest = text;
    while let Some(thought) = rest.trim_start().strip_prefix("<think>") {
        match thought.split_once("</think>") {
            Some((_, after)) => rest = after.trim_start(),
            None => return "",
        }
    }
    match rest.split_once("</think>") {
        Some((before, after)) if ends_a_thought(before, after) => after.trim_start(),
        Some(_) | None => rest,
    }
}

/// The end of a thought stands at the end or the beginning of a line; elsewhere it is something that the answer quotes.
fn ends_a_thought(before: &str, after: &str) -> bool {
    let is_in_block = before.matches("```").count() % 2 == 1;
    let is_at_edge = before.is_empty() || before.ends_with('\n') || after.starts_with('\n');
    is_at_edge && !is_in_block && !before.contains("<think>")
}

/// Reads JSON from an answer: the whole text, else the last fenced block that is JSON, else what lies between the outermost
/// braces or brackets.
pub(crate) fn json_in(text: &str) -> Option<Value> {
    let text = text.trim();
    serde_json::from_str(text).ok().or_else(|| fenced(text)).or_else(|| braced(text))
}

fn fenced(text: &str) -> Option<Value> {
    let blocks = text.split("```").skip(1).step_by(2);
    let values = blocks.filter_map(|block| {
        let body = block.split_once('\n').map_or(block, |(_, body)| body);
        serde_json::from_str(body.trim()).or_else(|_| serde_json::from_str(block.trim())).ok()
    });
    values.last()
}

fn braced(text: &str) -> Option<Value> {
    let cut = |open: char, close: char| {
        let (start, end) = (text.find(open)?, text.rfind(close)?);
        serde_json::from_str(text.get(start..=end)?).ok()
    };
    cut('{', '}').or_else(|| cut('[', ']'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{json_in, without_thoughts};

    #[test]
    fn thoughts_are_removed() {
        let cases = [
            ("plain", "plain"),
            ("<think>a\nb</think>\n\nanswer", "answer"),
            ("\n<think></think><think>b</think>x", "x"),
            ("<think>never ends", ""),
            ("so it must be 4.\n</think>\n4", "4"),
            ("write `</think>` at the end", "write `</think>` at the end"),
            ("```html\n<b>\n</think>\n```", "```html\n<b>\n</think>\n```"),
            ("  indented = 1", "  indented = 1"),
        ];
        for (text, wanted) in cases {
            assert_eq!(without_thoughts(text), wanted, "{text}");
        }
    }

    #[test]
    fn json_is_found() {
        let wanted = Some(json!({"a": 1}));
        for text in [
            r#"{"a": 1}"#,
            "Here:\n```json\n{\"a\": 1}\n```\nDone.",
            "```\n{\"a\": 1}```",
            "```python\nx = {}\n```\nand\n```json\n{\"a\": 1}\n```",
            r#"The answer is {"a": 1}."#,
        ] {
            assert_eq!(json_in(text), wanted, "{text}");
        }
        assert_eq!(json_in("[1]"), Some(json!([1])));
        assert_eq!(json_in("no JSON at all"), None);
    }
}
