//! The text of checking functions. Invariant: each holds exactly one `assert`, and what it asserts is decided on every
//! path on which all preconditions hold and the call ends as the check asks for.

use model::span::Span;
use syntax::{
    kinds::{Field, Kind},
    packed::Node,
};

use super::{Clause, Clauses, Parameter, Target, Walk, Written, WrittenKind};

/// Types whose values never change, so that the value from before a call needs no copy.
const SCALARS: [&str; 6] = ["int", "str", "bool", "float", "bytes", "None"];

/// Writes the checking functions of one function.
pub(super) fn write(walk: &mut Walk<'_>, target: &Target<'_>, clauses: &Clauses, leading: &[&str]) {
    let Some(list) = target.node.child(Field::PARAMETERS) else { return };
    let is_static = target.decorators.iter().any(|decorator| decorator.text(walk.text).trim() == "@staticmethod");
    let is_class = target.decorators.iter().any(|decorator| decorator.text(walk.text).trim() == "@classmethod");
    let has_self = target.class.is_some() && !is_static;
    let parameters: Vec<Parameter> = parameters(walk.text, list).into_iter().skip(usize::from(has_self)).collect();
    let written: Vec<WrittenKind> = [WrittenKind::Pep316, WrittenKind::Icontract, WrittenKind::Deal]
        .into_iter()
        .filter(|kind| {
            let has = |list: &[Clause]| list.iter().any(|clause| clause.kind == *kind);
            has(&clauses.requires)
                || has(&clauses.ensures)
                || has(target.invariants)
                || clauses.raises.iter().any(|(from, _)| from == kind)
        })
        .collect();
    let is_constructor = has_self && target.name == "__init__";
    let invariants = if is_static || is_class { &[][..] } else { target.invariants };
    let (kept, snapshots) = kept_parameters(clauses, &parameters);
    let clauses = &Clauses { snapshots, ..clauses.clone() };
    let mut ensures: Vec<&Clause> = if is_constructor { Vec::new() } else { clauses.ensures.iter().collect() };
    ensures.extend(&kept);
    ensures.extend(invariants);
    for ensured in ensures {
        let check = Check { kind: ensured.kind, span: ensured.span, promise: Promise::Ensures(ensured) };
        append(walk, target, (clauses, leading), &parameters, check);
    }
    let implicit = walk.kinds.contains(&WrittenKind::Implicit).then_some(WrittenKind::Implicit);
    for kind in written.into_iter().chain(implicit) {
        let declared: Vec<&Vec<String>> = clauses
            .raises
            .iter()
            .filter(|(from, _)| *from == kind || kind == WrittenKind::Implicit)
            .map(|(_, names)| names)
            .collect();
        if kind == WrittenKind::Deal && declared.is_empty() {
            continue;
        }
        let mut allowed: Vec<String> = declared.into_iter().flatten().cloned().collect();
        if kind == WrittenKind::Implicit {
            allowed.extend(raised(walk.text, target.node));
            allowed.push("AssertionError".to_owned());
        }
        allowed.dedup();
        let check = Check { kind, span: target.name_span, promise: Promise::Raises(allowed) };
        append(walk, target, (clauses, leading), &parameters, check);
    }
}

/// Says of each parameter that `post[…]:` leaves out that the call does not change it; gives the snapshots as well.
fn kept_parameters(clauses: &Clauses, parameters: &[Parameter]) -> (Vec<Clause>, Vec<(String, String)>) {
    let mut snapshots = clauses.snapshots.clone();
    let Some((span, changes)) = &clauses.changes else { return (Vec::new(), snapshots) };
    let may_change = |parameter: &&Parameter| {
        let is_scalar = parameter.annotation.as_deref().is_some_and(|annotation| SCALARS.contains(&annotation));
        !is_scalar && !changes.contains(&parameter.name)
    };
    let mut kept = Vec::new();
    for Parameter { name, .. } in parameters.iter().filter(may_change) {
        let snapshot = (format!("__old_{name}__"), name.clone());
        if !snapshots.contains(&snapshot) {
            snapshots.push(snapshot);
        }
        kept.push(Clause {
            kind: WrittenKind::Pep316,
            expression: format!("{name} == __old_{name}__"),
            shown: format!("{name} == __old__.{name}"),
            span: *span,
        });
    }
    (kept, snapshots)
}

