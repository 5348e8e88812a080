//! Checks that a program is well-formed. Invariant: every id that a consumer may follow is in range.

use crate::{
    function::{Block, BlockId, Function, LocalId, LocalScope, Terminator},
    instruction::{Call, Callee, DictItem, FormatPart, InstructionKind, Item, Operand, Rvalue},
    program::{ClassId, FunctionId, GlobalBinding, Program},
};

/// Problems that are reported at most.
const MAX_PROBLEMS: usize = 100;

/// Lists what is wrong, in words; empty for a well-formed program.
pub fn validate(program: &Program) -> Vec<String> {
    let mut problems = Vec::new();
    for (index, function) in program.functions.iter().enumerate() {
        if function.id != FunctionId(index as u32) {
            problems.push(format!("function {index} has id {}", function.id.0));
        }
        Checker { program, function, problems: &mut problems }.function();
        if problems.len() >= MAX_PROBLEMS {
            return problems;
        }
    }
    for (index, class) in program.classes.iter().enumerate() {
        if class.id != ClassId(index as u32) {
            problems.push(format!("class {index} has id {}", class.id.0));
        }
        if class.methods.values().any(|method| program.function(*method).is_none()) {
            problems.push(format!("class {} has a method out of range", class.qualname));
        }
    }
    for module in &program.modules {
        if program.function(module.body).is_none() {
            problems.push(format!("module {} has no body", module.name));
        }
        for (name, binding) in &module.globals {
            let known = match binding {
                GlobalBinding::Function(function) => program.function(*function).is_some(),
                GlobalBinding::Class(class) => program.class(*class).is_some(),
                GlobalBinding::Constant(_) | GlobalBinding::CallOf(_) | GlobalBinding::Other => true,
            };
            if !known {
                problems.push(format!("global {name} of {} is out of range", module.name));
            }
        }
    }
    problems
}

struct Checker<'a> {
    program: &'a Program,
    function: &'a Function,
    problems: &'a mut Vec<String>,
}

