//! Attributes, items and slices. Invariant: reading the same part of the same unknown value twice gives the same value.

use std::rc::Rc;

use ir::instruction::Operand;
use model::spec::{Entry, SourceForm, SourceKind};

use crate::{
    interpreter::{Choice, Choices, Interpreter, Outcome, call::Arguments},
    literal,
    models::texts::is_text_method,
    program_index::Named,
    rope::Rope,
    shape::Shape,
    source::{Chooser, Origin, Sort, Source, SourceId},
    state::State,
    term::BoolTerm,
    value::{Closure, Exception, Influence, Object, Opaque, Rest, Value},
};

/// Source attributes that hold values by key.
const KEYED: &[&str] = &[
    "args",
    "form",
    "forms",
    "values",
    "headers",
    "cookies",
    "files",
    "view_args",
    "GET",
    "POST",
    "COOKIES",
    "META",
    "FILES",
    "environ",
    "argv",
    "path_params",
    "query_params",
    "query",
    "params",
    "session",
    "match_info",
    "rel_url",
    "matchdict",
    "kwargs",
    "arguments",
    "query_arguments",
    "body_arguments",
    "path_kwargs",
    "uri_params",
    "route_params",
];

/// Source attributes that hold parsed data of any shape.
const TREES: &[&str] = &[
    "json",
    "json_body",
    "media",
    "cleaned_data",
    "validated_data",
    "initial_data",
    "current_event",
    "state",
    "orig_argv",
];

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

