//! What a name stands for in a file. Invariant: a name is followed only where exactly one assignment in its scope gives
//! its value; a name that is bound in any other way (a parameter, a loop, `global`) is unknown.

use securecode_sdk::{Field, Kind, Node};

const DEPTH: usize = 6;

/// Gives the expression that a value comes from: itself, or what the only assignment to the variable, module constant or
/// class attribute that it names gives.
pub(crate) fn origin(node: Node<'_>) -> Node<'_> {
    let mut at = node.without_parentheses();
    for _ in 0..DEPTH {
        let followed = match at.kind() {
            Kind::IDENTIFIER => variable(at),
            Kind::ATTRIBUTE => attribute(at),
            _ => None,
        };
        match followed.map(Node::without_parentheses) {
            Some(value) if value != at => at = value,
            Some(_) | None => break,
        }
    }
    at
}

/// What an occurrence of a name does with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Occurrence<'a> {
    Read,
    Assigned(Node<'a>),
    Bound,
}

/// Gives the value of the only assignment to a variable in the innermost scope that binds it.
fn variable(name: Node<'_>) -> Option<Node<'_>> {
    let is_scope = |node: &Node<'_>| [Kind::FUNCTION_DEFINITION, Kind::LAMBDA, Kind::MODULE].contains(&node.kind());
    let module = name.tree().root()?;
    let is_rebound = module.descendants().any(|node| {
        (node.is(Kind::GLOBAL_STATEMENT) || node.is(Kind::NONLOCAL_STATEMENT))
            && node.named_children().any(|child| child.text() == name.text())
    });
    if is_rebound {
        return None;
    }
    for scope in name.ancestors().into_iter().filter(is_scope) {
        let mut value = None;
        for node in scope.descendants() {
            if !node.is(Kind::IDENTIFIER) || node.text() != name.text() {
                continue;
            }
            match occurrence(node, scope) {
                Occurrence::Read => {}
                Occurrence::Assigned(right) if value.is_none() => value = Some(right),
                Occurrence::Assigned(_) | Occurrence::Bound => return None,
            }
        }
        if value.is_some() {
            return value;
        }
    }
    None
}

fn occurrence<'a>(node: Node<'a>, scope: Node<'a>) -> Occurrence<'a> {
    if node.field() == Field::ATTRIBUTE {
        return Occurrence::Read;
    }
    let mut inner = node;
    for outer in node.ancestors() {
        match outer.kind() {
            Kind::ASSIGNMENT | Kind::AUGMENTED_ASSIGNMENT | Kind::FOR_STATEMENT if inner.field() == Field::LEFT => {
                let is_own = node.scope() == Some(scope) && !is_in_class_body(node, scope);
                return match outer.child(Field::RIGHT) {
                    Some(_) if !is_own => Occurrence::Read,
                    Some(right) if inner == node && outer.is(Kind::ASSIGNMENT) => Occurrence::Assigned(last(right)),
                    Some(_) => Occurrence::Bound,
                    None => Occurrence::Read,
                };
            }
            Kind::TUPLE | Kind::LIST | Kind::PATTERN_LIST | Kind::LIST_SPLAT => {}
            Kind::PARAMETERS | Kind::LAMBDA => return bound_in(node, scope),
            Kind::DEFAULT_PARAMETER | Kind::TYPED_DEFAULT_PARAMETER | Kind::NAMED_EXPRESSION
                if inner.field() == Field::NAME =>
            {
                return bound_in(node, scope);
            }
            Kind::TYPED_PARAMETER | Kind::AS_PATTERN | Kind::ALIASED_IMPORT if inner.field() != Field::NAME => {
                return if outer.is(Kind::AS_PATTERN) && outer.named_children().next() == Some(inner) {
                    Occurrence::Read
                } else {
                    bound_in(node, scope)
                };
            }
            _ if outer.kind().name().is_some_and(|name| name == "as_pattern_target" || name == "delete_statement") => {
                return bound_in(node, scope);
            }
            _ => return Occurrence::Read,
        }
        inner = outer;
    }
    Occurrence::Read
}

/// Gives the value at the end of `a = b = value`.
fn last(right: Node<'_>) -> Node<'_> {
    let mut at = right;
    while at.is(Kind::ASSIGNMENT) {
        match at.child(Field::RIGHT) {
            Some(next) => at = next,
            None => break,
        }
    }
    at
}

fn bound_in<'a>(node: Node<'a>, scope: Node<'a>) -> Occurrence<'a> {
    if node.scope() == Some(scope) { Occurrence::Bound } else { Occurrence::Read }
}

/// Says whether a class between the node and its scope makes the name an attribute.
fn is_in_class_body(node: Node<'_>, scope: Node<'_>) -> bool {
    node.ancestors().into_iter().take_while(|outer| *outer != scope).any(|outer| outer.is(Kind::CLASS_DEFINITION))
}

/// Gives the value of `self.NAME`, `cls.NAME` or `Class.NAME` where the class assigns it once.
fn attribute(node: Node<'_>) -> Option<Node<'_>> {
    let object = node.child(Field::OBJECT).filter(|object| object.is(Kind::IDENTIFIER))?;
    let name = node.child(Field::ATTRIBUTE)?.text();
    let is_class = |node: &Node<'_>| node.is(Kind::CLASS_DEFINITION);
    let class = if object.text() == "self" || object.text() == "cls" {
        node.ancestors().into_iter().find(is_class)?
    } else {
        let named = |class: &Node<'_>| class.child(Field::NAME).is_some_and(|name| name.text() == object.text());
        node.tree().nodes().find(|node| is_class(node) && named(node))?
    };
    let mut value = None;
    for assignment in class.descendants().filter(|node| node.is(Kind::ASSIGNMENT)) {
        let (Some(left), Some(right)) = (assignment.child(Field::LEFT), assignment.child(Field::RIGHT)) else {
            continue;
        };
        let is_field = match left.kind() {
            Kind::IDENTIFIER => left.text() == name && !is_in_function(assignment, class),
            Kind::ATTRIBUTE => {
                left.child(Field::ATTRIBUTE).is_some_and(|field| field.text() == name)
                    && left.child(Field::OBJECT).is_some_and(|object| ["self", "cls"].contains(&object.text()))
            }
            _ => false,
        };
        if is_field && value.replace(right).is_some() {
            return None;
        }
    }
    value
}

fn is_in_function(node: Node<'_>, class: Node<'_>) -> bool {
    node.ancestors().into_iter().take_while(|outer| *outer != class).any(|outer| outer.is(Kind::FUNCTION_DEFINITION))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use super::origin;
    use securecode_sdk::{Kind, fix::call::Call};
    use securecode_testkit::Snippet;

    fn check(text: &str, expected: &str) {
        let snippet = Snippet::new(text);
        let call = snippet.node(Kind::CALL, "use(").and_then(Call::of).expect("a call of use");
        let argument = call.positional(0).expect("an argument");
        assert_eq!(origin(argument).text(), expected, "{text}");
    }

    #[test]
    fn single_assignments_are_followed() {
        check("KEY = b'k'\ndef f():\n    use(KEY)\n", "b'k'");
        check("def f():\n    a = 1\n    b = a\n    use(b)\n", "1");
        check("class C:\n    IV = 2\n    def f(self):\n        use(self.IV)\n", "2");
        check("class C:\n    def __init__(self):\n        self.iv = 3\n    def f(self):\n        use(self.iv)\n", "3");
        check("KEY = b'k'\nclass C:\n    KEY = b'c'\n    def f(self):\n        use(KEY)\n", "b'k'");
    }

    #[test]
    fn other_bindings_are_unknown() {
        check("iv = 1\ndef f(iv):\n    use(iv)\n", "iv");
        check("iv = 1\ndef f(iv=2):\n    use(iv)\n", "iv");
        check("iv = 1\ndef f(iv: int):\n    use(iv)\n", "iv");
        check("iv = 1\niv = 2\nuse(iv)\n", "iv");
        check("iv = 1\nfor iv in x:\n    use(iv)\n", "iv");
        check("iv = 1\nwith x as iv:\n    use(iv)\n", "iv");
        check("iv = None\ndef g():\n    global iv\n    iv = 1\ndef f():\n    use(iv)\n", "iv");
        check("def f():\n    iv, tag = 1, 2\n    use(iv)\n", "iv");
        check(
            "class C:\n    iv = None\n    def g(self):\n        self.iv = 1\n    def f(self):\n        use(self.iv)\n",
            "self.iv",
        );
    }
}
