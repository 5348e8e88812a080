//! Exceptions and context managers. Invariant: a handler that might catch an exception is tried.

use std::rc::Rc;

use ir::function::{Flavour, Local, LocalScope};

use crate::{
    interpreter::{Choice, Choices, Interpreter, Outcome, call::Arguments},
    program_index::Named,
    state::State,
    term::BoolTerm,
    value::{Closure, Exception, Influence, Object, Value},
};

/// Builtin exceptions with their bases.
const BASES: &[(&str, &str)] = &[
    ("ArithmeticError", "Exception"),
    ("AssertionError", "Exception"),
    ("AttributeError", "Exception"),
    ("EOFError", "Exception"),
    ("Exception", "BaseException"),
    ("FileExistsError", "OSError"),
    ("FileNotFoundError", "OSError"),
    ("ImportError", "Exception"),
    ("IndexError", "LookupError"),
    ("KeyError", "LookupError"),
    ("KeyboardInterrupt", "BaseException"),
    ("LookupError", "Exception"),
    ("ModuleNotFoundError", "ImportError"),
    ("NameError", "Exception"),
    ("NotImplementedError", "RuntimeError"),
    ("OSError", "Exception"),
    ("OverflowError", "ArithmeticError"),
    ("PermissionError", "OSError"),
    ("RecursionError", "RuntimeError"),
    ("RuntimeError", "Exception"),
    ("StopIteration", "Exception"),
    ("SystemExit", "BaseException"),
    ("TimeoutError", "OSError"),
    ("TypeError", "Exception"),
    ("UnboundLocalError", "NameError"),
    ("UnicodeDecodeError", "UnicodeError"),
    ("UnicodeEncodeError", "UnicodeError"),
    ("UnicodeError", "ValueError"),
    ("ValueError", "Exception"),
    ("ZeroDivisionError", "ArithmeticError"),
];

/// Exceptions of the standard library with the builtin one that they are made of.
const OTHERS: &[(&str, &str)] = &[
    ("dataclasses.FrozenInstanceError", "AttributeError"),
    ("json.JSONDecodeError", "ValueError"),
    ("json.decoder.JSONDecodeError", "ValueError"),
];

/// Gives a builtin exception's base.
fn builtin_base(path: &str) -> Option<&'static str> {
    let name = path.strip_prefix("builtins.")?;
    BASES.iter().find(|(known, _)| *known == name).map(|(_, base)| *base)
}

