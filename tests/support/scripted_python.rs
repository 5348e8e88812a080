//! A stand-in for the Python that replays, which answers what a test wrote. Invariant: it speaks the real protocol: it is a
//! WASI program that reads the job from its input and answers under the job's nonce.

use std::fmt::Write as _;

/// Where the nonce stands in the job, which begins with `{"nonce":"`, and its length.
const NONCE: (u32, u32) = (10, 33);
/// Where the program keeps the beginning of the job, and its answer.
const JOB: u32 = 1024;
const ANSWER: u32 = 2048;

/// Gives the module that answers every job with this JSON object, to be given as `--replay-python`.
pub fn scripted_python(answer: &str) -> Vec<u8> {
    let line = format!("{answer}\n");
    let data = line.bytes().fold(String::new(), |mut data, byte| {
        let _is_written = write!(data, "\\{byte:02x}");
        data
    });
    let (start, length, size) = (JOB + NONCE.0, NONCE.1, line.len());
    let text = format!(
        r#"(module
            (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
            (memory (export "memory") 1)
            (data (i32.const {ANSWER}) "{data}")
            (func (export "_start")
                (i32.store (i32.const 0) (i32.const {JOB}))
                (i32.store (i32.const 4) (i32.const 64))
                (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 32)))
                (i32.store (i32.const 8) (i32.const {start}))
                (i32.store (i32.const 12) (i32.const {length}))
                (i32.store (i32.const 16) (i32.const {ANSWER}))
                (i32.store (i32.const 20) (i32.const {size}))
                (drop (call $write (i32.const 1) (i32.const 8) (i32.const 2) (i32.const 32)))))"#
    );
    wat::parse_str(text).expect("the program is WebAssembly")
}
