//! Parts of what the attacker sends. Invariant: reading the same part of the same unknown value twice gives the same value.

use std::rc::Rc;

use model::spec::{Entry, SourceForm, SourceKind};

use crate::{
    interpreter::{Choice, Choices, Interpreter, Outcome},
    literal,
    rope::Rope,
    shape::Shape,
    source::{Chooser, Origin, Sort, Source, SourceId},
    state::State,
    term::BoolTerm,
    value::{Influence, Opaque, Value},
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
        // Large numbers have hexadecimal digits much sooner than decimal ones.
        Value::Int(term) => term.as_const().map(|number| format!("n{number:x}")),
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
}
