//! Taint specifications as data, as rule packs bring them. Invariant: a spec names things; what the names mean is
//! decided by `flow` (data flow) and `verify` (contracts) alone.

use serde::{Deserialize, Serialize};

use crate::{
    contract::{ArgumentSelector, SinkLanguage},
    rule::Confidence,
};

/// Names a callable, an attribute or a type by its resolved dotted path, such as `subprocess.run`,
/// `sqlite3.Cursor.execute` or `flask.request.args`.
///
/// A leading `*.` (`*.execute`) matches a method or attribute of that name on a receiver whose type is *not* known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NamePattern(pub String);

/// Who can choose a source's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// Anybody who can send a request.
    Web,
    /// Whoever starts the program: command line, environment, standard input.
    Local,
}

/// What about the named thing is untrusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceForm {
    /// Reading the attribute or global: `flask.request.args`.
    Attribute,
    /// What the call returns: `input`.
    Call,
    /// Every parameter (but `self` and `cls`) of a function that carries this decorator (`flask.Flask.route`), that is
    /// passed to this callable (`django.urls.path`) or that overrides this method (`tornado.web.RequestHandler.get`);
    /// and the first parameter of a function of this name at the top of a module (`def.lambda_handler`) or with these
    /// parameters anywhere: `lambda.event.context`.
    DecoratedParameters,
    /// A parameter annotated with this type is an object of that type; sources then name its attributes.
    /// This form itself marks the whole parameter as untrusted.
    AnnotatedParameter,
}

/// Where untrusted data enters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceSpec {
    /// The thing.
    pub name: NamePattern,
    /// What about it.
    pub form: SourceForm,
    /// Who controls it.
    pub kind: SourceKind,
    /// A noun phrase for messages: "the query string".
    pub label: String,
}

/// A literal that an argument is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiteralValue {
    /// `True` or `False`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A string.
    Str(String),
    /// `None`.
    None,
}

/// A condition on the call itself for a sink to count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallCondition {
    /// The argument is given and equals the literal (`shell=True`). An argument whose value is not known counts.
    Equals(ArgumentSelector, LiteralValue),
    /// The argument is absent, or does not equal the literal.
    NotEquals(ArgumentSelector, LiteralValue),
    /// The argument is (or may be) a string, not a list or tuple display.
    IsString(ArgumentSelector),
    /// The argument is (or may be) a list or tuple.
    IsList(ArgumentSelector),
}

/// What the named things of a sink are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SinkForm {
    /// Callables; arguments are the call's.
    #[default]
    Call,
    /// Containers, by the attribute, global or type (`flask.session`, `flask.Response.headers`): an item is stored.
    /// Argument 0 is the value, argument 1 the key.
    StoreItem,
    /// Attributes (`flask.Response.data`): one is assigned. Argument 0 is the value.
    StoreAttribute,
    /// Decorators (`flask.Flask.route`) or, with a method's name behind it, base classes
    /// (`http.server.BaseHTTPRequestHandler.do_GET`): the function returns. Argument 0 is the value, or the first item
    /// of a tuple.
    Return,
}

/// Where untrusted data does harm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SinkSpec {
    /// Index of the rule in its pack.
    pub rule: u32,
    /// What `callees` names.
    #[serde(default)]
    pub form: SinkForm,
    /// The callables, or what else the form says.
    pub callees: Vec<NamePattern>,
    /// The argument that is interpreted.
    pub argument: ArgumentSelector,
    /// By which language; also the contract that the rule brings for this sink.
    pub language: SinkLanguage,
    /// All must hold.
    pub conditions: Vec<CallCondition>,
    /// How sure a hit is.
    pub confidence: Confidence,
}

/// What makes untrusted data harmless.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SanitizerSpec {
    /// The function whose result is harmless, or the attribute whose value is: `pathlib.Path.name`.
    pub callee: NamePattern,
    /// For which languages; empty means for all (`int`).
    pub languages: Vec<SinkLanguage>,
}

/// How data moves through a library call when it is not "from every argument and the receiver to the result".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropagatorSpec {
    /// The callable.
    pub callee: NamePattern,
    /// Positions whose data reaches the result; empty: the result is always clean (`len`).
    pub from_positions: Vec<u32>,
    /// Whether the receiver's data reaches the result.
    pub from_receiver: bool,
}

/// The type of a call's result: `sqlite3.connect` gives a `sqlite3.Connection`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnTypeSpec {
    /// The callable; or, as `django.http.lambda.request`, the parameter `request` without annotation of any function in
    /// a module that imports something of `django.http`.
    pub callee: NamePattern,
    /// The type's dotted path.
    pub returns: String,
}

/// Everything that the packs of a scan say about data flow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaintSpecs {
    /// Where untrusted data enters.
    pub sources: Vec<SourceSpec>,
    /// Where it does harm.
    pub sinks: Vec<SinkSpec>,
    /// What makes it harmless.
    pub sanitizers: Vec<SanitizerSpec>,
    /// How it moves.
    pub propagators: Vec<PropagatorSpec>,
    /// Types of results.
    pub return_types: Vec<ReturnTypeSpec>,
}

/// What an attacker controls, chosen with `--entry`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Entry {
    /// Web handlers' parameters and request objects.
    #[default]
    Web,
    /// Also command line, environment and standard input.
    Main,
    /// Also every public function's parameters.
    All,
}
