//! The calls that start programs. Invariant: a sink's role says which part of the argument decides what runs.

use securecode_sdk::{
    Argument, CallCondition, Confidence, Sink,
    SinkLanguage::{self, Choice, Program, Shell},
    spec::{argument, is_bool, is_not_bool, keyword, position, sink},
};

/// What untrusted text in a sink's argument does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A shell parses it.
    Line,
    /// It names the program.
    Program,
    /// It is one of the words of a program that may be an interpreter: `"sh", "-c", text`.
    Word,
    /// It is among listed words that a shell may read: `["sh", "-c", text]`.
    ShellWords,
    /// It is among listed words that another interpreter may run: `["perl", "-e", text]`.
    LanguageWords,
}

/// The functions of `subprocess` that start a program.
pub(super) const SUBPROCESS: [&str; 5] =
    ["subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "subprocess.Popen"];

const EXEC_LISTS: [&str; 4] = ["os.execv", "os.execve", "os.execvp", "os.execvpe"];
const EXEC_WORDS: [&str; 4] = ["os.execl", "os.execle", "os.execlp", "os.execlpe"];
const SPAWN_LISTS: [&str; 4] = ["os.spawnv", "os.spawnve", "os.spawnvp", "os.spawnvpe"];
const SPAWN_WORDS: [&str; 4] = ["os.spawnl", "os.spawnle", "os.spawnlp", "os.spawnlpe"];
const ASYNC_EXEC: [&str; 2] = ["asyncio.create_subprocess_exec", "asyncio.subprocess.create_subprocess_exec"];
const PEXPECT: [&str; 3] = ["pexpect.spawn", "pexpect.spawnu", "pexpect.popen_spawn.PopenSpawn"];

/// Gives the sinks, each with its role.
pub(super) fn sinks() -> Vec<(Role, Sink)> {
    [lines(), programs(), words()].concat()
}

fn of(role: Role, sinks: Vec<Sink>) -> Vec<(Role, Sink)> {
    sinks.into_iter().map(|sink| (role, sink)).collect()
}

/// Shell lines.
fn lines() -> Vec<(Role, Sink)> {
    let line = |callees: &[&str], argument: Argument| sink(callees, argument, Shell);
    let fabric = [
        "fabric.Connection.run",
        "fabric.Connection.sudo",
        "fabric.Connection.local",
        "fabric.connection.Connection.run",
        "fabric.connection.Connection.sudo",
        "fabric.connection.Connection.local",
        "fabric.SerialGroup.run",
        "fabric.ThreadingGroup.run",
        "fabric.api.run",
        "fabric.api.sudo",
        "fabric.api.local",
        "invoke.run",
        "invoke.sudo",
        "invoke.Context.run",
        "invoke.Context.sudo",
        "invoke.context.Context.run",
        "invoke.context.Context.sudo",
    ];
    let getters = [
        "os.popen",
        "subprocess.getoutput",
        "subprocess.getstatusoutput",
        "commands.getoutput",
        "commands.getstatusoutput",
        "popen2.popen2",
        "popen2.popen3",
        "popen2.popen4",
        "os.popen2",
        "os.popen3",
        "os.popen4",
    ];
    of(
        Role::Line,
        vec![
            line(&SUBPROCESS, argument(0, "args"))
                .when(is_bool(keyword("shell"), true))
                .when(CallCondition::IsString(argument(0, "args"))),
            line(&["os.system", "posix.system"], argument(0, "command")),
            line(&getters, argument(0, "cmd")),
            line(
                &["asyncio.create_subprocess_shell", "asyncio.subprocess.create_subprocess_shell"],
                argument(0, "cmd"),
            ),
            line(&["*.subprocess_shell", "asyncio.AbstractEventLoop.subprocess_shell"], argument(1, "cmd")),
            line(
                &[
                    "paramiko.SSHClient.exec_command",
                    "paramiko.client.SSHClient.exec_command",
                    "paramiko.Channel.exec_command",
                    "paramiko.channel.Channel.exec_command",
                ],
                argument(0, "command"),
            ),
            line(&["asyncssh.SSHClientConnection.run", "asyncssh.SSHClientConnection.create_process"], position(0)),
            line(&fabric, argument(0, "command")),
            line(&["*.exec_command"], argument(0, "command")).confidence(Confidence::Medium),
        ],
    )
}

/// Names of programs.
fn programs() -> Vec<(Role, Sink)> {
    let program = |callees: &[&str], argument: Argument| sink(callees, argument, Program);
    of(
        Role::Program,
        vec![
            program(&["pexpect.run", "pexpect.runu"], argument(0, "command")),
            program(&SUBPROCESS, argument(0, "args")).when(is_not_bool(keyword("shell"), true)),
            program(&SUBPROCESS, argument(0, "args"))
                .when(is_bool(keyword("shell"), true))
                .when(CallCondition::IsList(argument(0, "args"))),
            program(&SUBPROCESS, keyword("executable")),
            program(&EXEC_LISTS, position(0)),
            program(&EXEC_WORDS, position(0)),
            program(&["os.posix_spawn", "os.posix_spawnp", "os.startfile"], position(0)),
            program(&SPAWN_LISTS, position(1)),
            program(&SPAWN_WORDS, position(1)),
            program(&ASYNC_EXEC, argument(0, "program")),
            program(&["*.subprocess_exec", "asyncio.AbstractEventLoop.subprocess_exec"], position(1)),
            program(&PEXPECT, position(0)),
            program(&["pty.spawn"], argument(0, "argv")),
            program(&["sh.Command"], position(0)),
        ],
    )
}

/// Words that an interpreter may run.
fn words() -> Vec<(Role, Sink)> {
    let word = |callees: &[&str], at: u32| sink(callees, position(at), Shell);
    let single = vec![word(&EXEC_WORDS, 3), word(&SPAWN_WORDS, 4), word(&ASYNC_EXEC, 2)];
    // No text is harmless as a program of another language than a shell's.
    [of(Role::Word, single), of(Role::ShellWords, lists(Shell)), of(Role::LanguageWords, lists(Choice))].concat()
}

/// Lists of words.
fn lists(language: SinkLanguage) -> Vec<Sink> {
    let listed = |callees: &[&str], argument: Argument| {
        sink(callees, argument.clone(), language).when(CallCondition::IsList(argument))
    };
    vec![
        listed(&SUBPROCESS, argument(0, "args")).when(is_not_bool(keyword("shell"), true)),
        listed(&["pty.spawn"], argument(0, "argv")),
        listed(&EXEC_LISTS, position(1)),
        listed(&["os.posix_spawn", "os.posix_spawnp"], position(1)),
        listed(&SPAWN_LISTS, position(2)),
        listed(&PEXPECT, argument(1, "args")),
    ]
}
