//! Which parameters an attacker chooses. Invariant: a receiver and a parameter that can only be a number never count.

mod handlers;
mod harmless;
mod routes;

use std::collections::{BTreeMap, BTreeSet};

use ir::{
    function::{Flavour, Function, LocalId},
    instruction::{Callee, CompareOperator, InstructionKind, Operand, Rvalue},
    program::FunctionId,
};
use model::{span::Place, spec::Entry};

use self::handlers::Reach;
pub(crate) use self::harmless::is_harmless_annotation;
use crate::{builtin_specs, operands, project::Analysis, project_index::is_receiver, types::Type};

const MAX_ROUNDS: usize = 4;

/// The parameters that untrusted data enters by, each with the sentence that says so.
#[derive(Debug, Default)]
pub(crate) struct EntryParams {
    messages: BTreeMap<(FunctionId, u32), String>,
    /// Parameters of handlers that only integers reach, in source order.
    pub(crate) numbers: Vec<Place>,
    /// Other parameters of handlers that no sender chooses freely, in source order.
    pub(crate) fixed: Vec<Place>,
}

impl EntryParams {
    pub(crate) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// Gives the functions that have such parameters.
    pub(crate) fn functions(&self) -> impl Iterator<Item = FunctionId> + '_ {
        self.messages.keys().map(|(function, _)| *function)
    }

    /// Gives the parameters' places.
    pub(crate) fn places<'a>(&'a self, analysis: &'a Analysis<'_>) -> impl Iterator<Item = Place> + 'a {
        self.messages.keys().filter_map(|(id, index)| {
            let function = analysis.project.program.function(*id)?;
            let param = function.params.get(*index as usize)?;
            Some(Place { file: function.file, span: param.span })
        })
    }

    pub(crate) fn message(&self, function: FunctionId, index: u32) -> Option<&str> {
        self.messages.get(&(function, index)).map(String::as_str)
    }
}

/// Finds the entry parameters of the whole program.
pub(crate) fn find(analysis: &Analysis<'_>) -> EntryParams {
    let mut found = EntryParams::default();
    let resources = match analysis.entry {
        Entry::All => resources(analysis),
        Entry::Web | Entry::Main => BTreeSet::new(),
    };
    let handlers = handlers::find(analysis);
    for function in &analysis.project.program.functions {
        let handler = handlers.of(function.id);
        let mut is_first = true;
        for (position, param) in function.params.iter().enumerate() {
            let index = u32::try_from(position).unwrap_or(u32::MAX);
            let is_harmless =
                || !handlers.is_text(function.id, &param.name) && harmless::is_harmless(analysis, function, param);
            let place = Place { file: function.file, span: param.span };
            if is_receiver(function, position) {
                continue;
            }
            if is_harmless() {
                if handler.is_some() {
                    found.fixed.push(place);
                }
                continue;
            }
            let decorated = handler.filter(|handler| match handler.reach {
                Reach::All => !handlers.is_harmless(function.id, &param.name),
                Reach::First => is_first,
            });
            is_first = false;
            let annotated = param.annotation.as_deref().and_then(|annotation| label_of(analysis, annotation));
            let is_injected = is_resource_typed(analysis, function, param.local);
            let message = match (annotated, decorated.map(|handler| handler.label)) {
                (Some(label), _) => Some(format!("`{}` is {label}", param.name)),
                (None, Some(label)) if !is_injected => Some(format!("`{}` comes from {label}", param.name)),
                (None, Some(_) | None) => None,
            };
            let is_open = analysis.entry == Entry::All && is_public(function) && !is_injected;
            let open = || {
                let is_resource = resources.contains(&(function.id, param.local));
                (is_open && !is_resource)
                    .then(|| format!("parameter `{}` of `{}` is chosen by the caller", param.name, function.name))
            };
            if let Some(message) = message.or_else(open) {
                found.messages.insert((function.id, index), message);
            } else if handlers.is_number(function.id, &param.name) {
                found.numbers.push(place);
            } else if handlers.is_harmless(function.id, &param.name) {
                found.fixed.push(place);
            }
        }
    }
    found.numbers.sort_unstable();
    found.fixed.sort_unstable();
    found
}

fn label_of<'a>(analysis: &Analysis<'a>, annotation: &str) -> Option<&'a str> {
    let index = analysis.index;
    let specs =
        index.annotation_sources.matching(annotation).iter().filter_map(|number| index.specs.sources.get(*number));
    specs.filter(|spec| analysis.counts(spec.kind)).map(|spec| spec.label.as_str()).next()
}

fn is_public(function: &Function) -> bool {
    let is_definition = match function.flavour {
        Flavour::Plain | Flavour::Generator | Flavour::Async => true,
        Flavour::Lambda | Flavour::Module | Flavour::ClassBody => false,
    };
    is_definition && function.parent.is_none() && !function.name.starts_with('_')
}

