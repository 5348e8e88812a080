//! What a framework checks and converts before a handler runs. Invariant: a text is narrowed only by what the framework
//! refuses for certain; what is not read here leaves every text possible.
//!
//! A pattern is taken as Python's `re.search` sees it. Pydantic 2 searches with a `$` that matches at the very end only, and
//! Pydantic 1 matches from the start: both let through less.

use std::rc::Rc;

use ir::{
    function::{DeclaringCall, Function, Param},
    instruction::Constant,
    program::{Class, ClassId, Field},
};

use crate::{
    automata::language::Language,
    entry_state::{Kind, read_annotation},
    interpreter::Interpreter,
    path_condition::Assumed,
    program_index::Named,
    regex::{self, Flags, Mode},
    source::{Chooser, Origin, Sort, Source, SourceId},
    state::{Presence, State},
    value::{Influence, Object, Rest, Value},
};

/// Libraries whose declarations are checked at run time.
const CHECKING: &[&str] = &["fastapi", "pydantic", "ninja", "msgspec", "litestar"];

/// Base classes whose constructors check the annotated fields.
const MODELS: &[&str] = &[
    "pydantic.BaseModel",
    "pydantic.main.BaseModel",
    "pydantic.v1.BaseModel",
    "ninja.Schema",
    "ninja.schema.Schema",
    "msgspec.Struct",
];

/// Bases beside those that add no fields.
const HARMLESS_BASES: &[&str] = &["builtins.object", "object", "typing.Generic", "abc.ABC"];

/// Methods with which a class decides itself what its fields hold.
const OWN_WAYS: &[&str] =
    &["__init__", "__new__", "__post_init__", "__setattr__", "__getattribute__", "__getattr__", "model_post_init"];

