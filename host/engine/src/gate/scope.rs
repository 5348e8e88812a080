//! Which lines a patch may change: the finding's function, the statements that untrusted data comes along, and imports.
//! Invariant: the rule looks at what changed between the texts, never at how the edits are cut or who proposed them.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use model::{finding::Finding, span::Span};
use similar::{DiffOp, TextDiff};
use syntax::{
    kinds::{Field, Kind},
    line_index::LineIndex,
    packed::{Node, PackedTree},
    parse::parse,
};

/// Most lines that a patch may change, added and changed ones together.
const MAX_CHANGED_LINES: usize = 40;

/// Most definitions within each other that are told apart.
const MAX_NESTING: usize = 64;

/// Line numbers from 0.
type Lines = Range<usize>;

/// One of the two texts.
struct Side<'a> {
    text: &'a str,
    tree: PackedTree,
    problems: usize,
    lines: LineIndex,
}

/// Tells whether a patch stays within its finding; says what it changes, or what it must not. `None` where that cannot be
/// told, since the new text has syntax problems that the old one has not.
pub(super) fn check(finding: &Finding, old: &str, new: &str) -> Option<Result<String, String>> {
    let (old, new) = (Side::new(old), Side::new(new));
    (new.problems <= old.problems).then(|| judge(finding, &old, &new))
}

fn judge(finding: &Finding, old: &Side<'_>, new: &Side<'_>) -> Result<String, String> {
    let subject = Subject::of(old, finding);
    let place = subject.place();
    let (may_change, may_hold) = subject.regions(old, new)?;
    let mut changed = 0;
    let diff = TextDiff::from_lines(old.text, new.text);
    for op in diff.ops().iter().filter(|op| !matches!(op, DiffOp::Equal { .. })) {
        let (removed, added) = (op.old_range(), op.new_range());
        changed += removed.len().max(added.len());
        let is_outside = |line: &usize| !old.is_blank(*line) && !may_change.iter().any(|lines| lines.contains(line));
        if let Some(line) = removed.clone().find(is_outside) {
            return Err(format!("it changes line {}, which is no part of {place}", line + 1));
        }
        let is_at_statement = subject.statements.iter().any(|lines| is_at(lines, &removed));
        let is_foreign = |line: &usize| {
            let is_held = new.is_blank(*line) || may_hold.iter().any(|lines| lines.contains(line));
            let is_replacement = is_at_statement && !new.begins_definition(*line);
            !is_held && !is_replacement
        };
        if let Some(line) = added.clone().find(is_foreign) {
            return Err(format!("line {} of the patched file is new and no part of {place}", line + 1));
        }
    }
    if changed > MAX_CHANGED_LINES {
        return Err(format!("it changes {changed} lines; {MAX_CHANGED_LINES} are the most"));
    }
    let lines = if changed == 1 { "1 line".to_owned() } else { format!("{changed} lines") };
    Ok(format!("{lines} within {place}"))
}

/// Tells whether changed lines lie at a statement: on it, or as an insertion right before or after it.
fn is_at(statement: &Lines, changed: &Lines) -> bool {
    if changed.is_empty() {
        (statement.start..=statement.end).contains(&changed.start)
    } else {
        changed.start < statement.end && statement.start < changed.end
    }
}

impl<'a> Side<'a> {
    fn new(text: &'a str) -> Self {
        let parsed = parse(text);
        Self { text, tree: parsed.tree, problems: parsed.problems.len(), lines: LineIndex::new(text) }
    }

    fn lines_of(&self, span: Span) -> Lines {
        let line = |offset| self.lines.position(offset).line as usize;
        line(span.start) - 1..line(span.end.saturating_sub(1).max(span.start))
    }

    fn is_blank(&self, line: usize) -> bool {
        let span = self.lines.line_span(line as u32 + 1);
        span.and_then(|span| span.slice(self.text)).is_none_or(|text| text.trim().is_empty())
    }

    fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        (0..self.tree.node_count()).filter_map(|index| self.tree.node(index))
    }

    fn begins_definition(&self, line: usize) -> bool {
        self.nodes().filter(|node| is_definition(node.kind())).any(|node| self.lines_of(node.span()).start == line)
    }

    /// Gives every function of the text with its decorators, in order.
    fn functions(&self) -> Vec<Function> {
        let mut found = Functions::default();
        self.add_functions(self.tree.root(), &mut Vec::new(), &mut found);
        found.functions
    }

    fn add_functions(&self, node: Node<'_>, way: &mut Vec<String>, found: &mut Functions) {
        // One level of calls for each level of definitions; other nodes are passed over in a loop.
        let mut index = node.index() + 1;
        let mut decorated = None;
        while index < node.end_index() {
            let Some(inner) = self.tree.node(index) else { return };
            index += 1;
            if inner.kind() == Kind::DECORATED_DEFINITION {
                decorated = Some(inner.span());
            }
            if !is_definition(inner.kind()) {
                continue;
            }
            let name = inner.child(Field::NAME).map_or("", |name| name.text(self.text));
            way.push(name.to_owned());
            let span = decorated.take().filter(|whole| whole.contains(inner.span())).unwrap_or(inner.span());
            if inner.kind() == Kind::FUNCTION_DEFINITION {
                let known = found.namesakes.entry(way.clone()).or_default();
                found.functions.push(Function { way: way.clone(), namesakes_before: *known, span });
                *known += 1;
            }
            if way.len() <= MAX_NESTING {
                self.add_functions(inner, way, found);
            }
            way.pop();
            index = inner.end_index();
        }
    }

    /// Gives the lines of the import statements outside functions and classes.
    fn imports(&self) -> Vec<Lines> {
        let mut imports = Vec::new();
        let mut index = 1;
        while let Some(node) = self.tree.node(index) {
            let kind = node.kind();
            if matches!(kind, Kind::IMPORT_STATEMENT | Kind::IMPORT_FROM_STATEMENT | Kind::FUTURE_IMPORT_STATEMENT) {
                imports.push(self.lines_of(node.span()));
            }
            index = if is_definition(kind) { node.end_index() } else { index + 1 };
        }
        imports
    }
}

const fn is_definition(kind: Kind) -> bool {
    matches!(kind, Kind::FUNCTION_DEFINITION | Kind::CLASS_DEFINITION)
}

/// A function by its way from the module, which a patch keeps.
#[derive(Clone, PartialEq, Eq)]
struct Function {
    way: Vec<String>,
    /// How many functions before it have the same way.
    namesakes_before: usize,
    /// With its decorators.
    span: Span,
}

/// The functions of a text so far, and how many there are by their way.
#[derive(Default)]
struct Functions {
    functions: Vec<Function>,
    namesakes: BTreeMap<Vec<String>, usize>,
}

/// What a patch of a finding may change besides imports.
struct Subject {
    function: Option<Function>,
    statements: Vec<Lines>,
}

impl Subject {
    fn of(side: &Side<'_>, finding: &Finding) -> Self {
        let place = finding.place.span;
        // Of functions within each other the innermost comes last.
        let function = side.functions().into_iter().rev().find(|function| function.span.contains(place));
        let steps = finding.taint_path.steps.iter().filter(|step| step.place.file == finding.place.file);
        let mut statements: Vec<Lines> = Vec::new();
        if function.is_none() {
            statements.push(statement_lines(side, place));
        }
        let is_outside = |span: &Span| function.as_ref().is_none_or(|function| !function.span.contains(*span));
        statements.extend(steps.map(|step| step.place.span).filter(is_outside).map(|span| statement_lines(side, span)));
        if let Some(function) = &function {
            statements.extend(related(side, function.span, place));
        }
        Self { function, statements }
    }

    /// Names it.
    fn place(&self) -> String {
        let of = self.function.as_ref().map(|function| format!("`{}`", function.way.join(".")));
        match (of, self.statements.is_empty()) {
            (Some(name), true) => format!("{name} and the imports"),
            (Some(name), false) => format!("{name}, the statements on the data's way and the imports"),
            (None, _) => "the finding's statement and the imports".to_owned(),
        }
    }

    /// Gives the lines that may be changed in the old text, and those that may be new in the new one.
    fn regions(&self, old: &Side<'_>, new: &Side<'_>) -> Result<(Vec<Lines>, Vec<Lines>), String> {
        let (mut may_change, mut may_hold) = (old.imports(), new.imports());
        may_change.extend(self.statements.iter().cloned());
        if let Some(function) = &self.function {
            let is_same =
                |other: &Function| other.way == function.way && other.namesakes_before == function.namesakes_before;
            let Some(patched) = new.functions().into_iter().find(is_same) else {
                return Err(format!("`{}` is not in the patched file", function.way.join(".")));
            };
            may_change.push(old.lines_of(function.span));
            may_hold.push(new.lines_of(patched.span));
        }
        Ok((may_change, may_hold))
    }
}

/// Gives the statements outside a function that its finding speaks of as well: those that set a module's name which the
/// function reads, and those that use the attribute which the finding's statement sets.
fn related(side: &Side<'_>, function: Span, place: Span) -> Vec<Lines> {
    let words = |text: &str| -> Vec<String> {
        text.split(|one: char| !one.is_alphanumeric() && one != '_').map(str::to_owned).collect()
    };
    let read = words(function.slice(side.text).unwrap_or_default());
    let own = side.lines_of(place).start as u32 + 1;
    let line = side.lines.line_span(own).and_then(|line| line.slice(side.text)).unwrap_or_default();
    let set = line.split_once('=').map(|(target, _)| target.trim()).filter(|target| target.starts_with("self."));
    let top: BTreeSet<u32> = side.tree.root().items().map(|item| item.index()).collect();
    let mut found = Vec::new();
    for node in side.nodes().filter(|node| node.kind() == Kind::EXPRESSION_STATEMENT) {
        let text = node.text(side.text);
        let name = text.split_once('=').map(|(target, _)| target.trim());
        let sets_read_name =
            top.contains(&node.index()) && name.is_some_and(|name| read.iter().any(|word| word == name));
        if sets_read_name || set.is_some_and(|set| text.contains(set)) {
            found.push(side.lines_of(node.span()));
        }
    }
    found
}

