//! Untrusted text in a file path (CWE-22). Invariant: a file name given to `send_from_directory` is no finding; that
//! function checks it.
//!
//! # What
//! A path is composed from untrusted text and used.
//! # Why
//! `../` leads out of the directory that was meant, and an absolute path makes `os.path.join` forget it.
//! # Fix
//! Resolve the path and check that it is still below the directory, or keep only the last component.

mod containment;
mod sinks;

use securecode_sdk::{File, Finding, Fix, Found, Interest, Match, Metadata, Node, Rule, Severity, fix::call::Call};

use crate::{evidence, literal};
use sinks::{Role, sinks};

pub(crate) struct PathTraversal;

impl Rule for PathTraversal {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-path-traversal",
            title: "Untrusted text in a file path",
            help: "`../` in untrusted text leads out of the directory that the path should stay in, and \
                   `os.path.join(base, name)` forgets `base` when `name` is absolute:\n\n\
                   ```python\n\
                   open(os.path.join(UPLOADS, name))          # name = ../../etc/passwd, or /etc/passwd\n\
                   ```\n\n\
                   Resolve the path, then check that it is below the directory:\n\n\
                   ```python\n\
                   path = os.path.realpath(os.path.join(UPLOADS, name))\n\
                   if not path.startswith(os.path.realpath(UPLOADS) + os.sep):\n    \
                       raise ValueError(\"path escapes the base directory\")\n\
                   open(path)\n\
                   ```\n\n\
                   When there are no subdirectories, keep the last component only: `os.path.basename(name)`, or \
                   `werkzeug.utils.secure_filename(name)`. In Flask, `send_from_directory` does the check.",
            severity: Severity::High,
            cwe: 22,
            tags: &["owasp:A01:2025", "injection"],
            interests: sinks().into_iter().map(|(_, sink)| Interest::Flow(sink)).collect(),
            triggers: &[
                "open",
                "os.",
                "shutil",
                "zipfile",
                "send_f",
                "FileResponse",
                "static_file",
                "numpy",
                "from os",
                "Path(",
                "glob",
                "sqlite",
                "pandas",
                "linecache",
                "shelve",
                "sanic",
                "FileIO",
            ],
            bad: "import os\n\nUPLOADS = \"/srv/uploads\"\n\n\n\
                  def read(name: str):\n    \
                      with open(os.path.join(UPLOADS, name)) as file:\n        return file.read()\n",
            good: "import os\n\nUPLOADS = \"/srv/uploads\"\n\n\n\
                   def read(name: str):\n    \
                       with open(os.path.join(UPLOADS, os.path.basename(name))) as file:\n        return file.read()\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let (role, sink) = sinks().into_iter().nth(matched.interest as usize)?;
        let call = file.node_of(matched).and_then(Call::of);
        let effect = match role {
            Role::Path => "is part of the path that `{callee}` uses".to_owned(),
            Role::PathOrFile => {
                let argument = call.and_then(|call| call.select(&sink.argument)).map_or("", Node::text);
                if evidence::is_open_file(file, matched, argument) {
                    return None;
                }
                "is part of the path that `{callee}` uses".to_owned()
            }
            Role::Saved => {
                let path = call.and_then(|call| call.positional(0)).map(literal::written).map_or("", Node::text);
                let is_upload = evidence::source(matched) == Some("the uploaded files") || path.contains("filename");
                if !is_upload {
                    return None;
                }
                "is part of the path that an upload is saved under".to_owned()
            }
        };
        let found = evidence::flow(matched, &effect);
        // Whoever starts a program may well name the files that it is to use.
        Some(if evidence::is_local(matched) { found.severity(Severity::Low) } else { found })
    }

    fn fix(&self, file: File<'_>, _finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(matched) = matched else { return Vec::new() };
        let Some(call) = file.node_of(matched).and_then(Call::of) else { return Vec::new() };
        let Some((_, sink)) = sinks().into_iter().nth(matched.interest as usize) else { return Vec::new() };
        let Some(path) = call.select(&sink.argument) else { return Vec::new() };
        let is_object = sink.argument.position.is_none() && sink.argument.keyword.is_none();
        // The check makes the path a text, which has none of the object's methods.
        if is_object { containment::reductions(file, path) } else { containment::fixes(file, path) }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use super::*;
    use securecode_testkit::Snippet;

    fn fixed(text: &str) -> Vec<String> {
        let snippet = Snippet::new(text);
        let matched = snippet.call("open", "builtins.open").expect("the call");
        snippet.fixed(&PathTraversal, &matched).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn checks_containment_before_the_statement() {
        assert_eq!(
            fixed("import os\n\ndef f(n):\n    with open(os.path.join(B, n)) as h:\n        return h.read()\n"),
            [
                "import os\n\ndef f(n):\n    path = os.path.realpath(os.path.join(B, n))\n    if not path.startswith(os.path.realpath(B) + os.sep):\n        raise ValueError(\"path escapes the base directory\")\n    with open(path) as h:\n        return h.read()\n",
                "import os\n\ndef f(n):\n    with open(os.path.join(B, os.path.basename(n))) as h:\n        return h.read()\n",
            ]
        );
    }

    #[test]
    fn checks_a_variable_after_its_assignment() {
        assert_eq!(
            fixed(
                "from flask import abort\n\ndef f(n):\n    p = f\"/srv/data/{n}.txt\"\n    if p in known:\n        return open(p)\n"
            ),
            [
                "from flask import abort\nimport os\n\ndef f(n):\n    p = os.path.realpath(f\"/srv/data/{n}.txt\")\n    if not p.startswith(os.path.realpath(\"/srv/data\") + os.sep):\n        raise ValueError(\"path escapes the base directory\")\n    if p in known:\n        return open(p)\n",
                "from flask import abort\nfrom werkzeug.utils import secure_filename\n\ndef f(n):\n    p = f\"/srv/data/{secure_filename(n)}.txt\"\n    if p in known:\n        return open(p)\n",
                "from flask import abort\nimport os\n\ndef f(n):\n    p = f\"/srv/data/{os.path.basename(n)}.txt\"\n    if p in known:\n        return open(p)\n",
            ]
        );
    }

    #[test]
    fn leaves_other_shapes_alone() {
        assert!(fixed("def f(n):\n    return open(n)\n").is_empty());
        assert_eq!(fixed("import os\nf = lambda n: open(os.path.join(B, n))\n").len(), 1);
    }
}