/// Gives the classes that the function's own `raise` statements name.
fn raised(text: &str, node: Node<'_>) -> Vec<String> {
    let tree = node.tree();
    let statements = (node.index()..node.end_index()).filter_map(|index| tree.node(index));
    let raised = statements.filter(|node| node.kind() == Kind::RAISE_STATEMENT).filter_map(|node| node.items().next());
    raised
        .filter_map(|value| match value.kind() {
            Kind::CALL => value.child(Field::FUNCTION),
            Kind::IDENTIFIER | Kind::ATTRIBUTE => Some(value),
            _ => None,
        })
        .map(|class| class.text(text).to_owned())
        .filter(|name| name.rsplit('.').next().is_some_and(|last| last.starts_with(char::is_uppercase)))
        .collect()
}

fn parameters(text: &str, list: Node<'_>) -> Vec<Parameter> {
    let mut parameters = Vec::new();
    let mut by_keyword = false;
    for item in list.items() {
        let shown = item.text(text);
        let stars = shown.len() - shown.trim_start_matches('*').len();
        let annotation = item.child(Field::TYPE).map(|node| node.text(text).to_owned());
        let name = shown.trim_start_matches('*').split([':', '=']).next().unwrap_or("").trim().to_owned();
        if stars > 0 || item.kind() == Kind::KEYWORD_SEPARATOR {
            by_keyword = true;
        }
        if name.is_empty() || name == "/" {
            continue;
        }
        let argument = match stars {
            0 if by_keyword => format!("{name}={name}"),
            0 => name.clone(),
            _ => format!("{}{name}", "*".repeat(stars)),
        };
        parameters.push(Parameter { name, annotation, argument });
    }
    parameters
}

/// One thing to check.
struct Check<'c> {
    kind: WrittenKind,
    span: Span,
    promise: Promise<'c>,
}

/// What is promised.
enum Promise<'c> {
    /// This holds after the call.
    Ensures(&'c Clause),
    /// No exceptions but these leave the call.
    Raises(Vec<String>),
}

