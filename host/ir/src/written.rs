//! Contracts that people wrote down (docstrings, decorators, leading asserts), turned into checking functions that are
//! appended to the file's text. Invariant: the appended text moves nothing of the original, so that spans stay true.
//!
//! A checking function takes the parameters of the function under contract, returns early where a precondition is false
//! or raises, calls the function, and asserts one thing. The prover runs it like any other function.
//!
//! Contract decorators are blanked out of the text: the function that is called is the undecorated one, as these
//! decorators only check. Code that catches their errors therefore sees none.

mod decorator;
mod docstring;
mod harness;

use std::collections::BTreeSet;

use model::span::Span;
use syntax::{
    kinds::{Field, Kind},
    packed::{Node, PackedTree},
};

/// Where a written contract stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WrittenKind {
    /// A docstring in the form of PEP 316.
    Pep316,
    /// Decorators of icontract.
    Icontract,
    /// Decorators of deal.
    Deal,
    /// None: an exception that leaves the function though nothing documents it.
    Implicit,
}

impl WrittenKind {
    /// Gives the kind's word: `pep316`, `icontract`, `deal` or `implicit`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pep316 => "pep316",
            Self::Icontract => "icontract",
            Self::Deal => "deal",
            Self::Implicit => "implicit",
        }
    }
}

/// One thing to check of one function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Where it comes from.
    pub kind: WrittenKind,
    /// Qualified name of the function under contract.
    pub function: String,
    /// The condition in the original text; the function's name for exceptions.
    pub span: Span,
    /// The preconditions, as written.
    pub requires: Vec<String>,
    /// The postcondition, as written; empty for exceptions.
    pub ensures: Vec<String>,
    /// Classes of exceptions that may leave the function, when the check is about exceptions.
    pub raises: Option<Vec<String>>,
    /// Name of the checking function.
    pub checker: String,
    /// The checking function's `assert` statement in the augmented text.
    pub assertion: Span,
    /// Its parameters' names, `self` and `cls` excepted.
    pub parameters: Vec<String>,
    /// Parameters without annotation: a proof over them would speak of one type only.
    pub untyped: Vec<String>,
    /// What the contract forbids besides, but is not checked, such as `side effects`.
    pub unchecked: Vec<String>,
}

/// A file's text with its checking functions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Augmented {
    /// The text; as long as the original up to the checking functions.
    pub text: String,
    /// What the checking functions check, in the file's order.
    pub written: Vec<Written>,
    /// `assert` statements at the beginning of a function: its preconditions.
    pub leading_asserts: Vec<Span>,
    /// Contracts that cannot be understood: their place and why, one clause each.
    pub problems: Vec<(Span, String)>,
}

/// One condition as it was found.
#[derive(Clone, Debug)]
struct Clause {
    kind: WrittenKind,
    /// A Python expression over the parameters, `__return__` and snapshots.
    expression: String,
    /// As the person wrote it.
    shown: String,
    span: Span,
}

/// All that was found of one function (or of a class: its invariants are in `requires`).
#[derive(Clone, Debug, Default)]
struct Clauses {
    requires: Vec<Clause>,
    ensures: Vec<Clause>,
    /// Values to keep from before the call: name and expression.
    snapshots: Vec<(String, String)>,
    /// Exceptions that are allowed, and who says so.
    raises: Vec<(WrittenKind, Vec<String>)>,
    /// The only parameters that may be changed, and where that is said.
    changes: Option<(Span, BTreeSet<String>)>,
    /// What is forbidden but not checked.
    unchecked: BTreeSet<String>,
    /// Names that mean the returned value.
    result_names: BTreeSet<String>,
    /// Why the contract cannot be checked.
    problems: Vec<(Span, String)>,
    /// Decorators that only check.
    blanked: Vec<Span>,
}

/// A parameter of a function under contract.
#[derive(Clone, Debug)]
struct Parameter {
    name: String,
    annotation: Option<String>,
    /// How an argument for it is written in a call of the function.
    argument: String,
}

/// A function under contract.
struct Target<'a> {
    node: Node<'a>,
    name: &'a str,
    name_span: Span,
    /// The class's dotted name within the module, for a method.
    class: Option<&'a str>,
    decorators: &'a [Node<'a>],
    invariants: &'a [Clause],
}

/// Methods that are not called on an object that exists.
const UNCALLED: [&str; 4] = ["__new__", "__init_subclass__", "__class_getitem__", "__set_name__"];

/// Classes inside classes that are looked into.
const MAX_DEPTH: u32 = 8;

