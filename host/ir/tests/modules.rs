//! What imports mean over a tree of files.
#![expect(clippy::unwrap_used, reason = "tests")]

use ir::{
    lower::{InputFile, assemble, lower, prepare, scan_file},
    print::print_function,
    program::Program,
    validate::validate,
};
use model::ids::FileId;

/// Lowers files given by path and text.
fn program(files: &[(&str, &str)]) -> Program {
    let parsed: Vec<_> = files.iter().map(|(_, text)| syntax::parse::parse(text)).collect();
    let inputs: Vec<InputFile<'_>> = (0..)
        .zip(files.iter().zip(&parsed))
        .map(|(id, ((path, text), parsed))| InputFile { file: FileId(id), path, text, tree: &parsed.tree })
        .collect();
    let program = lower(&inputs);
    assert_eq!(validate(&program), Vec::<String>::new());
    let prepared = prepare(inputs.iter().rev().map(|input| scan_file(*input)).collect());
    let backwards: Vec<_> = (0..prepared.file_count()).rev().map(|index| prepared.lower_file(index).unwrap()).collect();
    assert_eq!(assemble(backwards.into_iter().rev()), program, "the order of work does not show");
    program
}

/// Checks that each text stands in what the last file is lowered to.
fn check(files: &[(&str, &str)], expected: &[&str]) {
    let program = program(files);
    let last = FileId(files.len() as u32 - 1);
    let text: String =
        program.functions_of(last).iter().map(|function| print_function(&program, function.id)).collect();
    for expected in expected {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
}

#[test]
fn a_nested_packages_library_imports_stay_library_imports() {
    check(
        &[
            ("shop/__init__.py", ""),
            ("shop/api/__init__.py", ""),
            ("shop/api/views.py", "import flask\nfrom flask import request\nflask.abort(request.args)\n"),
        ],
        &["<flask.abort>(<flask.request.args>)"],
    );
}

#[test]
fn the_root_may_lie_below_the_tree() {
    check(
        &[
            ("backend/app/__init__.py", "from app.impl import work\n"),
            ("backend/app/impl.py", "def work(): pass\n"),
            ("backend/app/db.py", "def find(): pass\n"),
            (
                "backend/app/api/views.py",
                "from app import work\nfrom app.db import find\nimport app.db\nfrom app import db as d\nwork(find, app.db.find, d.find)\n",
            ),
        ],
        &["<backend.app.impl.work>(<backend.app.db.find>, <backend.app.db.find>, <backend.app.db.find>)"],
    );
}

#[test]
fn a_src_layout_is_found_from_tests() {
    check(
        &[
            ("libs/core/src/core/__init__.py", ""),
            ("libs/core/src/core/text.py", "def clean(): pass\n"),
            ("libs/other/src/other/text.py", "def clean(): pass\n"),
            ("libs/core/tests/test_text.py", "from core.text import clean\nimport core.text as t\nt.clean(clean)\n"),
        ],
        &["<libs.core.src.core.text.clean>(<libs.core.src.core.text.clean>)"],
    );
    check(
        &[("src/shop/db.py", "def find(): pass\n"), ("tests/test_db.py", "from shop import db\ndb.find()\n")],
        &["<shop.db.find>()"],
    );
}

#[test]
fn twins_in_other_folders_are_not_mixed_up() {
    let twin = "def go(): pass\n";
    let files =
        [("a/util.py", twin), ("b/util.py", twin), ("util.py", twin), ("b/run.py", "from util import go\ngo()\n")];
    check(&files, &["<b.util.go>()"]);
    let files = [("a/util.py", twin), ("b/util.py", twin), ("c/run.py", "from util import go\ngo()\n")];
    check(&files, &["<util.go>()"]);
    let files = [
        ("b/__init__.py", ""),
        ("b/util.py", twin),
        ("util.py", twin),
        ("b/run.py", "from util import go\nfrom .util import go as near\ngo(near)\n"),
    ];
    check(&files, &["<util.go>(<b.util.go>)"]);
}

#[test]
fn a_module_named_as_a_library_does_not_hide_it() {
    check(
        &[
            ("proj/settings.py", "X = 1\n"),
            ("proj/celery.py", "from celery import Celery\napp = Celery('x')\n"),
            ("proj/logging.py", "def go(): pass\n"),
            ("proj/tasks.py", "from celery import shared_task\nimport logging\nshared_task(logging.go)\n"),
        ],
        &["<celery.shared_task>(<logging.go>)"],
    );
    check(
        &[("proj/celery.py", "from celery import Celery\napp = Celery('x')\napp.task()\n")],
        &["app = <celery.Celery>("],
    );
}

#[test]
fn folders_without_init_and_scripts_are_searched() {
    let work = "def work(): pass\n";
    check(
        &[
            ("libs/a/src/acme/a/core.py", work),
            ("libs/b/src/acme/b/core.py", work),
            ("libs/b/src/acme/b/use.py", "from acme.a.core import work\nimport acme.b.core\nacme.b.core.work(work)\n"),
        ],
        &["<libs.b.src.acme.b.core.work>(<libs.a.src.acme.a.core.work>)"],
    );
    check(
        &[
            ("tool/__init__.py", ""),
            ("tool/steps.py", work),
            ("tool/__main__.py", "from steps import work\nfrom . import steps\nwork(steps.work)\n"),
        ],
        &["<tool.steps.work>(<tool.steps.work>)"],
    );
    check(
        &[
            ("web/manage.py", ""),
            ("web/shop/__init__.py", ""),
            ("web/shop/views.py", work),
            ("scripts/load.py", "from shop.views import work\nimport shop\nwork(shop.views.work)\n"),
        ],
        &["<web.shop.views.work>(<web.shop.views.work>)"],
    );
}

#[test]
fn re_exports_are_followed() {
    check(
        &[
            ("pkg/__init__.py", "from .impl import f\nfrom .shapes import *\nfrom .slug import slug\n"),
            ("pkg/impl.py", "from ._deep import f as f\n"),
            ("pkg/_deep.py", "def f(): pass\n"),
            (
                "pkg/shapes.py",
                "from .more import *\n__all__ = ['area', 'more_area', '_odd']\ndef area(): pass\ndef _odd(): pass\ndef hidden(): pass\n",
            ),
            ("pkg/more.py", "def more_area(): pass\n"),
            ("pkg/slug.py", "def slug(): pass\n"),
            (
                "run.py",
                "import pkg\nfrom pkg import more_area, slug, hidden\npkg.f(pkg.area, more_area, pkg._odd, slug, pkg.slug, hidden)\n",
            ),
        ],
        &[
            "<pkg._deep.f>(<pkg.shapes.area>, <pkg.more.more_area>, <pkg.shapes._odd>, <pkg.slug.slug>, <pkg.slug.slug>, <pkg.hidden>)",
        ],
    );
}

#[test]
fn cycles_of_imports_end() {
    check(
        &[
            ("a.py", "from b import x\nfrom b import *\n"),
            ("b.py", "from a import x\nfrom a import *\n"),
            ("c.py", "from a import x, y\nfrom a import *\nx(y, z)\n"),
        ],
        &["(<a.y>, <c.z>)"],
    );
}

#[test]
fn of_several_imports_the_one_that_is_known_counts() {
    check(
        &[
            ("shop/own.py", "def dumps(): pass\n"),
            (
                "shop/use.py",
                "
try:
    import ujson as json
except ImportError:
    import json
try:
    from fast import dumps
except ImportError:
    from .own import dumps
try:
    import lxml.etree as tree
except ImportError:
    import other.tree as tree
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from shop.own import dumps as typed
json.loads(dumps, tree.parse, typed)
",
            ),
        ],
        &["<json.loads>(<shop.own.dumps>, <lxml.etree.parse>, <shop.own.dumps>)"],
    );
}

#[test]
fn imports_by_name_give_the_module() {
    check(
        &[(
            "m.py",
            "
import importlib
from importlib import import_module
def f(name):
    p = importlib.import_module('pickle')
    p.loads(name)
    import_module('yaml').load(name)
    import_module(name).load(name)
    __import__('os').system(name)
",
        )],
        &["p = <pickle>", "<yaml.load>(name)", "<os.system>(name)"],
    );
}

#[test]
fn decorators_and_bases_resolve_over_files() {
    let files = [
        ("web/__init__.py", "from .base import View\nfrom .guards import guard\n"),
        ("web/base.py", "class View:\n    def get(self): pass\n"),
        ("web/guards.py", "def guard(f): return f\n"),
        ("app.py", "import web\nclass Home(web.View):\n    @web.guard\n    def post(self): self.get()\n"),
    ];
    check(&files, &["@web.guards.guard"]);
    let program = program(&files);
    let home = program.classes.iter().find(|class| class.qualname == "Home").unwrap();
    assert_eq!(home.bases, ["web.base.View"]);
}

#[test]
fn annotations_name_classes_of_other_files() {
    let files = [
        ("shop/db.py", "class Session: pass\n"),
        (
            "shop/api.py",
            "
from typing import Annotated, Literal, Optional
from . import db
from .db import Session
from fastapi import Depends
class Own: pass
def f(a: Optional[Session], b: db.Session | None, c: Annotated[Session, Depends(make)], d: 'Own', e: list['Own'],
      g: Literal['Own'], h: dict[str, int]) -> 'db.Session':
    x: Session = make()
    y: int
    return x
",
        ),
    ];
    let program = program(&files);
    let function = program.find_function(FileId(1), "f").unwrap();
    let annotations: Vec<&str> = function.params.iter().map(|param| param.annotation.as_deref().unwrap()).collect();
    assert_eq!(
        annotations,
        [
            "typing.Optional[shop.db.Session]",
            "shop.db.Session | None",
            "typing.Annotated[shop.db.Session, fastapi.Depends(make)]",
            "shop.api.Own",
            "builtins.list[shop.api.Own]",
            "typing.Literal['Own']",
            "builtins.dict[str, int]",
        ]
    );
    assert_eq!(function.returns.as_deref(), Some("shop.db.Session"));
    let local = function.locals.iter().find(|local| local.name.as_deref() == Some("x")).unwrap();
    assert_eq!(local.annotation.as_deref(), Some("shop.db.Session"));
}

#[test]
fn classes_know_their_fields() {
    let text = "
import enum
from dataclasses import dataclass, field
from typing import NamedTuple
@dataclass(frozen=True)
class Point:
    z: int
    a: list[str] = field(default_factory=list)
    name: str = 'x'
    def go(self): pass
class Pair(NamedTuple):
    left: int
    right: Point
class Colour(enum.Enum):
    RED = 1
    BLUE = 'b'
class Mixed(Pair, Point): pass
";
    let program = program(&[("m.py", text)]);
    let shown: Vec<String> = program
        .classes
        .iter()
        .map(|class| {
            let fields: Vec<String> = class
                .fields
                .iter()
                .map(|field| format!("{}: {}", field.name, field.annotation.as_deref().unwrap_or("?")))
                .collect();
            format!("{:?} {} ({})", class.kind, class.qualname, fields.join(", "))
        })
        .collect();
    assert_eq!(
        shown,
        [
            "Dataclass Point (z: builtins.int, a: builtins.list[str], name: builtins.str)",
            "NamedTuple Pair (left: builtins.int, right: m.Point)",
            "Enum Colour (RED: ?, BLUE: ?)",
            "Plain Mixed ()",
        ]
    );
}

#[test]
fn methods_are_found_in_the_resolution_order() {
    check_calls(
        "
class Base:
    def go(self): pass
    def stay(self): pass
class Left(Base): pass
class Right(Base):
    def go(self): pass
class Both(Left, Right):
    def run(self):
        self.go()
        self.stay()
class Loop(Loop2): pass
class Loop2(Loop):
    def run(self): self.go()
",
        &["Both.run -> Right.go", "Both.run -> Base.stay"],
    );
}

#[test]
fn overloaded_signatures_are_one_function() {
    let text = "
from typing import overload
@overload
def f(a: int) -> int: ...
@overload
def f(a: str) -> str: ...
def f(a): return g(a)
def g(a): return a
f(1)
";
    check_calls(text, &["<module> -> f", "f -> g"]);
}

fn check_calls(text: &str, expected: &[&str]) {
    let program = program(&[("m.py", text)]);
    let names = ir::call_graph::Names::new(&program);
    let name = |id| program.function(id).unwrap().qualname.clone();
    let found: Vec<String> = names
        .graph()
        .into_iter()
        .flat_map(|(caller, edges)| edges.into_iter().map(move |edge| (caller, edge.callee)))
        .map(|(caller, callee)| format!("{} -> {}", name(caller), name(callee)))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn graphs_are_drawn() {
    let text = "def f(a):\n    for x in a:\n        g('\"')\ndef g(b): pass\n";
    let program = program(&[("m.py", text)]);
    let function = program.find_function(FileId(0), "f").unwrap();
    let drawn = ir::print::print_cfg(&program, function.id);
    for expected in ["digraph \"f\" {", "b1 -> b2 [label=\"item\"];", r#"<m.g>(\"\\\"\")\l"#] {
        assert!(drawn.contains(expected), "{expected} is not in\n{drawn}");
    }
    let lines = |_, offset: u32| text.bytes().take(offset as usize).filter(|byte| *byte == b'\n').count() as u32 + 1;
    assert_eq!(ir::print::print_calls(&program, lines), "m.f -> m.g  m.py:3\n");
}
