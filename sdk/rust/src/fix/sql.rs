//! Turns a composed SQL text into one with placeholders. Invariant: a value is bound only where SQL takes a value; a
//! query with a name or a fragment in it is left alone.

mod position;

use crate::{
    Edit, Field, File, Kind, Node,
    compose::{
        Composition, Hole, Piece, Quoting,
        render::{self, Token},
    },
    fix::{call::Call, insert, local, replace},
};

/// How a driver marks a bound value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placeholder {
    /// `?`, as `sqlite3` and `pyodbc` take it.
    Question,
    /// `%s`, as `psycopg`, `PyMySQL`, `MySQLdb` and Django take it; other percent signs are doubled.
    Percent,
    /// `:name`, as SQLAlchemy's `text` takes it.
    Named,
    /// `%(name)s`, as clickhouse-driver takes it; other percent signs are doubled.
    PercentNamed,
    /// `$1`, as asyncpg takes it.
    Numbered,
    /// `:1`, as oracledb takes it.
    ColonNumbered,
}

/// Whether a text in double quotes can be a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DoubleQuotes {
    /// As MySQL and SQLite take it.
    Value,
    /// As the standard and PostgreSQL take it.
    Name,
}

/// A query with placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameterized {
    /// The new text's literal.
    pub text: String,
    /// What to bind, in order.
    pub bound: Vec<Bound>,
}

/// A value to bind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The next of the parameters that the call had before.
    Existing,
    /// This expression, under this name where names are used.
    New {
        /// Unique in the query.
        name: String,
        /// Python.
        expression: String,
    },
}

/// Where a call takes the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// The argument after the query.
    NextArgument,
    /// One argument for each after the query.
    FurtherArguments,
    /// This keyword argument.
    Keyword(&'static str),
    /// A dict of names and values after the query.
    Mapping,
    /// `.bindparams(name=value)` on the call's result.
    BindParams,
}

/// Puts placeholders for the values of a composed query; `None` when one of them stands where SQL takes no value.
pub fn parameterize(
    query: &Composition<'_>,
    placeholder: Placeholder,
    quotes: DoubleQuotes,
    had_parameters: Had,
) -> Option<Parameterized> {
    let mut writer = Writer { placeholder, had_parameters, tokens: Vec::new(), bound: Vec::new() };
    let mut position = position::Position::default();
    let mut at = 0;
    while let Some(piece) = query.pieces.get(at) {
        let character = match piece {
            Piece::Break(_) => {
                writer.tokens.push(Token::Piece(piece.clone()));
                at += 1;
                continue;
            }
            Piece::Hole(hole) if is_kept(hole) => {
                writer.tokens.push(keep(hole));
                position.name();
                at += 1;
                continue;
            }
            Piece::Hole(hole) => {
                let next = query.pieces.get(at + 1..)?.iter().find(|piece| !matches!(piece, Piece::Break(_)));
                if !position.takes_bare_value() || next.is_some_and(continues_word) || is_fragment(hole) {
                    return None;
                }
                writer.bind(hole.value(), hole);
                position.value();
                at += 1;
                continue;
            }
            Piece::Character { value, .. } => *value,
        };
        let rest = query.pieces.get(at..)?;
        if let Some(length) = comment_length(rest) {
            let comment = rest.get(..length)?;
            if comment.iter().any(|piece| matches!(piece, Piece::Hole(_))) {
                return None;
            }
            writer.copy(comment);
            at += length;
        } else if ['\'', '"', '`'].contains(&character) {
            let length = quoted_length(rest, character)?;
            let inner = rest.get(1..length - 1)?;
            let holes: Vec<_> = inner.iter().filter_map(as_hole).collect();
            match holes.as_slice() {
                [] => writer.copy(rest.get(..length)?),
                [first, ..] => {
                    let is_value = character == '\'' || character == '"' && quotes == DoubleQuotes::Value;
                    if !is_value || !position.takes_value() || holes.iter().any(|hole| is_fragment(hole)) {
                        return None;
                    }
                    let expression = bound_text(inner, character, &holes);
                    writer.bind(expression, first);
                }
            }
            position.value();
            at += length;
        } else {
            let length = writer.existing(rest, &position)?;
            let consumed = rest.get(..length)?;
            match consumed {
                [single] => {
                    writer.copy(std::slice::from_ref(single));
                    position.character(character);
                }
                marks => {
                    writer.tokens.extend(marks.iter().cloned().map(Token::Piece));
                    position.value();
                }
            }
            at += length;
        }
    }
    let bound = writer.bound;
    bound
        .iter()
        .any(|value| matches!(value, Bound::New { .. }))
        .then(|| Parameterized { text: render::literal(&writer.tokens, query.quoting), bound })
}

