//! Compiled plugins on disk. Invariant: what is not whole and not ours is not loaded.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::Duration,
};

use sandbox::{
    error::SandboxError,
    precompiled::PrecompiledFolder,
    sandbox::{Sandbox, SandboxConfig},
};
use wasmtime::{Config, Engine, Module};

use crate::{file, guest::PackText};

fn start(folder: &Path) -> Result<Sandbox, SandboxError> {
    Sandbox::start(SandboxConfig { cache_dir: Some(folder.to_path_buf()), ..SandboxConfig::default() })
}

fn works(folder: &Path) {
    let pack = start(folder).unwrap().load_pack("good", &PackText::default().component()).unwrap();
    assert_eq!(pack.check(&file(), &[]).unwrap(), []);
}

#[test]
fn the_compiled_form_is_kept_whole_and_private() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("a/b");
    works(&folder);
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    let files: Vec<_> = fs::read_dir(&folder).unwrap().flatten().map(|entry| entry.path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let kept = fs::metadata(&files[0]).unwrap().modified().unwrap();
    works(&folder);
    assert_eq!(fs::metadata(&files[0]).unwrap().modified().unwrap(), kept);
}

#[test]
fn a_damaged_file_is_made_anew() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("compiled");
    works(&folder);
    let path = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let whole = fs::read(&path).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    for damaged in [&flipped[..], &whole[..whole.len() - 1], &[]] {
        fs::write(&path, damaged).unwrap();
        works(&folder);
        assert_eq!(fs::read(&path).unwrap().len(), whole.len());
    }
}

#[test]
fn a_folder_that_others_can_use_is_refused() {
    let root = tempfile::tempdir().unwrap();
    for mode in [0o755, 0o770, 0o707] {
        fs::set_permissions(root.path(), fs::Permissions::from_mode(mode)).unwrap();
        assert!(matches!(start(root.path()), Err(SandboxError::CacheFolderShared { .. })));
    }
    let own = root.path().join("own");
    works(&own);
    let link = root.path().join("link");
    std::os::unix::fs::symlink(&own, &link).unwrap();
    assert!(matches!(start(&link), Err(SandboxError::CacheFolderShared { .. })));
    let plain = root.path().join("plain");
    fs::write(&plain, "").unwrap();
    assert!(start(&plain).is_err());
}

/// The smallest module.
const MODULE: &[u8] = b"\0asm\x01\0\0\0";

#[test]
fn of_many_that_want_a_module_one_compiles_it() {
    let (root, engine, compiled) = (tempfile::tempdir().unwrap(), Engine::default(), AtomicU32::new(0));
    let folder = root.path().join("compiled");
    let compile = || {
        compiled.fetch_add(1, Ordering::Relaxed);
        // So long that all others come before it is done.
        thread::sleep(Duration::from_millis(300));
        Module::from_binary(&engine, MODULE)
    };
    thread::scope(|scope| {
        for _ in 0..4 {
            // Each opens the folder itself, as another process does.
            scope.spawn(|| PrecompiledFolder::open(&folder, &engine).unwrap().module(&engine, "one", compile).unwrap());
        }
    });
    assert_eq!(compiled.load(Ordering::Relaxed), 1);
}

#[test]
fn compiled_code_is_bound_to_what_it_was_compiled_from_and_by() {
    let (root, engine, compiled) = (tempfile::tempdir().unwrap(), Engine::default(), AtomicU32::new(0));
    let path = root.path().join("compiled");
    let get = |engine: &Engine, digest: &str| {
        let compile = || {
            compiled.fetch_add(1, Ordering::Relaxed);
            Module::from_binary(engine, MODULE)
        };
        PrecompiledFolder::open(&path, engine).unwrap().module(engine, digest, compile).unwrap();
        compiled.load(Ordering::Relaxed)
    };
    let files = || {
        let all = fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path());
        all.filter(|file| file.extension().is_some_and(|extension| extension == "compiled")).collect::<Vec<_>>()
    };
    assert_eq!((get(&engine, "one"), get(&engine, "one")), (1, 1));
    // A whole file under another module's name.
    let one = files().remove(0);
    fs::rename(&one, one.with_file_name(one.file_name().unwrap().to_str().unwrap().replace("one", "two"))).unwrap();
    assert_eq!((get(&engine, "two"), get(&engine, "two")), (2, 2));
    // The same module for an engine with other settings.
    let other = Engine::new(Config::new().epoch_interruption(true)).unwrap();
    assert_eq!((get(&other, "two"), get(&engine, "two")), (3, 3));
    assert_eq!(files().len(), 2);
}
