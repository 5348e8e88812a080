//! A function as text, for people and snapshot tests. Invariant: every field of every instruction shows, spans excepted.

use std::fmt::Write as _;

use model::ids::FileId;

use crate::{
    call_graph::Names,
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

/// Draws a function's control flow in Graphviz's language: a box for each block; dashed edges are exceptions. Empty for
/// an unknown id.
pub fn print_cfg(program: &Program, id: FunctionId) -> String {
    let Some(function) = program.function(id) else { return String::new() };
    let printer = Printer { program, function };
    let mut out = String::new();
    let _ = writeln!(out, "digraph \"{}\" {{", escaped(&function.qualname));
    let _ = writeln!(out, "  node [shape=box, fontname=monospace];");
    for (index, block) in function.blocks.iter().enumerate() {
        let lines = block.instructions.iter().map(|instruction| printer.instruction(&instruction.kind));
        let text: String =
            lines.chain([printer.terminator(&block.terminator)]).map(|line| escaped(&line) + "\\l").collect();
        let _ = writeln!(out, "  b{index} [label=\"b{index}:\\l{text}\"];");
        let edges = match &block.terminator {
            Terminator::Jump(target) => vec![(*target, "")],
            Terminator::Branch { condition: _, then, otherwise } => vec![(*then, "true"), (*otherwise, "false")],
            Terminator::Next { iterator: _, item: _, body, exhausted } => vec![(*body, "item"), (*exhausted, "end")],
            Terminator::Return(_) | Terminator::Raise { exception: _ } | Terminator::Unreachable => Vec::new(),
        };
        for (target, name) in edges {
            let name = if name.is_empty() { String::new() } else { format!(" [label=\"{name}\"]") };
            let _ = writeln!(out, "  b{index} -> {}{name};", label(target));
        }
        if let Some(handler) = block.handler {
            let _ = writeln!(out, "  b{index} -> {} [style=dashed];", label(handler));
        }
    }
    out.push_str("}\n");
    out
}

/// Lists the calls of the program's own functions, one a line: `caller -> callee  file:line`. `line_of` gives the line
/// of an offset in a file.
pub fn print_calls(program: &Program, line_of: impl Fn(FileId, u32) -> u32) -> String {
    let path = |function: &Function| {
        let module = program.module(function.file).map_or("", |module| module.name.as_str());
        format!("{module}.{}", function.qualname)
    };
    let mut out = String::new();
    for (caller, edges) in Names::new(program).graph() {
        let Some(caller) = program.function(caller) else { continue };
        let file = program.module(caller.file).map_or("", |module| module.path.as_str());
        for edge in edges {
            let Some(callee) = program.function(edge.callee) else { continue };
            let line = line_of(caller.file, edge.call.start);
            let _ = writeln!(out, "{} -> {}  {file}:{line}", path(caller), path(callee));
        }
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
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
                Some(DefaultValue::Made(path)) => format!(" = {path}()"),
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
            Rvalue::Later { items, reads } => format!("later {} ({})", show(items), joined(reads.iter().map(&show))),
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