/// Gives the lines of the smallest statement around a place; for one that holds others, those of its head that the place
/// is on.
fn statement_lines(side: &Side<'_>, place: Span) -> Lines {
    let mut smallest: Option<Node<'_>> = None;
    let mut node = side.tree.root();
    while let Some(inner) = node.children().find(|child| child.span().contains(place)) {
        if matches!(node.kind(), Kind::MODULE | Kind::BLOCK) || inner.kind() == Kind::DECORATOR {
            smallest = Some(inner);
        }
        node = inner;
    }
    let own = side.lines_of(place);
    let Some(statement) = smallest else { return own };
    let holds_others = (statement.index()..statement.end_index())
        .filter_map(|index| side.tree.node(index))
        .any(|node| node.kind() == Kind::BLOCK);
    if holds_others { own } else { side.lines_of(statement.span()) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use model::{
        finding::Finding,
        ids::FileId,
        span::{Place, Span},
    };

    use super::check;

    const CODE: &str = "import os\n\nLIMIT = 3\n\n\ndef other():\n    return 1\n\n\n@route(\"/x\")\ndef view(name):\n    \
                        os.system(name)\n    return \"ok\"\n\n\nclass Page:\n    def view(self):\n        return 2\n";

    /// A finding at a text of the code.
    fn finding(place: &str) -> Finding {
        let start = CODE.find(place).unwrap() as u32;
        let span = Span::new(start, start + place.len() as u32);
        crate::gate::tests::finding(Place { file: FileId(0), span })
    }

    #[track_caller]
    fn is(place: &str, change: (&str, &str), expected: Result<&str, &str>) {
        let new = CODE.replacen(change.0, change.1, 1);
        assert_ne!(new, CODE);
        let answer = check(&finding(place), CODE, &new).unwrap();
        assert_eq!(answer.as_deref().map_err(String::as_str), expected);
    }

    #[test]
    fn the_finding_s_function_and_imports_may_change() {
        let within = Ok("1 line within `view` and the imports");
        is("os.system(name)", ("os.system(name)", "print(name)"), within);
        is("os.system(name)", ("@route(\"/x\")", "@route(\"/y\")"), within);
        is("os.system(name)", ("import os\n", "import os\nimport shlex\n"), within);
        let two = Ok("2 lines within `view` and the imports");
        is("os.system(name)", ("    os.system(name)\n", "    import shlex\n    run(name)\n"), two);
    }

    #[test]
    fn nothing_else_may() {
        let other = |line| format!("it changes line {line}, which is no part of `view` and the imports");
        is("os.system(name)", ("return 1", "return 9"), Err(&other(7)));
        is("os.system(name)", ("LIMIT = 3", "LIMIT = 4"), Err(&other(3)));
        is("os.system(name)", ("return 2", "return 3"), Err(&other(18)));
        let new = "line 16 of the patched file is new and no part of `view` and the imports";
        is("os.system(name)", ("class Page", "def helper():\n    pass\n\n\nclass Page"), Err(new));
        is("os.system(name)", ("def view(name)", "def renamed(name)"), Err("`view` is not in the patched file"));
        is(
            "LIMIT = 3",
            ("return 1", "return 9"),
            Err("it changes line 7, which is no part of the finding's statement and the imports"),
        );
    }

    #[test]
    fn a_finding_outside_functions_is_about_its_statement() {
        let within = |lines| format!("{lines} within the finding's statement and the imports");
        is("LIMIT = 3", ("LIMIT = 3", "LIMIT = int(os.environ[\"LIMIT\"])"), Ok(&within("1 line")));
        is("LIMIT = 3", ("LIMIT = 3", "limit = 3\nLIMIT = limit"), Ok(&within("2 lines")));
        let new = "line 4 of the patched file is new and no part of the finding's statement and the imports";
        is("LIMIT = 3", ("LIMIT = 3", "LIMIT = 3\ndef helper():\n    pass"), Err(new));
    }

    #[test]
    fn what_does_not_parse_is_not_judged() {
        assert_eq!(check(&finding("os.system(name)"), CODE, &CODE.replace("return 1", "return (1")), None);
    }

    #[test]
    fn a_patch_is_short() {
        let long = format!("os.system(name)\n{}", "    pass\n".repeat(41));
        is("os.system(name)", ("os.system(name)\n", &long), Err("it changes 41 lines; 40 are the most"));
    }
}
