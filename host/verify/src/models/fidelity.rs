//! Which models a proof used, and how faithful they were. Invariant: a use counts as exact only when its result holds
//! nothing that is unknown besides the inputs themselves.

use model::finding::Fidelity;

use crate::{
    interpreter::{Choice, Interpreter, Outcome, hazard::Certain},
    program_index::Named,
    source::Chooser,
    state::State,
    value::{Object, Value},
};

impl Interpreter<'_> {
    /// Gives the dotted name of what is called, when it is outside the program.
    pub(crate) fn library_name(&self, state: &State, callee: &Value, method: Option<&str>) -> Option<String> {
        let Some(method) = method else {
            return match callee {
                Value::Global(path) => self.outside(path.to_string()),
                _ => None,
            };
        };
        let class = match self.certain(state, callee) {
            Certain::Str => "str",
            Certain::Bytes => "bytes",
            Certain::List => "list",
            Certain::Set => "set",
            Certain::Dict => "dict",
            Certain::Tuple => "tuple",
            Certain::Int | Certain::Bool => "int",
            Certain::Float => "float",
            Certain::Path => "pathlib.Path",
            Certain::Pattern => "re.Pattern",
            Certain::Match => "re.Match",
            Certain::Unknown => match callee {
                Value::Global(path) => return self.outside(format!("{path}.{method}")),
                _ => return None,
            },
            Certain::None
            | Certain::Ellipsis
            | Certain::Range
            | Certain::View
            | Certain::Iterator
            | Certain::Items
            | Certain::Function
            | Certain::Class
            | Certain::Exception
            | Certain::Instance(_) => return None,
        };
        Some(format!("{class}.{method}"))
    }

    fn outside(&self, path: String) -> Option<String> {
        match self.index.find(&path) {
            Some(
                Named::Function(_)
                | Named::Class(_)
                | Named::Constant(_)
                | Named::CallOf(_)
                | Named::Variable
                | Named::Module,
            ) => None,
            None => {
                let name = path.strip_prefix("builtins.").unwrap_or(&path);
                (!self.is_exception_class(&path) && !ir::nondet::is_name(name)).then(|| name.to_owned())
            }
        }
    }

    /// Notes that a model was used; `before` is how many calls had none before.
    pub(crate) fn note_model(&mut self, state: &State, name: String, choices: &[Choice], before: u64) {
        let fidelity = if self.unmodelled > before {
            Fidelity::Unmodelled
        } else if choices.iter().all(|choice| self.is_exact(state, choice)) {
            Fidelity::Exact
        } else {
            Fidelity::Over
        };
        let known = self.models.entry(name).or_insert(fidelity);
        *known = (*known).max(fidelity);
    }

    fn is_exact(&self, state: &State, choice: &Choice) -> bool {
        let value = match &choice.outcome {
            Outcome::Value(value) => value,
            Outcome::Raise(exception) => return exception.class.is_some(),
            Outcome::Enter(_) => return true,
        };
        match value {
            Value::Str(rope) | Value::Bytes(rope) | Value::Path(rope) => {
                rope.sources().all(|source| self.sources.chooser(source) == Chooser::Attacker)
            }
            Value::Int(term) => {
                let mut variables = Vec::new();
                term.variables(&mut variables);
                !variables.iter().any(|variable| matches!(variable, crate::term::IntVariable::Fresh(_)))
            }
            Value::Opaque(opaque) => self.ranges.contains_key(&opaque.id),
            Value::Bool(term) => !term.has_opaque(8),
            Value::Object(id) => !matches!(state.object(*id), Some(Object::Unknown(_) | Object::OpenIterator { .. })),
            Value::None
            | Value::Ellipsis
            | Value::Float(_)
            | Value::Tuple(_)
            | Value::Function(_)
            | Value::Class(_)
            | Value::Global(_)
            | Value::Exception(_)
            | Value::Pattern(..)
            | Value::Match(..) => true,
        }
    }
}
