//! The specs, found by name. Invariant: every number that a look-up gives indexes the spec list that it is named for.

use std::collections::BTreeSet;

use model::spec::{ReturnTypeSpec, SinkForm, SourceForm, TaintSpecs};

use crate::pattern::{PatternIndex, normalised};

/// What a library's users call a parameter of a certain type: `django.http.lambda.request`.
#[derive(Debug)]
pub(crate) struct Convention<'a> {
    pub(crate) library: &'a str,
    pub(crate) parameter: &'a str,
    pub(crate) returns: &'a str,
}

impl<'a> Convention<'a> {
    fn read(spec: &'a ReturnTypeSpec) -> Option<Self> {
        let (library, parameter) = spec.callee.0.split_once(".lambda.")?;
        Some(Self { library, parameter, returns: normalised(&spec.returns) })
    }
}

/// Indexes over `TaintSpecs`.
#[derive(Debug)]
pub(crate) struct SpecIndex<'a> {
    pub(crate) specs: &'a TaintSpecs,
    pub(crate) attribute_sources: PatternIndex,
    pub(crate) call_sources: PatternIndex,
    pub(crate) decorator_sources: PatternIndex,
    pub(crate) annotation_sources: PatternIndex,
    pub(crate) sinks: PatternIndex,
    pub(crate) item_sinks: PatternIndex,
    pub(crate) attribute_sinks: PatternIndex,
    pub(crate) return_sinks: PatternIndex,
    pub(crate) sanitizers: PatternIndex,
    pub(crate) propagators: PatternIndex,
    pub(crate) return_types: PatternIndex,
    pub(crate) conventions: Vec<Convention<'a>>,
    /// Whether some sink is a store or a return.
    pub(crate) has_other_sinks: bool,
    roots: BTreeSet<String>,
}

impl<'a> SpecIndex<'a> {
    pub(crate) fn new(specs: &'a TaintSpecs) -> Self {
        let of_form = |form: SourceForm| {
            let wanted = specs.sources.iter().enumerate().filter(move |(_, source)| source.form == form);
            PatternIndex::new(wanted.map(|(number, source)| (number, &source.name)))
        };
        let of_sink = |form: SinkForm| {
            let wanted = specs.sinks.iter().enumerate().filter(move |(_, sink)| sink.form == form);
            PatternIndex::new(wanted.flat_map(|(number, sink)| sink.callees.iter().map(move |name| (number, name))))
        };
        let mut roots = BTreeSet::new();
        let names = specs.sources.iter().map(|spec| &spec.name);
        let names = names.chain(specs.sinks.iter().flat_map(|spec| &spec.callees));
        let names = names.chain(specs.sanitizers.iter().map(|spec| &spec.callee));
        let names = names.chain(specs.propagators.iter().map(|spec| &spec.callee));
        for name in names.chain(specs.return_types.iter().map(|spec| &spec.callee)) {
            if let Some((root, _)) = name.0.split_once('.').filter(|(root, _)| *root != "*") {
                roots.insert(root.to_owned());
            }
        }
        Self {
            specs,
            attribute_sources: of_form(SourceForm::Attribute),
            call_sources: of_form(SourceForm::Call),
            decorator_sources: of_form(SourceForm::DecoratedParameters),
            annotation_sources: of_form(SourceForm::AnnotatedParameter),
            sinks: of_sink(SinkForm::Call),
            item_sinks: of_sink(SinkForm::StoreItem),
            attribute_sinks: of_sink(SinkForm::StoreAttribute),
            return_sinks: of_sink(SinkForm::Return),
            sanitizers: PatternIndex::new(specs.sanitizers.iter().map(|spec| &spec.callee).enumerate()),
            propagators: PatternIndex::new(specs.propagators.iter().map(|spec| &spec.callee).enumerate()),
            return_types: PatternIndex::new(specs.return_types.iter().map(|spec| &spec.callee).enumerate()),
            conventions: specs.return_types.iter().filter_map(Convention::read).collect(),
            has_other_sinks: specs.sinks.iter().any(|sink| sink.form != SinkForm::Call),
            roots,
        }
    }

    /// Gives the type of a callable's result, as the specs say.
    pub(crate) fn return_type(&self, callee: &str) -> Option<&'a str> {
        let number = *self.return_types.matching(callee).first()?;
        self.specs.return_types.get(number).map(|spec| normalised(&spec.returns))
    }

    /// Tells whether a callable's result, or an object of a type, holds no text that anybody chooses.
    pub(crate) fn converts(&self, path: &str) -> bool {
        let specs = self.sanitizers.matching(path).iter().filter_map(|number| self.specs.sanitizers.get(*number));
        specs.into_iter().any(|spec| spec.languages.is_empty())
    }

    /// Tells whether some spec is about the library that a path belongs to.
    pub(crate) fn knows_library(&self, path: &str) -> bool {
        const STANDARD: &[&str] = &["builtins", "os", "sys", "re", "json", "io", "subprocess", "pathlib", "shutil"];
        let root = path.split_once('.').map_or(path, |(root, _)| root);
        self.roots.contains(root) || STANDARD.contains(&root)
    }
}
