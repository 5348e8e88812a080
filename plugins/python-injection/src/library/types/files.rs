//! Paths, archives, documents and patterns. Invariant: a method that gives another path gives the same type.

use securecode_sdk::{ReturnType, spec::returns};

use super::methods;

pub(super) fn types() -> Vec<ReturnType> {
    [paths(), archives(), documents()].concat()
}

fn paths() -> Vec<ReturnType> {
    let paths = [
        "resolve",
        "joinpath",
        "absolute",
        "cwd",
        "home",
        "expanduser",
        "with_name",
        "with_suffix",
        "with_stem",
        "relative_to",
        "parent",
        "readlink",
        "rename",
        "replace",
    ];
    [
        returns(&[
            ("re.compile", "re.Pattern"),
            ("pathlib.Path", "pathlib.Path"),
            ("pathlib.PosixPath", "pathlib.Path"),
            ("pathlib.PurePath", "pathlib.Path"),
            ("pathlib.PurePosixPath", "pathlib.Path"),
            ("pathlib.Path.name", "str"),
            ("pathlib.Path.stem", "str"),
            ("pathlib.Path.suffix", "str"),
            ("pathlib.Path.as_posix", "str"),
        ]),
        methods(&["pathlib.Path"], &paths, "pathlib.Path"),
    ]
    .concat()
}

fn archives() -> Vec<ReturnType> {
    returns(&[
        ("zipfile.ZipFile", "zipfile.ZipFile"),
        ("zipfile.ZipFile.__enter__", "zipfile.ZipFile"),
        ("tarfile.open", "tarfile.TarFile"),
        ("tarfile.TarFile.open", "tarfile.TarFile"),
        ("tarfile.TarFile.gzopen", "tarfile.TarFile"),
        ("tempfile.mkdtemp", "str"),
        ("configparser.ConfigParser", "configparser.ConfigParser"),
        ("io.StringIO", "io.StringIO"),
        ("io.BytesIO", "io.BytesIO"),
    ])
}

fn documents() -> Vec<ReturnType> {
    [
        methods(&["lxml.etree", "lxml.objectify"], &["parse", "ElementTree"], "lxml.etree._ElementTree"),
        methods(&["lxml.etree", "lxml.objectify"], &["fromstring", "XML", "HTML", "Element"], "lxml.etree._Element"),
        methods(&["lxml.etree._ElementTree"], &["getroot"], "lxml.etree._Element"),
        methods(&["lxml.html"], &["fromstring", "document_fromstring", "fragment_fromstring"], "lxml.etree._Element"),
        methods(&["lxml.html"], &["parse"], "lxml.etree._ElementTree"),
        methods(
            &["xml.etree.ElementTree", "defusedxml.ElementTree", "xml.etree.cElementTree"],
            &["fromstring", "XML"],
            "xml.etree.ElementTree.Element",
        ),
        methods(
            &["xml.etree.ElementTree", "defusedxml.ElementTree", "xml.etree.cElementTree"],
            &["parse"],
            "xml.etree.ElementTree.ElementTree",
        ),
        methods(&["xml.etree.ElementTree.ElementTree"], &["getroot"], "xml.etree.ElementTree.Element"),
    ]
    .concat()
}