impl Interpreter<'_> {
    /// Raises what reading a variable without a value raises.
    pub(crate) fn unbound(&self, state: &State, declared: Option<&Local>) -> Choice {
        let flavour = state.frame().and_then(|frame| self.index.function(frame.function)).map(|f| f.flavour);
        let is_name = match flavour {
            Some(Flavour::Module | Flavour::ClassBody) => true,
            Some(Flavour::Plain | Flavour::Generator | Flavour::Async | Flavour::Lambda) | None => {
                declared.is_some_and(|declared| declared.scope == LocalScope::Free)
            }
        };
        Choice::raise(if is_name { "NameError" } else { "UnboundLocalError" })
    }

    /// Makes what `raise value` raises; `None` when that is not known.
    pub(crate) fn to_exception(&self, state: &State, value: &Value) -> Option<Exception> {
        match value {
            // An instance with attributes of its own is kept as the message.
            Value::Object(id) => {
                let Some(Object::Instance { class, .. }) = state.object(*id) else { return None };
                let path = self.index.class_path(self.index.class(*class)?);
                Some(Exception { class: Some(path.into()), message: Some(Rc::new(value.clone())) })
            }
            Value::Exception(exception) => Some(exception.clone()),
            Value::Global(path) => Some(Exception { class: Some(Rc::clone(path)), message: None }),
            Value::Class(class) => {
                let class = self.index.class(*class)?;
                Some(Exception { class: Some(self.index.class_path(class).into()), message: None })
            }
            _ => None,
        }
    }

    /// Tells whether a class is an exception class; `None` when that is not known.
    pub(crate) fn is_exception_class(&self, path: &str) -> bool {
        builtin_base(path).is_some()
            || path == "builtins.BaseException"
            || self.ancestors(path).iter().any(|ancestor| ancestor == "builtins.BaseException")
    }

    /// Gives a class and all its known ancestors.
    pub(crate) fn ancestors(&self, path: &str) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let mut pending = vec![path.to_owned()];
        while let Some(path) = pending.pop() {
            if found.contains(&path) || found.len() > 64 {
                continue;
            }
            if let Some((_, base)) = OTHERS.iter().find(|(known, _)| *known == path) {
                pending.push(format!("builtins.{base}"));
            } else if let Some(base) = builtin_base(&path) {
                pending.push(format!("builtins.{base}"));
            } else if let Some(Named::Class(class)) = self.index.find(&path)
                && let Some(class) = self.index.class(class)
            {
                pending.extend(class.bases.iter().cloned());
            }
            found.push(path);
        }
        found
    }

    /// Tells whether the current exception is an instance of a class or of one of several.
    pub(crate) fn exception_matches(&mut self, state: &State, class: &Value) -> BoolTerm {
        let raised = state.frame().and_then(|frame| frame.exception.clone());
        let wanted: Vec<Option<String>> = match class {
            Value::Tuple(items) => items.iter().map(|item| self.exception_path(item)).collect(),
            other => vec![self.exception_path(other)],
        };
        let any = |path: &Option<String>| matches!(path.as_deref(), Some("builtins.BaseException"));
        if wanted.iter().any(any) {
            return BoolTerm::Const(true);
        }
        let Some(class) = raised.and_then(|raised| raised.class) else {
            return self.fresh_condition("which exception is raised", Influence::Environment);
        };
        let ancestors = self.ancestors(&class);
        let known = ancestors.iter().any(|ancestor| ancestor == "builtins.BaseException");
        for path in &wanted {
            match path {
                Some(path) if ancestors.contains(path) => return BoolTerm::Const(true),
                // What a library raises on purpose is an `Exception`.
                Some(path) if !known && path == "builtins.Exception" => return BoolTerm::Const(true),
                Some(_) | None => {}
            }
        }
        if known && wanted.iter().all(Option::is_some) {
            return BoolTerm::Const(false);
        }
        self.fresh_condition("which exception is raised", Influence::Environment)
    }

    fn exception_path(&self, value: &Value) -> Option<String> {
        match value {
            // `IOError` and `EnvironmentError` are other names of `OSError`.
            Value::Global(path) if matches!(path.as_ref(), "builtins.IOError" | "builtins.EnvironmentError") => {
                Some("builtins.OSError".to_owned())
            }
            Value::Global(path) => Some(path.to_string()),
            Value::Class(class) => self.index.class(*class).map(|class| self.index.class_path(class)),
            _ => None,
        }
    }

    /// Calls `__enter__`.
    pub(crate) fn enter_context(&mut self, state: &mut State, value: &Value) -> Result<Choices, Choices> {
        if let Some(closure) = self.special_method(state, value, &["__enter__", "__aenter__"]) {
            return Ok(self.enter(
                state,
                &closure,
                Arguments { positional: Some(Vec::new()), ..Arguments::default() },
                None,
            ));
        }
        if let Some(choices) = self.enter_generator(state, value) {
            return Ok(choices);
        }
        // Files, connections, cursors and locks give themselves.
        Ok(vec![Choice::value(value.clone())])
    }

    /// Calls `__exit__`; only `contextlib.suppress` and classes of the program are taken to swallow exceptions.
    pub(crate) fn exit_context(&mut self, state: &mut State, value: &Value) -> Result<Choices, Choices> {
        if let Some(closure) = self.special_method(state, value, &["__exit__", "__aexit__"]) {
            let what = self.fresh_opaque("the exception", Influence::Attacker);
            let arguments =
                Arguments { positional: Some(vec![what.clone(), what.clone(), what]), ..Arguments::default() };
            return Ok(self.enter(state, &closure, arguments, None));
        }
        let swallows = match value {
            Value::Opaque(opaque) => opaque.why.contains("suppress") || opaque.why.contains("raises"),
            Value::Object(_) => true,
            _ => false,
        };
        let term = if swallows {
            self.fresh_condition("whether the exception is swallowed", Influence::Environment)
        } else {
            BoolTerm::Const(false)
        };
        Ok(vec![Choice { when: BoolTerm::Const(true), outcome: Outcome::Value(Value::Bool(term)), presence: None }])
    }

    fn special_method(&self, state: &State, value: &Value, names: &[&str]) -> Option<Closure> {
        let Value::Object(id) = value else { return None };
        let Some(Object::Instance { class, .. }) = state.object(*id) else { return None };
        names.iter().find_map(|name| match self.index.class_member(*class, name) {
            Some(Named::Function(function)) => Some(Closure {
                function,
                cells: Rc::default(),
                defaults: Rc::default(),
                receiver: Some(Rc::new(value.clone())),
            }),
            Some(Named::Class(_) | Named::Constant(_) | Named::CallOf(_) | Named::Variable | Named::Module) | None => {
                None
            }
        })
    }
}
