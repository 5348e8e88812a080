//! How the entry function is called. Invariant: a parameter is the attacker's exactly when the contract's entry says so;
//! everything else is handed in by the program's surroundings.
//!
//! A parameter without annotation is taken for a string, until the code uses it as something else: as an object with
//! attributes or methods of its own (then it is the caller's, not the attacker's), as a container, or as an integer. A
//! proof therefore speaks of string arguments where the parameter's text reaches the sink.

mod checked;
mod framework;

use std::{collections::BTreeMap, rc::Rc};

use ir::function::{BlockId, Function, LocalScope, ParamKind};
use model::{
    contract::Condition,
    spec::{Entry, SourceForm},
};

use crate::{
    interpreter::Interpreter,
    layout,
    program_index::Named,
    shape::Shape,
    source::{Chooser, Origin, Sort, Source, SourceId},
    state::{Delivery, Frame, Presence, State},
    value::{Influence, Object, Rest, Value},
};

/// What an annotation says.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// Nothing, or `Any`.
    Unsaid,
    /// One sort of value.
    Plain(Sort),
    /// A float: a number whose text holds no structure.
    Float,
    /// A container of anything.
    Container,
    /// A container of integers.
    Integers,
    /// An object of this type.
    Object(String),
    /// One of these texts.
    Literals(Vec<String>),
}

/// Reads an annotation; the second part tells whether `None` is allowed as well.
fn read_annotation(annotation: Option<&str>) -> (Kind, Option<()>) {
    let Some(annotation) = annotation else { return (Kind::Unsaid, None) };
    let mut text = annotation.trim();
    let mut optional = None;
    for head in ["typing.Annotated[", "typing_extensions.Annotated[", "Annotated["] {
        // What `Depends(..)` makes is no text of the annotated kind.
        if let Some(inner) = text.strip_prefix(head).and_then(|inner| inner.strip_suffix(']'))
            && !inner.contains("Depends(")
            && !inner.contains("Security(")
        {
            text = layout::parts(inner, ',').first().copied().unwrap_or(inner);
        }
    }
    for head in ["typing.Optional[", "Optional["] {
        if let Some(inner) = text.strip_prefix(head).and_then(|inner| inner.strip_suffix(']')) {
            text = inner;
            optional = Some(());
        }
    }
    if let Some(rest) = text.strip_suffix("| None") {
        text = rest.trim();
        optional = Some(());
    }
    if let Some(texts) = literals(text) {
        return (Kind::Literals(texts), optional);
    }
    let name = text.trim_matches(['"', '\'']).trim();
    let short = name.strip_prefix("builtins.").unwrap_or(name);
    let kind = match short {
        "str" => Kind::Plain(Sort::Text),
        "bytes" => Kind::Plain(Sort::Bytes),
        "int" => Kind::Plain(Sort::Integer),
        "bool" => Kind::Plain(Sort::Boolean),
        "float" => Kind::Float,
        "typing.Any" | "Any" | "object" => Kind::Unsaid,
        _ => {
            let head = short.split('[').next().unwrap_or(short);
            let items = short.strip_prefix(head).unwrap_or("").trim_matches(['[', ']']);
            let last = head.rsplit('.').next().unwrap_or(head).to_ascii_lowercase();
            match last.as_str() {
                "list" | "set" | "frozenset" | "sequence" | "iterable" | "tuple"
                    if matches!(items, "int" | "builtins.int" | "int, ...") =>
                {
                    Kind::Integers
                }
                "list" | "dict" | "set" | "tuple" | "sequence" | "iterable" | "mapping" | "union" | "frozenset"
                | "collection" | "annotated" | "literal" => Kind::Container,
                _ => Kind::Object(name.to_owned()),
            }
        }
    };
    (kind, optional)
}

