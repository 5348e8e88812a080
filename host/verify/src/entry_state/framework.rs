//! What frameworks hand to functions and classes of the program. Invariant: what a spec calls untrusted is the
//! attacker's here; where the program does not say it clearly, more is taken for the attacker's, never less.

use ir::{
    function::Function,
    instruction::{Callee, InstructionKind, Item, Operand, Rvalue},
    program::ClassId,
};
use model::spec::SourceForm;

use crate::{
    interpreter::Interpreter,
    program_index::Named,
    regex::{self, Flags, Mode},
    state::State,
    value::Value,
};

/// The request's method in frameworks that hand a request to a function only for the methods which it was registered
/// for, and the decorators that register one.
const ROUTED: &[(&str, &[&str])] = &[
    ("flask.request.method", ROUTES),
    ("quart.request.method", ROUTES),
    ("bottle.request.method", ROUTES),
    ("fastapi.Request.method", ROUTES),
    ("sanic.Request.method", ROUTES),
    ("sanic.request.Request.method", ROUTES),
    ("starlette.requests.Request.method", &[]),
    ("django.http.HttpRequest.method", &[]),
];

const ROUTES: &[&str] = &["route", "api_route", "get", "post", "put", "delete", "patch", "head", "options"];

/// The same in frameworks that call the method of a class which is named after the request's.
const DISPATCHED: &[&str] = &["tornado.httputil.HTTPServerRequest.method", "falcon.Request.method"];

/// Bases of classes whose methods are called so, in any of these.
const DISPATCHING: &[&str] = &["MethodView", "HTTPMethodView", "HTTPEndpoint", "View", "APIView"];

/// Methods of HTTP (RFC 9110, RFC 5789), as such classes name theirs.
const METHODS: &[&str] = &["get", "head", "post", "put", "delete", "connect", "options", "trace", "patch"];

