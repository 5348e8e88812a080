//! Checks of a value before the statement that uses it. Invariant: the check reads the very value that is used, once, at
//! the place where the statement would have read it.

use crate::{
    Edit, Field, File, Kind, Node,
    fix::{insert, replace},
};

/// A check of one value.
#[derive(Clone, Copy, Debug)]
pub struct Guard<'a> {
    /// The expression that is checked, and replaced by a variable where it is none.
    pub value: Node<'a>,
    /// What the variable is set to; the expression's own text where nothing is to be done to it first.
    pub set_to: &'a str,
    /// Names for the variable, the best first; the first that the function does not use is taken.
    pub names: &'a [&'a str],
}

/// Gives the edits that check a value before the statement it is used in. `condition` gives the Python expression that
/// is true of a value that must not be used, and `reaction` the statement to run then; both are given the variable's name.
///
/// `None` where the expression is not evaluated exactly once when the statement starts.
pub fn before_use(
    file: File<'_>,
    guard: Guard<'_>,
    condition: impl Fn(&str) -> String,
    reaction: impl Fn(&str) -> String,
) -> Option<Vec<Edit>> {
    let value = guard.value.without_parentheses();
    let statement = value.statement().filter(|statement| own_lines(file, *statement))?;
    if !runs_first(statement, value) {
        return None;
    }
    let indentation = file.indentation(statement.start());
    let newline = file.line_ending();
    let step = if indentation.starts_with('\t') { "\t" } else { "    " };
    let check = |name: &str| {
        format!("if {}:{newline}{indentation}{step}{}{newline}{indentation}", condition(name), reaction(name))
    };
    if value.is(Kind::IDENTIFIER) && guard.set_to == value.text() {
        return Some(vec![insert(statement.start(), check(value.text()))]);
    }
    let scope = value.scope()?;
    let is_variable = |node: &Node<'_>| node.is(Kind::IDENTIFIER) && node.field() != Field::ATTRIBUTE;
    let is_free = |name: &&&str| !scope.descendants().any(|node| is_variable(&node) && node.text() == **name);
    let name = guard.names.iter().find(is_free)?;
    let text = format!("{name} = {}{newline}{indentation}{}", guard.set_to, check(name));
    Some(vec![insert(statement.start(), text), replace(guard.value.span(), *name)])
}

/// Tells whether a statement starts its line, and nothing but a comment follows it.
pub fn own_lines(file: File<'_>, statement: Node<'_>) -> bool {
    let before = file.text().get(..statement.start() as usize).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let after = file.text().get(statement.end() as usize..).unwrap_or_default();
    let tail = after.split('\n').next().unwrap_or_default().trim();
    line.trim().is_empty() && (tail.is_empty() || tail.starts_with('#'))
}

/// Tells whether an expression is evaluated once, unconditionally, when the statement starts.
pub fn runs_first(statement: Node<'_>, expression: Node<'_>) -> bool {
    let conditional = [
        Kind::LAMBDA,
        Kind::CONDITIONAL_EXPRESSION,
        Kind::BOOLEAN_OPERATOR,
        Kind::LIST_COMPREHENSION,
        Kind::GENERATOR_EXPRESSION,
        Kind::WHILE_STATEMENT,
        Kind::TRY_STATEMENT,
        Kind::FUNCTION_DEFINITION,
        Kind::DECORATED_DEFINITION,
    ];
    let between = expression.ancestors().into_iter().take_while(|node| statement.contains(*node));
    !between.into_iter().any(|node| conditional.contains(&node.kind()))
}
