//! Lists the built plugins so that they can be embedded, and hashes the host's sources so that answers of another build
//! are not taken for this one's. It never builds plugins: `cargo xtask build-plugins` does.

use std::{
    env,
    fmt::Write as _,
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
    path::{Path, PathBuf},
};

/// The crates whose code decides what a scan finds; all that they depend on is in the lock file.
const CRATES: [&str; 9] = ["model", "syntax", "ir", "flow", "verify", "workers", "sandbox", "replay", "engine"];

fn main() -> io::Result<()> {
    let out = env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    fs::write(out.join("embedded_plugins.rs"), plugins()?)?;
    println!("cargo:rustc-env=SECURECODE_SOURCES={}", sources()?);
    Ok(())
}

fn plugins() -> io::Result<String> {
    println!("cargo:rerun-if-env-changed=SECURECODE_PLUGINS_DIR");
    let folder = env::var_os("SECURECODE_PLUGINS_DIR").map(PathBuf::from).unwrap_or_default();
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut names: Vec<PathBuf> = match fs::read_dir(&folder) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(_) => Vec::new(),
    };
    names.retain(|path| path.extension().is_some_and(|extension| extension == "wasm"));
    names.sort();
    let mut code = String::from(
        "/// File stem and bytes of each built-in component.\npub(crate) const PLUGINS: &[(&str, &[u8])] = &[\n",
    );
    for path in names {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let full = path.canonicalize()?;
        println!("cargo:rerun-if-changed={}", full.display());
        let _ = writeln!(code, "    ({stem:?}, include_bytes!({:?})),", full.display().to_string());
    }
    code.push_str("];\n");
    Ok(code)
}

/// Hashes the sources, the lock file, the profile and the target, in hexadecimal.
fn sources() -> io::Result<String> {
    let root = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default().join("../..");
    let mut files = vec![root.join("Cargo.lock"), root.join("Cargo.toml")];
    for name in CRATES {
        let folder = root.join("host").join(name);
        files.push(folder.join("Cargo.toml"));
        collect(&folder.join("src"), &mut files)?;
        println!("cargo:rerun-if-changed={}", folder.join("src").display());
    }
    collect(&root.join("wit"), &mut files)?;
    println!("cargo:rerun-if-changed={}", root.join("wit").display());
    files.sort();
    let mut hashers = [DefaultHasher::new(), DefaultHasher::new()];
    for (salt, hasher) in hashers.iter_mut().enumerate() {
        salt.hash(hasher);
        for name in ["TARGET", "OPT_LEVEL", "DEBUG"] {
            env::var(name).unwrap_or_default().hash(hasher);
        }
    }
    for path in files {
        println!("cargo:rerun-if-changed={}", path.display());
        let text = fs::read(&path)?;
        for hasher in &mut hashers {
            path.strip_prefix(&root).unwrap_or(&path).hash(hasher);
            text.hash(hasher);
        }
    }
    let [first, second] = hashers.map(|hasher| hasher.finish());
    Ok(format!("{first:016x}{second:016x}"))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
