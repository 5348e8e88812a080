//! The IR's instructions. Invariant: every instruction carries the span of the source text that it does the work of,
//! and has at most one effect.

use model::span::Span;
use serde::{Deserialize, Serialize};

use crate::{
    function::LocalId,
    program::{ClassId, FunctionId},
};

/// A literal value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Constant {
    /// `None`.
    None,
    /// `True`, `False`.
    Bool(bool),
    /// An integer as decimal digits with an optional `-`; unbounded.
    Int(String),
    /// A float, as written.
    Float(String),
    /// A string, escapes resolved.
    Str(String),
    /// Bytes, escapes resolved.
    Bytes(Vec<u8>),
    /// `...`.
    Ellipsis,
    /// A tuple display of constants only, where a place for a single constant is wanted (defaults, globals).
    Tuple(Vec<Constant>),
    /// A list display of constants only, as above.
    List(Vec<Constant>),
    /// A set display of constants only, as above.
    Set(Vec<Constant>),
    /// A dict display of constants only, as above.
    Dict(Vec<(Constant, Constant)>),
}

/// What an instruction works on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Operand {
    /// A variable or temporary. Reading one that is not yet assigned raises `UnboundLocalError`.
    Local(LocalId),
    /// A literal.
    Constant(Constant),
    /// A name that is no local, resolved as far as possible: an import's target with the attributes that follow it
    /// (`subprocess.run`, `flask.request.args`), a builtin (`builtins.len`), or a global of a module of the project
    /// (`shop.db.connect`: module name, then qualified name). A name that resolves to nothing keeps its module's name
    /// in front too.
    Global(String),
}

/// One instruction with its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Instruction {
    /// What it does.
    pub kind: InstructionKind,
    /// The source text that it stands for: for a call the whole call expression, for an assignment to a name the
    /// right-hand side, for a store into an object the target (`session["user"]`).
    pub span: Span,
}

/// What an instruction does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum InstructionKind {
    /// `target = value`.
    Assign {
        /// Gets the value.
        target: LocalId,
        /// Computes it.
        value: Rvalue,
    },
    /// `base.name = value`.
    StoreAttribute {
        /// The object.
        base: Operand,
        /// The attribute.
        name: String,
        /// The value.
        value: Operand,
    },
    /// `base[index] = value`.
    StoreItem {
        /// The container.
        base: Operand,
        /// The key or index; a slice object for a slice.
        index: Operand,
        /// The value.
        value: Operand,
    },
    /// A global of this module gets a value (top-level code, or `global name` in a function).
    StoreGlobal {
        /// The resolved dotted path.
        path: String,
        /// The value.
        value: Operand,
    },
    /// `del name`.
    DeleteLocal(LocalId),
    /// `del base.name`.
    DeleteAttribute {
        /// The object.
        base: Operand,
        /// The attribute.
        name: String,
    },
    /// `del base[index]`.
    DeleteItem {
        /// The container.
        base: Operand,
        /// The key or index.
        index: Operand,
    },
    /// The start of an `assert` statement's check, right before its branch: marks the place for contracts.
    AssertMarker {
        /// The tested condition, already computed.
        condition: Operand,
    },
    /// Something with effects that is not modelled: everything reachable from `operands` may have changed.
    Havoc {
        /// The construct in words ("`del` of a slice").
        construct: String,
        /// What it touches.
        operands: Vec<Operand>,
    },
}

