//! `os.path`, `pathlib` and file names on a POSIX system. Invariant: symbolic links are left out, as in
//! `os.path.normpath`; a path that is worked out otherwise is an unknown text in the language of its form.

use crate::{
    automata::{char_set::CharSet, language::Language, operation::Operation},
    interpreter::{Choice, Choices, Interpreter, call::Arguments},
    rope::{Marked, Piece, Rope},
    source::Chooser,
    state::State,
    term::BoolTerm,
    value::{Influence, Value},
};

/// Gives the language of absolute normal paths: no empty, `.` or `..` components, but a second slash at the start, which
/// POSIX keeps.
pub(crate) fn normal_paths() -> Option<Language> {
    Language::literal("/").ok()?.optional().ok()?.concat(&paths_from_one_root()?).ok()
}

fn paths_from_one_root() -> Option<Language> {
    let name = Language::chars(&CharSet::of("/").complement()).plus().ok()?;
    let dots = Language::one_of([".", ".."]).ok()?;
    let component = Language::literal("/").ok()?.concat(&name.minus(&dots).ok()?).ok()?;
    component.plus().ok()?.union(&Language::literal("/").ok()?).ok()
}

/// Normalises a known path as `os.path.normpath` does.
pub(crate) fn normal_path(text: &str) -> String {
    let absolute = text.starts_with('/');
    let mut kept: Vec<&str> = Vec::new();
    for component in text.split('/') {
        match component {
            "" | "." => {}
            ".." => match kept.last() {
                Some(last) if *last != ".." => {
                    kept.pop();
                }
                Some(_) => kept.push(".."),
                None if absolute => {}
                None => kept.push(".."),
            },
            name => kept.push(name),
        }
    }
    let joined = kept.join("/");
    if text.starts_with("//") && !text.starts_with("///") {
        format!("//{joined}")
    } else if absolute {
        format!("/{joined}")
    } else if joined.is_empty() {
        ".".to_owned()
    } else {
        joined
    }
}

