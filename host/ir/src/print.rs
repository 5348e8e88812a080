//! A function as text, for people and snapshot tests. Invariant: every field of every instruction shows, spans excepted.

use std::fmt::Write as _;

use crate::{
    function::{BlockId, DefaultValue, Flavour, Function, LocalId, LocalScope, ParamKind, Terminator},
    instruction::{
        Call, Callee, CompareOperator, Constant, DictItem, DisplayKind, FormatPart, InstructionKind, Item, Operand,
        Rvalue, UnaryOperator,
    },
    program::{FunctionId, Program},
};

/// Prints a function: a header, then each block with its instructions and how it ends. Empty for an unknown id.
pub fn print_function(program: &Program, id: FunctionId) -> String {
    let Some(function) = program.function(id) else { return String::new() };
    let printer = Printer { program, function };
    let mut out = printer.header();
    for (index, block) in function.blocks.iter().enumerate() {
        let handler = block.handler.map(|handler| format!(" handler {}", label(handler))).unwrap_or_default();
        let _ = writeln!(out, "b{index}:{handler}");
        for instruction in &block.instructions {
            let _ = writeln!(out, "  {}", printer.instruction(&instruction.kind));
        }
        let _ = writeln!(out, "  {}", printer.terminator(&block.terminator));
    }
    out
}

struct Printer<'a> {
    program: &'a Program,
    function: &'a Function,
}

