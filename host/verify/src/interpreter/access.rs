//! Attributes, items and slices. Invariant: reading the same part of the same unknown value twice gives the same value.

use std::rc::Rc;

use ir::instruction::Operand;
use model::spec::{Entry, SourceForm, SourceKind};

use crate::{
    interpreter::{Choice, Choices, Interpreter, Outcome, call::Arguments},
    literal,
    program_index::Named,
    rope::Rope,
    shape::Shape,
    source::{Sort, SourceId},
    state::State,
    term::BoolTerm,
    value::{Closure, Exception, Influence, Object, Opaque, Rest, Value},
};

/// Source attributes that hold values by key.
const KEYED: &[&str] = &[
    "args", "form", "forms", "values", "headers", "cookies", "files", "view_args", "GET", "POST", "COOKIES", "META",
    "FILES", "environ", "argv", "path_params", "query_params", "query", "params", "session", "match_info", "rel_url",
];

/// Source attributes that hold parsed data of any shape.
const TREES: &[&str] = &["json", "state", "orig_argv"];

/// Source attributes that hold bytes.
const BYTES: &[&str] = &["data", "body", "query_string"];

/// Gives a canonical form of a key that is known; equal keys have equal forms.
pub(crate) fn known_key(value: &Value) -> Option<String> {
    match value {
        Value::Str(rope) => rope.known().map(|text| format!("s{text}")),
        Value::Bytes(rope) => rope.known().map(|text| format!("b{text}")),
        Value::Int(term) => term.as_const().map(|number| format!("n{number}")),
        Value::Bool(BoolTerm::Const(value)) => Some(format!("n{}", i32::from(*value))),
        Value::None => Some("None".to_owned()),
        Value::Tuple(items) => {
            let keys: Option<Vec<String>> = items.iter().map(known_key).collect();
            keys.map(|keys| format!("({keys:?})"))
        }
        _ => None,
    }
}

/// Puts a pair into known entries; `false` when it is not known which entry it replaces.
pub(crate) fn put(entries: &mut Vec<(Value, Value)>, (key, value): (Value, Value)) -> bool {
    let Some(wanted) = known_key(&key) else { return false };
    for (known, old) in entries.iter_mut() {
        match known_key(known) {
            Some(known) if known == wanted => {
                *old = value;
                return true;
            }
            Some(_) => {}
            None => return false,
        }
    }
    entries.push((key, value));
    true
}

/// Shortens a dotted path to what the code usually says: `flask.request.args` → `request.args`.
pub(crate) fn shown_path(path: &str) -> String {
    let parts: Vec<&str> = path.split('.').collect();
    let start = parts.iter().position(|part| *part == "request" || part.ends_with("Request"));
    match start {
        Some(start) => {
            let rest = parts.get(start + 1..).unwrap_or_default().join(".");
            if rest.is_empty() { "request".to_owned() } else { format!("request.{rest}") }
        }
        None => path.to_owned(),
    }
}

/// Writes a key as it stands between brackets or parentheses.
pub(crate) fn shown_key(key: &Value) -> String {
    match key {
        Value::Str(rope) => match rope.known() {
            Some(text) if !text.contains(['"', '\\', '\n']) => format!("\"{text}\""),
            Some(text) => literal::string(&text),
            None => "…".to_owned(),
        },
        Value::Int(term) => term.as_const().map_or_else(|| "…".to_owned(), |number| number.to_string()),
        _ => "…".to_owned(),
    }
}

