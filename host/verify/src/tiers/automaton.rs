//! Decides by automata whether what reaches a sink stays data. Invariant: a hole counts as safe only when no value that
//! the path allows leaves the safe language, for texts of any length.

use std::rc::Rc;

use model::contract::SinkLanguage;

use crate::{
    automata::language::Language,
    interpreter::{Interpreter, text::is_listed},
    models::{builtins::decimal_numbers, paths::normal_paths},
    path_condition::PathCondition,
    rope::{Chain, Piece, Rope, pull_back},
    sinks::{
        self, Part,
        hole::HoleContext,
        host, path,
        structure::STAND_IN,
        url::{is_in_host, is_past_host},
    },
    source::{Chooser, SourceId},
    state::State,
    tiers::solver::Answer,
    value::{Object, Value},
};

/// A hole that may be more than data.
#[derive(Clone, Debug)]
pub(crate) struct OpenHole {
    /// The source.
    pub(crate) source: SourceId,
    /// What was done to it.
    pub(crate) chain: Chain,
    /// Source values that may leave the safe language here; `None` when they could not be worked out.
    pub(crate) bad: Option<Rc<Language>>,
    /// Where it stands.
    pub(crate) context: HoleContext,
}

/// What the automata say of one text.
#[derive(Clone, Debug)]
pub(crate) enum Decision {
    /// Every part stays data.
    Stays,
    /// These may not.
    Open(Vec<OpenHole>),
    /// The value cannot be examined.
    Unclear(String),
}

/// Gives the text that stands for a value of the surroundings in a path or an attack.
pub(crate) fn place_holder(name: &str) -> String {
    let word: String = name
        .rsplit(['.', '`', '"'])
        .find(|part| part.chars().any(|c| c.is_ascii_alphanumeric()) && !part.contains(' '))
        .unwrap_or("value")
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
        .take(40)
        .collect();
    if word.is_empty() { "value".to_owned() } else { word.to_lowercase() }
}