fn label(block: BlockId) -> String {
    format!("b{}", block.0)
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

impl Printer<'_> {
    fn header(&self) -> String {
        let function = self.function;
        let flavour = match function.flavour {
            Flavour::Plain => "def",
            Flavour::Generator => "generator",
            Flavour::Async => "async def",
            Flavour::Lambda => "lambda",
            Flavour::Module => "module",
            Flavour::ClassBody => "class body",
        };
        let mut out = String::new();
        for decorator in &function.decorators {
            let _ = writeln!(out, "@{decorator}");
        }
        let params = joined(function.params.iter().map(|param| {
            let star = match param.kind {
                ParamKind::PositionalOnly => "/",
                ParamKind::Normal => "",
                ParamKind::VarArgs => "*",
                ParamKind::KeywordOnly => "kw ",
                ParamKind::VarKeywords => "**",
            };
            let annotation = param.annotation.as_ref().map(|path| format!(": {path}")).unwrap_or_default();
            let default = match &param.default {
                Some(DefaultValue::Constant(constant)) => format!(" = {}", show_constant(constant)),
                Some(DefaultValue::Other) => " = …".to_owned(),
                None => String::new(),
            };
            format!("{star}{}{annotation}{default}", param.name)
        }));
        let returns = function.returns.as_ref().map(|path| format!(" -> {path}")).unwrap_or_default();
        let _ = writeln!(out, "{flavour} {}({params}){returns}", function.qualname);
        let shared = function.locals.iter().filter(|local| local.scope != LocalScope::Own).map(|local| {
            let scope = if local.scope == LocalScope::Free { "free" } else { "captured" };
            format!("{scope} {}", local.name.as_deref().unwrap_or("?"))
        });
        let shared = joined(shared);
        if !shared.is_empty() {
            let _ = writeln!(out, "  {shared}");
        }
        out
    }

    fn local(&self, id: LocalId) -> String {
        let named = self.function.local(id).and_then(|local| local.name.clone());
        let Some(name) = named else { return format!("t{}", id.0) };
        let twins = self.function.locals.iter().filter(|local| local.name.as_deref() == Some(&name)).count();
        if twins > 1 { format!("{name}#{}", id.0) } else { name }
    }

    fn operand(&self, operand: &Operand) -> String {
        match operand {
            Operand::Local(id) => self.local(*id),
            Operand::Constant(constant) => show_constant(constant),
            Operand::Global(path) => format!("<{path}>"),
        }
    }

    fn operands(&self, operands: &[Operand]) -> String {
        joined(operands.iter().map(|operand| self.operand(operand)))
    }

    fn item(&self, item: &Item) -> String {
        match item {
            Item::One(value) => self.operand(value),
            Item::Spread(value) => format!("*{}", self.operand(value)),
        }
    }

    fn instruction(&self, kind: &InstructionKind) -> String {
        match kind {
            InstructionKind::Assign { target, value } => format!("{} = {}", self.local(*target), self.rvalue(value)),
            InstructionKind::StoreAttribute { base, name, value } => {
                format!("{}.{name} = {}", self.operand(base), self.operand(value))
            }
            InstructionKind::StoreItem { base, index, value } => {
                format!("{}[{}] = {}", self.operand(base), self.operand(index), self.operand(value))
            }
            InstructionKind::StoreGlobal { path, value } => format!("<{path}> = {}", self.operand(value)),
            InstructionKind::DeleteLocal(local) => format!("del {}", self.local(*local)),
            InstructionKind::DeleteAttribute { base, name } => format!("del {}.{name}", self.operand(base)),
            InstructionKind::DeleteItem { base, index } => {
                format!("del {}[{}]", self.operand(base), self.operand(index))
            }
            InstructionKind::AssertMarker { condition } => format!("assert {}", self.operand(condition)),
            InstructionKind::Havoc { construct, operands } => {
                format!("havoc {construct} ({})", self.operands(operands))
            }
        }
    }

    fn rvalue(&self, value: &Rvalue) -> String {
        let show = |operand: &Operand| self.operand(operand);
        match value {
            Rvalue::Use(operand) => show(operand),
            Rvalue::Binary { operator, left, right, in_place } => {
                let in_place = if *in_place { "=" } else { "" };
                format!("{} {}{in_place} {}", show(left), operator.as_str(), show(right))
            }
            Rvalue::Unary { operator, operand } => {
                let operator = match operator {
                    UnaryOperator::Not => "not ",
                    UnaryOperator::Minus => "-",
                    UnaryOperator::Plus => "+",
                    UnaryOperator::Invert => "~",
                };
                format!("{operator}{}", show(operand))
            }
            Rvalue::Compare { operator, left, right } => {
                format!("{} {} {}", show(left), compare(*operator), show(right))
            }
            Rvalue::Format(parts) => format!("format({})", self.parts(parts)),
            Rvalue::Display { kind, items } => {
                let items = joined(items.iter().map(|item| self.item(item)));
                match kind {
                    DisplayKind::List => format!("[{items}]"),
                    DisplayKind::Tuple => format!("({items})"),
                    DisplayKind::Set => format!("set{{{items}}}"),
                }
            }
            Rvalue::Dict(items) => {
                let items = joined(items.iter().map(|item| match item {
                    DictItem::Pair(key, value) => format!("{}: {}", show(key), show(value)),
                    DictItem::Spread(value) => format!("**{}", show(value)),
                }));
                format!("{{{items}}}")
            }
            Rvalue::Attribute { base, name } => format!("{}.{name}", show(base)),
            Rvalue::Subscript { base, index } => format!("{}[{}]", show(base), show(index)),
            Rvalue::Slice { base, lower, upper, step } => {
                let part = |part: &Option<Operand>| part.as_ref().map(show).unwrap_or_default();
                format!("{}[{}:{}:{}]", show(base), part(lower), part(upper), part(step))
            }
            Rvalue::Call(call) => self.call(call),
            Rvalue::Iterator(operand) => format!("iter {}", show(operand)),
            Rvalue::Unpack { base, index, count, star } => {
                let star = star.map(|star| format!(" star {star}")).unwrap_or_default();
                format!("unpack {} {index}/{count}{star}", show(base))
            }
            Rvalue::Closure { function, defaults } => {
                let name = self.program.function(*function).map_or("?", |function| &function.qualname);
                let defaults = joined(defaults.iter().map(|(name, value)| format!("{name}={}", show(value))));
                if defaults.is_empty() { format!("closure {name}") } else { format!("closure {name} ({defaults})") }
            }
            Rvalue::ClassObject(class) => {
                let name = self.program.class(*class).map_or("?", |class| &class.qualname);
                format!("class {name}")
            }
            Rvalue::CurrentException => "current exception".to_owned(),
            Rvalue::ExceptionMatches { class } => format!("exception matches {}", show(class)),
            Rvalue::Await(operand) => format!("await {}", show(operand)),
            Rvalue::Yield(operand) => format!("yield {}", show(operand)),
            Rvalue::YieldFrom(operand) => format!("yield from {}", show(operand)),
            Rvalue::Enter(operand) => format!("enter {}", show(operand)),
            Rvalue::Exit(operand) => format!("exit {}", show(operand)),
            Rvalue::Opaque { construct, operands } => format!("opaque {construct} ({})", self.operands(operands)),
        }
    }

    fn parts(&self, parts: &[FormatPart]) -> String {
        joined(parts.iter().map(|part| match part {
            FormatPart::Text(text) => format!("{text:?}"),
            FormatPart::Value { value, conversion, spec, span: _ } => {
                let conversion = conversion.map(|conversion| format!("!{conversion}")).unwrap_or_default();
                let spec = if spec.is_empty() { String::new() } else { format!(":({})", self.parts(spec)) };
                format!("{{{}{conversion}{spec}}}", self.operand(value))
            }
        }))
    }

    fn call(&self, call: &Call) -> String {
        let callee = match &call.callee {
            Callee::Value(value) => self.operand(value),
            Callee::Method { receiver, name } => format!("{}->{name}", self.operand(receiver)),
        };
        let keywords = call.keywords.iter().map(|(name, value)| match name {
            Some(name) => format!("{name}={}", self.operand(value)),
            None => format!("**{}", self.operand(value)),
        });
        format!("{callee}({})", joined(call.args.iter().map(|item| self.item(item)).chain(keywords)))
    }

    fn terminator(&self, terminator: &Terminator) -> String {
        match terminator {
            Terminator::Jump(target) => format!("jump {}", label(*target)),
            Terminator::Branch { condition, then, otherwise } => {
                format!("branch {} ? {} : {}", self.operand(condition), label(*then), label(*otherwise))
            }
            Terminator::Next { iterator, item, body, exhausted } => {
                let (iterator, item) = (self.operand(iterator), self.local(*item));
                format!("{item} = next {iterator} ? {} : {}", label(*body), label(*exhausted))
            }
            Terminator::Return(value) => format!("return {}", self.operand(value)),
            Terminator::Raise { exception: Some(exception) } => format!("raise {}", self.operand(exception)),
            Terminator::Raise { exception: None } => "raise".to_owned(),
            Terminator::Unreachable => "unreachable".to_owned(),
        }
    }
}

