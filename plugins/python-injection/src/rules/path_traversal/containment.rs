//! Fixes that keep a path below its directory. Invariant: the check is made on the very value that is used, after
//! symbolic links are resolved.

use securecode_sdk::{
    Edit, Field, File, Fix, Kind, Node,
    compose::{Composition, Piece},
    fix::{
        call::Call,
        fix,
        guard::{self, Guard},
        import, insert, local, replace,
    },
};

/// A path composed of a directory and the rest.
struct Composed<'a> {
    /// The whole expression.
    expression: Node<'a>,
    /// Python for the directory.
    base: String,
    /// The untrusted parts.
    rest: Vec<Node<'a>>,
}

/// Gives the fixes for the path argument of a call, best first.
pub(super) fn fixes(file: File<'_>, path: Node<'_>) -> Vec<Fix> {
    let assignment = local::only_assignment(path);
    let written = assignment.and_then(|assignment| assignment.child(Field::RIGHT)).unwrap_or(path);
    let Some(composed) = compose(written.without_parentheses()) else { return Vec::new() };
    let checked = match assignment {
        Some(assignment) => after_assignment(file, assignment, &composed),
        None => before_use(file, path, &composed),
    };
    let mut all: Vec<Fix> =
        checked.map(|edits| fix("Check that the path stays below its directory", edits)).into_iter().collect();
    all.extend(reduced(file, &composed));
    all
}

/// Gives the fixes that leave the kind of the path as it is, for a path object whose method is called.
pub(super) fn reductions(file: File<'_>, path: Node<'_>) -> Vec<Fix> {
    let assigned = local::only_assignment(path).and_then(|assignment| assignment.child(Field::RIGHT));
    compose(assigned.unwrap_or(path).without_parentheses()).map(|composed| reduced(file, &composed)).unwrap_or_default()
}

fn reduced(file: File<'_>, composed: &Composed<'_>) -> Vec<Fix> {
    let mut all = Vec::new();
    if file.imports_module("flask") || file.imports_module("werkzeug") {
        let (function, import) = import::name(file, "werkzeug.utils", "secure_filename");
        all.push(fix("Reduce the name to a safe file name", wrap(composed, &function, import)));
    }
    let (module, import) = import::module(file, "os");
    let basename = format!("{module}.path.basename");
    all.push(fix("Keep only the last component of the name", wrap(composed, &basename, import)));
    all
}

fn wrap(composed: &Composed<'_>, function: &str, import: Option<Edit>) -> Vec<Edit> {
    let wrapped = |part: &Node<'_>| replace(part.span(), format!("{function}({})", part.without_parentheses().text()));
    composed.rest.iter().map(wrapped).chain(import).collect()
}

fn compose(expression: Node<'_>) -> Option<Composed<'_>> {
    match expression.kind() {
        Kind::CALL => {
            let call = Call::of(expression)?;
            if call.name() == "join" && call.callee.text().ends_with("path.join") {
                let mut parts = call.arguments();
                let base = parts.next().filter(|base| !base.is(Kind::LIST_SPLAT))?;
                let rest: Vec<_> = parts.filter(|part| !part.is(Kind::STRING)).collect();
                let splat = rest.iter().any(|part| part.is(Kind::LIST_SPLAT));
                return (!rest.is_empty() && !splat).then(|| Composed { expression, base: base.text().into(), rest });
            }
            composed_text(expression)
        }
        Kind::BINARY_OPERATOR if expression.child(Field::OPERATOR)?.is(Kind::TOKEN_SLASH) => {
            let (left, right) = (expression.child(Field::LEFT)?, expression.child(Field::RIGHT)?);
            Some(Composed { expression, base: left.text().into(), rest: vec![right] })
        }
        _ => composed_text(expression),
    }
}

/// `f"{BASE}/{name}"`, `BASE + "/" + name`, `"/srv/data/" + name`.
fn composed_text(expression: Node<'_>) -> Option<Composed<'_>> {
    let composition = Composition::of(expression)?;
    let mut constant = String::new();
    let mut holes = Vec::new();
    let mut base = None;
    for piece in &composition.pieces {
        match piece {
            Piece::Character { value, .. } if holes.is_empty() => constant.push(*value),
            Piece::Character { value: '/', .. } if base.is_none() && constant.is_empty() && holes.len() == 1 => {
                base = holes.pop();
                constant.push('/');
            }
            Piece::Hole(hole) if hole.text.is_none() => holes.push(hole.expression),
            Piece::Hole(_) => return None,
            Piece::Character { .. } | Piece::Break(_) => {}
        }
    }
    let base = match base {
        Some(base) => base.without_parentheses().text().to_owned(),
        None => {
            let (directory, _) = constant.rsplit_once('/')?;
            let is_plain = !directory.is_empty() && !directory.contains(['"', '\\', '\n']);
            is_plain.then(|| format!("\"{directory}\""))?
        }
    };
    (!holes.is_empty()).then_some(Composed { expression, base, rest: holes })
}

/// The two lines that check `path`.
fn check(file: File<'_>, path: &str, base: &str, indentation: &str) -> String {
    let newline = file.line_ending();
    let step = if indentation.starts_with('\t') { "\t" } else { "    " };
    let condition = escapes(&import::module(file, "os").0, path, base);
    format!("{indentation}if {condition}:{newline}{indentation}{step}{REFUSED}{newline}")
}

fn after_assignment(file: File<'_>, assignment: Node<'_>, composed: &Composed<'_>) -> Option<Vec<Edit>> {
    let statement = assignment.statement().filter(|statement| guard::own_lines(file, *statement))?;
    let name = assignment.child(Field::LEFT)?.text();
    let (os, import) = import::module(file, "os");
    let indentation = file.indentation(statement.start());
    let rest = file.text().get(statement.end() as usize..)?;
    let line_end = statement.end() + rest.find('\n').map_or(rest.len(), |at| at + 1) as u32;
    let lead = if file.text().get(..line_end as usize)?.ends_with('\n') { "" } else { file.line_ending() };
    let mut edits = vec![
        replace(composed.expression.span(), format!("{os}.path.realpath({})", composed.expression.text())),
        insert(line_end, format!("{lead}{}", check(file, name, &composed.base, indentation))),
    ];
    edits.extend(import);
    Some(edits)
}

fn before_use(file: File<'_>, path: Node<'_>, composed: &Composed<'_>) -> Option<Vec<Edit>> {
    let (os, import) = import::module(file, "os");
    let set_to = format!("{os}.path.realpath({})", composed.expression.text());
    let guard = Guard { value: path, set_to: &set_to, names: &["path", "full_path", "checked_path"] };
    let mut edits = guard::before_use(file, guard, |name| escapes(&os, name, &composed.base), |_| REFUSED.to_owned())?;
    edits.extend(import);
    Some(edits)
}

/// The statement that refuses a path.
const REFUSED: &str = "raise ValueError(\"path escapes the base directory\")";

/// The condition under which a path is not below its directory.
fn escapes(os: &str, path: &str, base: &str) -> String {
    format!("not {path}.startswith({os}.path.realpath({base}) + {os}.sep)")
}
