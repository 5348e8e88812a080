//! The way in for threads. Invariant: no thread of these tests belongs to a runtime.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread,
    time::{Duration, Instant},
};

use llm::{blocking::BlockingLlm, error::LlmError};
use tokio::runtime::Runtime;

use crate::{
    server::{Script, Server},
    setup::{asking, client, eventually, text, texts},
};

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

#[test]
fn threads_ask_and_wait() {
    let runtime = runtime();
    let server = runtime.block_on(Server::start(|body, _| {
        Script::answer(body["messages"][1]["content"].as_str().unwrap()).after(Duration::from_millis(200))
    }));
    let llm = BlockingLlm::new(client(&server), runtime.handle().clone());
    assert_eq!(texts(&llm.complete(asking("one"), &|| false).unwrap()), ["one"]);
    let questions: Vec<String> = (0..40).map(|number| format!("question {number}")).collect();
    let results = llm.complete_all(questions.iter().map(|question| asking(question)).collect(), &|| false);
    let answers: Vec<String> = results.into_iter().map(|result| texts(&result.unwrap())[0].to_owned()).collect();
    assert_eq!(answers, questions);
    assert!(server.stage.most_running.load(SeqCst) > 20, "they are under way at once");
}

#[test]
fn a_stopped_scan_ends_its_calls() {
    let runtime = runtime();
    let server = runtime.block_on(Server::start(|_, _| Script::answer("late").after(Duration::from_secs(60))));
    let llm = BlockingLlm::new(client(&server), runtime.handle().clone());
    let is_stopped = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&is_stopped);
    let begun = Instant::now();
    let caller = thread::spawn(move || llm.complete(text(), &|| flag.load(SeqCst)));
    assert!(runtime.block_on(eventually(|| server.stage.running.load(SeqCst) == 1)));
    is_stopped.store(true, SeqCst);
    assert!(matches!(caller.join().unwrap(), Err(LlmError::Cancelled)));
    assert!(runtime.block_on(eventually(|| server.stage.given_up.load(SeqCst) == 1)));
    assert!(begun.elapsed() < Duration::from_secs(30));
}
