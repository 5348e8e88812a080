//! What the client costs over plain HTTP, and how much goes through it. Invariant: both ways read the same stream of the same
//! server to its end.

#![expect(clippy::unwrap_used, reason = "a bench that fails should stop")]

#[path = "../tests/support/server.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod server;
#[path = "../tests/support/setup.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod setup;

use std::{hint::black_box, time::Duration};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use futures_util::future::join_all;
use llm::request::{Caching, Request};
use serde_json::json;
use tokio::runtime::Runtime;

use server::{Script, Server, choice, done, usage};
use setup::{ask, client_with, text};

const IN_FLIGHT: usize = 200;

fn fresh() -> Request {
    Request { caching: Caching::Bypass, ..text() }
}

/// A stream of 100 tokens, one event each, sent at once.
fn hundred_tokens() -> Script {
    let tokens = (0..100).map(|number| choice(0, "token ", (number == 99).then_some("stop")));
    Script::stream(tokens.chain([usage(100, 100), done()]).collect())
}

fn one_call(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let script = hundred_tokens();
    let server = runtime.block_on(Server::start(move |_, _| script.clone()));
    let client = client_with(&server, |_| {});
    let http = reqwest::Client::builder().tls_certs_only([]).no_proxy().build().unwrap();
    let url = format!("{}/chat/completions", server.base_url());
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "What is it?"}], "stream": true});
    let mut group = criterion.benchmark_group("a call of 100 tokens");
    group.bench_function("reqwest alone", |bencher| {
        bencher
            .to_async(&runtime)
            .iter(|| async { black_box(http.post(&url).json(&body).send().await.unwrap().bytes().await.unwrap()) });
    });
    group.bench_function("the client", |bencher| {
        bencher.to_async(&runtime).iter(|| async { black_box(ask(&client, fresh()).await.unwrap()) });
    });
    group.bench_function("a kept answer", |bencher| {
        runtime.block_on(ask(&client, text())).unwrap();
        bencher.to_async(&runtime).iter(|| async { black_box(ask(&client, text()).await.unwrap()) });
    });
    group.finish();
}

fn many_calls(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let script = hundred_tokens().after(Duration::from_millis(20));
    let server = runtime.block_on(Server::start(move |_, _| script.clone()));
    let mut group = criterion.benchmark_group("200 calls in flight, each 20 ms on the server");
    group.throughput(Throughput::Elements(IN_FLIGHT as u64)).sample_size(20);
    for limit in [64, IN_FLIGHT] {
        let client = client_with(&server, |config| {
            if let Some(place) = config.pointer_mut("/endpoints/main") {
                place["max_in_flight"] = json!(limit);
            }
        });
        group.bench_function(format!("limit {limit}"), |bencher| {
            bencher.to_async(&runtime).iter(|| async {
                let calls = (0..IN_FLIGHT).map(|_| ask(&client, fresh()));
                join_all(calls).await.into_iter().for_each(|result| drop(black_box(result.unwrap())));
            });
        });
    }
    group.finish();
}

criterion_group!(benches, one_call, many_calls);
criterion_main!(benches);
