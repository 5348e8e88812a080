//! What a name stands for in a file. Invariant: a name is followed only where one assignment surely gives its value at
//! the place of its use; a name that is bound in any other way (a parameter, a loop, `global`) is unknown.

use securecode_sdk::{Field, Kind, Node};

use crate::{constant::plain_text, occurrences};

const DEPTH: usize = 6;

/// Gives the expression that a value comes from: itself, or what the assignment to the variable, module constant, class
/// attribute or dictionary key that it names gives.
pub(crate) fn origin(node: Node<'_>) -> Node<'_> {
    let mut at = node.without_parentheses();
    for _ in 0..DEPTH {
        let followed = match at.kind() {
            Kind::IDENTIFIER => variable(at),
            Kind::ATTRIBUTE => attribute(at),
            Kind::SUBSCRIPT => item(at),
            _ => None,
        };
        match followed.map(Node::without_parentheses) {
            Some(value) if value != at => at = value,
            Some(_) | None => break,
        }
    }
    at
}

/// Gives the default of the parameter that an expression names, where the function does not assign it.
pub(crate) fn default<'a>(node: Node<'a>) -> Option<Node<'a>> {
    let name = origin(node);
    let function = name.scope().filter(|scope| name.is(Kind::IDENTIFIER) && scope.is(Kind::FUNCTION_DEFINITION))?;
    let parameters = function.child(Field::PARAMETERS)?;
    let is_named = |node: &Node<'a>| node.child(Field::NAME).is_some_and(|label| label.text() == name.text());
    let parameter = parameters.named_children().find(|parameter| {
        [Kind::DEFAULT_PARAMETER, Kind::TYPED_DEFAULT_PARAMETER].contains(&parameter.kind()) && is_named(parameter)
    })?;
    let is_assigned = function.descendants().any(|node| {
        let is_target = [Kind::ASSIGNMENT, Kind::AUGMENTED_ASSIGNMENT].contains(&node.kind());
        is_target && node.child(Field::LEFT).is_some_and(|left| left.text() == name.text())
    });
    parameter.child(Field::VALUE).filter(|_| !is_assigned)
}

/// What an occurrence of a name does with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Occurrence<'a> {
    Read,
    Assigned(Node<'a>),
    Bound,
}

