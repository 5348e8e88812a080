//! A function's control-flow graph. Invariant: `BlockId` and `LocalId` index the function's own vectors; block 0 is the
//! entry; parameters are the first locals, in order.

use model::{ids::FileId, span::Span};
use serde::{Deserialize, Serialize};

use crate::{
    instruction::{Instruction, Operand},
    program::{ClassId, FunctionId},
};

/// Indexes `Function::blocks`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BlockId(pub u32);

/// Indexes `Function::locals`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LocalId(pub u32);

/// One `def`, `lambda`, comprehension-free body, or a module's top-level code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Function {
    /// Its id.
    pub id: FunctionId,
    /// The file.
    pub file: FileId,
    /// Last part of the name; `<lambda>` or `<module>` where there is none.
    pub name: String,
    /// Qualified name within the module: `Shop.search`, `outer.inner`, `<module>`.
    pub qualname: String,
    /// The class, for a method.
    pub class: Option<ClassId>,
    /// The function that it is nested in; `None` at top level and for methods of top-level classes.
    pub parent: Option<FunctionId>,
    /// Parameters in order.
    pub params: Vec<Param>,
    /// Resolved dotted paths of the decorators, calls reduced to their callee (`@app.route("/")` with
    /// `app = flask.Flask(..)` → `flask.Flask.route`).
    pub decorators: Vec<String>,
    /// Resolved dotted path of the return annotation, when it is a name.
    pub returns: Option<String>,
    /// The docstring.
    pub docstring: Option<String>,
    /// What kind of function.
    pub flavour: Flavour,
    /// Parameters, named variables and temporaries.
    pub locals: Vec<Local>,
    /// Basic blocks.
    pub blocks: Vec<Block>,
    /// The whole statement, decorators excluded.
    pub span: Span,
    /// The name in `def name`; the whole span where there is none.
    pub name_span: Span,
    /// The body's statements.
    pub body_span: Span,
}

/// How a function runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Flavour {
    /// `def`.
    Plain,
    /// Holds a `yield`.
    Generator,
    /// `async def`.
    Async,
    /// A lambda.
    Lambda,
    /// A module's top level.
    Module,
    /// A class body (run once, where the class statement stands).
    ClassBody,
}

/// How a parameter is bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ParamKind {
    /// Before `/`.
    PositionalOnly,
    /// Ordinary.
    Normal,
    /// `*args`.
    VarArgs,
    /// After `*`.
    KeywordOnly,
    /// `**kwargs`.
    VarKeywords,
}

/// One parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Param {
    /// Its local.
    pub local: LocalId,
    /// Name without stars.
    pub name: String,
    /// How it is bound.
    pub kind: ParamKind,
    /// The default value.
    pub default: Option<DefaultValue>,
    /// Resolved dotted path of the annotation; in a subscripted one (`typing.Optional[shop.db.Session]`) and in a union
    /// (`shop.db.Session | None`) names of imports and of the project are resolved, the rest is kept as written.
    pub annotation: Option<String>,
    /// What the annotation and the default say by calls.
    pub calls: Vec<DeclaringCall>,
    /// The parameter's place.
    pub span: Span,
}

/// A call in an annotation (`Annotated[str, Query(max_length=9)]`, `constr(pattern="[a-z]+")`) or the one that gives the
/// default (`= Query("x", max_length=9)`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeclaringCall {
    /// Resolved dotted path of what is called.
    pub callee: String,
    /// Its keyword arguments that are constants.
    pub keywords: Vec<(String, crate::instruction::Constant)>,
}

/// A parameter's default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum DefaultValue {
    /// A constant.
    Constant(crate::instruction::Constant),
    /// What a function or class gives for each instance, by its resolved path: `field(default_factory=list)`.
    Made(String),
    /// Some expression.
    Other,
}

/// A variable or temporary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Local {
    /// Source name; `None` for a temporary.
    pub name: Option<String>,
    /// Where the variable lives.
    pub scope: LocalScope,
    /// The type written at its first annotated assignment, as in `Param::annotation`; parameters have theirs there.
    pub annotation: Option<String>,
}

/// Where a local's variable lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LocalScope {
    /// In this function only.
    Own,
    /// In this function, and nested functions read or write it.
    Captured,
    /// In an enclosing function: a free variable of this one, named as there.
    Free,
}

/// A basic block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// Instructions in order.
    pub instructions: Vec<Instruction>,
    /// How it ends.
    pub terminator: Terminator,
    /// Where the terminator stands in the source.
    pub terminator_span: Span,
    /// Where an exception raised in this block goes; `None` leaves the function. The handler block finds the exception
    /// by `Rvalue::CurrentException`.
    pub handler: Option<BlockId>,
}

/// How a block ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Terminator {
    /// Goes on.
    Jump(BlockId),
    /// Tests truth (`bool(condition)`).
    Branch {
        /// The value tested.
        condition: Operand,
        /// Where to go when it is true.
        then: BlockId,
        /// Where to go when it is false.
        otherwise: BlockId,
    },
    /// Takes the next item of an iterator made by `Rvalue::Iterator`, or leaves the loop.
    Next {
        /// The iterator.
        iterator: Operand,
        /// Gets the item.
        item: LocalId,
        /// With an item.
        body: BlockId,
        /// Without.
        exhausted: BlockId,
    },
    /// Returns.
    Return(Operand),
    /// Raises; `None` re-raises the current exception.
    Raise {
        /// The exception instance or class.
        exception: Option<Operand>,
    },
    /// Cannot be reached.
    Unreachable,
}

impl Function {
    /// Gives a block.
    pub fn block(&self, id: BlockId) -> Option<&Block> {
        self.blocks.get(id.0 as usize)
    }

    /// Gives a local.
    pub fn local(&self, id: LocalId) -> Option<&Local> {
        self.locals.get(id.0 as usize)
    }

    /// Gives the parameter that a local is.
    pub fn param(&self, id: LocalId) -> Option<&Param> {
        self.params.iter().find(|param| param.local == id)
    }
}