/// What computes a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Rvalue {
    /// The operand itself.
    Use(Operand),
    /// A binary operator; also augmented assignment (`x += y` becomes `x = x + y` with `in_place`).
    Binary {
        /// The operator.
        operator: BinaryOperator,
        /// Left.
        left: Operand,
        /// Right.
        right: Operand,
        /// Whether it was `+=` and the like (lists are then changed in place).
        in_place: bool,
    },
    /// A unary operator.
    Unary {
        /// The operator.
        operator: UnaryOperator,
        /// The operand.
        operand: Operand,
    },
    /// One comparison; chains are lowered to several with short circuits.
    Compare {
        /// The operator.
        operator: CompareOperator,
        /// Left.
        left: Operand,
        /// Right.
        right: Operand,
    },
    /// An f-string.
    Format(Vec<FormatPart>),
    /// `[a, *b]`, `(a, b)`, `{a, b}`.
    Display {
        /// Which container.
        kind: DisplayKind,
        /// The items.
        items: Vec<Item>,
    },
    /// `{k: v, **m}`.
    Dict(Vec<DictItem>),
    /// `base.name`.
    Attribute {
        /// The object.
        base: Operand,
        /// The attribute.
        name: String,
    },
    /// `base[index]`.
    Subscript {
        /// The container.
        base: Operand,
        /// The key or index.
        index: Operand,
    },
    /// `base[lower:upper:step]`.
    Slice {
        /// The sequence.
        base: Operand,
        /// Lower bound.
        lower: Option<Operand>,
        /// Upper bound.
        upper: Option<Operand>,
        /// Step.
        step: Option<Operand>,
    },
    /// A call.
    Call(Call),
    /// `iter(operand)`.
    Iterator(Operand),
    /// A generator expression that is kept: its items are computed when they are asked for, though the instructions
    /// before this one compute them all.
    Later {
        /// The list of the items.
        items: Operand,
        /// The names that stand in it.
        reads: Vec<Operand>,
    },
    /// One `for` clause's worth of unpacking: the `index`-th of exactly `count` items (of at least `count` when
    /// `star` is set: then item `star` is a list of the rest).
    Unpack {
        /// What is unpacked.
        base: Operand,
        /// Which item.
        index: u32,
        /// How many targets.
        count: u32,
        /// The starred target's position.
        star: Option<u32>,
    },
    /// A nested function or lambda; free variables are captured by name.
    Closure {
        /// The function.
        function: FunctionId,
        /// Values of defaults that are no constants, by parameter name.
        defaults: Vec<(String, Operand)>,
    },
    /// A class statement's object.
    ClassObject(ClassId),
    /// The exception that a handler block was entered with.
    CurrentException,
    /// Whether the current exception is an instance of the class or of one of the tuple of classes.
    ExceptionMatches {
        /// The class or tuple.
        class: Operand,
    },
    /// `await operand`.
    Await(Operand),
    /// `yield operand`; its value is what is sent in.
    Yield(Operand),
    /// `yield from operand`.
    YieldFrom(Operand),
    /// Calls the context manager's `__enter__` (or `__aenter__`).
    Enter(Operand),
    /// Calls its `__exit__`; the value tells whether it swallows the exception.
    Exit(Operand),
    /// Something that is not modelled. Its value may be anything, and depends on `operands`.
    Opaque {
        /// The construct in words ("`match` class pattern").
        construct: String,
        /// What it reads.
        operands: Vec<Operand>,
    },
}

/// A call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// What is called.
    pub callee: Callee,
    /// Positional arguments in order.
    pub args: Vec<Item>,
    /// Keyword arguments in order; `None` as name is `**mapping`.
    pub keywords: Vec<(Option<String>, Operand)>,
    /// Spans of the positional arguments, then of the keyword arguments' values.
    pub argument_spans: Vec<Span>,
}

/// What is called.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Callee {
    /// A function value: a local, or a resolved global (`Operand::Global("subprocess.run")`).
    Value(Operand),
    /// `receiver.name(..)` on something that is not a module.
    Method {
        /// The object.
        receiver: Operand,
        /// The method.
        name: String,
    },
}

/// One item of a display or argument list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Item {
    /// `value`.
    One(Operand),
    /// `*value`.
    Spread(Operand),
}

/// One item of a dict display.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum DictItem {
    /// `key: value`.
    Pair(Operand, Operand),
    /// `**mapping`.
    Spread(Operand),
}

/// One part of an f-string.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FormatPart {
    /// Literal text.
    Text(String),
    /// `{value!conversion:spec}`.
    Value {
        /// The value.
        value: Operand,
        /// `s`, `r` or `a`.
        conversion: Option<char>,
        /// The format specification: itself parts.
        spec: Vec<FormatPart>,
        /// Where it stands.
        span: Span,
    },
}

/// Which container a display makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DisplayKind {
    /// `[…]`.
    List,
    /// `(…)`.
    Tuple,
    /// `{…}`.
    Set,
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are Python's own")]
pub enum BinaryOperator {
    Add,
    Sub,
    Mul,
    Div,
    FloorDiv,
    Mod,
    Pow,
    MatMul,
    LeftShift,
    RightShift,
    BitAnd,
    BitOr,
    BitXor,
}

impl BinaryOperator {
    /// Gives the operator as Python writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::FloorDiv => "//",
            Self::Mod => "%",
            Self::Pow => "**",
            Self::MatMul => "@",
            Self::LeftShift => "<<",
            Self::RightShift => ">>",
            Self::BitAnd => "&",
            Self::BitOr => "|",
            Self::BitXor => "^",
        }
    }
}

/// Unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are Python's own")]
pub enum UnaryOperator {
    Not,
    Minus,
    Plus,
    Invert,
}

/// Comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are Python's own")]
pub enum CompareOperator {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    NotIn,
    Is,
    IsNot,
}
