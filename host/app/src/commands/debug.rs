//! `securecode debug`: what the analysis makes of code. Invariant: nothing is scanned and no plugin is loaded.

use ir::{
    function::Function,
    print::{print_calls, print_cfg, print_function},
    program::Program,
};

use crate::{
    cli::{DebugArgs, DebugView},
    collect::collect,
    exit::Outcome,
    output,
};

/// Largest file that is shown, in bytes.
const MAX_FILE_BYTES: u64 = 64 << 20;

/// Lowers the files together and prints what is asked for.
pub(crate) fn run(args: &DebugArgs) -> anyhow::Result<Outcome> {
    let collected = collect(&args.paths, MAX_FILE_BYTES)?;
    for fault in &collected.faults {
        anstream::eprintln!("securecode: {fault}");
    }
    let lowered = engine::debug::lower_all(collected.sources);
    let program = &lowered.program;
    let is_wanted = |function: &&Function| {
        let name = &function.qualname;
        args.function.as_ref().is_none_or(|wanted| name == wanted || name.ends_with(&format!(".{wanted}")))
    };
    let chosen: Vec<&Function> = program.functions.iter().filter(is_wanted).collect();
    if let (Some(wanted), true) = (&args.function, chosen.is_empty()) {
        anyhow::bail!("no file has a function `{wanted}`");
    }
    let each = |print: fn(&Program, ir::program::FunctionId) -> String| {
        chosen.iter().map(|function| print(program, function.id)).collect::<Vec<_>>().join("\n")
    };
    let text = match args.what {
        DebugView::Ir => each(print_function),
        DebugView::Cfg => each(print_cfg),
        DebugView::Calls => print_calls(program, |file, offset| lowered.line(file, offset)),
    };
    output::write(None, &text)?;
    Ok(Outcome::new(0, collected.faults.len()))
}
