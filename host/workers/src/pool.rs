//! Workers that wait for questions. Invariant: one worker has one question at a time, and a worker that failed, was killed
//! or has answered often is never asked again.

use std::{
    fmt, io,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use moka::sync::Cache;
use verify::solving::{Answered, NoReply, Question, Reply, Solve};

use crate::frame;

/// How many questions a worker answers before a fresh one takes its place.
const QUESTIONS: u32 = 500;
/// How often it is asked whether the answer is still wanted.
const PATIENCE: Duration = Duration::from_millis(50);
/// How many answers are remembered.
const REMEMBERED: u64 = 50_000;

/// How workers are started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerCommand {
    /// The program that answers to `prover-worker --memory-mib N`: `securecode` itself.
    pub program: PathBuf,
    /// What one worker may use, in MiB of address space.
    pub memory_mib: u64,
}

impl WorkerCommand {
    /// The default memory limit, in MiB.
    pub const MEMORY_MIB: u64 = 2048;
}

/// The workers, started when they are needed.
pub struct Pool {
    command: WorkerCommand,
    idle: Mutex<Vec<Worker>>,
    answers: Cache<[u8; 32], Answered>,
}

impl fmt::Debug for Pool {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Pool").field("command", &self.command).finish_non_exhaustive()
    }
}

/// One scan's way to the workers.
pub struct Client<'a> {
    pool: &'a Pool,
    is_cancelled: &'a (dyn Fn() -> bool + Sync),
}

impl fmt::Debug for Client<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Client").field("pool", self.pool).finish_non_exhaustive()
    }
}

impl Pool {
    /// Makes a pool; no worker is started yet.
    pub fn new(command: WorkerCommand) -> Self {
        Self { command, idle: Mutex::default(), answers: Cache::new(REMEMBERED) }
    }

    /// Gives a scan's way to the workers; `is_cancelled` is asked while an answer is waited for.
    pub fn client<'a>(&'a self, is_cancelled: &'a (dyn Fn() -> bool + Sync)) -> Client<'a> {
        Client { pool: self, is_cancelled }
    }

    fn ask(&self, message: &[u8], wait: &Wait<'_>) -> Result<Answered, NoReply> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let worker = idle.map_or_else(|| self.start(), Ok)?;
        match self.ask_one(worker, message, wait) {
            // What ended it may have had nothing to do with the question: a second one tells.
            Err(NoReply::Ended(how)) => {
                tracing::debug!(how, "a prover worker has ended");
                self.ask_one(self.start()?, message, wait)
            }
            other => other,
        }
    }

    fn ask_one(&self, mut worker: Worker, message: &[u8], wait: &Wait<'_>) -> Result<Answered, NoReply> {
        let answered = worker.ask(message, wait)?;
        if answered.reply != Reply::OutOfMemory && worker.asked < QUESTIONS {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        }
        Ok(answered)
    }

    fn start(&self) -> Result<Worker, NoReply> {
        Worker::start(&self.command).map_err(|error| NoReply::Ended(format!("cannot be started: {error}")))
    }
}

impl Solve for Client<'_> {
    fn solve(&self, question: &Question, deadline: Instant) -> Result<Answered, NoReply> {
        let message =
            serde_json::to_vec(question).map_err(|error| NoReply::Ended(format!("was not asked: {error}")))?;
        let key = *blake3::hash(&message).as_bytes();
        if let Some(known) = self.pool.answers.get(&key) {
            return Ok(known);
        }
        let wait = Wait { deadline, is_cancelled: self.is_cancelled };
        let answered = self.pool.ask(&message, &wait)?;
        if answered.reply != Reply::OutOfMemory {
            self.pool.answers.insert(key, answered.clone());
        }
        Ok(answered)
    }

    fn is_cancelled(&self) -> bool {
        (self.is_cancelled)()
    }
}

/// How long an answer is waited for.
struct Wait<'a> {
    deadline: Instant,
    is_cancelled: &'a (dyn Fn() -> bool + Sync),
}

/// One process; it is killed when this is dropped.
struct Worker {
    child: Child,
    questions: Sender<Vec<u8>>,
    replies: Receiver<io::Result<Option<Vec<u8>>>>,
    asked: u32,
}

impl Worker {
    fn start(command: &WorkerCommand) -> io::Result<Self> {
        let mut child = Command::new(&command.program)
            .args(["prover-worker", "--memory-mib", &command.memory_mib.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (Some(mut input), Some(mut answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("it has no pipes"));
        };
        let (send, replies) = channel();
        let reading = thread::Builder::new().name("replies".into()).spawn(move || {
            loop {
                let message = frame::read(&mut answers);
                let is_last = !matches!(message, Ok(Some(_)));
                if send.send(message).is_err() || is_last {
                    return;
                }
            }
        });
        // A worker that does not read lets the pipe fill up, so whoever waits for the answer must not be who writes.
        let (questions, asked) = channel::<Vec<u8>>();
        let writing = thread::Builder::new()
            .name("questions".into())
            .spawn(move || while asked.recv().is_ok_and(|message| frame::write(&mut input, &message).is_ok()) {});
        let worker = Self { child, questions, replies, asked: 0 };
        reading.and(writing).map(|_| worker)
    }

    fn ask(&mut self, message: &[u8], wait: &Wait<'_>) -> Result<Answered, NoReply> {
        self.asked += 1;
        if self.questions.send(message.to_vec()).is_err() {
            return Err(self.ended("its input is closed"));
        }
        loop {
            let left = wait.deadline.saturating_duration_since(Instant::now());
            match self.replies.recv_timeout(left.min(PATIENCE)) {
                Ok(Ok(Some(reply))) => {
                    return serde_json::from_slice(&reply).map_err(|error| self.ended(&error.to_string()));
                }
                Ok(Ok(None)) | Err(RecvTimeoutError::Disconnected) => return Err(self.ended("its output is closed")),
                Ok(Err(error)) => return Err(self.ended(&error.to_string())),
                Err(RecvTimeoutError::Timeout) if (wait.is_cancelled)() => return Err(NoReply::Cancelled),
                Err(RecvTimeoutError::Timeout) if left.is_zero() => return Err(NoReply::OutOfTime),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Says how the process ended, after it was made sure that it has.
    fn ended(&mut self, why: &str) -> NoReply {
        // A process that is ending by itself gives its status; any other is of no use.
        for _ in 0..10 {
            if let Ok(Some(status)) = self.child.try_wait() {
                return NoReply::Ended(format!("ended ({status})"));
            }
            thread::sleep(Duration::from_millis(5));
        }
        NoReply::Ended(format!("failed: {why}"))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Either fails only for a process that is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