/// Types whose values hold no text of the sender's choice, with the form of their text; a wider one where the scope of an
/// address may be anything.
const FIXED_FORMS: &[(&str, Option<&str>)] = &[
    ("datetime.date", Some("[0-9]{4}-[0-9]{2}-[0-9]{2}")),
    (
        "datetime.datetime",
        Some(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?([+-][0-9:.]{5,15})?"),
    ),
    ("datetime.time", Some(r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?([+-][0-9:.]{5,15})?")),
    ("datetime.timedelta", Some(r"(-?[0-9]+ days?, )?[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?")),
    ("uuid.UUID", Some("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")),
    ("decimal.Decimal", Some(r"-?([0-9]+(\.[0-9]+)?(E[+-]?[0-9]+)?|Infinity|s?NaN[0-9]*)")),
    ("ipaddress.IPv4Address", Some(r"[0-9]{1,3}(\.[0-9]{1,3}){3}")),
    ("ipaddress.IPv6Address", None),
];

/// The most members of an enumeration that are told apart.
const MEMBERS: usize = 12;

/// How deep models may nest.
const DEPTH: u32 = 3;

/// The longest text that a length limit is followed for.
const MAX_LENGTH: u32 = 200;

fn root(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

/// Gives the texts that declarations let through; `None` when they say nothing that is understood.
fn allowed(calls: &[DeclaringCall]) -> Option<Language> {
    let mut allowed: Option<Language> = None;
    let mut narrow = |language: Language| {
        allowed = match allowed.take() {
            None => Some(language),
            Some(known) => Some(known.intersect(&language).unwrap_or(known)),
        };
    };
    for call in calls.iter().filter(|call| CHECKING.contains(&root(&call.callee))) {
        for (name, value) in &call.keywords {
            match (name.as_str(), value) {
                ("pattern" | "regex", Constant::Str(pattern)) => {
                    if let Ok(language) = regex::language(pattern, Flags::default(), Mode::Search) {
                        narrow(language);
                    }
                }
                ("max_length", Constant::Int(most)) => {
                    let most = most.parse::<u32>().ok().filter(|most| *most <= MAX_LENGTH);
                    let any = most.and_then(|most| {
                        let pattern = format!("(?s:.{{0,{most}}})");
                        regex::language(&pattern, Flags::default(), Mode::FullMatch).ok()
                    });
                    if let Some(language) = any {
                        narrow(language);
                    }
                }
                _ => {}
            }
        }
    }
    allowed
}

impl Interpreter<'_> {
    /// Tells whether the function is called by a framework that checks parameters as they are declared.
    fn is_checked(&self, function: &Function) -> bool {
        function.decorators.iter().any(|decorator| CHECKING.contains(&root(decorator)))
    }

    /// Narrows a text parameter to what the framework lets through; gives nothing when the value chosen for it, or every
    /// value, is refused.
    pub(super) fn admit(&self, state: &mut State, function: &Function, position: usize, id: SourceId) -> Option<()> {
        let param = function.params.get(position).filter(|_| self.is_checked(function));
        let Some(language) = param.and_then(|param| allowed(&param.calls)) else { return Some(()) };
        self.admit_text(state, id, language)
    }

    fn admit_text(&self, state: &mut State, id: SourceId, language: Language) -> Option<()> {
        if self.chosen.is_some() {
            return match self.source_value(id, Sort::Text).0 {
                Value::Str(rope) => rope.marked().is_none_or(|marked| language.accepts(&marked.text)).then_some(()),
                _ => Some(()),
            };
        }
        match state.condition.narrow(id, &Rc::new(language)) {
            Assumed::Impossible => None,
            Assumed::Possible | Assumed::Undecided => Some(()),
        }
    }

    /// Makes the object that a framework fills from a request for a parameter annotated with a model; the outer `None`
    /// when the class is none that is understood or something else makes the object, the inner one when the chosen
    /// values are refused.
    pub(super) fn model_of(&mut self, state: &mut State, param: &Param, path: &str) -> Option<Option<Value>> {
        let Some(Named::Class(class)) = self.index.find(path) else { return None };
        let is_made =
            param.calls.iter().any(|call| call.callee.ends_with(".Depends") || call.callee.ends_with(".Security"));
        (!is_made && self.is_model(class)).then(|| self.model_instance(state, class, &param.name, DEPTH))
    }

    /// Tells whether a class is a model whose fields hold what was sent, checked as they are declared.
    fn is_model(&self, class: ClassId) -> bool {
        let order = self.index.order(class);
        let classes: Vec<&Class> = order.iter().filter_map(|id| self.index.class(*id)).collect();
        let outside = self.outside_bases(class);
        let is_plain = |base: &String| {
            let head = base.split('[').next().unwrap_or(base);
            MODELS.contains(&head) || HARMLESS_BASES.contains(&head)
        };
        let decides_itself = |class: &&Class| {
            class.methods.iter().any(|(name, id)| {
                let decorators = self.index.function(*id).map_or(&[][..], |method| method.decorators.as_slice());
                OWN_WAYS.contains(&name.as_str()) || decorators.iter().any(|decorator| decorator.ends_with("validator"))
            })
        };
        outside.iter().any(|base| MODELS.contains(&base.as_str()))
            && outside.iter().all(is_plain)
            && !classes.iter().any(decides_itself)
    }

    fn model_instance(&mut self, state: &mut State, class: ClassId, name: &str, depth: u32) -> Option<Value> {
        let mut order = self.index.order(class);
        order.reverse();
        let mut fields: Vec<Field> = Vec::new();
        for field in order.iter().filter_map(|id| self.index.class(*id)).flat_map(|class| &class.fields) {
            match fields.iter_mut().find(|known| known.name == field.name) {
                Some(known) => *known = field.clone(),
                None => fields.push(field.clone()),
            }
        }
        let value = self.instance(state, class, Rest::Open);
        for field in fields.iter().filter(|field| field.annotation.is_some() || !field.calls.is_empty()) {
            let shown = format!("{name}.{}", field.name);
            let part = self.field_value(state, field, &shown, depth)?;
            if let Value::Object(id) = &value
                && let Some(Object::Instance { attributes, .. }) = state.object_mut(*id)
            {
                attributes.insert(field.name.clone(), part);
            }
        }
        Some(value)
    }

    /// Makes the values that a framework which checks types makes of what is sent for a type that leaves no free text: a
    /// date, an identifier, a member of an enumeration of the program, one of the listed literals; `None` for any other
    /// type.
    fn checked_values(&mut self, state: &mut State, kind: &Kind, shown: &str) -> Option<Vec<Value>> {
        let path = match kind {
            Kind::Object(path) => path,
            Kind::Literals(texts) => {
                let language = Language::one_of(texts.iter().map(String::as_str)).ok();
                let text = (Influence::Environment, language);
                return Some(vec![Value::Str(self.unknown_text_named(
                    state,
                    &format!("literal {shown}"),
                    shown,
                    text,
                ))]);
            }
            _ => return None,
        };
        if let Some((_, form)) = FIXED_FORMS.iter().find(|(name, _)| name == path) {
            let flags = Flags { ascii: true, ..Flags::default() };
            let language = form.and_then(|form| regex::language(form, flags, Mode::FullMatch).ok());
            let value = language.and_then(|language| self.of_form(state, shown, language));
            return Some(vec![value.unwrap_or_else(|| self.fresh_opaque(shown, Influence::Environment))]);
        }
        let Some(Named::Class(class)) = self.index.find(path) else { return None };
        if self.index.class(class)?.kind != ir::program::ClassKind::Enum {
            return None;
        }
        let names: Option<Vec<String>> =
            self.members(class).map(|members| members.into_iter().map(|(name, _)| name.to_owned()).collect());
        let members: Option<Vec<Value>> = names
            .filter(|names| !names.is_empty() && names.len() <= MEMBERS)
            .and_then(|names| names.iter().map(|name| self.member(state, class, name)).collect());
        Some(members.unwrap_or_else(|| vec![self.fresh_opaque(shown, Influence::Environment)]))
    }

    /// Makes the values that a framework hands over for a parameter whose type it checks; `None` where it does not, or
    /// where the type leaves free text.
    pub(super) fn checked_parameter(
        &mut self,
        state: &mut State,
        function: &Function,
        (param, kind): (&Param, &Kind),
    ) -> Option<Vec<Value>> {
        let is_made =
            param.calls.iter().any(|call| call.callee.ends_with(".Depends") || call.callee.ends_with(".Security"));
        if is_made || !self.is_checked(function) {
            return None;
        }
        self.checked_values(state, kind, &format!("`{}`", param.name))
    }

    fn field_value(&mut self, state: &mut State, field: &Field, shown: &str, depth: u32) -> Option<Value> {
        let (kind, optional) = read_annotation(field.annotation.as_deref());
        if let Some(mut values) = self.checked_values(state, &kind, &format!("`{shown}`")) {
            // Of several, any: the object is one for all of them.
            let any = (values.len() > 1 || optional.is_some())
                .then(|| self.fresh_opaque(&format!("`{shown}`"), Influence::Environment));
            return any.or_else(|| values.pop());
        }
        let sort = match &kind {
            // `None` or a text: in a concrete run the attacker sends the text.
            Kind::Plain(Sort::Text) if optional.is_some() && self.chosen.is_some() => Sort::Text,
            Kind::Plain(sort @ (Sort::Text | Sort::Integer)) if optional.is_none() => *sort,
            Kind::Unsaid if field.calls.iter().any(|call| call.callee.ends_with(".constr")) => Sort::Text,
            Kind::Object(path) if optional.is_none() && depth > 1 => {
                let nested = match self.index.find(path) {
                    Some(Named::Class(class)) if self.is_model(class) => Some(class),
                    Some(_) | None => None,
                };
                let Some(class) = nested else { return Some(self.tree(shown)) };
                return self.model_instance(state, class, shown, depth - 1);
            }
            Kind::Plain(_)
            | Kind::Unsaid
            | Kind::Float
            | Kind::Container
            | Kind::Integers
            | Kind::Object(_)
            | Kind::Literals(_) => {
                return Some(self.tree(shown));
            }
        };
        let id = self.sources.intern(shown, || Source {
            name: shown.into(),
            chooser: Chooser::Attacker,
            sort,
            parameter: Origin::Field,
        });
        if optional.is_some() {
            // The source may have been met before as part of a tree, which shows only what was read.
            state.presence.insert(id, Presence::Present);
        }
        if let (Sort::Text, Some(language)) = (sort, allowed(&field.calls)) {
            self.admit_text(state, id, language)?;
        }
        Some(self.source_value(id, sort).0)
    }
}
