//! Values that a framework has turned into numbers or the like before the program sees them: fields of models, checked
//! forms, typed options. Invariant: only what refuses every other text counts; an annotation that nothing checks (a
//! dataclass's, a plain function's) converts nothing.

use std::{collections::BTreeMap, rc::Rc};

use ir::{
    function::Function,
    instruction::{Call, Callee, Constant, InstructionKind, Item, Operand, Rvalue},
    program::ClassId,
};

use crate::{
    calls::Evaluated,
    entry,
    function_pass::Pass,
    operands,
    pattern::normalised,
    project_index::ProjectIndex,
    spec_index::SpecIndex,
    taint::Key,
    types::Type,
    value::{Parts, Shape, Value},
};

/// Base classes whose constructors turn what they are given into what the fields' annotations say.
const MODELS: &[&str] = &[
    "pydantic.BaseModel",
    "pydantic.main.BaseModel",
    "pydantic.v1.BaseModel",
    "pydantic.BaseSettings",
    "pydantic_settings.BaseSettings",
    "ninja.Schema",
    "ninja.schema.Schema",
];

/// Decorators that do the same.
const DECORATORS: &[&str] = &["pydantic.dataclasses.dataclass"];

/// What forms and serializers hold when they have checked their data, by field.
const CHECKED: &[&str] = &["cleaned_data", "validated_data"];

/// Builtin functions and types whose results are numbers.
const NUMBERS: &[&str] = &["int", "float", "bool", "complex"];

/// Actions of options whose values the program's author writes down.
const ACTIONS: &[&str] = &["store_true", "store_false", "store_const", "append_const", "count", "version", "help"];

impl<'a> Pass<'_, 'a> {
    /// Tells whether all classes that an object may be of convert what they are given for this field.
    pub(crate) fn is_converted_field(&self, object: &Operand, name: &str) -> bool {
        let classes = self.instance_classes(object);
        !classes.is_empty() && classes.iter().all(|class| self.converts(*class, name))
    }

    /// Tells whether a model's constructor turns what it is given for a field into something harmless.
    pub(crate) fn converts(&self, class: ClassId, name: &str) -> bool {
        let (inside, outside) = self.analysis.project.ancestry(class);
        let is_model = outside.iter().any(|base| MODELS.contains(&base.as_str()))
            || inside
                .first()
                .is_some_and(|class| class.decorators.iter().any(|decorator| DECORATORS.contains(&decorator.as_str())));
        let declared = inside.iter().find_map(|class| class.fields.iter().find(|field| field.name == name));
        let annotation = declared.and_then(|field| field.annotation.as_deref());
        is_model && annotation.is_some_and(|annotation| entry::is_harmless_annotation(self.analysis, annotation))
    }

    /// Takes what a form's fields convert out of what is read of the form.
    pub(crate) fn checked_form(&self, form: &Operand, name: &str, mut value: Value) -> Value {
        let classes = self.instance_classes(form);
        if CHECKED.contains(&name) {
            let parts = Parts { shape: Shape::Mapping, ..Parts::default() };
            value.parts = Some(Rc::new(parts));
            for class in classes {
                let (inside, _) = self.analysis.project.ancestry(class);
                for field in inside.iter().flat_map(|class| &class.fields) {
                    if self.is_converting_member(class, &field.name) {
                        value.set_part(&Key::Str(field.name.as_str().into()), Value::default());
                    }
                }
            }
        } else if !classes.is_empty() && classes.iter().all(|class| self.is_converting_member(*class, name)) {
            value.set_part(&Key::Attribute("data".into()), Value::default());
        }
        value
    }

    /// Tells whether what a class itself holds under a name is a form's field of a harmless kind.
    fn is_converting_member(&self, class: ClassId, name: &str) -> bool {
        let (inside, _) = self.analysis.project.ancestry(class);
        let owner = inside.iter().find(|class| class.fields.iter().any(|field| field.name == name));
        let types = owner.and_then(|owner| self.analysis.types.member(owner.id, name));
        types.is_some_and(|types| {
            !types.is_empty()
                && types.iter().all(|of| matches!(of, Type::Instance(path) if is_converter(self.analysis.index, path)))
        })
    }

    /// Takes the options that a parser of this file converts out of what it has parsed.
    pub(crate) fn parsed_options(&self, call: &Evaluated<'a>, mut value: Value) -> Value {
        if matches!(call.method(), Some("parse_args" | "parse_intermixed_args")) {
            for name in self.analysis.types.options(self.function.id) {
                value.set_part(&Key::Attribute(name.as_str().into()), Value::default());
                value.set_part(&Key::Str(name.as_str().into()), Value::default());
            }
        }
        value
    }
}