/// Gives the value of a variable at the place of its use, from the innermost scope that binds it.
fn variable(name: Node<'_>) -> Option<Node<'_>> {
    let is_scope = |node: &Node<'_>| [Kind::FUNCTION_DEFINITION, Kind::LAMBDA, Kind::MODULE].contains(&node.kind());
    for scope in name.ancestors().into_iter().filter(is_scope) {
        // A parameter ends the search before the function's text is read.
        let parameters = scope.child(Field::PARAMETERS).into_iter();
        if parameters
            .flat_map(|list| occurrences::of(list, name.text()))
            .any(|node| occurrence(node, scope) == Occurrence::Bound)
        {
            return None;
        }
        let mut assigned = Vec::new();
        for node in occurrences::of(scope, name.text()) {
            match occurrence(node, scope) {
                Occurrence::Read => {}
                Occurrence::Assigned(right) => assigned.push((node, right)),
                Occurrence::Bound => return None,
            }
        }
        match assigned.as_slice() {
            [] => {}
            [(_, right)] => return Some(*right).filter(|_| !is_rebound(name)),
            many => return last_before(name, scope, many).filter(|_| !is_rebound(name)),
        }
    }
    None
}

/// Says whether a function makes the name one of an outer scope.
fn is_rebound(name: Node<'_>) -> bool {
    let Some(root) = name.tree().root() else { return false };
    let speaks = |word: &str| root.text().contains(word);
    (speaks("global ") || speaks("nonlocal "))
        && root.descendants().any(|node| {
            (node.is(Kind::GLOBAL_STATEMENT) || node.is(Kind::NONLOCAL_STATEMENT))
                && node.named_children().any(|child| child.text() == name.text())
        })
}

/// Gives the value of the last of several assignments before a use in the same scope, where nothing lets it be passed
/// by and no loop brings back another.
fn last_before<'a>(name: Node<'a>, scope: Node<'a>, assigned: &[(Node<'a>, Node<'a>)]) -> Option<Node<'a>> {
    if name.scope() != Some(scope) {
        return None;
    }
    let (target, right) = assigned.iter().rfind(|(_, right)| right.end() <= name.start())?;
    let around = name.ancestors();
    let block = target.statement()?.parent().filter(|block| around.contains(block))?;
    let loops = around.iter().filter(|node| node.is(Kind::FOR_STATEMENT) || node.is(Kind::WHILE_STATEMENT));
    let mut outer_loops = loops.filter(|node| node.start() > block.start() || !node.contains(block));
    let comes_back = outer_loops.any(|node| assigned.iter().any(|(other, _)| other != target && node.contains(*other)));
    (!comes_back).then_some(*right)
}

/// Gives the value under a literal key of a dictionary that is written out and whose keys are not assigned elsewhere.
fn item<'a>(node: Node<'a>) -> Option<Node<'a>> {
    let key = node.child(Field::SUBSCRIPT).and_then(plain_text)?;
    let container = node.child(Field::VALUE).filter(|container| !container.is(Kind::SUBSCRIPT))?;
    let dictionary = origin(container).is(Kind::DICTIONARY).then(|| origin(container))?;
    let changes = ["update", "setdefault", "pop", "clear"];
    let is_changed = node.tree().nodes().any(|other| match other.kind() {
        Kind::ASSIGNMENT | Kind::AUGMENTED_ASSIGNMENT => other
            .child(Field::LEFT)
            .and_then(|left| left.is(Kind::SUBSCRIPT).then(|| left.child(Field::VALUE))?)
            .is_some_and(|value| value.text() == container.text()),
        Kind::ATTRIBUTE => {
            other.child(Field::OBJECT).is_some_and(|object| object.text() == container.text())
                && other.child(Field::ATTRIBUTE).is_some_and(|name| changes.contains(&name.text()))
        }
        _ => false,
    });
    let mut values =
        dictionary.named_children().filter(|pair| pair.child(Field::KEY).and_then(plain_text) == Some(key));
    values.next().and_then(|pair| pair.child(Field::VALUE)).filter(|_| !is_changed && values.next().is_none())
}

