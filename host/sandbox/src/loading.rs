//! From bytes to a component that is ready to run. Invariant: what passes here is of its kind and imports nothing that
//! the kind is not granted; everything else has an error that names it.

use wasmtime::{
    Engine,
    component::{Component, InstancePre, types::ComponentItem},
};

use crate::{
    capability::Kind, error::LoadError, guest::Guest, limits::MAX_COMPONENT_BYTES, precompiled::PrecompiledFolder,
};

const PACKAGE: &str = "securecode:plugin/";

/// A component that fits, not yet an instance.
pub(crate) struct Loaded {
    pub(crate) instance: InstancePre<Guest>,
    pub(crate) digest: String,
    pub(crate) size_bytes: usize,
    /// The interfaces with functions that it imports.
    pub(crate) imports: Vec<String>,
}

/// Compiles the component, or takes its compiled form from the folder, and links it.
pub(crate) fn load(
    engine: &Engine,
    folder: Option<&PrecompiledFolder>,
    kind: Kind,
    bytes: &[u8],
) -> Result<Loaded, LoadError> {
    if bytes.len() > MAX_COMPONENT_BYTES {
        return Err(LoadError::TooLarge { size_bytes: bytes.len(), limit_bytes: MAX_COMPONENT_BYTES });
    }
    if let Some(found) = not_a_component(bytes) {
        return Err(LoadError::NotAComponent { found });
    }
    let digest = blake3::hash(bytes).to_hex().to_string();
    let component = match folder.and_then(|folder| folder.load(engine, &digest)) {
        Some(component) => component,
        None => {
            let component = Component::from_binary(engine, bytes).map_err(|cause| LoadError::Compile(cause.into()))?;
            if let Some(folder) = folder {
                folder.store(&component, &digest);
            }
            component
        }
    };
    let imports = check_imports(engine, kind, &component)?;
    check_export(engine, kind, &component)?;
    let incompatible = |cause: wasmtime::Error| LoadError::Incompatible(cause.into());
    let linker = kind.linker(engine).map_err(incompatible)?;
    let instance = linker.instantiate_pre(&component).map_err(incompatible)?;
    Ok(Loaded { instance, digest, size_bytes: bytes.len(), imports })
}

/// Says what the bytes are if they are no component, by the preamble of the binary format.
fn not_a_component(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [] => Some("the file is empty"),
        [0, b'a', b's', b'm', _, _, 1, 0, ..] => None,
        [0, b'a', b's', b'm', 1, 0, 0, 0, ..] => Some("it is a core module, not yet made a component"),
        [0, b'a', b's', b'm', ..] => Some("its version of the binary format is not known"),
        _ => Some("it does not start as WebAssembly does"),
    }
}

/// Names the interfaces with functions that a component imports, when all are granted to its kind.
fn check_imports(engine: &Engine, kind: Kind, component: &Component) -> Result<Vec<String>, LoadError> {
    let ty = component.component_type();
    let mut imports = Vec::new();
    for (name, item) in ty.imports(engine) {
        let is_ours = name.strip_prefix(PACKAGE).and_then(|rest| rest.split('@').next());
        let is_granted = is_ours.is_some_and(|interface| kind.grants().contains(&interface));
        let holds_types_alone = is_ours.is_some() && holds_types_alone(engine, &item.ty);
        if !is_granted && !holds_types_alone {
            return Err(LoadError::NotGranted { import: name.to_owned(), kind: kind.as_str() });
        }
        imports.extend(is_ours.filter(|_| !holds_types_alone).map(str::to_owned));
    }
    Ok(imports)
}

/// Tells whether importing the item imports no function and no resource.
fn holds_types_alone(engine: &Engine, item: &ComponentItem) -> bool {
    match item {
        ComponentItem::Type(_) => true,
        ComponentItem::ComponentInstance(instance) => {
            instance.exports(engine).all(|(_, export)| holds_types_alone(engine, &export.ty))
        }
        ComponentItem::ComponentFunc(_)
        | ComponentItem::CoreFunc(_)
        | ComponentItem::Module(_)
        | ComponentItem::Component(_)
        | ComponentItem::Resource(_) => false,
    }
}

fn check_export(engine: &Engine, kind: Kind, component: &Component) -> Result<(), LoadError> {
    let wanted = kind.export();
    let ty = component.component_type();
    let is_there = ty.exports(engine).any(|(name, _)| {
        name.strip_prefix(PACKAGE).and_then(|rest| rest.split('@').next()).is_some_and(|interface| interface == wanted)
    });
    if is_there { Ok(()) } else { Err(LoadError::WrongWorld { export: wanted, kind: kind.as_str() }) }
}