/// Conditions of a function that do not stand in its file: Python expressions over the parameters, with `__return__` in
/// the postconditions.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// Qualified name of the function.
    pub function: &'a str,
    /// The preconditions.
    pub requires: &'a [String],
    /// The postconditions.
    pub ensures: &'a [String],
}

struct Walk<'a> {
    text: &'a str,
    kinds: &'a BTreeSet<WrittenKind>,
    given: Option<Given<'a>>,
    names: decorator::Names,
    out: Augmented,
    appended: String,
    blanked: Vec<Span>,
}

/// Finds the contracts of these kinds in a parsed file and makes its checking functions. A problem never keeps the
/// other contracts from being checked.
pub fn augment(text: &str, tree: &PackedTree, kinds: &BTreeSet<WrittenKind>) -> Augmented {
    walked(text, tree, (kinds, None))
}

/// Makes the checking functions of conditions that do not stand in the file: one for each postcondition, and one for
/// "no exception leaves the function". A condition that is no Python expression is a problem, and then nothing of the
/// function is checked; a function that is not in the file gives neither.
pub fn augment_given(text: &str, tree: &PackedTree, given: Given<'_>) -> Augmented {
    walked(text, tree, (&BTreeSet::new(), Some(given)))
}

fn walked(text: &str, tree: &PackedTree, (kinds, given): (&BTreeSet<WrittenKind>, Option<Given<'_>>)) -> Augmented {
    let names = decorator::Names::of(text);
    let mut walk =
        Walk { text, kinds, given, names, out: Augmented::default(), appended: String::new(), blanked: Vec::new() };
    walk.body(tree.root(), None, &[], MAX_DEPTH);
    let mut bytes = text.as_bytes().to_vec();
    for span in &walk.blanked {
        for byte in bytes.get_mut(span.to_range()).unwrap_or_default() {
            if !matches!(*byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
    }
    let mut out = walk.out;
    out.text = String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned());
    out.text.push_str(&walk.appended);
    out
}

impl Given<'_> {
    fn is_of(&self, target: &Target<'_>) -> bool {
        let (class, name) = match self.function.rsplit_once('.') {
            Some((class, name)) => (Some(class), name),
            None => (None, self.function),
        };
        target.class == class && target.name == name
    }
}

impl<'a> Walk<'a> {
    fn body(&mut self, body: Node<'a>, class: Option<&str>, invariants: &[Clause], depth: u32) {
        let Some(depth) = depth.checked_sub(1) else { return };
        for item in body.items() {
            let (decorators, definition) = match item.kind() {
                Kind::DECORATED_DEFINITION => {
                    let decorators = item.children().filter(|child| child.kind() == Kind::DECORATOR).collect();
                    (decorators, item.child(Field::DEFINITION))
                }
                _ => (Vec::new(), Some(item)),
            };
            let Some(definition) = definition else { continue };
            let Some(name) = definition.child(Field::NAME) else { continue };
            match definition.kind() {
                Kind::CLASS_DEFINITION => self.class(definition, name, class, &decorators, depth),
                Kind::FUNCTION_DEFINITION => {
                    let target = Target {
                        node: definition,
                        name: name.text(self.text),
                        name_span: name.span(),
                        class,
                        decorators: &decorators,
                        invariants,
                    };
                    self.function(&target);
                }
                _ => {}
            }
        }
    }

    fn class(&mut self, node: Node<'a>, name: Node<'a>, outer: Option<&str>, decorators: &[Node<'a>], depth: u32) {
        let Some(body) = node.child(Field::BODY) else { return };
        let name = name.text(self.text);
        let qualname = outer.map_or_else(|| name.to_owned(), |outer| format!("{outer}.{name}"));
        let mut clauses = Clauses::default();
        if self.kinds.contains(&WrittenKind::Pep316) {
            docstring::read(self.text, body, &mut clauses);
        }
        for decorator in decorators {
            self.names.read(self.text, *decorator, self.kinds, &mut clauses);
        }
        self.keep_readable(&mut clauses);
        self.blanked.append(&mut clauses.blanked);
        self.out.problems.append(&mut clauses.problems);
        self.body(body, Some(&qualname), &clauses.requires, depth);
    }

    fn function(&mut self, target: &Target<'_>) {
        let Some(body) = target.node.child(Field::BODY) else { return };
        let mut clauses = Clauses::default();
        if self.kinds.contains(&WrittenKind::Pep316) {
            docstring::read(self.text, body, &mut clauses);
        }
        for decorator in target.decorators {
            self.names.read(self.text, *decorator, self.kinds, &mut clauses);
        }
        if let Some(given) = self.given.filter(|given| given.is_of(target)) {
            let clause = |text: &String| Clause {
                kind: WrittenKind::Pep316,
                expression: text.clone(),
                shown: text.clone(),
                span: target.name_span,
            };
            clauses.requires.extend(given.requires.iter().map(clause));
            clauses.ensures.extend(given.ensures.iter().map(clause));
            clauses.result_names.insert("__return__".to_owned());
        }
        self.nested(body, MAX_DEPTH);
        self.keep_readable(&mut clauses);
        self.blanked.append(&mut clauses.blanked);
        let leading = self.leading_asserts(body);
        self.out.leading_asserts.extend(leading.iter().map(|node| node.span()));
        let is_broken = !clauses.problems.is_empty();
        self.out.problems.append(&mut clauses.problems);
        // A precondition that cannot be read must not be left out: what then fails need not be the code's fault.
        if is_broken || UNCALLED.contains(&target.name) {
            return;
        }
        let preconditions: Vec<&str> =
            leading.iter().filter_map(|node| node.items().next()).map(|condition| condition.text(self.text)).collect();
        harness::write(self, target, &clauses, &preconditions);
    }

    /// Reports the contracts of functions inside functions, which nothing outside can call.
    fn nested(&mut self, body: Node<'_>, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else { return };
        for item in body.items() {
            let definition = match item.kind() {
                Kind::DECORATED_DEFINITION => item.child(Field::DEFINITION),
                _ => Some(item),
            };
            let Some(definition) = definition.filter(|found| found.kind() == Kind::FUNCTION_DEFINITION) else {
                continue;
            };
            let (Some(name), Some(body)) = (definition.child(Field::NAME), definition.child(Field::BODY)) else {
                continue;
            };
            let mut clauses = Clauses::default();
            if self.kinds.contains(&WrittenKind::Pep316) {
                docstring::read(self.text, body, &mut clauses);
            }
            for decorator in item.children().filter(|child| child.kind() == Kind::DECORATOR) {
                self.names.read(self.text, decorator, self.kinds, &mut clauses);
            }
            if !clauses.requires.is_empty() || !clauses.ensures.is_empty() || !clauses.raises.is_empty() {
                let why =
                    format!("`{}` stands inside a function, so nothing outside can call it", name.text(self.text));
                self.out.problems.push((name.span(), why));
            }
            self.blanked.append(&mut clauses.blanked);
            self.nested(body, depth);
        }
    }

    /// Gives the `assert` statements that a function's body begins with, after its docstring.
    fn leading_asserts<'b>(&self, body: Node<'b>) -> Vec<Node<'b>> {
        body.items()
            .skip_while(|item| {
                item.kind() == Kind::EXPRESSION_STATEMENT
                    && item.items().next().is_some_and(|value| value.kind() == Kind::STRING)
            })
            .take_while(|item| item.kind() == Kind::ASSERT_STATEMENT)
            .collect()
    }

    /// Leaves out, and reports, conditions that are no Python expressions.
    fn keep_readable(&self, clauses: &mut Clauses) {
        let mut problems = Vec::new();
        for list in [&mut clauses.requires, &mut clauses.ensures] {
            list.retain(|clause| {
                let readable = is_expression(&clause.expression);
                if !readable {
                    problems.push((clause.span, format!("`{}` is not a Python expression", clause.shown)));
                }
                readable
            });
        }
        clauses.problems.append(&mut problems);
    }
}

