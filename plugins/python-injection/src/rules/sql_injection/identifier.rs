//! Checks of column names in SQL. Invariant: the only names that pass are those of columns that the query itself selects.

use securecode_sdk::{
    Edit, File, Node,
    compose::{Composition, Piece},
    fix::{
        guard::{self, Guard},
        local,
    },
};

/// Gives the edits that refuse a value that is none of the selected columns, for a query with one value, which it sorts
/// or groups by.
pub(super) fn checked(file: File<'_>, query: Node<'_>) -> Option<Vec<Edit>> {
    let written = local::origin(query)?.expression;
    let composition = Composition::of(written)?;
    let mut holes = composition.holes();
    let hole = holes.next().filter(|hole| hole.text.is_none())?;
    if holes.next().is_some() {
        return None;
    }
    let before = before_first(&composition);
    let columns = columns_to_sort_by(&before)?;
    let listed: Vec<String> = columns.iter().map(|column| format!("\"{column}\"")).collect();
    let listed = format!("({}{})", listed.join(", "), if listed.len() == 1 { "," } else { "" });
    let value = hole.expression;
    let text = value.without_parentheses().text();
    let guard = Guard { value, set_to: text, names: &["column", "order_by", "sort_column"] };
    let is_other = |name: &str| format!("{name} not in {listed}");
    guard::before_use(file, guard, is_other, |_| "raise ValueError(\"not a column\")".to_owned())
}

fn before_first(query: &Composition<'_>) -> String {
    let mut before = String::new();
    for piece in &query.pieces {
        match piece {
            Piece::Character { value, .. } => before.push(*value),
            Piece::Break(_) => {}
            Piece::Hole(_) => break,
        }
    }
    before
}

/// Gives the columns of `SELECT a, b FROM … ORDER BY `, where each is a plain name.
fn columns_to_sort_by(before: &str) -> Option<Vec<&str>> {
    let words: Vec<&str> = before.split_whitespace().collect();
    let is = |word: Option<&&str>, wanted: &str| word.is_some_and(|word| word.eq_ignore_ascii_case(wanted));
    let sorts = is(words.iter().rev().nth(1), "order") || is(words.iter().rev().nth(1), "group");
    if !(sorts && is(words.last(), "by") && before.ends_with(char::is_whitespace) && is(words.first(), "select")) {
        return None;
    }
    let lower = before.to_ascii_lowercase();
    let (start, end) = (lower.find("select")? + "select".len(), lower.find(" from ")?);
    let columns: Vec<&str> = before.get(start..end)?.split(',').map(str::trim).collect();
    let is_plain = |column: &&str| {
        column.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && column.bytes().all(|one| one.is_ascii_alphanumeric() || one == b'_' || one == b'.')
    };
    columns.iter().all(is_plain).then_some(columns)
}
