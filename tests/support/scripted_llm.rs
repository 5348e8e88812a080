//! A language model's server that answers what a test says, over real HTTP with the chat protocol. Invariant: it keeps
//! every question that it was asked.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use serde_json::{Value, json};

/// Gives the answers to a question; the second argument counts the questions before it.
type Play = dyn Fn(&Value, usize) -> Vec<String> + Send + Sync;

/// A running server.
#[derive(Clone)]
pub struct ScriptedLlm {
    address: SocketAddr,
    questions: Arc<Mutex<Vec<Value>>>,
}

impl ScriptedLlm {
    /// Starts a server on a free port of this machine; it runs until the test ends.
    pub fn start(play: impl Fn(&Value, usize) -> Vec<String> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let server = Self { address, questions: Arc::default() };
        let (play, questions): (Arc<Play>, _) = (Arc::new(play), server.questions.clone());
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (play, questions) = (play.clone(), questions.clone());
                thread::spawn(move || serve(connection, &*play, &questions));
            }
        });
        server
    }

    /// Gives the configuration that names this server for all questions.
    pub fn config(&self) -> String {
        format!(
            "[endpoints.here]\nbase_url = \"http://{}/v1\"\n\n[tiers.fast]\nendpoints = [\"here\"]\nmodel = \"scripted\"\n",
            self.address
        )
    }

    /// Gives the bodies of the questions so far.
    pub fn questions(&self) -> Vec<Value> {
        self.questions.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Gives everything that was sent, as one text.
    pub fn sent(&self) -> String {
        let messages = |question: &Value| -> Vec<String> {
            let all = question.get("messages").and_then(Value::as_array).cloned().unwrap_or_default();
            all.iter().filter_map(|message| message["content"].as_str().map(str::to_owned)).collect()
        };
        self.questions().iter().flat_map(messages).collect::<Vec<_>>().join("\n")
    }
}

/// Answers the requests of one connection, as long as it is kept.
fn serve(connection: TcpStream, play: &Play, questions: &Mutex<Vec<Value>>) {
    let Ok(writing) = connection.try_clone() else { return };
    let mut reader = BufReader::new(connection);
    while let Some((path, body)) = read_request(&mut reader) {
        let question: Value = serde_json::from_slice(&body).unwrap_or_default();
        let (media, answer) = if path.ends_with("/chat/completions") {
            let number = {
                let mut questions = questions.lock().unwrap_or_else(PoisonError::into_inner);
                questions.push(question.clone());
                questions.len() - 1
            };
            let answers = play(&question, number);
            if question.get("stream") == Some(&json!(true)) {
                ("text/event-stream", streamed(&answers))
            } else {
                ("application/json", whole(&answers))
            }
        } else {
            ("application/json", json!({ "object": "list", "data": [{ "id": "scripted" }] }).to_string())
        };
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {media}\r\ncontent-length: {}\r\n\r\n", answer.len());
        let mut writing = &writing;
        if writing.write_all(head.as_bytes()).and_then(|()| writing.write_all(answer.as_bytes())).is_err() {
            return;
        }
    }
}

fn read_request(reader: &mut impl BufRead) -> Option<(String, Vec<u8>)> {
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|read| *read > 0)?;
    let path = first.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((path, body))
}

const USAGE: (u32, u32) = (100, 10);

fn streamed(answers: &[String]) -> String {
    let event = |data: Value| format!("data: {data}\n\n");
    let mut text = String::new();
    for (index, answer) in answers.iter().enumerate() {
        let choice = json!({ "index": index, "delta": { "content": answer }, "finish_reason": "stop" });
        text.push_str(&event(json!({ "choices": [choice] })));
    }
    text.push_str(&event(
        json!({ "choices": [], "usage": { "prompt_tokens": USAGE.0, "completion_tokens": USAGE.1 } }),
    ));
    text.push_str("data: [DONE]\n\n");
    text
}

fn whole(answers: &[String]) -> String {
    let choice = |(index, answer): (usize, &String)| {
        let message = json!({ "role": "assistant", "content": answer });
        json!({ "index": index, "message": message, "finish_reason": "stop" })
    };
    let choices: Vec<Value> = answers.iter().enumerate().map(choice).collect();
    json!({ "choices": choices, "usage": { "prompt_tokens": USAGE.0, "completion_tokens": USAGE.1 } }).to_string()
}
