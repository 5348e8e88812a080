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

use securecode_sdk::{
    Confidence, File, Finding, Fix, Found, Interest, Match, Metadata, Rule, Severity, Sink, SinkLanguage,
    fix::call::Call,
    spec::{argument, position, sink},
};

use crate::evidence;

pub(crate) struct PathTraversal;

/// Functions that use a path, and which argument it is.
fn sinks() -> Vec<Sink> {
    let path = SinkLanguage::Path;
    vec![
        sink(&["builtins.open", "io.open", "codecs.open"], argument(0, "file"), path),
        sink(
            &[
                "os.open",
                "os.remove",
                "os.unlink",
                "os.rmdir",
                "os.mkdir",
                "os.listdir",
                "os.scandir",
                "os.chmod",
                "os.chown",
                "os.truncate",
                "os.readlink",
                "os.utime",
            ],
            argument(0, "path"),
            path,
        ),
        sink(&["os.makedirs", "os.removedirs"], argument(0, "name"), path),
        sink(&["os.walk"], argument(0, "top"), path),
        sink(&["os.rename", "os.replace", "os.renames", "os.link", "os.symlink"], argument(0, "src"), path),
        sink(&["os.rename", "os.replace", "os.renames", "os.link", "os.symlink"], argument(1, "dst"), path),
        sink(
            &["shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.copytree", "shutil.move"],
            argument(0, "src"),
            path,
        ),
        sink(
            &["shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.copytree", "shutil.move"],
            argument(1, "dst"),
            path,
        ),
        sink(&["shutil.rmtree"], argument(0, "path"), path),
        sink(&["zipfile.ZipFile", "gzip.open", "bz2.open", "lzma.open"], position(0), path),
        sink(&["tarfile.open", "tarfile.TarFile.open"], argument(0, "name"), path),
        sink(&["aiofiles.open"], argument(0, "file"), path),
        sink(&["flask.send_file", "flask.helpers.send_file"], argument(0, "path_or_file"), path),
        sink(&["flask.send_from_directory"], argument(0, "directory"), path),
        sink(
            &["fastapi.responses.FileResponse", "starlette.responses.FileResponse", "aiohttp.web.FileResponse"],
            argument(0, "path"),
            path,
        ),
        sink(&["bottle.static_file"], argument(1, "root"), path),
        sink(&["numpy.load", "numpy.loadtxt", "numpy.save"], argument(0, "file"), path).confidence(Confidence::Medium),
    ]
}

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
            interests: sinks().into_iter().map(Interest::Flow).collect(),
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

    fn check(&self, _file: File<'_>, matched: &Match) -> Option<Found> {
        Some(evidence::flow(matched, "is part of the path that `{callee}` uses"))
    }

    fn fix(&self, file: File<'_>, _finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(matched) = matched else { return Vec::new() };
        let Some(call) = file.node_of(matched).and_then(Call::of) else { return Vec::new() };
        let Some(sink) = sinks().into_iter().nth(matched.interest as usize) else { return Vec::new() };
        let Some(path) = call.select(&sink.argument) else { return Vec::new() };
        containment::fixes(file, call, path)
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
