//! Runs a pack's rules natively on Python text, for unit tests. Invariant: the tree is the host's own, so what a test
//! sees is what the component will be sent.

pub mod scan;

use securecode_sdk::{
    Edit, File, Fix, Found, Holders, ImportEntry, Kind, Match, Node, Rule, SourceFile, Span, kind::Field,
};

/// A piece of Python as a rule is sent it.
#[derive(Clone, Debug)]
pub struct Snippet {
    source: SourceFile,
    holders: Holders,
}

impl Snippet {
    /// Parses the text as `app.py`.
    pub fn new(text: &str) -> Self {
        Self::at("app.py", text)
    }

    /// Parses the text as the file at this path.
    pub fn at(path: &str, text: &str) -> Self {
        let parsed = syntax::parse::parse(text);
        let mut source = SourceFile {
            path: path.into(),
            module: Some(path.trim_end_matches(".py").replace('/', ".")),
            text: text.into(),
            tree: parsed.tree.words().to_vec(),
            imports: Vec::new(),
        };
        let holders = Holders::new();
        source.imports = imports(File::new(&source, &holders));
        Self { source, holders }
    }

    /// Gives what the host would send.
    pub const fn source(&self) -> &SourceFile {
        &self.source
    }

    /// Gives the view that rules take.
    pub const fn file(&self) -> File<'_> {
        File::new(&self.source, &self.holders)
    }

    /// Gives the first node of this kind whose text starts so.
    pub fn node(&self, kind: Kind, start: &str) -> Option<Node<'_>> {
        self.file().tree().nodes().find(|node| node.is(kind) && node.text().starts_with(start))
    }

    /// Makes the match of an interest on the first call whose text starts so, the innermost of a chain such as
    /// `connection.execute(…).fetchall()`; `name` is its resolved callee.
    pub fn call(&self, start: &str, name: &str) -> Option<Match> {
        let outer = self.node(Kind::CALL, start)?;
        let chain = outer.descendants().take_while(|node| node.start() == outer.start());
        let inner = chain.filter(|node| node.is(Kind::CALL) && node.text().starts_with(start)).last();
        Some(matched(inner.unwrap_or(outer), name))
    }

    /// Makes the match of an interest on the first node of this kind whose text starts so.
    pub fn matched(&self, kind: Kind, start: &str, name: &str) -> Option<Match> {
        self.node(kind, start).map(|node| matched(node, name))
    }

    /// Gives the whole text after each fix that the rule proposes for this match, with the fix's title; empty when the
    /// rule finds nothing there.
    pub fn fixed(&self, rule: &dyn Rule, matched: &Match) -> Vec<(String, String)> {
        let Some(found) = rule.check(self.file(), matched) else { return Vec::new() };
        let finding = finding(found);
        let fixes = rule.fix(self.file(), &finding, Some(matched));
        fixes.into_iter().map(|fix| (fix.title.clone(), self.apply(&fix))).collect()
    }

    /// Gives the text after the fix. Panics when its edits overlap or leave the text.
    #[expect(clippy::expect_used, clippy::panic, reason = "for tests, where a bad edit must stop")]
    pub fn apply(&self, fix: &Fix) -> String {
        let mut edits: Vec<&Edit> = fix.edits.iter().collect();
        edits.sort_by_key(|edit| (edit.at.start, edit.at.end));
        let mut text = String::new();
        let mut end = 0;
        for edit in edits {
            let (from, to) = (edit.at.start as usize, edit.at.end as usize);
            assert!(end <= from, "edits overlap at {from}");
            text.push_str(self.source.text.get(end..from).expect("an edit within the text"));
            text.push_str(&edit.replacement);
            end = to;
        }
        text.push_str(self.source.text.get(end..).expect("an edit within the text"));
        let problems = syntax::parse::parse(&text).problems;
        if let Some(problem) = problems.first() {
            panic!("the fixed text does not parse: {}\n{text}", problem.message);
        }
        text
    }
}

fn matched(node: Node<'_>, name: &str) -> Match {
    Match { rule: 0, interest: 0, at: node.span(), node: node.index(), name: name.into(), path: Vec::new() }
}

fn finding(found: Found) -> securecode_sdk::Finding {
    securecode_sdk::Finding {
        rule: 0,
        matched: Some(0),
        at: found.at,
        message: found.message,
        severity: found.severity,
        confidence: found.confidence,
        props: found.props,
    }
}

/// Reads the imports off the tree, absolute ones only.
fn imports(file: File<'_>) -> Vec<ImportEntry> {
    let mut entries = Vec::new();
    for statement in file.tree().nodes() {
        let prefix = match statement.kind() {
            Kind::IMPORT_STATEMENT => String::new(),
            Kind::IMPORT_FROM_STATEMENT => match statement.child(Field::MODULE_NAME) {
                Some(module) => format!("{}.", module.text()),
                None => continue,
            },
            _ => continue,
        };
        for name in statement.children().filter(|child| child.field() == Field::NAME) {
            entries.push(entry(name, &prefix, statement.span()));
        }
    }
    entries
}

fn entry(name: Node<'_>, prefix: &str, at: Span) -> ImportEntry {
    let target = name.child(Field::NAME).map_or(name.text(), Node::text);
    match name.child(Field::ALIAS) {
        Some(alias) => ImportEntry { local: alias.text().into(), target: format!("{prefix}{target}"), at },
        None if prefix.is_empty() => {
            let top = target.split('.').next().unwrap_or_default();
            ImportEntry { local: top.into(), target: top.into(), at }
        }
        None => ImportEntry { local: target.into(), target: format!("{prefix}{target}"), at },
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use super::*;

    #[test]
    fn reads_a_snippet() {
        let snippet = Snippet::new("import os.path\nfrom a import b as c, d\nos.system(x)\n");
        let locals: Vec<_> = snippet.file().imports().iter().map(|entry| (&*entry.local, &*entry.target)).collect();
        assert_eq!(locals, [("os", "os"), ("c", "a.b"), ("d", "a.d")]);
        let found = snippet.call("os.system", "os.system").expect("the call");
        assert_eq!(snippet.file().slice(found.at), "os.system(x)");
    }
}