/// Gives what stands for a host of the program's own: a base URL before a path, or what follows a scheme.
fn own_host(language: &SinkLanguage, parts: &[Part<'_>], next: Option<&Piece>) -> Option<&'static str> {
    let is_path_next = matches!(next, Some(Piece::Const { text, .. }) if text.starts_with(['/', '?', '#']));
    let before: String = parts.iter().map(|part| if let Part::Text(text) = part { text } else { STAND_IN }).collect();
    match language {
        SinkLanguage::RequestUrl if parts.is_empty() && is_path_next => Some("https://host"),
        SinkLanguage::RequestUrl | SinkLanguage::RedirectUrl => is_in_host(&before).then_some(STAND_IN),
        SinkLanguage::Sql { .. }
        | SinkLanguage::Shell
        | SinkLanguage::Program
        | SinkLanguage::PythonCode
        | SinkLanguage::Path
        | SinkLanguage::Template
        | SinkLanguage::LdapFilter
        | SinkLanguage::XPath
        | SinkLanguage::Deserialize
        | SinkLanguage::Html
        | SinkLanguage::Xml
        | SinkLanguage::HeaderValue
        | SinkLanguage::LogRecord
        | SinkLanguage::Regex
        | SinkLanguage::FormatString
        | SinkLanguage::LdapName
        | SinkLanguage::MatchedText { .. }
        | SinkLanguage::Argument
        | SinkLanguage::Choice => None,
    }
}

/// Tells whether a sink takes a URL.
pub(crate) fn is_url(language: &SinkLanguage) -> bool {
    matches!(language, SinkLanguage::RequestUrl | SinkLanguage::RedirectUrl)
}

/// Tells whether all these URLs begin with one host, as after a check that they start with the program's own.
fn is_past_own_host(language: &SinkLanguage, allowed: &Language) -> bool {
    is_url(language)
        && allowed.witness().is_some_and(|shortest| {
            let mut starts = shortest.char_indices().filter_map(|(at, c)| shortest.get(..at + c.len_utf8()));
            starts.find(|start| is_past_host(start)).is_some_and(|start| {
                let below = Language::literal(start).and_then(|start| start.concat(&Language::any()));
                below.and_then(|below| allowed.is_subset_of(&below)) == Ok(true)
            })
        })
}

/// Gives the words of a command that a shell reads: the line behind `sh -c`; none where the program is known and nothing
/// names a shell; else any of them, as `ssh` joins them.
fn shells_words(words: &[Value]) -> Vec<Value> {
    let known: Vec<Option<String>> = words.iter().map(Value::as_text).collect();
    let is_one_of = |word: &Option<String>, programs: &[&str]| {
        word.as_deref().is_some_and(|path| programs.contains(&path.rsplit('/').next().unwrap_or_default()))
    };
    let is_shell = |word: &Option<String>| is_one_of(word, SHELLS);
    let is_line_option = |word: &str| word.starts_with('-') && !word.starts_with("--") && word.ends_with('c');
    let line = known.iter().position(is_shell).and_then(|shell| {
        let options =
            known.iter().skip(shell + 1).map_while(|word| word.as_deref().filter(|word| word.starts_with('-')));
        let option = options.clone().position(is_line_option)?;
        words.get(shell + option + 2)
    });
    let is_first = known.first().is_some_and(is_shell);
    let joins = |word: &Option<String>| is_one_of(word, JOINING);
    match line {
        Some(line) if is_first => vec![line.clone()],
        None if matches!(known.first(), Some(Some(_))) && !known.iter().any(|word| is_shell(word) || joins(word)) => {
            Vec::new()
        }
        Some(_) | None => words.to_vec(),
    }
}

/// Gives the words of a command that may be options: those between the program's name and `--`.
fn optional_words(words: &[Value]) -> Vec<Value> {
    let is_option = |word: &&Value| word.as_text().as_deref() != Some("--");
    words.iter().skip(1).take_while(is_option).cloned().collect()
}

/// Programs that give their words to a shell, here or elsewhere, and shells with other options.
const JOINING: &[&str] = &["ssh", "rsh", "plink", "su", "csh", "tcsh", "fish", "busybox", "cmd", "powershell", "pwsh"];

/// The shells that take a line behind `-c`.
const SHELLS: &[&str] = &["sh", "bash", "dash", "zsh", "ksh", "ash"];

impl Interpreter<'_> {
    /// Gives the texts in a sink's argument that the sink interprets.
    pub(crate) fn sink_texts(&mut self, state: &mut State, language: &SinkLanguage, value: &Value) -> Vec<Rope> {
        let first_only = matches!(language, SinkLanguage::Program);
        match value {
            Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Ellipsis => Vec::new(),
            Value::Str(rope) | Value::Bytes(rope) | Value::Path(rope) => vec![rope.clone()],
            Value::Tuple(items) if *language == SinkLanguage::Argument => {
                self.texts_of_items(state, language, &optional_words(items), false)
            }
            Value::Tuple(items) if *language == SinkLanguage::Shell => {
                self.texts_of_items(state, language, &shells_words(items), false)
            }
            Value::Tuple(items) => {
                let items = items.to_vec();
                self.texts_of_items(state, language, &items, first_only)
            }
            Value::Object(id) => match state.object(*id).cloned() {
                Some(Object::List(items)) if *language == SinkLanguage::Argument => {
                    self.texts_of_items(state, language, &optional_words(&items), false)
                }
                Some(Object::List(items)) if *language == SinkLanguage::Shell => {
                    self.texts_of_items(state, language, &shells_words(&items), false)
                }
                Some(Object::List(items) | Object::Set(items)) => {
                    self.texts_of_items(state, language, &items, first_only)
                }
                Some(Object::Unknown(opaque)) => vec![self.text_of_opaque(state, &opaque)],
                // A mapping of headers: each value is a header's.
                Some(Object::Dict(entries)) if *language == SinkLanguage::HeaderValue => {
                    let items: Vec<Value> = entries.iter().map(|(_, value)| value.clone()).collect();
                    self.texts_of_items(state, language, &items, false)
                }
                // Frameworks send mappings as JSON, which browsers don't take for a page.
                Some(Object::Dict(_)) if *language == SinkLanguage::Html => Vec::new(),
                Some(
                    Object::Dict(_)
                    | Object::Instance { .. }
                    | Object::Iterator { .. }
                    | Object::OpenIterator { .. }
                    | Object::Generator { .. }
                    | Object::Cell(_),
                )
                | None => vec![self.text_of(state, value)],
            },
            Value::Function(_)
            | Value::Class(_)
            | Value::Global(_)
            | Value::Exception(_)
            | Value::Pattern(..)
            | Value::Match(..)
            | Value::Opaque(_) => vec![self.text_of(state, value)],
        }
    }

    fn texts_of_items(
        &mut self,
        state: &mut State,
        language: &SinkLanguage,
        items: &[Value],
        first_only: bool,
    ) -> Vec<Rope> {
        let taken = if first_only { 1 } else { items.len() };
        let mut texts = Vec::new();
        let is_nested = |item: &Value| matches!(item, Value::Tuple(_) | Value::Object(_));
        for item in items.iter().take(taken) {
            match item {
                // A header's name and value.
                Value::Tuple(pair) if *language == SinkLanguage::HeaderValue && !pair.iter().any(is_nested) => {
                    for part in pair.iter() {
                        texts.extend(self.sink_texts(state, language, part));
                    }
                }
                _ if is_nested(item) => texts.push(self.text_of(state, item)),
                _ => texts.extend(self.sink_texts(state, language, item)),
            }
        }
        texts
    }

    /// Decides whether a text stays data on a path.
    pub(crate) fn decide(&mut self, condition: &PathCondition, language: &SinkLanguage, rope: &Rope) -> Decision {
        let mut holders: Vec<String> = Vec::new();
        for piece in rope.pieces() {
            holders.push(match piece {
                Piece::Source { id, .. } => place_holder(self.sources.get(*id).map_or("", |source| &source.name)),
                Piece::Const { .. } | Piece::Number(_) => String::new(),
            });
        }
        let is_path = matches!(language, SinkLanguage::Path);
        let mut parts = Vec::new();
        let mut holes = Vec::new();
        for (position, (piece, holder)) in rope.pieces().iter().zip(&holders).enumerate() {
            match piece {
                Piece::Const { text, .. } => parts.push(Part::Text(text)),
                Piece::Source { id, .. }
                    if self.sources.chooser(*id) == Chooser::Environment
                        && let Some(host) = own_host(language, &parts, rope.pieces().get(position + 1)) =>
                {
                    parts.push(Part::Text(host));
                }
                // A directory of the program's own may be any; what follows must stay below it.
                Piece::Source { id, .. } if is_path && self.sources.chooser(*id) == Chooser::Environment => {
                    parts.push(Part::Text(holder));
                }
                Piece::Source { .. } | Piece::Number(_) => {
                    parts.push(Part::Hole);
                    holes.push(piece);
                }
            }
        }
        if holes.is_empty() {
            return Decision::Stays;
        }
        let mut contexts = sinks::contexts(language, &parts);
        if is_path
            && self.refuses_dots
            && parts.last() == Some(&Part::Hole)
            && let Some(last) = contexts.pop()
        {
            contexts.push(last.or_safe(path::DOTS));
        }
        if contexts.len() != holes.len() {
            return Decision::Unclear("the text at the sink cannot be taken apart".to_owned());
        }
        let mut open = Vec::new();
        for (piece, context) in holes.into_iter().zip(contexts) {
            match piece {
                Piece::Const { .. } => {}
                Piece::Number(_) => {
                    let safe = decimal_numbers().and_then(|numbers| numbers.is_subset_of(&context.safe()).ok());
                    if safe != Some(true) {
                        return Decision::Unclear(format!("a number {}", context.place()));
                    }
                }
                Piece::Source { id, chain } => {
                    if let Some(hole) = self.open_hole(condition, (*id, chain, piece), (language, context, rope)) {
                        open.push(hole);
                    }
                }
            }
        }
        if open.is_empty() { Decision::Stays } else { Decision::Open(open) }
    }

    fn open_hole(
        &mut self,
        condition: &PathCondition,
        (source, chain, piece): (SourceId, &Chain, &Piece),
        (language, context, rope): (&SinkLanguage, HoleContext, &Rope),
    ) -> Option<OpenHole> {
        let allowed = condition.language(source).map_or_else(|| Rc::new(Language::any()), Rc::clone);
        if matches!(language, SinkLanguage::Path)
            && rope.pieces().len() == 1
            && chain.is_empty()
            && self.stays_within(condition, source, &allowed)
        {
            return None;
        }
        let is_first = matches!(rope.pieces().first(), Some(Piece::Source { id, .. }) if *id == source);
        if is_first && chain.is_empty() && is_past_own_host(language, &allowed) {
            return None;
        }
        let unsafe_values = context.safe().complement();
        let mut bad = pull_back(chain, &unsafe_values).and_then(|bad| bad.intersect(&allowed).ok());
        // A URL whose host the path checked leads to one of the program's own.
        if rope.pieces().len() == 1
            && chain.is_empty()
            && is_url(language)
            && let Some(own) = host::own_sites(&allowed)
        {
            bad = bad.and_then(|bad| bad.minus(&own).ok());
        }
        if bad.as_ref().is_some_and(Language::is_empty) {
            return None;
        }
        // A value that was found in a list of the program's own texts is the program's.
        if condition.language(source).is_some() && is_listed(&allowed) {
            return None;
        }
        if !condition.residues.is_empty() {
            let text = Rope::piece(piece.clone());
            if matches!(self.solver.find(condition, Some((&text, &unsafe_values))), Answer::Impossible) {
                return None;
            }
        }
        Some(OpenHole { source, chain: Rc::clone(chain), bad: bad.map(Rc::new), context })
    }

    /// Tells whether a path that was checked to start with a trusted directory stays in it.
    fn stays_within(&mut self, condition: &PathCondition, source: SourceId, allowed: &Rc<Language>) -> bool {
        let Some(normal) = normal_paths() else { return false };
        if allowed.is_subset_of(&normal) != Ok(true) {
            return false;
        }
        let ends_in_slash =
            |rope: &Rope| matches!(rope.pieces().last(), Some(Piece::Const { text, .. }) if text.ends_with('/'));
        if condition.within.iter().any(|(checked, start)| *checked == source && ends_in_slash(start)) {
            return true;
        }
        // A constant directory shows in the language itself: it is the longest start that all values share.
        let Some(shortest) = allowed.witness() else { return true };
        let ends: Vec<usize> = shortest.char_indices().map(|(at, c)| at + c.len_utf8()).collect();
        let shared = ends.into_iter().rev().filter_map(|end| shortest.get(..end)).find(|start| {
            Language::literal(start)
                .and_then(|start| start.concat(&Language::any()))
                .and_then(|below| allowed.is_subset_of(&below))
                .unwrap_or(false)
        });
        let Some(directory) = shared.map(|start| start.trim_end_matches('/')).filter(|start| !start.is_empty()) else {
            return false;
        };
        Language::literal(&format!("{directory}/"))
            .and_then(|start| start.concat(&Language::any()))
            .and_then(|below| below.union(&Language::literal(directory)?))
            .and_then(|inside| allowed.is_subset_of(&inside))
            .unwrap_or(false)
    }
}
