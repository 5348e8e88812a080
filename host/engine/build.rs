//! Lists the built plugins so that they can be embedded. It never builds them: `cargo xtask build-plugins` does.

use std::{env, fmt::Write as _, fs, io, path::PathBuf};

fn main() -> io::Result<()> {
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
    let out = env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    fs::write(out.join("embedded_plugins.rs"), code)
}