/// Shortens a dotted path to what the code usually says: `flask.request.args` → `request.args`,
/// `http.server.BaseHTTPRequestHandler.path` → `self.path`.
pub(crate) fn shown_path(path: &str) -> String {
    let parts: Vec<&str> = path.split('.').collect();
    let is_receiver = |part: &&str| part.ends_with("Handler") || part.ends_with("View");
    let is_class = |part: &str| part.starts_with(|first: char| first.is_ascii_uppercase());
    if let Some(start) = parts.iter().position(is_receiver)
        && parts.get(start).is_some_and(|part| is_class(part))
        && let Some(rest) = parts.get(start + 1..).filter(|rest| !rest.is_empty())
    {
        return format!("self.{}", rest.join("."));
    }
    let is_request = |part: &str| part == "request" || part.ends_with("Request");
    let start = parts.iter().position(|part| is_request(part)).map(|start| {
        let next_too = parts.get(start + 1).is_some_and(|next| is_class(next) && is_request(next));
        if next_too { start + 1 } else { start }
    });
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
        match (kind, self.settings.entry) {
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

    /// Tells whether a path is an attribute of a source that holds values by key, as `request.query.amount` is.
    pub(crate) fn is_field(&self, path: &str) -> bool {
        let base = path.rsplit_once('.').map_or("", |(base, _)| base);
        KEYED.contains(&base.rsplit('.').next().unwrap_or(base)) && self.is_source_attribute(base)
    }

    /// Gives the value of a source attribute that holds one text, bytes or parsed data.
    pub(crate) fn source_attribute(&mut self, state: &State, path: &str) -> Option<Value> {
        if !self.is_source_attribute(path) {
            if !self.is_field(path) {
                return None;
            }
            let choices = self.read_source(state, &shown_path(path), Sort::Text, None);
            return choices.into_iter().next().and_then(|choice| match choice.outcome {
                Outcome::Value(value) => Some(value),
                Outcome::Raise(_) | Outcome::Enter(_) => None,
            });
        }
        let last = path.rsplit('.').next().unwrap_or(path);
        if KEYED.contains(&last) {
            return None;
        }
        let shown = shown_path(path);
        // What a serializer or Django's REST framework calls data is parsed already.
        let is_parsed = last == "data" && (path.starts_with("django.") || path.starts_with("rest_framework."));
        if TREES.contains(&last) || is_parsed {
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
        let root = shown.split('[').next().unwrap_or(shown);
        if let Some(sort) = self.typed_trees.get(root) {
            return self.read_source(state, shown, *sort, absent);
        }
        let mut choices = self.read_source(state, shown, Sort::Text, absent);
        if self.chosen.is_none()
            && let Some(present) = choices.first_mut()
            && matches!(present.outcome, Outcome::Value(_))
        {
            // The part may also be a number, a list or another tree; its text is the source.
            present.outcome = Outcome::Value(self.tree(shown));
        }
        choices
    }

    /// Gives the text form of the attacker's data of any shape: any text that the attacker likes.
    pub(crate) fn tree_text(&mut self, opaque: &Opaque) -> Option<(SourceId, Rope)> {
        let shown = Rc::clone(self.trees.get(&opaque.id)?);
        let id = self.sources.intern(&shown, || Source {
            name: Rc::clone(&shown),
            chooser: Chooser::Attacker,
            sort: Sort::Text,
            parameter: Origin::Expression,
        });
        match self.source_value(id, Sort::Text).0 {
            Value::Str(rope) => Some((id, rope)),
            _ => None,
        }
    }

    /// Gives what stands behind a part of an opaque value.
    pub(crate) fn part_of_opaque(&mut self, state: &mut State, opaque: &Opaque, part: &str) -> Choices {
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

    /// Tells whether a value is a parameter that is now taken for a container, because the code iterates over it.
    pub(crate) fn is_reshaped_to_tree(&mut self, value: &Value) -> bool {
        match value.as_rope().and_then(Rope::plain_source) {
            Some(source) => self.reshape(source, Shape::Tree),
            None => false,
        }
    }

    /// Evaluates `base.name`.
    pub(crate) fn attribute(&mut self, state: &mut State, base: &Value, name: &str) -> Choices {
        match base {
            Value::None => vec![Choice::raise("AttributeError")],
            Value::Global(path) if name == "__name__" && path.starts_with("builtins.") => {
                vec![Choice::value(Value::text(path.trim_start_matches("builtins.")))]
            }
            Value::Global(path) => {
                let path = format!("{path}.{name}");
                vec![Choice::value(self.global(state, &path))]
            }
            Value::Opaque(opaque) => {
                let opaque = opaque.clone();
                self.part_of_opaque(state, &opaque, &format!(".{name}"))
            }
            Value::Object(_) if name == "__class__" && self.type_of(state, base).is_some() => {
                vec![Choice::value(self.type_of(state, base).unwrap_or(Value::None))]
            }
            Value::Object(id) => self.object_attribute(state, *id, base, name),
            Value::Class(class) if name == "__name__" && self.index.class(*class).is_some() => {
                let path = self.index.class(*class).map_or("", |class| class.qualname.as_str());
                vec![Choice::value(Value::text(path.rsplit('.').next().unwrap_or(path)))]
            }
            Value::Function(closure) if name == "__name__" && self.index.function(closure.function).is_some() => {
                let name = self.index.function(closure.function).map_or("", |function| function.name.as_str());
                vec![Choice::value(Value::text(name))]
            }
            Value::Class(class)
                if self.members(*class).is_some_and(|all| all.iter().any(|(known, _)| *known == name)) =>
            {
                self.member(state, *class, name).map(|member| vec![Choice::value(member)]).unwrap_or_default()
            }
            Value::Class(class) => match self.index.class_member(*class, name) {
                Some(Named::Function(function)) => {
                    let bound = self
                        .index
                        .function(function)
                        .is_some_and(|f| f.decorators.iter().any(|d| d == "builtins.classmethod"));
                    let receiver = bound.then(|| Rc::new(base.clone()));
                    let closure = Closure { function, cells: Rc::default(), defaults: Rc::default(), receiver };
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
                if !is_text_method(name)
                    && let Some(opened) = self.opened(rope)
                {
                    return self.part_of_opaque(state, &opened, &format!(".{name}"));
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
            | Value::Match(..) => {
                let influence = self.influence(state, std::slice::from_ref(base)).max(match base {
                    Value::Exception(_) => Influence::Attacker,
                    _ => Influence::Environment,
                });
                let value = self.fresh_opaque(&format!("the attribute `{name}`"), influence);
                self.with_any_exception(state, vec![Choice::value(value)])
            }
        }
    }

    fn object_attribute(&mut self, state: &mut State, id: crate::value::ObjectId, base: &Value, name: &str) -> Choices {
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
                let decorators = self.index.function(function).map(|f| f.decorators.as_slice()).unwrap_or_default();
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
                if decorators.iter().any(|decorator| decorator.ends_with(".setter") || decorator.ends_with(".deleter"))
                {
                    let getter = self.index.accessor(class, name, "builtins.property");
                    return match getter {
                        Some(function) => {
                            let closure = Closure { function, ..closure };
                            self.enter(state, &closure, Arguments::default(), None)
                        }
                        None => vec![Choice::value(self.fresh_opaque("a property", Influence::Attacker))],
                    };
                }
                if property {
                    return self.enter(state, &closure, Arguments::default(), None);
                }
                vec![Choice::value(Value::Function(closure))]
            }
            Some(Named::Constant(constant)) => vec![Choice::value(self.constant(state, constant))],
            Some(Named::Class(_) | Named::CallOf(_) | Named::Variable | Named::Module) | None => {
                let known = self.index.class(class).is_some_and(|class| self.index.knows_bases(class));
                if rest == Rest::Closed && known && self.index.class_member(class, "__getattr__").is_none() {
                    return vec![Choice::raise("AttributeError")];
                }
                let inherited = self.inherited(state, class, name);
                let value =
                    inherited.unwrap_or_else(|| self.fresh_opaque(&format!("`self.{name}`"), Influence::Environment));
                if let Some(Object::Instance { attributes, .. }) = state.object_mut(id) {
                    attributes.insert(name.to_owned(), value.clone());
                }
                vec![Choice::value(value)]
            }
        }
    }

    /// Stores an attribute where the class has a say: a property, `__setattr__`, or a frozen dataclass; `None` elsewhere.
    pub(crate) fn controlled_store(
        &mut self,
        state: &mut State,
        base: &Value,
        (name, value): (&str, &Value),
    ) -> Option<Choices> {
        let class = self.class_of(state, base)?;
        if self.own_method(state, base, "__setattr__").is_some() {
            return self.call_own(state, base, "__setattr__", vec![Value::text(name), value.clone()]);
        }
        if self.has_option(class, "frozen") {
            let class = Some("dataclasses.FrozenInstanceError".into());
            let outcome = Outcome::Raise(Exception { class, message: None });
            return Some(vec![Choice { when: BoolTerm::Const(true), outcome, presence: None }]);
        }
        let Some(Named::Function(function)) = self.index.class_member(class, name) else { return None };
        let decorators = &self.index.function(function)?.decorators;
        let is_property = decorators.iter().any(|decorator| {
            decorator == "builtins.property" || decorator.ends_with(".setter") || decorator.ends_with(".deleter")
        });
        if !is_property {
            return None;
        }
        let Some(function) = self.index.accessor(class, name, ".setter") else {
            return Some(vec![Choice::raise("AttributeError")]);
        };
        let receiver = Some(Rc::new(base.clone()));
        let closure = Closure { function, cells: Rc::default(), defaults: Rc::default(), receiver };
        Some(self.enter(state, &closure, Arguments::from(vec![value.clone()]), None))
    }

    /// Tells whether a value has an attribute; `None` when that is not known.
    pub(crate) fn has_attribute(&self, state: &State, value: &Value, name: &str) -> Option<bool> {
        let class = self.class_of(state, value)?;
        let Value::Object(id) = value else { return None };
        let Some(Object::Instance { attributes, rest, .. }) = state.object(*id) else { return None };
        if attributes.contains_key(name) {
            return Some(true);
        }
        match self.index.class_member(class, name) {
            Some(Named::Function(function)) => {
                // A property may raise the error that means "no".
                let decorators = &self.index.function(function)?.decorators;
                decorators.is_empty().then_some(true)
            }
            Some(Named::Constant(_)) => Some(true),
            Some(Named::Class(_) | Named::CallOf(_) | Named::Variable | Named::Module) => None,
            None => {
                let declared = self.index.class(class)?;
                let is_plain = self.index.knows_bases(declared) && !name.starts_with("__");
                let has_own = ["__getattr__", "__getattribute__"]
                    .iter()
                    .any(|name| self.index.class_member(class, name).is_some());
                (is_plain && !has_own && *rest == Rest::Closed).then_some(false)
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
        if let Some(choices) = self.controlled_store(state, &base, (name, &value)) {
            return Ok(choices);
        }
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
}