impl Interpreter<'_> {
    /// Sees a value as a path's text.
    pub(crate) fn path_text(&mut self, state: &mut State, value: &Value) -> Option<Rope> {
        match value {
            Value::Str(rope) | Value::Path(rope) => Some(rope.clone()),
            Value::Opaque(_) | Value::Global(_) => Some(self.text_of(state, value)),
            _ => None,
        }
    }

    /// Joins paths as `os.path.join` does: an absolute part starts anew.
    pub(crate) fn join_paths(&mut self, state: &mut State, parts: &[Value], wrap: fn(Rope) -> Value) -> Choices {
        let mut ways: Vec<(BoolTerm, Rope)> = Vec::new();
        for part in parts {
            let Some(text) = self.path_text(state, part) else { return vec![Choice::raise("TypeError")] };
            if ways.is_empty() {
                ways.push((BoolTerm::Const(true), text));
                continue;
            }
            let absolute = match Language::literal("/").and_then(|slash| slash.concat(&Language::any())) {
                Ok(language) => self.is_absolute(&text, &language),
                Err(_) => BoolTerm::Const(false),
            };
            let mut next = Vec::new();
            for (when, base) in ways {
                let relative = when.clone().and(absolute.clone().negate());
                let complete = self.needs_no_slash(&base);
                if !matches!(complete, BoolTerm::Const(true)) {
                    let joined = base.concat(&Rope::text("/")).concat(&text);
                    next.push((relative.clone().and(complete.clone().negate()), joined));
                }
                if !matches!(complete, BoolTerm::Const(false)) {
                    next.push((relative.and(complete), base.concat(&text)));
                }
                if !matches!(absolute, BoolTerm::Const(false)) {
                    next.push((when.and(absolute.clone()), text.clone()));
                }
            }
            ways = next;
        }
        ways.into_iter().map(|(when, rope)| Choice::value(wrap(rope)).when(when)).collect()
    }

    /// Tells whether nothing stands between a path and what is joined to it: it is empty, or ends in a slash. A directory
    /// of the surroundings' is taken to be neither.
    fn needs_no_slash(&mut self, base: &Rope) -> BoolTerm {
        match base.pieces().last() {
            Some(Piece::Const { text, .. }) => BoolTerm::Const(text.ends_with('/')),
            Some(Piece::Number(_)) => BoolTerm::Const(false),
            None => BoolTerm::Const(true),
            Some(Piece::Source { id, .. }) if self.sources.chooser(*id) == Chooser::Environment => {
                BoolTerm::Const(false)
            }
            Some(Piece::Source { .. }) => {
                let slash = || Language::any().concat(&Language::literal("/")?)?.union(&Language::literal("")?);
                match slash() {
                    Ok(language) => self.is_in(base, &language),
                    Err(_) => self.fresh_condition("how a path ends", Influence::Attacker),
                }
            }
        }
    }

    /// Tells whether a path is absolute; one of the surroundings' in the middle is taken to be relative.
    fn is_absolute(&mut self, text: &Rope, language: &Language) -> BoolTerm {
        match text.pieces().first() {
            Some(Piece::Const { text, .. }) => BoolTerm::Const(text.starts_with('/')),
            Some(Piece::Number(_)) | None => BoolTerm::Const(false),
            Some(Piece::Source { id, .. }) if self.sources.chooser(*id) == Chooser::Environment => {
                BoolTerm::Const(false)
            }
            Some(Piece::Source { .. }) => self.is_in(text, language),
        }
    }

    /// Makes a path absolute and normal.
    fn normalise(&mut self, state: &mut State, rope: &Rope, wrap: fn(Rope) -> Value) -> Choices {
        if let Some(marked) = rope.marked() {
            let absolute = if marked.text.starts_with('/') { marked.clone() } else { shifted(&marked, "/srv/app/") };
            return vec![Choice::value(wrap(normal_marked(&absolute)))];
        }
        let trusted = rope.sources().all(|id| self.sources.chooser(id) == Chooser::Environment);
        if trusted {
            // A directory of the program's own: normal already, as far as anybody can tell.
            return vec![Choice::value(wrap(rope.clone()))];
        }
        let text = self.image(state, rope, normal_paths());
        vec![Choice::value(wrap(text))]
    }

    /// Calls a function of `os.path`; `None` when it is not modelled.
    pub(crate) fn call_os_path(&mut self, state: &mut State, name: &str, arguments: &Arguments) -> Option<Choices> {
        let first = arguments.at(0).cloned();
        let text = |this: &mut Self, state: &mut State| first.as_ref().and_then(|value| this.path_text(state, value));
        Some(match name {
            "join" => {
                let parts = arguments.plain()?.to_vec();
                self.join_paths(state, &parts, Value::Str)
            }
            "basename" => {
                let rope = text(self, state)?;
                vec![Choice::value(Value::Str(self.apply(state, &rope, Operation::Basename)))]
            }
            "realpath" | "abspath" => {
                let rope = text(self, state)?;
                self.normalise(state, &rope, Value::Str)
            }
            "normpath" => {
                let rope = text(self, state)?;
                match rope.marked() {
                    Some(marked) => vec![Choice::value(Value::Str(normal_marked(&marked)))],
                    None => {
                        let absolute =
                            matches!(rope.pieces().first(), Some(Piece::Const { text, .. }) if text.starts_with('/'));
                        let language = if absolute { normal_paths() } else { None };
                        vec![Choice::value(Value::Str(self.image(state, &rope, language)))]
                    }
                }
            }
            "isabs" => {
                let rope = text(self, state)?;
                let language = Language::literal("/").ok()?.concat(&Language::any()).ok()?;
                vec![Choice::value(Value::Bool(self.is_absolute(&rope, &language)))]
            }
            "exists" | "isfile" | "isdir" | "getsize" | "getmtime" | "islink" => {
                let shown = rope_key(&text(self, state)?);
                let term = self.named_condition(
                    format!("{name} {shown}"),
                    &format!("`os.path.{name}`"),
                    Influence::Environment,
                );
                match name {
                    "getsize" | "getmtime" => {
                        let number = Value::Int(self.fresh_integer());
                        self.with_any_exception(state, vec![Choice::value(number)])
                    }
                    _ => vec![Choice::value(Value::Bool(term))],
                }
            }
            "commonpath" | "commonprefix" => {
                let items = self.known_items(state, &first?)?;
                let mut paths = Vec::new();
                for item in &items {
                    paths.push(self.path_text(state, item)?);
                }
                let (one, two) = match paths.as_slice() {
                    [one, two] => (one.clone(), two.clone()),
                    _ => return None,
                };
                self.common_path(state, name, (&one, &two))?
            }
            "dirname" | "splitext" | "split" => {
                let rope = text(self, state)?;
                let marked = rope.marked()?;
                let after_slash = marked.text.rfind('/').map_or(0, |slash| slash + 1);
                let cut = match name {
                    "dirname" | "split" => {
                        let head = marked.text.get(..after_slash).unwrap_or_default();
                        let bare = head.trim_end_matches('/').len();
                        if bare == 0 { head.len() } else { bare }
                    }
                    _ => {
                        let base = marked.text.rfind('/').map_or(0, |slash| slash + 1);
                        let file = marked.text.get(base..).unwrap_or_default();
                        let lead = file.len() - file.trim_start_matches('.').len();
                        match file.rfind('.') {
                            Some(dot) if dot > lead.saturating_sub(1) && dot > 0 && dot >= lead => base + dot,
                            _ => marked.text.len(),
                        }
                    }
                };
                let size = marked.text.len();
                let head = Rope::cut(&marked, 0..cut);
                match name {
                    "dirname" => vec![Choice::value(Value::Str(head))],
                    "split" => {
                        let tail = Rope::cut(&marked, after_slash..size);
                        vec![Choice::value(Value::Tuple([Value::Str(head), Value::Str(tail)].into()))]
                    }
                    _ => {
                        let tail = Rope::cut(&marked, cut..size);
                        vec![Choice::value(Value::Tuple([Value::Str(head), Value::Str(tail)].into()))]
                    }
                }
            }
            _ => return None,
        })
    }

    /// Evaluates `os.path.commonpath([base, path])`: the base exactly when the path lies in it.
    fn common_path(&mut self, state: &mut State, name: &str, (one, two): (&Rope, &Rope)) -> Option<Choices> {
        if let (Some(a), Some(b)) = (one.known(), two.known()) {
            if name == "commonprefix" {
                let shared: String = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).map(|(x, _)| x).collect();
                return Some(vec![Choice::value(Value::text(&shared))]);
            }
            if a.starts_with('/') != b.starts_with('/') {
                return Some(vec![Choice::raise("ValueError")]);
            }
            let names = |path: &String| -> Vec<String> {
                path.split('/').filter(|part| !part.is_empty() && *part != ".").map(str::to_owned).collect()
            };
            let shared: Vec<String> =
                names(&a).into_iter().zip(names(&b)).take_while(|(x, y)| x == y).map(|(x, _)| x).collect();
            let root = if a.starts_with('/') { "/" } else { "" };
            return Some(vec![Choice::value(Value::text(&format!("{root}{}", shared.join("/"))))]);
        }
        if name == "commonprefix" {
            return None;
        }
        let trusted = |this: &Self, rope: &Rope| {
            !rope.has_injected_text() && rope.sources().all(|id| this.sources.chooser(id) == Chooser::Environment)
        };
        let (base, path) = if trusted(self, one) { (one, two) } else { (two, one) };
        let source = path.plain_source()?;
        if !trusted(self, base) {
            return None;
        }
        let mut start = base.clone();
        start.append(&Rope::text("/"));
        let inside = match base.known() {
            Some(text) => {
                let bare = text.trim_end_matches('/');
                let directory = Language::literal(&format!("{bare}/")).ok()?;
                let below = directory.concat(&Language::any()).ok()?;
                let language = below.union(&Language::literal(bare).ok()?).ok()?;
                self.is_in(path, &language)
            }
            None => BoolTerm::Within { source, start },
        };
        let influence = Influence::Attacker;
        let other = Value::Str(self.unknown_text(state, "a common directory", influence, None));
        let same = Choice::value(Value::Str(base.clone())).when(inside.clone());
        // Elsewhere the result is some other directory than the base: `None` never equals a text.
        let _ = other;
        let elsewhere = Choice::value(Value::None).when(inside.negate());
        Some(vec![same, elsewhere])
    }

    /// Reads an attribute of a `pathlib` path.
    pub(crate) fn path_attribute(&mut self, state: &mut State, rope: &Rope, name: &str) -> Choices {
        let value = match name {
            "name" => Value::Str(self.apply(state, rope, Operation::Basename)),
            "parent" => match rope.marked() {
                Some(marked) => {
                    let cut = marked.text.rfind('/').unwrap_or(0);
                    Value::Path(Rope::cut(&marked, 0..cut))
                }
                None => Value::Path(self.image(state, rope, None)),
            },
            _ => Value::Str(self.image(state, rope, None)),
        };
        vec![Choice::value(value)]
    }

    /// Calls a method of a `pathlib` path.
    pub(crate) fn path_method(&mut self, state: &mut State, rope: &Rope, name: &str, arguments: Arguments) -> Choices {
        let receiver = Value::Path(rope.clone());
        match name {
            "resolve" | "absolute" => self.normalise(state, rope, Value::Path),
            "joinpath" => match arguments.plain() {
                Some(parts) => {
                    let all: Vec<Value> = std::iter::once(receiver).chain(parts.iter().cloned()).collect();
                    self.join_paths(state, &all, Value::Path)
                }
                None => self.unknown_call(state, "pathlib.Path.joinpath", Some(&receiver), &arguments),
            },
            "is_relative_to" | "relative_to" => {
                let base = arguments.at(0).cloned().and_then(|base| self.path_text(state, &base));
                let Some(inside) = base.and_then(|base| self.is_inside(rope, &base)) else {
                    return self.unknown_call(state, "pathlib.Path.is_relative_to", Some(&receiver), &arguments);
                };
                if name == "is_relative_to" {
                    return vec![Choice::value(Value::Bool(inside))];
                }
                let rest = Value::Path(self.image(state, rope, None));
                vec![Choice::value(rest).when(inside.clone()), Choice::raise("ValueError").when(inside.negate())]
            }
            "as_posix" | "__str__" | "__fspath__" => vec![Choice::value(Value::Str(rope.clone()))],
            "exists" | "is_file" | "is_dir" => {
                let key = format!("{name} {}", rope_key(rope));
                let term = self.named_condition(key, &format!("`Path.{name}`"), Influence::Environment);
                vec![Choice::value(Value::Bool(term))]
            }
            "read_text" | "read_bytes" | "open" | "write_text" | "write_bytes" | "mkdir" | "unlink" | "iterdir" => {
                let value = self.fresh_opaque(&format!("`Path.{name}`"), Influence::Environment);
                self.with_any_exception(state, vec![Choice::value(value)])
            }
            _ => self.unknown_call(state, &format!("pathlib.Path.{name}"), Some(&receiver), &arguments),
        }
    }

    /// Tells whether a path lies in a trusted directory or is it; `None` when the question is not modelled.
    fn is_inside(&mut self, path: &Rope, base: &Rope) -> Option<BoolTerm> {
        if base.has_injected_text() || base.sources().any(|id| self.sources.chooser(id) != Chooser::Environment) {
            return None;
        }
        match (path.known(), base.known()) {
            (Some(path), Some(base)) => {
                let base = base.trim_end_matches('/');
                Some(BoolTerm::Const(path == base || path.starts_with(&format!("{base}/"))))
            }
            (None, Some(base)) => {
                let base = base.trim_end_matches('/');
                let below = Language::literal(&format!("{base}/")).ok()?.concat(&Language::any()).ok()?;
                let language = below.union(&Language::literal(base).ok()?).ok()?;
                Some(self.is_in(path, &language))
            }
            (None, None) => {
                let source = path.plain_source()?;
                let mut start = base.clone();
                start.append(&Rope::text("/"));
                Some(BoolTerm::Within { source, start })
            }
            (Some(_), None) => None,
        }
    }
}

