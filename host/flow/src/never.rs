//! Calls that do not return, so that nothing behind them runs. Invariant: a call counts only when everything that it
//! may call never returns.

use ir::{
    function::{Flavour, Function, Terminator},
    instruction::{Callee, InstructionKind, Operand, Rvalue},
};

use crate::{calls::Evaluated, function_pass::Pass, pattern::normalised};

const NEVER: &[&str] = &[
    "sys.exit",
    "exit",
    "quit",
    "os._exit",
    "os.abort",
    "os.execv",
    "os.execve",
    "os.execvp",
    "os.execvpe",
    "flask.abort",
    "flask.helpers.abort",
    "flask_restful.abort",
    "flask_restx.abort",
    "flask_smorest.abort",
    "werkzeug.exceptions.abort",
    "bottle.abort",
    "bottle.redirect",
    "sanic.exceptions.abort",
    "pytest.fail",
    "pytest.skip",
    "argparse.ArgumentParser.error",
    "argparse.ArgumentParser.exit",
];

impl<'a> Pass<'_, 'a> {
    /// Tells whether a call never returns.
    pub(crate) fn never_returns(&self, call: &Evaluated<'a>) -> bool {
        if call.called.targets.is_empty() {
            let mut names = call.names().peekable();
            return names.peek().is_some() && names.all(|name| NEVER.contains(&name));
        }
        call.called.constructs.is_none()
            && call.called.targets.iter().all(|target| {
                let function = self.analysis.project.program.function(*target);
                function.is_some_and(|function| self.function_never_returns(function))
            })
    }

    fn function_never_returns(&self, function: &Function) -> bool {
        let annotation = function.returns.as_deref().map(normalised);
        if matches!(annotation, Some("typing.NoReturn" | "typing.Never" | "NoReturn" | "Never")) {
            return true;
        }
        let may_run = match function.flavour {
            Flavour::Plain | Flavour::Async => true,
            Flavour::Generator | Flavour::Lambda | Flavour::Module | Flavour::ClassBody => false,
        };
        let summary = self.analysis.summary(function.id);
        may_run && summary.is_some_and(|summary| summary.is_ended()) && !is_placeholder(function)
    }
}

/// Tells whether a function only says that another one has to be written in its place.
pub(crate) fn is_placeholder(function: &Function) -> bool {
    let names_it =
        |operand: &Operand| matches!(operand, Operand::Global(path) if normalised(path) == "NotImplementedError");
    let makes_it = |kind: &InstructionKind| match kind {
        InstructionKind::Assign { value: Rvalue::Call(call), .. } => match &call.callee {
            Callee::Value(operand) => names_it(operand),
            Callee::Method { .. } => false,
        },
        _ => false,
    };
    function.decorators.iter().any(|name| name.ends_with("abstractmethod"))
        || function.blocks.iter().any(|block| {
            let raises =
                matches!(&block.terminator, Terminator::Raise { exception: Some(operand) } if names_it(operand));
            raises || block.instructions.iter().any(|instruction| makes_it(&instruction.kind))
        })
}