impl Interpreter<'_> {
    /// Makes the request's method in a function that a framework calls only for methods which the program lists: it is
    /// one of those, and no text of the sender's. `None` for anything else.
    pub(crate) fn listed_method(&mut self, state: &mut State, path: &str) -> Option<Value> {
        let function = self.entry_function()?;
        let last = |name: &str| name.rsplit('.').next().unwrap_or(name).to_owned();
        let is_named = METHODS.contains(&function.name.strip_prefix("on_").unwrap_or(&function.name));
        let is_listed = match ROUTED.iter().find(|(name, _)| *name == path) {
            Some((_, routes)) => {
                let class = function.class.and_then(|class| self.index.class(class));
                function.decorators.iter().any(|found| routes.contains(&last(found).as_str()))
                    || is_named
                        && class.is_some_and(|class| {
                            class.bases.iter().any(|base| DISPATCHING.contains(&last(base).as_str()))
                        })
            }
            None => DISPATCHED.contains(&path) && function.class.is_some() && is_named,
        };
        let flags = Flags { ascii: true, ..Flags::default() };
        let language = is_listed.then(|| regex::language("[A-Za-z][A-Za-z-]*", flags, Mode::FullMatch).ok())??;
        self.of_form(state, &format!("`{path}`"), language)
    }

    /// Tells whether a method overrides this one of a base outside the program (`tornado.web.RequestHandler.get`).
    pub(super) fn overrides(&self, function: &Function, method: &str) -> bool {
        let Some(base) = method.strip_suffix(&function.name).and_then(|head| head.strip_suffix('.')) else {
            return false;
        };
        let class = function.class.and_then(|class| self.index.class(class));
        class.is_some_and(|class| class.bases.iter().any(|found| found == base))
    }

    /// Tells whether a framework may call a function because it is passed to something that specs name, as in
    /// `app.add_url_rule("/", view_func=show)`. The last part of the name decides: to take a parameter for the
    /// attacker's can cost a proof and never makes a wrong one.
    pub(super) fn is_registered(&self, function: &Function) -> bool {
        let last = |name: &str| name.rsplit('.').next().unwrap_or(name).to_owned();
        let Some(module) = self.index.program.module(function.file) else { return false };
        let path = format!("{}.{}", module.name, function.qualname);
        let registers = |name: &str| {
            let name = last(name);
            self.specs.sources.iter().any(|spec| {
                spec.form == SourceForm::DecoratedParameters && self.counts(spec.kind) && last(&spec.name.0) == name
            })
        };
        let instructions = self.index.program.functions.iter().flat_map(|owner| &owner.blocks);
        instructions.flat_map(|block| &block.instructions).any(|found| {
            let InstructionKind::Assign { value: Rvalue::Call(call), .. } = &found.kind else { return false };
            let is_path = |operand: &Operand| matches!(operand, Operand::Global(found) if *found == path);
            let items = call.args.iter().any(|item| matches!(item, Item::One(operand) if is_path(operand)));
            let is_passed = items || call.keywords.iter().any(|(_, operand)| is_path(operand));
            is_passed
                && match &call.callee {
                    Callee::Value(Operand::Global(callee)) => registers(callee),
                    Callee::Method { name, .. } => registers(name),
                    Callee::Value(Operand::Local(_) | Operand::Constant(_)) => false,
                }
        })
    }

    /// Tells whether this is the event of a function that a cloud calls, by the function's name or by its parameters.
    pub(super) fn is_event(&self, function: &Function, position: usize) -> bool {
        let receivers = usize::from(function.class.is_some());
        let names: Vec<&str> = function.params.iter().skip(receivers).map(|param| param.name.as_str()).collect();
        let forms = [format!("def.{}", function.name), format!("lambda.{}", names.join("."))];
        position == receivers
            && self.specs.sources.iter().any(|spec| {
                spec.form == SourceForm::DecoratedParameters && self.counts(spec.kind) && forms.contains(&spec.name.0)
            })
    }

    /// Gives the type of a parameter that a library's users always call the same: `django.lambda.request`.
    pub(super) fn customary(&self, function: &Function, parameter: &str) -> Option<String> {
        let module = self.index.program.module(function.file)?;
        let mut specs = self.specs.return_types.iter().filter_map(|spec| {
            let (library, name) = spec.callee.0.split_once(".lambda.")?;
            (name == parameter).then_some((library, &spec.returns))
        });
        let found = specs.find(|(library, _)| {
            module
                .imports
                .values()
                .any(|target| target.strip_prefix(library).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
        });
        found.map(|(_, returns)| returns.clone())
    }

    /// Gives an attribute that a class has from bases outside the program, where specs say what it is.
    pub(crate) fn inherited(&mut self, state: &mut State, class: ClassId, name: &str) -> Option<Value> {
        for base in self.outside_bases(class) {
            let path = format!("{base}.{name}");
            let counts = |form: SourceForm, kind| form != SourceForm::DecoratedParameters && self.counts(kind);
            let mut sources = self.specs.sources.iter().filter(|spec| counts(spec.form, spec.kind));
            if sources.any(|spec| spec.name.0 == path) {
                return Some(self.global(state, &path));
            }
            if self.is_source_attribute(&base) {
                return Some(self.tree(&format!("self.{name}")));
            }
            if let Some(typed) = self.specs.return_types.iter().find(|spec| spec.callee.0 == path) {
                let returns = typed.returns.clone();
                return Some(self.handed_in(state, &returns, name));
            }
        }
        None
    }

    pub(super) fn outside_bases(&self, class: ClassId) -> Vec<String> {
        let (mut inside, mut outside) = (vec![class], Vec::new());
        let mut next = 0;
        while let Some(class) = inside.get(next).and_then(|id| self.index.class(*id)) {
            next += 1;
            for base in &class.bases {
                match self.index.find(base) {
                    Some(Named::Class(id)) if !inside.contains(&id) => inside.push(id),
                    Some(_) => {}
                    None => outside.push(base.clone()),
                }
            }
        }
        outside
    }
}
