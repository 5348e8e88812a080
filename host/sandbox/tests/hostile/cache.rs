//! Compiled plugins on disk. Invariant: what is not whole and not ours is not loaded.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use sandbox::{
    error::SandboxError,
    sandbox::{Sandbox, SandboxConfig},
};

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
