//! The whole program: modules, functions, classes. Invariant: ids index the program's own vectors, which are in the
//! order of the files' ids.

use std::collections::BTreeMap;

use model::{ids::FileId, span::Span};
use serde::{Deserialize, Serialize};

use crate::function::Function;

/// Indexes `Program::functions`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FunctionId(pub u32);

/// Indexes `Program::classes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClassId(pub u32);

/// All files of a scan, lowered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Program {
    /// One for each lowered file, in file order.
    pub modules: Vec<Module>,
    /// All functions, module bodies included.
    pub functions: Vec<Function>,
    /// All classes.
    pub classes: Vec<Class>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Module {
    /// The file.
    pub file: FileId,
    /// Path within the project.
    pub path: String,
    /// Dotted module name derived from the path (`shop.views`); the last component for a lone file.
    pub name: String,
    /// Imports: local name → dotted target (`sp` → `subprocess`, `run` → `subprocess.run`). Relative imports are made
    /// absolute. `import a.b` binds `a` → `a`.
    pub imports: BTreeMap<String, String>,
    /// What top-level names mean, as far as they are bound exactly once.
    pub globals: BTreeMap<String, GlobalBinding>,
    /// The top-level code as a function named `<module>`.
    pub body: FunctionId,
}

/// What a top-level name is bound to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum GlobalBinding {
    /// A `def`.
    Function(FunctionId),
    /// A `class`.
    Class(ClassId),
    /// Assigned once at top level to this constant.
    Constant(crate::instruction::Constant),
    /// Assigned once at top level to the result of a call of this resolved path (`app = flask.Flask(..)`).
    CallOf(String),
    /// Assigned more than once, or to something else.
    Other,
}

/// A class statement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Class {
    /// Its id.
    pub id: ClassId,
    /// The file.
    pub file: FileId,
    /// Qualified name within its module.
    pub qualname: String,
    /// Resolved dotted paths of its bases, as far as they are names.
    pub bases: Vec<String>,
    /// Resolved dotted paths of its decorators.
    pub decorators: Vec<String>,
    /// Keyword arguments of the decorators that are `True` or `False` (`frozen` of `@dataclass(frozen=True)`).
    pub options: BTreeMap<String, bool>,
    /// Methods by name (the last definition wins).
    pub methods: BTreeMap<String, FunctionId>,
    /// What its own statement makes of it; a class derived from an `Enum` of the project is `Plain`.
    pub kind: ClassKind,
    /// Names that the class body annotates or assigns, in the order of their first appearance: for a dataclass, a
    /// named tuple or a model the constructor's parameters, for an enum its members.
    pub fields: Vec<Field>,
    /// Class-level names that are assigned constants.
    pub constants: BTreeMap<String, crate::instruction::Constant>,
    /// The statement.
    pub span: Span,
}

/// What a class statement makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClassKind {
    /// An ordinary class.
    Plain,
    /// A class whose decorator writes `__init__` for its annotated fields (`dataclasses`, `attrs`).
    Dataclass,
    /// A subclass of `typing.NamedTuple`.
    NamedTuple,
    /// A subclass of `typing.TypedDict`: its objects are dicts.
    TypedDict,
    /// An enumeration; its fields are its members.
    Enum,
    /// A class whose base takes its annotated fields by keyword (`pydantic.BaseModel`).
    Model,
}

/// A name that a class body annotates or assigns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// The name.
    pub name: String,
    /// Its type, as in `Param::annotation`.
    pub annotation: Option<String>,
    /// The value assigned there.
    pub default: Option<crate::function::DefaultValue>,
    /// What the annotation and that value say by calls.
    pub calls: Vec<crate::function::DeclaringCall>,
    /// Whether a generated constructor takes it: `field(init=False)` says no.
    pub is_taken: bool,
    /// The annotation or assignment that comes first.
    pub span: Span,
}

impl Program {
    /// Gives a function.
    pub fn function(&self, id: FunctionId) -> Option<&Function> {
        self.functions.get(id.0 as usize)
    }

    /// Gives a class.
    pub fn class(&self, id: ClassId) -> Option<&Class> {
        self.classes.get(id.0 as usize)
    }

    /// Gives the module of a file.
    pub fn module(&self, file: FileId) -> Option<&Module> {
        let index = self.modules.partition_point(|module| module.file < file);
        self.modules.get(index).filter(|module| module.file == file)
    }

    /// Gives the functions of a file, the module's body first.
    pub fn functions_of(&self, file: FileId) -> &[Function] {
        let start = self.functions.partition_point(|function| function.file < file);
        let end = self.functions.partition_point(|function| function.file <= file);
        self.functions.get(start..end).unwrap_or(&[])
    }

    /// Gives the classes of a file.
    pub fn classes_of(&self, file: FileId) -> &[Class] {
        let start = self.classes.partition_point(|class| class.file < file);
        let end = self.classes.partition_point(|class| class.file <= file);
        self.classes.get(start..end).unwrap_or(&[])
    }

    /// Finds a function by file and qualified name (`Shop.search`, `outer.inner`, `<module>`).
    pub fn find_function(&self, file: FileId, qualname: &str) -> Option<&Function> {
        self.functions_of(file).iter().find(|function| function.qualname == qualname)
    }

    /// Finds a function by file and qualified name; of several of that name, such as a property's getter and setter, the
    /// one that encloses the span, if one does.
    pub fn find_enclosing(&self, file: FileId, qualname: &str, inner: Option<Span>) -> Option<&Function> {
        let named = || self.functions_of(file).iter().filter(|function| function.qualname == qualname);
        let encloses = |function: &&Function| inner.is_some_and(|inner| function.span.contains(inner));
        named().find(encloses).or_else(|| named().next())
    }
}