/// Tells whether a text is one Python expression.
fn is_expression(text: &str) -> bool {
    let parsed = syntax::parse::parse(&format!("(\n{text}\n)\n"));
    let mut items = parsed.tree.root().items();
    let only = items.next().filter(|item| item.kind() == Kind::EXPRESSION_STATEMENT);
    let inner = only.and_then(|item| item.items().next());
    !text.trim().is_empty()
        && parsed.problems.is_empty()
        && items.next().is_none()
        && inner.is_some_and(|inner| inner.kind() == Kind::PARENTHESIZED_EXPRESSION)
}

/// Replaces a name with an attribute (`__old__.x`) by what `replacement` makes of the attribute.
fn replace_attribute(text: &str, base: &str, mut replacement: impl FnMut(&str) -> String) -> String {
    let is_word = |c: char| c == '_' || c.is_alphanumeric();
    let mut out = String::new();
    let mut rest = text;
    let prefix = format!("{base}.");
    while let Some((before, after)) = rest.split_once(&prefix) {
        out.push_str(before);
        let end = after.find(|c| !is_word(c)).unwrap_or(after.len());
        let (name, left) = after.split_at(end);
        if name.is_empty() || before.ends_with(|c: char| is_word(c) || c == '.') {
            out.push_str(&prefix);
            rest = after;
            continue;
        }
        out.push_str(&replacement(name));
        rest = left;
    }
    out.push_str(rest);
    out
}
