//! A setting of an application as code gives it. Invariant: the name is a literal or an identifier in the code; nothing
//! is said of settings that are read from elsewhere.

use securecode_sdk::{Field, File, Kind, Node, fix::call::Call};

use crate::{development, literal, words};

/// A name and the value that it is given.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting<'a> {
    /// `SESSION_COOKIE_SECURE`.
    pub(crate) name: &'a str,
    /// The expression.
    pub(crate) value: Node<'a>,
}

/// The kinds of nodes that give a setting.
pub(crate) const KINDS: [&str; 3] = ["assignment", "keyword_argument", "pair"];

/// Reads `NAME = value` at the top of a module or of a class, `app.config["NAME"] = value`,
/// `app.config.update(NAME=value)`, `from_mapping({"NAME": value})`.
pub(crate) fn of<'a>(file: File<'a>, node: Node<'a>) -> Option<Setting<'a>> {
    let setting = match node.kind() {
        Kind::ASSIGNMENT => {
            let left = node.child(Field::LEFT)?;
            let name = match left.kind() {
                Kind::IDENTIFIER if is_declaration(node) => left.text(),
                Kind::SUBSCRIPT if is_configuration(left.child(Field::VALUE)?) => {
                    literal::text(left.child(Field::SUBSCRIPT)?)?
                }
                _ => return None,
            };
            Setting { name, value: node.child(Field::RIGHT)? }
        }
        Kind::KEYWORD_ARGUMENT => {
            let call = Call::of(node.parent()?.parent()?)?;
            is_loading(call).then_some(())?;
            Setting { name: node.child(Field::NAME)?.text(), value: node.child(Field::VALUE)? }
        }
        Kind::PAIR => {
            let call = node.ancestors().into_iter().nth(2).and_then(Call::of)?;
            is_loading(call).then_some(())?;
            Setting { name: literal::text(node.child(Field::KEY)?)?, value: node.child(Field::VALUE)? }
        }
        _ => return None,
    };
    let is_deployed = !development::is_for_development(file) && !in_test_class(node) && !tests_application(node);
    is_deployed.then_some(setting)
}

/// Says whether an assignment is at the top of a module or of a class.
fn is_declaration(node: Node<'_>) -> bool {
    let outer = node.ancestors().into_iter().find(|outer| {
        [Kind::FUNCTION_DEFINITION, Kind::LAMBDA, Kind::CLASS_DEFINITION, Kind::MODULE].contains(&outer.kind())
    });
    outer.is_some_and(|outer| outer.is(Kind::MODULE) || outer.is(Kind::CLASS_DEFINITION))
}

fn is_configuration(node: Node<'_>) -> bool {
    node.text().ends_with("config") || node.text().ends_with("settings")
}

fn is_loading(call: Call<'_>) -> bool {
    let loads = ["update", "from_mapping", "configure"].contains(&call.name());
    loads && call.receiver().is_some_and(is_configuration)
}

/// `class TestConfig`, `class DevelopmentSettings`.
fn in_test_class(node: Node<'_>) -> bool {
    let class = node.ancestors().into_iter().find(|outer| outer.is(Kind::CLASS_DEFINITION));
    let name = class.and_then(|class| class.child(Field::NAME)).map(Node::text).unwrap_or_default();
    words::has_any(name, &["test", "tests", "testing", "dev", "development", "debug", "local"])
}

/// Says whether the same block, by a statement of its own, switches `TESTING` on.
fn tests_application(node: Node<'_>) -> bool {
    let is_block = |outer: &Node<'_>| outer.is(Kind::BLOCK) || outer.is(Kind::MODULE);
    let Some(block) = node.ancestors().into_iter().find(is_block) else { return false };
    if !block.text().contains("TESTING") {
        return false;
    }
    let expressions = block.named_children().filter_map(|statement| statement.named_children().next());
    expressions.flat_map(given_by).any(switches_testing_on)
}

/// Gives the nodes of a statement that may be settings.
fn given_by<'a>(expression: Node<'a>) -> Vec<Node<'a>> {
    match Call::of(expression) {
        Some(call) => call.arguments().flat_map(|argument| argument.named_children().chain([argument])).collect(),
        None => vec![expression],
    }
}

fn switches_testing_on(node: Node<'_>) -> bool {
    let (name, value) = match node.kind() {
        Kind::ASSIGNMENT => (node.child(Field::LEFT), node.child(Field::RIGHT)),
        Kind::KEYWORD_ARGUMENT => (node.child(Field::NAME), node.child(Field::VALUE)),
        Kind::PAIR => (node.child(Field::KEY), node.child(Field::VALUE)),
        _ => return false,
    };
    name.is_some_and(|name| name.text().contains("TESTING")) && value.is_some_and(literal::is_true)
}