impl Interpreter<'_> {
    /// Tells whether a source kind counts for the chosen entry.
    pub(crate) fn counts(&self, kind: SourceKind) -> bool {
        match (kind, self.entry) {
            (SourceKind::Web, _) | (SourceKind::Local, Entry::Main | Entry::All) => true,
            (SourceKind::Local, Entry::Web) => false,
        }
    }

    /// Tells whether a path is a source attribute.
    pub(crate) fn is_source_attribute(&self, path: &str) -> bool {
        self.specs
            .sources
            .iter()
            .any(|spec| spec.form == SourceForm::Attribute && self.counts(spec.kind) && spec.name.0 == path)
    }

    /// Gives the value of a source attribute that holds one text, bytes or parsed data.
    pub(crate) fn source_attribute(&mut self, state: &State, path: &str) -> Option<Value> {
        if !self.is_source_attribute(path) {
            return None;
        }
        let last = path.rsplit('.').next().unwrap_or(path);
        if KEYED.contains(&last) {
            return None;
        }
        let shown = shown_path(path);
        if TREES.contains(&last) {
            return Some(self.tree(&shown));
        }
        let sort = if BYTES.contains(&last) { Sort::Bytes } else { Sort::Text };
        let choices = self.read_source(state, &shown, sort, None);
        choices.into_iter().next().and_then(|choice| match choice.outcome {
            Outcome::Value(value) => Some(value),
            Outcome::Raise(_) | Outcome::Enter(_) => None,
        })
    }

    /// Makes a value of any shape that the attacker sends; its parts are sources.
    pub(crate) fn tree(&mut self, shown: &str) -> Value {
        let known = self.trees.iter().find(|(_, name)| name.as_ref() == shown).map(|(id, _)| *id);
        let id = match known {
            Some(id) => id,
            None => {
                let id = self.fresh_id();
                self.trees.insert(id, shown.into());
                id
            }
        };
        Value::Opaque(Opaque { id, why: format!("`{shown}`").into(), influence: Influence::Attacker })
    }

    /// Reads a part of the attacker's data: a text, or something else. `absent` is what happens when it is missing.
    pub(crate) fn tree_part(&mut self, state: &State, shown: &str, absent: Option<Outcome>) -> Choices {
        let mut choices = self.read_source(state, shown, Sort::Text, absent);
        if self.chosen.is_none() {
            // The part may also be a number, a list or another tree.
            let other = self.tree(shown);
            choices.push(Choice::value(other));
        }
        choices
    }

    /// Gives what stands behind a part of an opaque value.
    fn part_of_opaque(&mut self, state: &mut State, opaque: &Opaque, part: &str) -> Choices {
        if let Some(value) = state.seen.get(&(opaque.id, part.to_owned())) {
            return vec![Choice::value(value.clone())];
        }
        if let Some(shown) = self.trees.get(&opaque.id) {
            let shown = format!("{shown}{part}");
            return self.tree_part(state, &shown, None);
        }
        let why = match opaque.why.strip_suffix('`') {
            Some(open) => format!("{open}{part}`"),
            None => format!("`{part}` of {}", opaque.why),
        };
        let value = self.fresh_opaque(&why, opaque.influence);
        state.seen.insert((opaque.id, part.to_owned()), value.clone());
        vec![Choice::value(value)]
    }

    /// Notes that a parameter is no string after all; exploration starts again with that.
    pub(crate) fn reshape(&mut self, source: SourceId, shape: Shape) -> bool {
        let free = self.sources.get(source).is_some_and(|source| {
            matches!(source.parameter, crate::source::Origin::Parameter(_)) && self.flexible.contains(&source.name)
        });
        if free && self.chosen.is_none() {
            self.shapes.entry(source).or_insert(shape);
            self.restart = true;
        }
        free
    }

    /// Evaluates `base.name`.
    pub(crate) fn attribute(&mut self, state: &mut State, base: &Value, name: &str) -> Choices {
        match base {
            Value::None => vec![Choice::raise("AttributeError")],
            Value::Global(path) => {
                let path = format!("{path}.{name}");
                vec![Choice::value(self.global(state, &path))]
            }
            Value::Opaque(opaque) => {
                let opaque = opaque.clone();
                self.part_of_opaque(state, &opaque, &format!(".{name}"))
            }
            Value::Object(id) => self.object_attribute(state, *id, base, name),
            Value::Class(class) => match self.index.class_member(*class, name) {
                Some(Named::Function(function)) => {
                    let bound = self
                        .index
                        .program
                        .function(function)
                        .is_some_and(|f| f.decorators.iter().any(|d| d == "builtins.classmethod"));
                    let receiver = bound.then(|| Rc::new(base.clone()));
                    let closure =
                        Closure { function, cells: Rc::default(), defaults: Rc::default(), receiver };
                    vec![Choice::value(Value::Function(closure))]
                }
                Some(Named::Constant(constant)) => vec![Choice::value(self.constant(state, constant))],
                Some(Named::Class(_) | Named::CallOf(_) | Named::Variable | Named::Module) | None => {
                    let value = self.fresh_opaque(&format!("the class attribute `{name}`"), Influence::Environment);
                    vec![Choice::value(value)]
                }
            },
            Value::Str(rope) => {
                if let Some(source) = rope.plain_source()
                    && self.reshape(source, Shape::Resource)
                {
                    return Vec::new();
                }
                let value = self.fresh_opaque(&format!("the method `{name}` of a text"), Influence::Attacker);
                vec![Choice::value(value)]
            }
            Value::Path(rope) => {
                let rope = rope.clone();
                self.path_attribute(state, &rope, name)
            }
            Value::Exception(_)
            | Value::Ellipsis
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Bytes(_)
            | Value::Tuple(_)
            | Value::Function(_)
            | Value::Pattern(..)
            | Value::Match(_) => {
                let influence = self.influence(state, std::slice::from_ref(base)).max(match base {
                    Value::Exception(_) => Influence::Attacker,
                    _ => Influence::Environment,
                });
                let value = self.fresh_opaque(&format!("the attribute `{name}`"), influence);
                self.with_any_exception(state, vec![Choice::value(value)])
            }
        }
    }

    fn object_attribute(
        &mut self,
        state: &mut State,
        id: crate::value::ObjectId,
        base: &Value,
        name: &str,
    ) -> Choices {
        let (class, found, rest) = match state.object(id) {
            Some(Object::Instance { class, attributes, rest }) => (*class, attributes.get(name).cloned(), *rest),
            Some(Object::Unknown(opaque)) => {
                let opaque = opaque.clone();
                return self.part_of_opaque(state, &opaque, &format!(".{name}"));
            }
            Some(_) | None => {
                let influence = self.influence(state, std::slice::from_ref(base));
                let value = self.fresh_opaque(&format!("the attribute `{name}`"), influence);
                return vec![Choice::value(value)];
            }
        };
        if let Some(found) = found {
            return vec![Choice::value(found)];
        }
        match self.index.class_member(class, name) {
            Some(Named::Function(function)) => {
                let decorators =
                    self.index.program.function(function).map(|f| f.decorators.as_slice()).unwrap_or_default();
                let is = |wanted: &str| decorators.iter().any(|decorator| decorator == wanted);
                let receiver = if is("builtins.staticmethod") {
                    None
                } else if is("builtins.classmethod") {
                    Some(Rc::new(Value::Class(class)))
                } else {
                    Some(Rc::new(base.clone()))
                };
                let property = is("builtins.property") || is("functools.cached_property");
                let closure = Closure { function, cells: Rc::default(), defaults: Rc::default(), receiver };
                if property {
                    return self.enter(state, &closure, Arguments::default(), None);
                }
                vec![Choice::value(Value::Function(closure))]
            }
            Some(Named::Constant(constant)) => vec![Choice::value(self.constant(state, constant))],
            Some(Named::Class(_) | Named::CallOf(_) | Named::Variable | Named::Module) | None => {
                let known = self.index.program.class(class).is_some_and(|class| self.index.knows_bases(class));
                if rest == Rest::Closed && known && self.index.class_member(class, "__getattr__").is_none() {
                    return vec![Choice::raise("AttributeError")];
                }
                let value = self.fresh_opaque(&format!("`self.{name}`"), Influence::Environment);
                if let Some(Object::Instance { attributes, .. }) = state.object_mut(id) {
                    attributes.insert(name.to_owned(), value.clone());
                }
                vec![Choice::value(value)]
            }
        }
    }

    /// Executes `base.name = value`.
    pub(crate) fn store_attribute(
        &mut self,
        state: &mut State,
        base: &Operand,
        name: &str,
        value: &Operand,
    ) -> Result<Choices, Choices> {
        let (base, value) = (self.read(state, base)?, self.read(state, value)?);
        match &base {
            Value::Object(id) => {
                if let Some(Object::Instance { attributes, .. }) = state.object_mut(*id) {
                    attributes.insert(name.to_owned(), value);
                }
            }
            Value::Opaque(opaque) => {
                state.seen.insert((opaque.id, format!(".{name}")), value);
            }
            Value::Global(path) => {
                state.globals.insert(format!("{path}.{name}"), value);
            }
            Value::Str(rope) => {
                if let Some(source) = rope.plain_source()
                    && self.reshape(source, Shape::Resource)
                {
                    return Ok(Vec::new());
                }
            }
            Value::None => return Ok(vec![Choice::raise("AttributeError")]),
            _ => {}
        }
        Ok(vec![Choice::value(Value::None)])
    }

    /// Executes `base[index] = value`.
    pub(crate) fn store_item(
        &mut self,
        state: &mut State,
        base: &Operand,
        index: &Operand,
        value: &Operand,
    ) -> Result<Choices, Choices> {
        let (base, index, value) = (self.read(state, base)?, self.read(state, index)?, self.read(state, value)?);
        let mut forget = None;
        let given = self.influence(state, std::slice::from_ref(&value));
        match &base {
            Value::Object(id) => match state.object_mut(*id) {
                Some(Object::Dict(entries)) => {
                    if !put(entries, (index.clone(), value.clone())) {
                        forget = Some("a dict whose keys are not known");
                    }
                }
                Some(Object::List(items)) => match index.as_number() {
                    Some(number) => {
                        let size = i128::try_from(items.len()).unwrap_or(0);
                        let at = if number < 0 { number + size } else { number };
                        match usize::try_from(at).ok().and_then(|at| items.get_mut(at)) {
                            Some(slot) => *slot = value.clone(),
                            None => return Ok(vec![Choice::raise("IndexError")]),
                        }
                    }
                    None => forget = Some("a list that was changed at an unknown place"),
                },
                Some(Object::Unknown(opaque)) => opaque.influence = opaque.influence.max(given),
                Some(
                    Object::Set(_)
                    | Object::Instance { .. }
                    | Object::Iterator { .. }
                    | Object::OpenIterator { .. }
                    | Object::Cell(_),
                )
                | None => {}
            },
            Value::Opaque(opaque) => {
                if known_key(&index).is_some() {
                    state.seen.insert((opaque.id, format!("[{}]", shown_key(&index))), value.clone());
                }
            }
            Value::Tuple(_) | Value::Str(_) | Value::None => return Ok(vec![Choice::raise("TypeError")]),
            _ => {}
        }
        if let Some(why) = forget {
            let influence = self.influence(state, &[base.clone(), index, value]);
            state.havoc(&[base], &why.into(), influence, &mut self.next_id);
        }
        Ok(vec![Choice::value(Value::None)])
    }

    /// Executes `del base[index]`.
    pub(crate) fn delete_item(
        &mut self,
        state: &mut State,
        base: &Operand,
        index: &Operand,
    ) -> Result<Choices, Choices> {
        let (base, index) = (self.read(state, base)?, self.read(state, index)?);
        if let Value::Object(id) = &base {
            if let (Some(Object::Dict(entries)), Some(wanted)) = (state.object_mut(*id), known_key(&index)) {
                let all_known = entries.iter().all(|(key, _)| known_key(key).is_some());
                if all_known {
                    let before = entries.len();
                    entries.retain(|(key, _)| known_key(key).as_ref() != Some(&wanted));
                    return Ok(vec![if entries.len() == before {
                        Choice::raise("KeyError")
                    } else {
                        Choice::value(Value::None)
                    }]);
                }
            }
            let influence = self.influence(state, &[base.clone(), index]);
            state.havoc(&[base], &"a container that something was deleted from".into(), influence, &mut self.next_id);
        }
        Ok(self.with_any_exception(state, vec![Choice::value(Value::None)]))
    }

    /// Evaluates `base[index]`.
    pub(crate) fn subscript(&mut self, state: &mut State, base: &Value, index: &Value) -> Choices {
        match base {
            Value::Global(path) if self.is_source_attribute(path) => {
                let shown = format!("{}[{}]", shown_path(path), shown_key(index));
                let missing = if path.ends_with("argv") { "IndexError" } else { "KeyError" };
                self.read_source(state, &shown, Sort::Text, Some(Outcome::Raise(Exception::builtin(missing))))
            }
            Value::Global(path) => {
                let whole = format!("{path}[{}]", shown_key(index));
                let influence = self.influence(state, std::slice::from_ref(index));
                let id = match self.named_condition(whole.clone(), &whole, influence) {
                    BoolTerm::Opaque { id, .. } => id,
                    _ => self.fresh_id(),
                };
                vec![Choice::value(Value::Opaque(Opaque { id, why: format!("`{whole}`").into(), influence }))]
            }
            Value::Opaque(opaque) => {
                let mut opaque = opaque.clone();
                if known_key(index).is_none() {
                    opaque.influence = opaque.influence.max(self.influence(state, std::slice::from_ref(index)));
                    opaque.id = self.fresh_id();
                }
                let choices = self.part_of_opaque(state, &opaque, &format!("[{}]", shown_key(index)));
                self.with_any_exception(state, choices)
            }
            Value::Object(id) => match state.object(*id).cloned() {
                Some(Object::Dict(entries)) => {
                    self.look_up(state, &entries, index, Outcome::Raise(Exception::builtin("KeyError")))
                }
                Some(Object::List(items)) => self.item_at(state, &items, index),
                Some(Object::Unknown(opaque)) => {
                    let influence = opaque.influence.max(self.influence(state, std::slice::from_ref(index)));
                    let value = self.fresh_opaque(&format!("an item of {}", opaque.why), influence);
                    self.with_any_exception(state, vec![Choice::value(value)])
                }
                Some(Object::Instance { class, .. }) => match self.index.class_member(class, "__getitem__") {
                    Some(Named::Function(function)) => {
                        let closure = Closure {
                            function,
                            cells: Rc::default(),
                            defaults: Rc::default(),
                            receiver: Some(Rc::new(base.clone())),
                        };
                        let arguments = Arguments { positional: Some(vec![index.clone()]), ..Arguments::default() };
                        self.enter(state, &closure, arguments, None)
                    }
                    _ => self.unknown_item(state, base, index),
                },
                Some(
                    Object::Set(_) | Object::Iterator { .. } | Object::OpenIterator { .. } | Object::Cell(_),
                )
                | None => vec![Choice::raise("TypeError")],
            },
            Value::Tuple(items) => {
                let items = items.to_vec();
                self.item_at(state, &items, index)
            }
            Value::Str(rope) => {
                if let Some(source) = rope.plain_source()
                    && matches!(index, Value::Str(_))
                    && self.reshape(source, Shape::Tree)
                {
                    return Vec::new();
                }
                let rope = rope.clone();
                self.character_at(state, &rope, index)
            }
            Value::Match(Some(rope)) => {
                if index.as_number() == Some(0) {
                    return vec![Choice::value(Value::Str(rope.clone()))];
                }
                self.unknown_item(state, base, index)
            }
            Value::None => vec![Choice::raise("TypeError")],
            Value::Ellipsis
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Bytes(_)
            | Value::Path(_)
            | Value::Function(_)
            | Value::Class(_)
            | Value::Exception(_)
            | Value::Pattern(..)
            | Value::Match(None) => self.unknown_item(state, base, index),
        }
    }

    fn unknown_item(&mut self, state: &mut State, base: &Value, index: &Value) -> Choices {
        let mut influence = self.influence(state, &[base.clone(), index.clone()]);
        if matches!(base, Value::Match(None)) {
            influence = Influence::Attacker;
        }
        let value = self.fresh_opaque("an item", influence);
        self.with_any_exception(state, vec![Choice::value(value)])
    }

    /// Looks a key up in known entries.
    pub(crate) fn look_up(
        &mut self,
        state: &State,
        entries: &[(Value, Value)],
        key: &Value,
        missing: Outcome,
    ) -> Choices {
        let mut choices = Vec::new();
        let mut none_before = BoolTerm::Const(true);
        for (known, value) in entries {
            let equal = self.equal(state, known, key, 16);
            if matches!(equal, BoolTerm::Const(false)) {
                continue;
            }
            choices.push(Choice::value(value.clone()).when(none_before.clone().and(equal.clone())));
            none_before = none_before.and(equal.negate());
        }
        // The keys together are one test where they can be.
        let all: Vec<Value> = entries.iter().map(|(key, _)| key.clone()).collect();
        let absent = self.contains(state, &Value::Tuple(all.into()), key).negate();
        choices.push(Choice { when: absent, outcome: missing, presence: None });
        // Text keys exclude each other, which keeps each condition short.
        let texts = entries.iter().all(|(key, _)| key.as_text().is_some());
        if texts {
            let mut exact = Vec::new();
            for (known, value) in entries {
                let equal = self.equal(state, known, key, 16);
                exact.push(Choice::value(value.clone()).when(equal));
            }
            exact.extend(choices.pop());
            return exact;
        }
        choices
    }

    fn item_at(&mut self, state: &mut State, items: &[Value], index: &Value) -> Choices {
        let Some(number) = index.as_number() else {
            let influence = self.influence(state, items).max(self.influence(state, std::slice::from_ref(index)));
            // Any of the items, when there are few; each is possible.
            if matches!(index, Value::Int(_)) && items.len() <= 8 {
                let mut choices: Choices = items.iter().map(|item| Choice::value(item.clone())).collect();
                for (at, choice) in choices.iter_mut().enumerate() {
                    let at = i128::try_from(at).unwrap_or(0);
                    let size = i128::try_from(items.len()).unwrap_or(0);
                    if let Value::Int(term) = index {
                        let is = |number: i128| {
                            BoolTerm::compare(
                                crate::term::Order::Equal,
                                term.clone(),
                                crate::term::IntTerm::Const(number),
                            )
                        };
                        choice.when = is(at).or(is(at - size));
                    }
                }
                choices.push(Choice::raise("IndexError"));
                return choices;
            }
            let value = self.fresh_opaque("an item at an unknown place", influence);
            return self.with_any_exception(state, vec![Choice::value(value)]);
        };
        let size = i128::try_from(items.len()).unwrap_or(0);
        let at = if number < 0 { number + size } else { number };
        match usize::try_from(at).ok().and_then(|at| items.get(at)) {
            Some(item) => vec![Choice::value(item.clone())],
            None => vec![Choice::raise("IndexError")],
        }
    }

    fn character_at(&mut self, state: &mut State, rope: &Rope, index: &Value) -> Choices {
        if let (Some(marked), Some(number)) = (rope.marked(), index.as_number()) {
            let size = i128::try_from(marked.text.chars().count()).unwrap_or(0);
            let at = if number < 0 { number + size } else { number };
            let found = usize::try_from(at).ok().and_then(|at| marked.text.char_indices().nth(at));
            return vec![match found {
                Some((start, c)) => Choice::value(Value::Str(Rope::cut(&marked, start..start + c.len_utf8()))),
                None => Choice::raise("IndexError"),
            }];
        }
        if !matches!(index, Value::Int(_)) {
            return vec![Choice::raise("TypeError")];
        }
        let influence = self.influence(state, &[Value::Str(rope.clone()), index.clone()]);
        let text = self.unknown_text(state, "a character of a text", influence, Some(crate::interpreter::text::any_character()));
        vec![Choice::value(Value::Str(text)), Choice::raise("IndexError")]
    }
}
