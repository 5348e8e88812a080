//! The worker's side: reads questions from standard input, answers on standard output. Invariant: it ends when its memory
//! is full and as soon as the program that started it is gone.

use std::{
    io, process,
    sync::mpsc::{Receiver, channel},
    thread,
};

use verify::solving::{Question, Reply};

use crate::frame;

/// Answers until standard input is closed. A memory limit, in MiB, holds for the whole process.
///
/// # Errors
/// When the limit cannot be set, a message is no question, or standard output is closed.
pub fn run(memory_mib: u64) -> io::Result<()> {
    limit_memory(memory_mib)?;
    let questions = questions()?;
    let mut out = io::stdout().lock();
    while let Ok(message) = questions.recv() {
        let question: Question = serde_json::from_slice(&message?)?;
        let answered = question.answer();
        frame::write(&mut out, &serde_json::to_vec(&answered)?)?;
        if answered.reply == Reply::OutOfMemory {
            // Z3 is of no use after it.
            return Ok(());
        }
    }
    Ok(())
}

/// Reads questions on a thread of its own, which ends the process where there are no more: an answer that is still being
/// looked for has nobody who wants it.
fn questions() -> io::Result<Receiver<io::Result<Vec<u8>>>> {
    let (send, questions) = channel();
    thread::Builder::new().name("questions".into()).spawn(move || {
        let mut input = io::stdin().lock();
        loop {
            match frame::read(&mut input) {
                Ok(None) => process::exit(0),
                Ok(Some(message)) => {
                    if send.send(Ok(message)).is_err() {
                        return;
                    }
                }
                Err(error) => {
                    // The other end is gone when this fails.
                    let _ = send.send(Err(error));
                    return;
                }
            }
        }
    })?;
    Ok(questions)
}

#[cfg(unix)]
fn limit_memory(mib: u64) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let bytes = Some(mib.saturating_mul(1 << 20));
    Ok(setrlimit(Resource::As, Rlimit { current: bytes, maximum: bytes })?)
}

#[cfg(not(unix))]
fn limit_memory(_mib: u64) -> io::Result<()> {
    Ok(())
}
