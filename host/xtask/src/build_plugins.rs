//! Builds the plugins and turns each into a component. Invariant: a component's file changes only when its bytes do, so
//! the host is not rebuilt for nothing, and a plugin that is gone leaves no component behind.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use anyhow::{Context as _, Result};
use clap::Args;
use wit_component::ComponentEncoder;

use crate::{guest_toolchain, metadata, process, workspace};

/// What to build.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// Names of the plugins to build; all when none is given.
    #[arg(value_name = "PLUGIN")]
    only: Vec<String>,
}

/// Builds plugins into `target/plugins/<name>.wasm`.
///
/// # Errors
/// When there is no compiler for guests, a plugin does not compile, or its module is not a valid component.
pub(crate) fn build_plugins(options: &Options) -> Result<()> {
    process::step("Building the plugins");
    let toolchain = guest_toolchain::find()?;
    let names = if options.only.is_empty() { plugin_names()? } else { options.only.iter().cloned().collect() };
    let mut build = toolchain.cargo_build();
    build.arg("--lib");
    for name in &names {
        build.args(["-p", name]);
    }
    process::run(&mut build)?;
    let modules = workspace::plugins().join("target").join(guest_toolchain::TARGET).join("release");
    let components = workspace::components();
    fs::create_dir_all(&components).with_context(|| format!("cannot create {}", components.display()))?;
    for name in &names {
        let module = modules.join(format!("{}.wasm", name.replace('-', "_")));
        let component = components.join(format!("{name}.wasm"));
        componentize(&module, &component).with_context(|| format!("plugin {name}"))?;
    }
    if options.only.is_empty() {
        remove_others(&components, &names)?;
    }
    Ok(())
}

/// The packages of the plugins' workspace that make a library for WebAssembly.
fn plugin_names() -> Result<BTreeSet<String>> {
    let packages = metadata::packages(&workspace::plugins())?;
    Ok(packages.into_iter().filter(|package| package.is_plugin).map(|package| package.name).collect())
}

fn componentize(module: &Path, component: &Path) -> Result<()> {
    let module = fs::read(module).with_context(|| format!("cannot read {}", module.display()))?;
    let bytes = ComponentEncoder::default().validate(true).module(&module)?.encode()?;
    if fs::read(component).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    eprintln!("  wrote {} ({} KiB)", component.display(), bytes.len() / 1024);
    fs::write(component, bytes).with_context(|| format!("cannot write {}", component.display()))
}

fn remove_others(components: &Path, names: &BTreeSet<String>) -> Result<()> {
    for entry in fs::read_dir(components)? {
        let path = entry?.path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        if path.extension().is_some_and(|extension| extension == "wasm") && !names.contains(stem) {
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    Ok(())
}

/// The plugins' own tests, which run on this machine without WebAssembly.
pub(crate) fn plugins_test() -> Command {
    let mut command = process::cargo();
    command.current_dir(workspace::plugins()).env("CARGO_TARGET_DIR", workspace::plugins().join("target"));
    command.args(["test", "--workspace"]);
    command
}