/// Tells whether a parameter's type is one that some library call makes: a connection, a cursor, a session; or one of
/// whose attributes the sources are, so that not the object but these are untrusted.
fn is_resource_typed(analysis: &Analysis<'_>, function: &Function, local: LocalId) -> bool {
    let Some(types) = analysis.types.local(function.id, local) else { return false };
    let specs = analysis.index.specs;
    types.iter().any(|of| match of {
        Type::Instance(path) => {
            let is_made = specs
                .return_types
                .iter()
                .any(|spec| spec.returns == **path && !builtin_specs::TYPES.contains(&path.as_ref()));
            let prefix = format!("{path}.");
            is_made || specs.sources.iter().any(|source| source.name.0.starts_with(&prefix))
        }
        Type::Function(_) | Type::Class(_) => true,
        Type::Path(_) => false,
    })
}

/// How a parameter is used, so far.
#[derive(Clone, Copy, Debug, Default)]
struct Uses {
    /// As an object that does something (`conn.cursor()`).
    as_resource: bool,
    /// As anything else.
    as_data: bool,
}

/// Finds the parameters whose only uses are as receivers of methods that no text and no container has.
fn resources(analysis: &Analysis<'_>) -> BTreeSet<(FunctionId, LocalId)> {
    let mut found: BTreeSet<(FunctionId, LocalId)> = BTreeSet::new();
    for _ in 0..MAX_ROUNDS {
        let before = found.len();
        for function in &analysis.project.program.functions {
            let uses = uses(analysis, function, &found);
            let only = uses.into_iter().filter(|(_, uses)| uses.as_resource && !uses.as_data);
            found.extend(only.map(|(local, _)| (function.id, local)));
        }
        if found.len() == before {
            break;
        }
    }
    found
}

fn uses(
    analysis: &Analysis<'_>,
    function: &Function,
    known: &BTreeSet<(FunctionId, LocalId)>,
) -> BTreeMap<LocalId, Uses> {
    let mut uses: BTreeMap<LocalId, Uses> =
        function.params.iter().map(|param| (param.local, Uses::default())).collect();
    for (number, block) in function.blocks.iter().enumerate() {
        for (position, instruction) in block.instructions.iter().enumerate() {
            let mut neutral: Vec<LocalId> = Vec::new();
            if let InstructionKind::Assign { value, .. } = &instruction.kind {
                match value {
                    Rvalue::Call(call) => {
                        if let Callee::Method { receiver: Operand::Local(local), name } = &call.callee
                            && !builtin_specs::is_data_method(name)
                        {
                            neutral.push(*local);
                        }
                        if let Callee::Value(Operand::Local(local)) = &call.callee {
                            neutral.push(*local);
                        }
                        let called = analysis.types.called(function.id, number, position);
                        for (at, item) in call.args.iter().enumerate() {
                            if let Operand::Local(local) = operands::of_item(item)
                                && called
                                    .is_some_and(|called| is_passed_as_resource(analysis, &called.targets, at, known))
                            {
                                neutral.push(*local);
                            }
                        }
                    }
                    Rvalue::Enter(Operand::Local(local)) => neutral.push(*local),
                    _ => {}
                }
            }
            for local in &neutral {
                if let Some(uses) = uses.get_mut(local) {
                    uses.as_resource = true;
                }
            }
            if is_test(&instruction.kind) {
                continue;
            }
            operands::of_instruction(&instruction.kind, &mut |operand| {
                if let Operand::Local(local) = operand {
                    match neutral.iter().position(|known| known == local) {
                        Some(at) => {
                            neutral.remove(at);
                        }
                        None => {
                            if let Some(uses) = uses.get_mut(local) {
                                uses.as_data = true;
                            }
                        }
                    }
                }
            });
        }
        if let ir::function::Terminator::Return(Operand::Local(local)) = &block.terminator
            && let Some(uses) = uses.get_mut(local)
        {
            uses.as_data = true;
        }
    }
    uses
}

fn is_passed_as_resource(
    analysis: &Analysis<'_>,
    targets: &[FunctionId],
    position: usize,
    known: &BTreeSet<(FunctionId, LocalId)>,
) -> bool {
    !targets.is_empty()
        && targets.iter().all(|target| {
            let function = analysis.project.program.function(*target);
            let param =
                function.and_then(|function| function.params.get(position + usize::from(is_receiver(function, 0))));
            param.is_some_and(|param| known.contains(&(*target, param.local)))
        })
}

/// Tests such as `conn is None` say nothing, nor does the end of a `with`.
fn is_test(kind: &InstructionKind) -> bool {
    match kind {
        InstructionKind::Assign { value, .. } => matches!(
            value,
            Rvalue::Compare { operator: CompareOperator::Is | CompareOperator::IsNot, .. } | Rvalue::Exit(_)
        ),
        _ => false,
    }
}