impl Checker<'_> {
    fn report(&mut self, what: &str) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(format!("{} ({}): {what}", self.function.qualname, self.function.id.0));
        }
    }

    fn function(&mut self) {
        let function = self.function;
        if function.blocks.is_empty() {
            self.report("no entry block");
        }
        for (index, param) in function.params.iter().enumerate() {
            if param.local != LocalId(index as u32) || function.local(param.local).is_none() {
                self.report("parameters are not the first locals");
            }
        }
        if function.class.is_some_and(|class| self.program.class(class).is_none()) {
            self.report("class out of range");
        }
        if function.parent.is_some_and(|parent| self.program.function(parent).is_none()) {
            self.report("parent out of range");
        }
        if function.locals.iter().any(|local| local.scope != LocalScope::Own && local.name.is_none()) {
            self.report("a shared local has no name");
        }
        for block in &function.blocks {
            self.block(block);
        }
    }

    fn target(&mut self, target: BlockId) {
        if self.function.block(target).is_none() {
            self.report("block out of range");
        }
    }

    fn local(&mut self, local: LocalId) {
        if self.function.local(local).is_none() {
            self.report("local out of range");
        }
    }

    fn operand(&mut self, operand: &Operand) {
        match operand {
            Operand::Local(local) => self.local(*local),
            Operand::Constant(_) => {}
            Operand::Global(path) => {
                if path.is_empty() {
                    self.report("global without a path");
                }
            }
        }
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::One(value) | Item::Spread(value) => self.operand(value),
        }
    }

    fn block(&mut self, block: &Block) {
        for instruction in &block.instructions {
            self.instruction(&instruction.kind);
        }
        if let Some(handler) = block.handler {
            self.target(handler);
        }
        match &block.terminator {
            Terminator::Jump(target) => self.target(*target),
            Terminator::Branch { condition, then, otherwise } => {
                self.operand(condition);
                self.target(*then);
                self.target(*otherwise);
            }
            Terminator::Next { iterator, item, body, exhausted } => {
                self.operand(iterator);
                self.local(*item);
                self.target(*body);
                self.target(*exhausted);
            }
            Terminator::Return(value) => self.operand(value),
            Terminator::Raise { exception } => {
                if let Some(exception) = exception {
                    self.operand(exception);
                }
            }
            Terminator::Unreachable => {}
        }
    }

    fn instruction(&mut self, kind: &InstructionKind) {
        match kind {
            InstructionKind::Assign { target, value } => {
                self.local(*target);
                self.rvalue(value);
            }
            InstructionKind::StoreAttribute { base, name: _, value } => {
                self.operand(base);
                self.operand(value);
            }
            InstructionKind::StoreItem { base, index, value } => {
                self.operand(base);
                self.operand(index);
                self.operand(value);
            }
            InstructionKind::StoreGlobal { path: _, value } => self.operand(value),
            InstructionKind::DeleteLocal(local) => self.local(*local),
            InstructionKind::DeleteAttribute { base, name: _ } => self.operand(base),
            InstructionKind::DeleteItem { base, index } => {
                self.operand(base);
                self.operand(index);
            }
            InstructionKind::AssertMarker { condition } => self.operand(condition),
            InstructionKind::Havoc { construct: _, operands } => {
                operands.iter().for_each(|operand| self.operand(operand));
            }
        }
    }

    fn rvalue(&mut self, value: &Rvalue) {
        match value {
            Rvalue::Use(operand)
            | Rvalue::Unary { operator: _, operand }
            | Rvalue::Attribute { base: operand, name: _ }
            | Rvalue::Iterator(operand)
            | Rvalue::ExceptionMatches { class: operand }
            | Rvalue::Await(operand)
            | Rvalue::Yield(operand)
            | Rvalue::YieldFrom(operand)
            | Rvalue::Enter(operand)
            | Rvalue::Exit(operand) => self.operand(operand),
            Rvalue::Later { items, reads } => {
                std::iter::once(items).chain(reads).for_each(|operand| self.operand(operand))
            }
            Rvalue::Binary { operator: _, left, right, in_place: _ }
            | Rvalue::Compare { operator: _, left, right }
            | Rvalue::Subscript { base: left, index: right } => {
                self.operand(left);
                self.operand(right);
            }
            Rvalue::Format(parts) => self.parts(parts),
            Rvalue::Display { kind: _, items } => items.iter().for_each(|item| self.item(item)),
            Rvalue::Dict(items) => {
                for item in items {
                    match item {
                        DictItem::Pair(key, value) => {
                            self.operand(key);
                            self.operand(value);
                        }
                        DictItem::Spread(value) => self.operand(value),
                    }
                }
            }
            Rvalue::Slice { base, lower, upper, step } => {
                self.operand(base);
                [lower, upper, step].into_iter().flatten().for_each(|part| self.operand(part));
            }
            Rvalue::Call(call) => self.call(call),
            Rvalue::Unpack { base, index, count, star } => {
                self.operand(base);
                if index >= count || star.is_some_and(|star| star >= *count) {
                    self.report("unpacked item out of range");
                }
            }
            Rvalue::Closure { function, defaults } => {
                if self.program.function(*function).is_none() {
                    self.report("closure out of range");
                }
                defaults.iter().for_each(|(_, value)| self.operand(value));
            }
            Rvalue::ClassObject(class) => {
                if self.program.class(*class).is_none() {
                    self.report("class out of range");
                }
            }
            Rvalue::CurrentException => {}
            Rvalue::Opaque { construct: _, operands } => operands.iter().for_each(|operand| self.operand(operand)),
        }
    }

    fn parts(&mut self, parts: &[FormatPart]) {
        for part in parts {
            match part {
                FormatPart::Text(_) => {}
                FormatPart::Value { value, conversion: _, spec, span: _ } => {
                    self.operand(value);
                    self.parts(spec);
                }
            }
        }
    }

    fn call(&mut self, call: &Call) {
        match &call.callee {
            Callee::Value(value) | Callee::Method { receiver: value, name: _ } => self.operand(value),
        }
        call.args.iter().for_each(|item| self.item(item));
        call.keywords.iter().for_each(|(_, value)| self.operand(value));
        if call.argument_spans.len() != call.args.len() + call.keywords.len() {
            self.report("argument spans do not match the arguments");
        }
    }
}