/// Whether the call bound parameters before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Had {
    /// It did, so percent signs are doubled already where that matters.
    Parameters,
    /// It did not.
    Nothing,
}

struct Writer<'a> {
    placeholder: Placeholder,
    had_parameters: Had,
    tokens: Vec<Token<'a>>,
    bound: Vec<Bound>,
}

impl<'a> Writer<'a> {
    fn bind(&mut self, expression: String, hole: &Hole<'_>) {
        let taken = |name: &str| {
            self.bound.iter().any(|value| matches!(value, Bound::New { name: other, .. } if other == name))
        };
        let base = name_of(hole.expression);
        let unique = std::iter::once(base.clone())
            .chain((2..).map(|number| format!("{base}_{number}")))
            .find(|name| !taken(name));
        let name = unique.unwrap_or(base);
        self.tokens.push(Token::Text(match self.placeholder {
            Placeholder::Question => "?".into(),
            Placeholder::Percent => "%s".into(),
            Placeholder::Named => format!(":{name}"),
            Placeholder::PercentNamed => format!("%({name})s"),
            Placeholder::Numbered => format!("${}", self.bound.len() + 1),
            Placeholder::ColonNumbered => format!(":{}", self.bound.len() + 1),
        }));
        self.bound.push(Bound::New { name, expression });
    }