/// Gives the options that the parsers of a file convert, when the function parses some.
pub(crate) fn options_of(project: &ProjectIndex<'_>, index: &SpecIndex<'_>, parsing: &Function) -> Vec<String> {
    let mut found: BTreeMap<String, bool> = BTreeMap::new();
    if method_calls(parsing, "parse_args").chain(method_calls(parsing, "parse_intermixed_args")).next().is_none() {
        return Vec::new();
    }
    for function in project.program.functions.iter().filter(|function| function.file == parsing.file) {
        for option in method_calls(function, "add_argument") {
            let Some(name) = option_name(option) else { continue };
            let is_harmless = is_harmless_option(index, function, option);
            found.entry(name).and_modify(|known| *known &= is_harmless).or_insert(is_harmless);
        }
    }
    found.into_iter().filter(|(_, is_harmless)| *is_harmless).map(|(name, _)| name).collect()
}

fn method_calls<'f>(function: &'f Function, method: &'f str) -> impl Iterator<Item = &'f Call> {
    let instructions = function.blocks.iter().flat_map(|block| &block.instructions);
    instructions.filter_map(move |instruction| match &instruction.kind {
        InstructionKind::Assign { value: Rvalue::Call(call), .. } => {
            let is_named = match &call.callee {
                Callee::Method { name, .. } => name == method,
                Callee::Value(Operand::Global(path)) => path.rsplit_once('.').is_some_and(|(_, name)| name == method),
                Callee::Value(Operand::Local(_) | Operand::Constant(_)) => false,
            };
            is_named.then_some(call)
        }
        _ => None,
    })
}

/// Gives the name that an option's value is kept under: `dest`, a name without hyphens in front, or the first long flag.
pub(crate) fn option_name(call: &Call) -> Option<String> {
    let texts: Vec<&str> = call.args.iter().filter_map(|item| text(operands::of_item(item))).collect();
    let written = keyword(call, "dest").and_then(text);
    let plain = || texts.iter().find(|text| !text.starts_with('-')).copied();
    let long = || texts.iter().find_map(|text| text.strip_prefix("--"));
    let short = || texts.first().map(|text| text.trim_start_matches('-'));
    let name = written.or_else(plain).or_else(long).or_else(short)?;
    Some(name.replace('-', "_"))
}

/// Tells whether an option is refused unless it is a number, one of the author's choices, or the like.
pub(crate) fn is_harmless_option(index: &SpecIndex<'_>, function: &Function, call: &Call) -> bool {
    let kind = keyword(call, "type").is_some_and(|kind| match kind {
        Operand::Global(path) => is_converter(index, path),
        Operand::Local(_) | Operand::Constant(_) => false,
    });
    let is_chosen = || {
        let is_list = keyword(call, "choices").is_some_and(|choices| is_written_down(function, choices));
        let is_flag = keyword(call, "action").and_then(text).is_some_and(|action| ACTIONS.contains(&action))
            || matches!(keyword(call, "is_flag"), Some(Operand::Constant(Constant::Bool(true))));
        let default = keyword(call, "default");
        (is_list || is_flag) && default.is_none_or(|default| matches!(default, Operand::Constant(_)))
    };
    kind || is_chosen()
}

/// Tells whether an operand is a constant or a list of constants.
fn is_written_down(function: &Function, operand: &Operand) -> bool {
    let Operand::Local(local) = operand else { return matches!(operand, Operand::Constant(_)) };
    let mut values =
        function.blocks.iter().flat_map(|block| &block.instructions).filter_map(|found| match &found.kind {
            InstructionKind::Assign { target, value } if target == local => Some(value),
            _ => None,
        });
    let is_list = |value: &Rvalue| match value {
        Rvalue::Display { items, .. } => items.iter().all(|item| matches!(item, Item::One(Operand::Constant(_)))),
        _ => false,
    };
    values.next().is_some_and(is_list) && values.next().is_none()
}

fn is_converter(index: &SpecIndex<'_>, path: &str) -> bool {
    NUMBERS.contains(&normalised(path)) || index.converts(path)
}

fn keyword<'c>(call: &'c Call, name: &str) -> Option<&'c Operand> {
    call.keywords.iter().find(|(keyword, _)| keyword.as_deref() == Some(name)).map(|(_, value)| value)
}

fn text(operand: &Operand) -> Option<&str> {
    match operand {
        Operand::Constant(Constant::Str(text)) => Some(text),
        Operand::Constant(_) | Operand::Local(_) | Operand::Global(_) => None,
    }
}