fn append(
    walk: &mut Walk<'_>,
    target: &Target<'_>,
    (clauses, leading): (&Clauses, &[&str]),
    parameters: &[Parameter],
    check: Check<'_>,
) {
    let checker = format!("__contract_{}", walk.out.written.len());
    let is_static = target.decorators.iter().any(|decorator| decorator.text(walk.text).trim() == "@staticmethod");
    let is_class = target.decorators.iter().any(|decorator| decorator.text(walk.text).trim() == "@classmethod");
    let is_constructor = target.class.is_some() && target.name == "__init__";
    let takes_self = target.class.is_some() && !is_static && !is_class && !is_constructor;
    let list = target.node.child(Field::PARAMETERS).map(|list| list.text(walk.text)).unwrap_or("()");
    let own = list.strip_prefix('(').and_then(|list| list.strip_suffix(')')).unwrap_or("");
    let own = if target.class.is_some() && !is_static { own.split_once(',').map_or("", |(_, rest)| rest) } else { own };
    let receiver = if takes_self { format!("self: {}, ", target.class.unwrap_or_default()) } else { String::new() };
    let mut text = format!("\n\ndef {checker}({receiver}{own}):\n");
    let invariants = if takes_self { target.invariants } else { &[] };
    let required: Vec<&str> =
        clauses.requires.iter().chain(invariants).map(|clause| clause.expression.as_str()).collect();
    for condition in required.iter().chain(leading) {
        text.push_str(&format!(
            "    try:\n        if (\n{condition}\n        ):\n            pass\n        else:\n            return\n    \
             except Exception:\n        return\n"
        ));
    }
    for (name, expression) in &clauses.snapshots {
        text.push_str(&format!("    {name} = {}\n", copied(expression, parameters)));
    }
    let arguments: Vec<&str> = parameters.iter().map(|parameter| parameter.argument.as_str()).collect();
    let arguments = arguments.join(", ");
    let call = match target.class {
        Some(class) if is_constructor => format!("{class}({arguments})"),
        Some(class) if is_class || is_static => format!("{class}.{}({arguments})", target.name),
        Some(_) => format!("self.{}({arguments})", target.name),
        None => format!("{}({arguments})", target.name),
    };
    let gets = if is_constructor { "self" } else { "__return__" };
    text.push_str(&format!("    __ok__ = True\n    try:\n        {gets} = {call}\n"));
    match &check.promise {
        Promise::Ensures(ensured) => {
            text.push_str("    except Exception:\n        return\n");
            let is_free = |name: &str| !parameters.iter().any(|parameter| parameter.name == name);
            for name in clauses.result_names.iter().filter(|name| !is_constructor && is_free(name)) {
                if name != "__return__" {
                    text.push_str(&format!("    {name} = __return__\n"));
                }
            }
            text.push_str(&format!(
                "    __ok__ = False\n    try:\n        if (\n{}\n        ):\n            __ok__ = True\n    except \
                 Exception:\n        pass\n",
                ensured.expression
            ));
        }
        Promise::Raises(allowed) => {
            if !allowed.is_empty() {
                text.push_str(&format!("    except ({},):\n        pass\n", allowed.join(", ")));
            }
            text.push_str(
                "    except Exception as __error__:\n        __raised__ = __error__\n        __ok__ = False\n",
            );
        }
    }
    text.push_str("    ");
    let start = walk.text.len() + walk.appended.len() + text.len();
    text.push_str("assert __ok__\n");
    walk.appended.push_str(&text);
    let at = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    let qualname = target.class.map_or_else(|| target.name.to_owned(), |class| format!("{class}.{}", target.name));
    let untyped = parameters.iter().filter(|parameter| parameter.annotation.is_none());
    let shown = clauses.requires.iter().chain(invariants).map(|clause| clause.shown.clone());
    let (ensures, raises) = match check.promise {
        Promise::Ensures(ensured) => (vec![ensured.shown.clone()], None),
        Promise::Raises(allowed) => (Vec::new(), Some(allowed)),
    };
    walk.out.written.push(Written {
        kind: check.kind,
        function: qualname,
        span: check.span,
        requires: shown.chain(leading.iter().map(|text| (*text).to_owned())).collect(),
        ensures,
        raises,
        checker,
        assertion: Span::new(at(start), at(start + "assert __ok__".len())),
        parameters: parameters.iter().map(|parameter| parameter.name.clone()).collect(),
        untyped: untyped.map(|parameter| parameter.name.clone()).collect(),
        unchecked: if check.kind == WrittenKind::Deal {
            clauses.unchecked.iter().cloned().collect()
        } else {
            Vec::new()
        },
    });
}

/// Writes how a value from before the call is kept: as it is where it never changes, else as a copy.
fn copied(expression: &str, parameters: &[Parameter]) -> String {
    let Some(parameter) = parameters.iter().find(|parameter| parameter.name == expression) else {
        return if expression == "self" {
            "__import__('copy').deepcopy(self)".to_owned()
        } else {
            format!("(\n{expression}\n)")
        };
    };
    let annotation = parameter.annotation.as_deref().unwrap_or("");
    if SCALARS.contains(&annotation) {
        return expression.to_owned();
    }
    let of_scalars = |items: &str| items.split(',').all(|item| SCALARS.contains(&item.trim()));
    if let Some((head, items)) = annotation.trim_end_matches(']').split_once('[')
        && of_scalars(items)
    {
        match head.rsplit('.').next().unwrap_or(head) {
            "list" | "List" => return format!("list({expression})"),
            "set" | "Set" => return format!("set({expression})"),
            "dict" | "Dict" => return format!("dict({expression})"),
            _ => {}
        }
    }
    format!("__import__('copy').deepcopy({expression})")
}
