//! Applying edits and showing them as a diff. Invariant: overlapping, unsorted or out-of-range edits are refused, never
//! half applied.

use model::{patch::Edit, span::Span};
use similar::{DiffTag, TextDiff};

/// Why edits cannot be applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// Two edits touch the same bytes.
    #[error("two edits overlap at byte {0}")]
    Overlap(u32),
    /// An edit lies outside the text or splits a character.
    #[error("an edit's span {0}..{1} does not fit the text")]
    OutOfRange(u32, u32),
    /// There is nothing to apply, or the edits change nothing.
    #[error("the edits change nothing")]
    NoChange,
}

/// Applies edits to a text, after sorting them; equal ones count once.
pub fn apply(text: &str, edits: &[Edit]) -> Result<String, EditError> {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort();
    sorted.dedup();
    let mut result = String::with_capacity(text.len() + 256);
    let mut done = 0_u32;
    for edit in sorted {
        if edit.span.start < done {
            return Err(EditError::Overlap(edit.span.start));
        }
        let out_of_range = EditError::OutOfRange(edit.span.start, edit.span.end);
        edit.span.slice(text).ok_or_else(|| out_of_range.clone())?;
        result.push_str(text.get(done as usize..edit.span.start as usize).ok_or(out_of_range)?);
        result.push_str(&edit.replacement);
        done = edit.span.end;
    }
    result.push_str(text.get(done as usize..).unwrap_or_default());
    if result == text { Err(EditError::NoChange) } else { Ok(result) }
}

/// Gives the edits, whole lines each, that make one text of another; `start` is where the old one begins in its file.
pub(crate) fn between(old: &str, new: &str, start: u32) -> Vec<Edit> {
    let offsets = |text: &str| -> Vec<usize> {
        let ends = text.split_inclusive('\n').scan(0, |at, line| {
            *at += line.len();
            Some(*at)
        });
        std::iter::once(0).chain(ends).collect()
    };
    let (old_at, new_at) = (offsets(old), offsets(new));
    let diff = TextDiff::from_lines(old, new);
    let changed = diff.ops().iter().filter(|op| op.tag() != DiffTag::Equal);
    let edit = |op: &similar::DiffOp| {
        let (old_lines, new_lines) = (op.old_range(), op.new_range());
        let (from, to) = (*old_at.get(old_lines.start)?, *old_at.get(old_lines.end)?);
        let replacement = new.get(*new_at.get(new_lines.start)?..*new_at.get(new_lines.end)?)?;
        let span = Span::new(start + from as u32, start + to as u32);
        Some(Edit { span, replacement: replacement.to_owned() })
    };
    changed.filter_map(edit).collect()
}

/// Gives where a byte of the old text is in the new one; `None` when an edit takes it away. An insertion right before
/// the byte moves it.
pub fn moved(offset: u32, edits: &[Edit]) -> Option<u32> {
    let mut moved = i64::from(offset);
    for edit in edits {
        if edit.span.end <= offset {
            moved += edit.replacement.len() as i64 - i64::from(edit.span.size_bytes());
        } else if edit.span.start < offset {
            return None;
        }
    }
    u32::try_from(moved).ok()
}

/// Gives the unified diff of one file as `git apply` takes it, three lines of context; an absolute path is shown from the
/// root folder.
pub fn unified_diff(path: &str, old: &str, new: &str) -> String {
    let path = path.trim_start_matches('/');
    TextDiff::from_lines(old, new)
        .unified_diff()
        .context_radius(3)
        .header(&format!("a/{path}"), &format!("b/{path}"))
        .to_string()
}

#[cfg(test)]
mod tests {
    use model::{patch::Edit, span::Span};

    use super::{EditError, apply, moved, unified_diff};

    fn edit(start: u32, end: u32, replacement: &str) -> Edit {
        Edit { span: Span::new(start, end), replacement: replacement.into() }
    }

    #[test]
    fn edits_apply_in_any_order_and_refuse_overlap() {
        assert_eq!(apply("abcdef", &[edit(4, 5, "E"), edit(0, 1, "A")]), Ok("AbcdEf".into()));
        assert_eq!(apply("abc", &[edit(0, 2, "x"), edit(1, 3, "y")]), Err(EditError::Overlap(1)));
        assert_eq!(apply("aé", &[edit(2, 3, "x")]), Err(EditError::OutOfRange(2, 3)));
        assert_eq!(apply("abc", &[edit(9, 9, "x")]), Err(EditError::OutOfRange(9, 9)));
        assert_eq!(apply("abc", &[edit(0, 1, "a")]), Err(EditError::NoChange));
    }

    #[test]
    fn places_move_with_the_text_before_them() {
        let edits = [edit(0, 0, "import x\n"), edit(4, 6, "long"), edit(20, 22, "")];
        assert_eq!(moved(3, &edits), Some(12));
        assert_eq!(moved(6, &edits), Some(17));
        assert_eq!(moved(5, &edits), None);
        assert_eq!(moved(20, &edits), Some(31));
        assert_eq!(moved(22, &edits), Some(31));
    }

    #[test]
    fn a_diff_has_the_form_that_git_takes() {
        let diff = unified_diff("a.py", "x = 1\ny = 2", "x = 1\ny = 3");
        assert_eq!(
            diff,
            "--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n x = 1\n-y = 2\n\\ No newline at end of file\n+y = 3\n\\ No newline at end of file\n"
        );
    }
}