fn show_constant(constant: &Constant) -> String {
    let all = |items: &[Constant]| joined(items.iter().map(show_constant));
    match constant {
        Constant::None => "None".to_owned(),
        Constant::Bool(true) => "True".to_owned(),
        Constant::Bool(false) => "False".to_owned(),
        Constant::Int(digits) | Constant::Float(digits) => digits.clone(),
        Constant::Str(text) => format!("{text:?}"),
        Constant::Bytes(bytes) => format!("b\"{}\"", bytes.escape_ascii()),
        Constant::Ellipsis => "...".to_owned(),
        Constant::Tuple(items) => format!("({})", all(items)),
        Constant::List(items) => format!("[{}]", all(items)),
        Constant::Set(items) => format!("set{{{}}}", all(items)),
        Constant::Dict(items) => {
            let pair =
                |(key, value): &(Constant, Constant)| format!("{}: {}", show_constant(key), show_constant(value));
            format!("{{{}}}", joined(items.iter().map(pair)))
        }
    }
}

fn compare(operator: CompareOperator) -> &'static str {
    match operator {
        CompareOperator::Equal => "==",
        CompareOperator::NotEqual => "!=",
        CompareOperator::Less => "<",
        CompareOperator::LessEqual => "<=",
        CompareOperator::Greater => ">",
        CompareOperator::GreaterEqual => ">=",
        CompareOperator::In => "in",
        CompareOperator::NotIn => "not in",
        CompareOperator::Is => "is",
        CompareOperator::IsNot => "is not",
    }
}
