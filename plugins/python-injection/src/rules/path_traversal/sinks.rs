//! The calls that use a path. Invariant: a role says what else than a path the argument may be.

use securecode_sdk::{
    Argument, Confidence, Sink,
    SinkLanguage::Path,
    spec::{argument, position, receiver, sink},
};

/// What an argument may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A path.
    Path,
    /// A path, or an open file with the data.
    PathOrFile,
    /// The path that something of unknown type is saved under: an upload's, when its own name is in it.
    Saved,
}

/// Gives the sinks, each with its role.
pub(super) fn sinks() -> Vec<(Role, Sink)> {
    let of = |role: Role, sinks: Vec<Sink>| sinks.into_iter().map(move |sink| (role, sink));
    let plain = [files(), folders(), copies(), responses(), objects()].concat();
    of(Role::Path, plain).chain(of(Role::PathOrFile, formats())).chain(of(Role::Saved, saved())).collect()
}

fn path(callees: &[&str], argument: Argument) -> Sink {
    sink(callees, argument, Path)
}

fn files() -> Vec<Sink> {
    vec![
        path(&["builtins.open", "io.open", "codecs.open", "aiofiles.open", "io.FileIO"], argument(0, "file")),
        path(&["io.open_code", "linecache.getlines", "linecache.getline"], position(0)),
        path(
            &[
                "os.open",
                "os.remove",
                "os.unlink",
                "os.chmod",
                "os.lchmod",
                "os.chown",
                "os.lchown",
                "os.truncate",
                "os.readlink",
                "os.utime",
                "os.mkfifo",
                "os.mknod",
                "aiofiles.os.remove",
                "aiofiles.os.unlink",
            ],
            argument(0, "path"),
        ),
        path(&["sqlite3.connect", "aiosqlite.connect"], argument(0, "database")).confidence(Confidence::Medium),
        path(&["dbm.open", "shelve.open"], position(0)),
        path(&["pathlib.Path.rename", "pathlib.Path.replace"], argument(0, "target")),
        path(&["pathlib.Path.symlink_to", "pathlib.Path.hardlink_to"], argument(0, "target")),
    ]
}

fn folders() -> Vec<Sink> {
    vec![
        path(
            &[
                "os.rmdir",
                "os.mkdir",
                "os.listdir",
                "os.scandir",
                "os.chdir",
                "os.chroot",
                "aiofiles.os.listdir",
                "aiofiles.os.mkdir",
                "aiofiles.os.rmdir",
            ],
            argument(0, "path"),
        ),
        path(&["os.makedirs", "os.removedirs", "aiofiles.os.makedirs"], argument(0, "name")),
        path(&["os.walk", "os.fwalk"], argument(0, "top")),
        path(&["glob.glob", "glob.iglob"], argument(0, "pathname")).confidence(Confidence::Medium),
        path(&["shutil.rmtree"], argument(0, "path")),
        path(&["shutil.make_archive"], argument(0, "base_name")),
        path(&["shutil.make_archive"], argument(2, "root_dir")),
        path(&["shutil.unpack_archive"], argument(0, "filename")),
        path(&["shutil.unpack_archive"], argument(1, "extract_dir")),
        path(&["zipfile.ZipFile.extractall", "tarfile.TarFile.extractall"], argument(0, "path")),
    ]
}

fn copies() -> Vec<Sink> {
    let moves = ["os.rename", "os.replace", "os.renames", "os.link", "os.symlink", "aiofiles.os.rename"];
    let copies =
        ["shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.copytree", "shutil.move", "shutil.copymode"];
    let all: Vec<&str> = moves.into_iter().chain(copies).collect();
    vec![path(&all, argument(0, "src")), path(&all, argument(1, "dst"))]
}

fn responses() -> Vec<Sink> {
    vec![
        path(
            &["flask.send_from_directory", "flask.helpers.send_from_directory", "quart.send_from_directory"],
            argument(0, "directory"),
        ),
        path(
            &[
                "fastapi.responses.FileResponse",
                "starlette.responses.FileResponse",
                "aiohttp.web.FileResponse",
                "sanic.response.file",
                "sanic.response.file_stream",
            ],
            argument(0, "path"),
        ),
        path(&["pyramid.response.FileResponse"], argument(0, "path")),
        path(&["bottle.static_file"], argument(1, "root")),
        path(&["werkzeug.datastructures.FileStorage.save"], argument(0, "dst")),
    ]
}

/// Readers and writers that take open files as well.
fn formats() -> Vec<Sink> {
    let tables = [
        "pandas.read_csv",
        "pandas.read_excel",
        "pandas.read_json",
        "pandas.read_parquet",
        "pandas.read_table",
        "pandas.read_feather",
    ];
    vec![
        path(
            &["flask.send_file", "flask.helpers.send_file", "quart.send_file", "werkzeug.utils.send_file"],
            argument(0, "path_or_file"),
        ),
        path(&["zipfile.ZipFile", "gzip.open", "bz2.open", "lzma.open", "zipfile.PyZipFile"], position(0)),
        path(&["gzip.GzipFile", "bz2.BZ2File", "lzma.LZMAFile"], position(0)),
        path(&["tarfile.open", "tarfile.TarFile.open", "tarfile.TarFile"], argument(0, "name")),
        path(&["numpy.load", "numpy.loadtxt", "numpy.save", "numpy.savetxt", "numpy.savez"], argument(0, "file"))
            .confidence(Confidence::Medium),
        path(&tables, position(0)).confidence(Confidence::Medium),
        path(&["PIL.Image.open"], argument(0, "fp")).confidence(Confidence::Medium),
        path(&["wave.open", "tokenize.open"], position(0)),
    ]
}

/// Uploads and pictures.
fn saved() -> Vec<Sink> {
    vec![path(&["*.save"], position(0)).confidence(Confidence::Medium)]
}

/// Path objects, which are used through their methods.
fn objects() -> Vec<Sink> {
    let types = ["pathlib.Path", "pathlib.PosixPath", "pathlib.WindowsPath"];
    let methods = [
        "open",
        "read_text",
        "read_bytes",
        "write_text",
        "write_bytes",
        "unlink",
        "mkdir",
        "rmdir",
        "touch",
        "iterdir",
        "rename",
        "replace",
        "chmod",
        "symlink_to",
        "hardlink_to",
        "walk",
    ];
    let typed: Vec<String> = types.iter().flat_map(|owner| methods.map(|method| format!("{owner}.{method}"))).collect();
    let typed: Vec<&str> = typed.iter().map(String::as_str).collect();
    let unknown = ["*.read_text", "*.read_bytes", "*.write_text", "*.write_bytes", "*.iterdir"];
    vec![path(&typed, receiver()), path(&unknown, receiver()).confidence(Confidence::Medium)]
}