fn occurrence<'a>(node: Node<'a>, scope: Node<'a>) -> Occurrence<'a> {
    if node.field() == Field::ATTRIBUTE {
        return Occurrence::Read;
    }
    let is_own_scope = || node.scope() == Some(scope);
    let bound = || if is_own_scope() { Occurrence::Bound } else { Occurrence::Read };
    let mut inner = node;
    while let Some(outer) = occurrences::parent(inner) {
        match outer.kind() {
            Kind::ASSIGNMENT | Kind::AUGMENTED_ASSIGNMENT | Kind::FOR_STATEMENT if inner.field() == Field::LEFT => {
                let is_own = is_own_scope() && !is_in_class_body(node, scope);
                return match outer.child(Field::RIGHT) {
                    Some(_) if !is_own => Occurrence::Read,
                    Some(right) if inner == node && outer.is(Kind::ASSIGNMENT) => Occurrence::Assigned(last(right)),
                    Some(right) if outer.is(Kind::ASSIGNMENT) => {
                        element(inner, node, right).map_or(Occurrence::Bound, Occurrence::Assigned)
                    }
                    Some(_) => Occurrence::Bound,
                    None => Occurrence::Read,
                };
            }
            Kind::TUPLE | Kind::LIST | Kind::PATTERN_LIST | Kind::LIST_SPLAT => {}
            Kind::PARAMETERS | Kind::LAMBDA => return bound(),
            Kind::DEFAULT_PARAMETER | Kind::TYPED_DEFAULT_PARAMETER | Kind::NAMED_EXPRESSION
                if inner.field() == Field::NAME =>
            {
                return bound();
            }
            Kind::TYPED_PARAMETER | Kind::AS_PATTERN | Kind::ALIASED_IMPORT if inner.field() != Field::NAME => {
                return if outer.is(Kind::AS_PATTERN) && outer.named_children().next() == Some(inner) {
                    Occurrence::Read
                } else {
                    bound()
                };
            }
            _ if outer.kind().name().is_some_and(|name| name == "as_pattern_target" || name == "delete_statement") => {
                return bound();
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

/// Gives the part of `a, b = x, y` that a name gets.
fn element<'a>(targets: Node<'a>, name: Node<'a>, right: Node<'a>) -> Option<Node<'a>> {
    let right = right.without_parentheses();
    let is_list = [Kind::EXPRESSION_LIST, Kind::TUPLE].contains(&right.kind());
    let same = targets.named_children().count() == right.named_children().count();
    let splat = |node: Node<'_>| node.kind().name().is_some_and(|name| name.starts_with("list_splat"));
    let has_splat = targets.named_children().chain(right.named_children()).any(splat);
    let place = targets.named_children().position(|target| target == name)?;
    right.named_children().nth(place).filter(|_| is_list && same && !has_splat)
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
        let classes = node.tree().root().into_iter().flat_map(|root| occurrences::of(root, object.text()));
        let names = classes.filter(|node| node.field() == Field::NAME);
        names.filter_map(occurrences::parent).find(|node| is_class(node) && named(node))?
    };
    let mut value = None;
    for target in occurrences::of(class, name) {
        let left = match occurrences::parent(target).filter(|_| target.field() == Field::ATTRIBUTE) {
            Some(attribute) => attribute,
            None => target,
        };
        let Some(assignment) = occurrences::parent(left).filter(|parent| parent.is(Kind::ASSIGNMENT)) else { continue };
        let Some(right) = assignment.child(Field::RIGHT).filter(|_| left.field() == Field::LEFT) else { continue };
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
        check("iv = 1\niv = 2\nuse(iv)\n", "2");
        check("def f():\n    iv = 1\n    iv = 2\n    if x:\n        use(iv)\n", "2");
        check("def f():\n    iv, tag = 1, 2\n    use(iv)\n", "1");
        check("KEYS = {'a': 1, 'b': 2}\nuse(KEYS['b'])\n", "2");
        check("KEY = b'k'\nclass C:\n    KEY = b'c'\n    def f(self):\n        use(KEY)\n", "b'k'");
    }

    #[test]
    fn other_bindings_are_unknown() {
        check("iv = 1\ndef f(iv):\n    use(iv)\n", "iv");
        check("iv = 1\ndef f(iv=2):\n    use(iv)\n", "iv");
        check("iv = 1\ndef f(iv: int):\n    use(iv)\n", "iv");
        check("iv = 1\nif x:\n    iv = 2\nuse(iv)\n", "iv");
        check("def f():\n    iv = 1\n    for x in y:\n        use(iv)\n        iv = 2\n", "iv");
        check("KEYS = {'a': 1}\nKEYS['a'] = x\nuse(KEYS['a'])\n", "KEYS['a']");
        check("iv = 1\nfor iv in x:\n    use(iv)\n", "iv");
        check("iv = 1\nwith x as iv:\n    use(iv)\n", "iv");
        check("iv = None\ndef g():\n    global iv\n    iv = 1\ndef f():\n    use(iv)\n", "iv");
        check("def f():\n    iv, tag = g()\n    use(iv)\n", "iv");
        check(
            "class C:\n    iv = None\n    def g(self):\n        self.iv = 1\n    def f(self):\n        use(self.iv)\n",
            "self.iv",
        );
    }
}