/// Writes a rope as a key: equal keys mean equal texts.
fn rope_key(rope: &Rope) -> String {
    format!("{:?}", rope.pieces().iter().map(piece_key).collect::<Vec<_>>())
}

fn piece_key(piece: &Piece) -> String {
    match piece {
        Piece::Const { text, .. } => format!("t{text}"),
        Piece::Source { id, chain } => {
            format!("s{}{:?}", id.0, chain.iter().map(|step| step.operation().clone()).collect::<Vec<_>>())
        }
        Piece::Number(term) => format!("n{term:?}"),
    }
}

/// Puts a text of the program's in front.
fn shifted(marked: &Marked, prefix: &str) -> Marked {
    let by = prefix.len();
    Marked {
        text: format!("{prefix}{}", marked.text),
        injected: marked.injected.iter().map(|part| part.start + by..part.end + by).collect(),
    }
}

/// Normalises a known path, components keeping their authors.
fn normal_marked(marked: &Marked) -> Rope {
    let shown = normal_path(&marked.text);
    if marked.injected.is_empty() {
        return Rope::text(&shown);
    }
    // What is left of the program's own beginning stays the program's.
    let first = marked.injected.iter().map(|part| part.start).min().unwrap_or(0);
    let own = marked.text.get(..first).unwrap_or_default();
    let own_directory = own.rfind('/').and_then(|slash| own.get(..=slash)).unwrap_or_default();
    let own_directory = normal_path(own_directory);
    let own_directory = if own_directory.ends_with('/') { own_directory } else { format!("{own_directory}/") };
    match shown.strip_prefix(&own_directory) {
        Some(rest) => {
            let mut rope = Rope::text(&own_directory);
            rope.append(&Rope::written(rest, crate::rope::Author::Attacker));
            rope
        }
        None => Rope::written(&shown, crate::rope::Author::Attacker),
    }
}

#[cfg(test)]
mod tests {
    use super::{normal_path, normal_paths};

    #[test]
    fn paths_are_normalised() {
        for (given, wanted) in
            [("/a/../../b", "/b"), ("a//b/./c", "a/b/c"), ("../a/..", ".."), ("", "."), ("/", "/"), ("a/..", ".")]
        {
            assert_eq!(normal_path(given), wanted);
        }
        let language = normal_paths();
        assert!(language.as_ref().is_some_and(|language| language.accepts("/srv/files/a..b")));
        assert!(language.as_ref().is_some_and(|language| !language.accepts("/srv/../etc")));
    }
}