/// Reads `Literal["a", "b"]` with plain texts; `None` for anything else.
fn literals(annotation: &str) -> Option<Vec<String>> {
    let heads = ["typing.Literal[", "typing_extensions.Literal[", "Literal["];
    let inner = heads.iter().find_map(|head| annotation.strip_prefix(head))?.strip_suffix(']')?;
    let unquoted = |part: &&str| {
        let part = part.trim();
        let quote = part.chars().next().filter(|first| matches!(first, '"' | '\''))?;
        let text = part.strip_prefix(quote)?.strip_suffix(quote)?;
        (!text.contains([quote, '\\'])).then(|| text.to_owned())
    };
    layout::parts(inner, ',').iter().map(unquoted).collect()
}

/// What a parameter that is a float is in a run on chosen inputs, when nothing else is tried.
pub(crate) const FLOAT: f64 = 1.5;

/// The most states that exploration starts in.
const STARTS: usize = 48;

impl Interpreter<'_> {
    /// Gives the function that the contract is about.
    pub(crate) fn entry_function(&self) -> Option<&Function> {
        let contract = self.contract;
        self.index.program.find_enclosing(contract.file, &contract.function, contract.place())
    }

    /// Tells whether floats are chosen for a concrete run: an asserted condition may depend on any argument.
    fn gives_floats(&self) -> bool {
        !matches!(self.contract.condition, Condition::SinkStaysData { .. })
    }

    /// Lists the parameters that are floats in a concrete run, by position.
    pub(crate) fn float_parameters(&self) -> Vec<(u32, String)> {
        let params = self.entry_function().filter(|_| self.gives_floats()).map(|function| function.params.as_slice());
        let is_float = |kind: ParamKind| match kind {
            ParamKind::PositionalOnly | ParamKind::Normal | ParamKind::KeywordOnly => true,
            ParamKind::VarArgs | ParamKind::VarKeywords => false,
        };
        (0_u32..)
            .zip(params.unwrap_or_default())
            .filter(|(_, param)| is_float(param.kind) && read_annotation(param.annotation.as_deref()).0 == Kind::Float)
            .map(|(position, param)| (position, param.name.clone()))
            .collect()
    }

    /// Tells whether the entry function's parameters are the attacker's.
    fn parameters_are_chosen(&self, function: &Function) -> bool {
        match self.contract.condition {
            Condition::AssertHolds { .. } | Condition::Function { .. } => true,
            Condition::SinkStaysData { .. } => {
                self.settings.entry == Entry::All
                    || self.specs.sources.iter().any(|spec| {
                        spec.form == SourceForm::DecoratedParameters
                            && self.counts(spec.kind)
                            && (function.decorators.contains(&spec.name.0) || self.overrides(function, &spec.name.0))
                    })
                    || self.is_registered(function)
            }
        }
    }

    /// Makes the states in which the entry function may start: one, or more where a parameter may be `None`.
    pub(crate) fn start_states(&mut self) -> Vec<State> {
        let program = self.index.program;
        let (contract, place) = (self.contract, self.contract.place());
        let Some(function) = program.find_enclosing(contract.file, &contract.function, place) else {
            return Vec::new();
        };
        let mut state = State::default();
        let mut cells = BTreeMap::new();
        for local in &function.locals {
            if let (Some(name), LocalScope::Captured) = (&local.name, local.scope) {
                cells.insert(name.clone(), state.allocate(Object::Cell(None)));
            }
        }
        state.frames.push(Frame {
            function: function.id,
            block: BlockId(0),
            index: 0,
            locals: vec![None; function.locals.len()],
            cells,
            exception: None,
            target: None,
            instead: None,
            undecided: BTreeMap::new(),
            loops: BTreeMap::new(),
            again: false,
            delivery: Delivery::Call,
            delegate: None,
            answer: None,
        });
        let mut states = vec![state];
        for (position, param) in function.params.iter().enumerate() {
            let mut next = Vec::new();
            for mut state in states {
                if let Some(laid_out) = self.container_states(&state, function, position) {
                    next.extend(laid_out);
                    continue;
                }
                for (value, presence) in self.parameter_values(&mut state, function, position) {
                    self.check_parameter(&state, function, position, &value);
                    let mut state = state.clone();
                    if let Some((source, presence)) = presence {
                        state.presence.insert(source, presence);
                    }
                    self.set_local(&mut state, param.local, Some(value));
                    next.push(state);
                }
            }
            if next.len() > STARTS {
                next.truncate(STARTS);
                self.bounds.insert(format!("the parameters have one of {STARTS} forms"));
            }
            states = next;
        }
        states
    }

    /// Makes the states in which an annotated parameter is a container of a few items, a union or a record; `None` when
    /// it is none of these.
    fn container_states(&mut self, state: &State, function: &Function, position: usize) -> Option<Vec<State>> {
        if matches!(self.contract.condition, Condition::SinkStaysData { .. }) {
            return None;
        }
        let param = function.params.get(position)?;
        let number = u32::try_from(position).ok()?;
        if matches!(param.kind, ParamKind::VarArgs | ParamKind::VarKeywords) {
            return None;
        }
        let layouts = match &self.chosen {
            Some(chosen) => vec![chosen.layouts.get(&number)?.clone()],
            None => {
                let kind = self.annotated_kind(param.annotation.as_deref()?)?;
                let item = match &kind {
                    layout::Kind::List(item) | layout::Kind::TupleOf(item) => Some(item.as_ref()),
                    layout::Kind::Plain(_)
                    | layout::Kind::None
                    | layout::Kind::Set(_)
                    | layout::Kind::Dict(..)
                    | layout::Kind::Tuple(_)
                    | layout::Kind::Union(_)
                    | layout::Kind::Record(_)
                    | layout::Kind::Member(_) => None,
                };
                if let (true, Some(layout::Kind::Plain(sort @ (Sort::Integer | Sort::Text)))) =
                    (self.loops.is_open, item)
                {
                    self.typed_trees.insert(param.name.clone(), *sort);
                    let mut state = state.clone();
                    let tree = self.tree(&param.name);
                    self.set_local(&mut state, param.local, Some(tree));
                    return Some(vec![state]);
                }
                self.layouts_of(&kind, &param.name)
            }
        };
        let mut states = Vec::new();
        for layout in layouts {
            let mut state = state.clone();
            if let Some(value) = self.laid_out(&mut state, &layout) {
                state.condition.layouts.insert(number, layout);
                self.set_local(&mut state, param.local, Some(value));
                states.push(state);
            }
        }
        Some(states)
    }

    fn parameter_values(
        &mut self,
        state: &mut State,
        function: &Function,
        position: usize,
    ) -> Vec<(Value, Option<(SourceId, Presence)>)> {
        let Some(param) = function.params.get(position) else { return Vec::new() };
        let is_static = function.decorators.iter().any(|decorator| decorator == "builtins.staticmethod");
        if position == 0
            && !is_static
            && let Some(class) = function.class
        {
            let is_class = function.decorators.iter().any(|decorator| decorator == "builtins.classmethod");
            let value = if is_class { Value::Class(class) } else { self.instance(state, class, Rest::Open) };
            return vec![(value, None)];
        }
        let (mut kind, optional) = read_annotation(param.annotation.as_deref());
        if let Some(values) = self.checked_parameter(state, function, (param, &kind)) {
            let absent = optional.filter(|()| self.chosen.is_none()).map(|()| Value::None);
            return values.into_iter().chain(absent).map(|value| (value, None)).collect();
        }
        let is_open =
            matches!(kind, Kind::Unsaid | Kind::Container | Kind::Literals(_) | Kind::Plain(Sort::Text | Sort::Bytes));
        if is_open && let Some(value) = self.filled_in(state, function, position) {
            return vec![(value, None)];
        }
        let is_number = matches!(kind, Kind::Plain(Sort::Integer | Sort::Boolean) | Kind::Float | Kind::Integers);
        // Where a framework turns the text into a number, nothing untrusted enters; here the annotation is only a wish.
        if is_number && self.is_input(function, param.span) {
            kind = Kind::Plain(Sort::Text);
        }
        let annotated_source = match &kind {
            Kind::Object(path) => self.specs.sources.iter().any(|spec| {
                spec.form == SourceForm::AnnotatedParameter && self.counts(spec.kind) && spec.name.0 == *path
            }),
            Kind::Unsaid | Kind::Plain(_) | Kind::Float | Kind::Container | Kind::Integers | Kind::Literals(_) => false,
        };
        if let Kind::Object(path) = &kind
            && !annotated_source
            && self.parameters_are_chosen(function)
            && let Some(filled) = self.model_of(state, param, path)
        {
            let absent = optional.filter(|()| self.chosen.is_none()).map(|()| Value::None);
            return filled.into_iter().chain(absent).map(|value| (value, None)).collect();
        }
        if let Kind::Object(path) = &kind
            && !annotated_source
        {
            return vec![(self.handed_in(state, path, &param.name), None)];
        }
        if param.annotation.is_none()
            && let Some(path) = self.customary(function, &param.name)
        {
            return vec![(self.handed_in(state, &path, &param.name), None)];
        }
        if !annotated_source && !self.parameters_are_chosen(function) && !self.is_event(function, position) {
            let value = self.fresh_opaque(&format!("`{}`", param.name), Influence::Environment);
            return vec![(value, None)];
        }
        match param.kind {
            ParamKind::VarArgs | ParamKind::VarKeywords => return vec![(self.tree(&param.name), None)],
            ParamKind::PositionalOnly | ParamKind::Normal | ParamKind::KeywordOnly => {}
        }
        let sort = match &kind {
            Kind::Plain(sort) => *sort,
            Kind::Unsaid => Sort::Text,
            Kind::Float if self.chosen.is_some() && self.gives_floats() => {
                let bits = self.chosen.as_ref().and_then(|chosen| chosen.float_bits);
                return vec![(Value::Float(bits.map_or(FLOAT, f64::from_bits)), None)];
            }
            Kind::Float => {
                let value = self.fresh_float(&format!("the float `{}`", param.name), Influence::Environment);
                return vec![(value, None)];
            }
            Kind::Integers => {
                self.typed_trees.insert(param.name.clone(), Sort::Integer);
                return vec![(self.tree(&param.name), None)];
            }
            // Nothing checks what the annotation lists.
            Kind::Literals(_) => Sort::Text,
            Kind::Container | Kind::Object(_) => return vec![(self.tree(&param.name), None)],
        };
        let key = format!("parameter {}", param.name);
        let origin = Origin::Parameter(u32::try_from(position).unwrap_or(u32::MAX));
        let name: Rc<str> = param.name.as_str().into();
        let id = self.sources.intern(&key, || Source {
            name: Rc::clone(&name),
            chooser: Chooser::Attacker,
            sort,
            parameter: origin,
        });
        let mut sort = sort;
        if kind == Kind::Unsaid {
            self.flexible.insert(Rc::clone(&name));
            match self.shapes.get(&id) {
                Some(Shape::Resource) => {
                    let value = self.fresh_opaque(&format!("`{}`", param.name), Influence::Environment);
                    return vec![(value, None)];
                }
                Some(Shape::Tree) => return vec![(self.tree(&param.name), None)],
                Some(Shape::Integer) => sort = Sort::Integer,
                None => {}
            }
        }
        if sort == Sort::Text && self.admit(state, function, position, id).is_none() {
            return Vec::new();
        }
        let (value, presence) = self.source_value(id, sort);
        let present = (value, Some((id, Presence::Present)));
        let absent = (Value::None, Some((id, Presence::Absent)));
        let may_be_absent = optional.is_some();
        match presence {
            Some(Presence::Present) => vec![present],
            Some(Presence::Absent) => vec![absent],
            None if may_be_absent => vec![present, absent],
            None => vec![present],
        }
    }

    /// Makes an object that the caller hands in.
    pub(crate) fn handed_in(&mut self, state: &mut State, path: &str, name: &str) -> Value {
        if let Some(Named::Class(class)) = self.index.find(path) {
            return self.instance(state, class, Rest::Open);
        }
        let prefix = format!("{path}.");
        let has_sources = self
            .specs
            .sources
            .iter()
            .any(|spec| spec.form != SourceForm::AnnotatedParameter && spec.name.0.starts_with(&prefix));
        if has_sources {
            return Value::Global(path.into());
        }
        self.fresh_opaque(&format!("`{name}`"), Influence::Environment)
    }
}
