//! What whoever starts the program controls. Invariant: nothing here is reachable over the network by itself.

use securecode_sdk::{
    Source,
    SourceForm::{Attribute, Call, DecoratedParameters},
    SourceKind::Local,
    spec::sources,
};

const COMMAND_LINE: &str = "the command line";
const ENVIRONMENT: &str = "the environment";
const INPUT: &str = "standard input";

/// Gives the command line, the environment and standard input.
pub(super) fn of_the_starter() -> Vec<Source> {
    [command_line(), environment(), input()].concat()
}

fn command_line() -> Vec<Source> {
    let commands = [
        "click.command",
        "click.group",
        "click.option",
        "click.argument",
        "click.Group.command",
        "rich_click.command",
        "typer.Typer.command",
        "typer.Typer.callback",
        "typer.run",
        "flask.Flask.cli.command",
        "flask.Blueprint.cli.command",
        "cyclopts.App.command",
        "cyclopts.App.default",
        "invoke.task",
        "fire.Fire",
        "plac.call",
        "*.command",
    ];
    [
        sources(&["sys.argv", "sys.orig_argv"], Attribute, Local, COMMAND_LINE),
        sources(
            &[
                "argparse.ArgumentParser.parse_args",
                "argparse.ArgumentParser.parse_known_args",
                "argparse.ArgumentParser.parse_intermixed_args",
                "optparse.OptionParser.parse_args",
                "getopt.getopt",
                "getopt.gnu_getopt",
                "docopt.docopt",
            ],
            Call,
            Local,
            COMMAND_LINE,
        ),
        sources(&commands, DecoratedParameters, Local, COMMAND_LINE),
        // The options of a Django command: `def handle(self, *args, **options)`.
        sources(
            &["django.core.management.base.BaseCommand.handle", "django.core.management.BaseCommand.handle"],
            DecoratedParameters,
            Local,
            COMMAND_LINE,
        ),
    ]
    .concat()
}

fn environment() -> Vec<Source> {
    [
        sources(&["os.environ", "os.environb"], Attribute, Local, ENVIRONMENT),
        sources(&["os.getenv", "os.getenvb"], Call, Local, ENVIRONMENT),
    ]
    .concat()
}

fn input() -> Vec<Source> {
    let calls = [
        "builtins.input",
        "fileinput.input",
        "fileinput.FileInput",
        "getpass.getpass",
        "click.prompt",
        "click.get_text_stream",
        "click.get_binary_stream",
        "typer.prompt",
        "rich.prompt.Prompt.ask",
        "questionary.text",
        "inquirer.prompt",
        "prompt_toolkit.prompt",
    ];
    [sources(&calls, Call, Local, INPUT), sources(&["sys.stdin"], Attribute, Local, INPUT)].concat()
}