    fn copy(&mut self, pieces: &[Piece<'a>]) {
        for piece in pieces {
            self.tokens.push(Token::Piece(piece.clone()));
            let is_percent = matches!(self.placeholder, Placeholder::Percent | Placeholder::PercentNamed);
            let doubles = is_percent && self.had_parameters == Had::Nothing;
            if doubles && matches!(piece, Piece::Character { value: '%', .. }) {
                self.tokens.push(Token::Piece(piece.clone()));
            }
        }
    }

    /// Gives how many pieces to take as they are, and records a placeholder that was there.
    fn existing(&mut self, rest: &[Piece<'a>], position: &position::Position) -> Option<usize> {
        let mark = match self.placeholder {
            Placeholder::Question if starts(rest, "?") && position.takes_value() => 1,
            Placeholder::Percent if self.had_parameters == Had::Parameters && starts(rest, "%s") => 2,
            Placeholder::Percent if self.had_parameters == Had::Parameters && starts(rest, "%(") => return None,
            // Their numbers would have to change.
            Placeholder::Numbered if starts(rest, "$") => return None,
            Placeholder::ColonNumbered if starts(rest, ":") => return None,
            Placeholder::Question
            | Placeholder::Percent
            | Placeholder::Named
            | Placeholder::PercentNamed
            | Placeholder::Numbered
            | Placeholder::ColonNumbered => return Some(1),
        };
        self.bound.push(Bound::Existing);
        Some(mark)
    }
}

fn starts(pieces: &[Piece<'_>], text: &str) -> bool {
    let mut pieces = pieces.iter();
    text.chars().all(|wanted| matches!(pieces.next(), Some(Piece::Character { value, .. }) if *value == wanted))
}

fn as_hole<'a, 'p>(piece: &'p Piece<'a>) -> Option<&'p Hole<'a>> {
    match piece {
        Piece::Hole(hole) => Some(hole),
        Piece::Character { .. } | Piece::Break(_) => None,
    }
}

fn continues_word(piece: &Piece<'_>) -> bool {
    match piece {
        Piece::Character { value, .. } => value.is_alphanumeric() || ['_', '.', '(', '\'', '"', '`'].contains(value),
        Piece::Hole(_) => true,
        Piece::Break(_) => false,
    }
}

/// A constant of the module is no value to bind: it is as good as the text around it.
fn is_kept(hole: &Hole<'_>) -> bool {
    hole.text.is_none() && local::is_module_constant(hole.expression)
}

fn keep<'a>(hole: &Hole<'_>) -> Token<'a> {
    if hole.is_text { Token::Operand(hole.value()) } else { Token::Value(hole.value()) }
}

/// A value that surely is several SQL values, or SQL.
fn is_fragment(hole: &Hole<'_>) -> bool {
    let written = hole.expression.without_parentheses();
    let expression = local::origin(written).map_or(written, |origin| origin.expression);
    Call::of(expression).is_some_and(|call| call.name() == "join")
        || expression.is(Kind::LIST)
        || expression.is(Kind::TUPLE)
}

fn comment_length(rest: &[Piece<'_>]) -> Option<usize> {
    let until = |end: &str| {
        (0..rest.len()).find(|&at| rest.get(at..).is_some_and(|tail| starts(tail, end))).map(|at| at + end.len())
    };
    if starts(rest, "--") {
        Some(until("\n").unwrap_or(rest.len()))
    } else if starts(rest, "/*") {
        Some(until("*/").unwrap_or(rest.len()))
    } else {
        None
    }
}

/// Gives the length of a quoted text with its quotes; `None` when it does not end.
fn quoted_length(rest: &[Piece<'_>], quote: char) -> Option<usize> {
    let is_quote = |at: usize| matches!(rest.get(at), Some(Piece::Character { value, .. }) if *value == quote);
    let mut at = 1;
    while at < rest.len() {
        if is_quote(at) {
            if !is_quote(at + 1) {
                return Some(at + 1);
            }
            at += 1;
        }
        at += 1;
    }
    None
}

/// Gives Python for the text between SQL quotes.
fn bound_text(inner: &[Piece<'_>], quote: char, holes: &[&Hole<'_>]) -> String {
    if let ([_], [hole]) = (inner, holes) {
        return hole.value();
    }
    let mut tokens = Vec::new();
    let mut after_quote = false;
    for piece in inner {
        let doubled =
            matches!(piece, Piece::Character { value, .. } if *value == quote) && !std::mem::take(&mut after_quote);
        if doubled {
            after_quote = true;
        } else if !matches!(piece, Piece::Break(_)) {
            tokens.push(Token::Piece(piece.clone()));
        }
    }
    render::literal(&tokens, Quoting { delimiter: "\"", raw: false })
}

/// Gives a parameter name for an expression: `name`, `request.args["q"]` → `q`.
pub fn name_of(expression: Node<'_>) -> String {
    let expression = expression.without_parentheses();
    let from_string = |node: Node<'_>| node.text().trim_matches(['"', '\'']).replace('-', "_");
    let name = match expression.kind() {
        Kind::IDENTIFIER => expression.text().to_owned(),
        Kind::ATTRIBUTE => expression.child(Field::ATTRIBUTE).map(|name| name.text().to_owned()).unwrap_or_default(),
        Kind::SUBSCRIPT => {
            expression.child(Field::SUBSCRIPT).filter(|key| key.is(Kind::STRING)).map(from_string).unwrap_or_default()
        }
        Kind::CALL => {
            let first = Call::of(expression).and_then(|call| call.positional(0));
            match first {
                Some(argument) if argument.is(Kind::STRING) => from_string(argument),
                Some(argument) if argument.is(Kind::IDENTIFIER) => argument.text().to_owned(),
                Some(_) | None => String::new(),
            }
        }
        _ => String::new(),
    };
    let starts_well = name.starts_with(|first: char| first.is_ascii_alphabetic());
    let is_name = starts_well && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
    if is_name { name } else { "value".into() }
}

/// Gives the edits that parameterize the query that a call takes as this argument, composed in the call or assigned to
/// one local variable.
pub fn parameterize_call(
    file: File<'_>,
    call: Call<'_>,
    query: Node<'_>,
    placeholder: Placeholder,
    binding: Binding,
) -> Option<Vec<Edit>> {
    let origin = local::origin(query)?;
    let (written, template, composition) = match Composition::of(origin.expression) {
        Some(composition) => (origin.expression, None, composition),
        None => {
            let (literal, variable, composition) = Composition::of_template(origin.expression)?;
            (literal, Some(variable), composition)
        }
    };
    let existing = match binding {
        Binding::NextArgument => parameters_after(call, query),
        // What else stands there is bound already, or an option such as a timeout.
        Binding::FurtherArguments | Binding::Mapping if call.arguments().count() > 1 => return None,
        Binding::FurtherArguments | Binding::Mapping => None,
        Binding::Keyword(name) => call.keyword(name),
        Binding::BindParams => None,
    };
    let had = if existing.is_some() { Had::Parameters } else { Had::Nothing };
    let quotes = match placeholder {
        Placeholder::Question => DoubleQuotes::Value,
        Placeholder::Percent if file.imports_module("psycopg2") || file.imports_module("psycopg") => DoubleQuotes::Name,
        Placeholder::Percent => DoubleQuotes::Value,
        Placeholder::Named | Placeholder::PercentNamed | Placeholder::Numbered | Placeholder::ColonNumbered => {
            DoubleQuotes::Name
        }
    };
    let result = parameterize(&composition, placeholder, quotes, had)?;
    let mut edits = vec![replace(written.span(), result.text)];
    edits.extend(template.map(|variable| replace(origin.expression.span(), variable.text())));
    if binding == Binding::BindParams {
        let arguments = result.bound.iter().filter_map(|value| match value {
            Bound::New { name, expression } => Some(format!("{name}={expression}")),
            Bound::Existing => None,
        });
        let arguments: Vec<_> = arguments.collect();
        edits.push(insert(call.node.end(), format!(".bindparams({})", arguments.join(", "))));
        return Some(edits);
    }
    if binding == Binding::FurtherArguments {
        let values = result.bound.iter().filter_map(|value| match value {
            Bound::New { expression, .. } => Some(format!(", {expression}")),
            Bound::Existing => None,
        });
        edits.push(insert(argument_end(call, query), values.collect::<String>()));
        return Some(edits);
    }
    if binding == Binding::Mapping {
        let items = result.bound.iter().filter_map(|value| match value {
            Bound::New { name, expression } => Some(format!("\"{name}\": {expression}")),
            Bound::Existing => None,
        });
        let items: Vec<_> = items.collect();
        edits.push(insert(argument_end(call, query), format!(", {{{}}}", items.join(", "))));
        return Some(edits);
    }
    let display = merge(&result.bound, existing)?;
    edits.push(match (existing, binding) {
        (Some(old), _) => replace(old.span(), display),
        (None, Binding::Keyword(name)) => call.set_keyword(name, &display),
        (None, Binding::NextArgument | Binding::FurtherArguments | Binding::Mapping | Binding::BindParams) => {
            insert(argument_end(call, query), format!(", {display}"))
        }
    });
    Some(edits)
}

fn argument_end(call: Call<'_>, query: Node<'_>) -> u32 {
    call.arguments().find(|argument| argument.contains(query)).map_or(query.end(), Node::end)
}

/// Gives the parameters' argument of a DB-API call: the one after the query, or the keyword that drivers use.
fn parameters_after<'a>(call: Call<'a>, query: Node<'_>) -> Option<Node<'a>> {
    let mut after = call.arguments().filter(|argument| argument.start() >= argument_end(call, query));
    let by_name =
        ["parameters", "params", "args", "vars", "query_params"].into_iter().find_map(|name| call.keyword(name));
    by_name.or_else(|| after.find(|argument| !argument.is(Kind::KEYWORD_ARGUMENT)))
}

/// Gives the display of all parameters in the query's order.
fn merge(bound: &[Bound], existing: Option<Node<'_>>) -> Option<String> {
    let is_display = |node: &Node<'_>| node.is(Kind::TUPLE) || node.is(Kind::LIST);
    let old = existing.map(Node::without_parentheses);
    let mut values: Vec<String> = Vec::new();
    let mut brackets = ("(", ")");
    match old {
        None if bound.contains(&Bound::Existing) => return None,
        None => values.extend(bound.iter().filter_map(new_expression)),
        Some(old) if is_display(&old) => {
            if old.is(Kind::LIST) {
                brackets = ("[", "]");
            }
            let mut elements = old.named_children();
            for value in bound {
                values.push(match value {
                    Bound::Existing => elements.next().filter(|element| !element.is(Kind::LIST_SPLAT))?.text().into(),
                    Bound::New { expression, .. } => expression.clone(),
                });
            }
            if elements.next().is_some() {
                return None;
            }
        }
        Some(old) if old.is(Kind::DICTIONARY) => return None,
        Some(old) => {
            let is_new = |value: &&Bound| matches!(value, Bound::New { .. });
            let before = bound.iter().take_while(is_new).count();
            let after = bound.iter().rev().take_while(is_new).count();
            if before > 0 && after > 0 {
                return None;
            }
            let middle = bound.len() - before - after;
            if bound.iter().filter(|value| **value == Bound::Existing).count() != middle {
                return None;
            }
            values.extend(bound.iter().take(before).filter_map(new_expression));
            values.push(format!("*{}", old.text()));
            values.extend(bound.iter().skip(before + middle).filter_map(new_expression));
        }
    }
    let (open, close) = brackets;
    match values.as_slice() {
        [single] if open == "(" => Some(format!("({single},)")),
        several => Some(format!("{open}{}{close}", several.join(", "))),
    }
}

fn new_expression(value: &Bound) -> Option<String> {
    match value {
        Bound::New { expression, .. } => Some(expression.clone()),
        Bound::Existing => None,
    }
}
