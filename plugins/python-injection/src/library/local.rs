//! What whoever starts the program controls. Invariant: nothing here is reachable over the network by itself.

use securecode_sdk::{
    Source,
    SourceForm::{Attribute, Call, DecoratedParameters},
    SourceKind::Local,
    spec::sources,
};

/// Gives the command line, the environment and standard input.
pub(super) fn of_the_starter() -> Vec<Source> {
    [
        sources(&["sys.argv"], Attribute, Local, "the command line"),
        sources(
            &[
                "argparse.ArgumentParser.parse_args",
                "argparse.ArgumentParser.parse_known_args",
                "optparse.OptionParser.parse_args",
            ],
            Call,
            Local,
            "the command line",
        ),
        sources(
            &["click.command", "click.option", "click.argument", "typer.Typer.command"],
            DecoratedParameters,
            Local,
            "the command line",
        ),
        sources(&["os.environ", "os.environb"], Attribute, Local, "the environment"),
        sources(&["os.getenv", "os.getenvb"], Call, Local, "the environment"),
        sources(&["builtins.input", "fileinput.input", "getpass.getpass"], Call, Local, "standard input"),
        sources(&["sys.stdin"], Attribute, Local, "standard input"),
    ]
    .concat()
}
