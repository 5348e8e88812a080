//! What the interpreter is given of WASI's preview 1. Invariant: three streams and nothing else; time and random numbers are
//! the same in every run, and every function takes a bounded time.

use wasmtime::{Caller, Extern, Linker, Memory, StoreLimits};

const MODULE: &str = "wasi_snapshot_preview1";
/// Most bytes that are kept of each output stream; the rest is dropped.
pub(crate) const OUTPUT_BYTES: usize = 4 << 20;
/// Most buffers of one read or write.
const MAX_BUFFERS: u32 = 1024;
/// The first moment of every run, in nanoseconds since 1970.
const BEGINNING_NS: u64 = 1_700_000_000_000_000_000;
/// What each look at the clock moves it on by, in nanoseconds.
const TICK_NS: u64 = 1_000_000;

const SUCCESS: i32 = 0;
const BAD_DESCRIPTOR: i32 = 8;
const FAULT: i32 = 21;
const INVALID: i32 = 28;
const NOT_SUPPORTED: i32 = 58;
const NOT_SEEKABLE: i32 = 70;

/// One run's surroundings.
pub(crate) struct Guest {
    pub(crate) arguments: Vec<String>,
    pub(crate) input: Vec<u8>,
    pub(crate) consumed: usize,
    pub(crate) output: Vec<u8>,
    pub(crate) errors: Vec<u8>,
    pub(crate) limits: StoreLimits,
    now_ns: u64,
    random: u64,
}

impl Guest {
    pub(crate) fn new(arguments: Vec<String>, input: Vec<u8>, limits: StoreLimits) -> Self {
        let (output, errors) = (Vec::new(), Vec::new());
        Self { arguments, input, consumed: 0, output, errors, limits, now_ns: BEGINNING_NS, random: 1 }
    }

    /// Gives the next number of a sequence that is the same in every run.
    fn next_random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// Says that the guest ended itself.
#[derive(Debug, thiserror::Error)]
#[error("the interpreter ended with code {0}")]
pub(crate) struct Exit(pub(crate) i32);

type Guests<'a> = Caller<'a, Guest>;

/// The guest's memory for one call; every access is checked.
struct View<'a> {
    bytes: &'a mut [u8],
    guest: &'a mut Guest,
}

impl View<'_> {
    fn read_u32(&self, at: u32) -> Option<u32> {
        let start = at as usize;
        Some(u32::from_le_bytes(self.bytes.get(start..start.checked_add(4)?)?.try_into().ok()?))
    }

    fn write(&mut self, at: u32, what: &[u8]) -> Option<()> {
        let start = at as usize;
        self.bytes.get_mut(start..start.checked_add(what.len())?)?.copy_from_slice(what);
        Some(())
    }

    fn write_u32(&mut self, at: u32, number: u32) -> Option<()> {
        self.write(at, &number.to_le_bytes())
    }

    /// Gives the buffers of a vectored read or write: start and length of each.
    fn buffers(&self, at: u32, count: u32) -> Option<Vec<(u32, u32)>> {
        let entry = |index: u32| {
            let place = at.checked_add(index.checked_mul(8)?)?;
            Some((self.read_u32(place)?, self.read_u32(place.checked_add(4)?)?))
        };
        (0..count.min(MAX_BUFFERS)).map(entry).collect()
    }
}

/// Runs a function on the guest's memory; an access outside it is the guest's fault.
fn with_memory(mut caller: Guests<'_>, run: impl FnOnce(&mut View<'_>) -> Option<i32>) -> i32 {
    let memory: Option<Memory> = caller.get_export("memory").and_then(Extern::into_memory);
    let Some(memory) = memory else { return FAULT };
    let (bytes, guest) = memory.data_and_store_mut(&mut caller);
    run(&mut View { bytes, guest }).unwrap_or(FAULT)
}

/// Gives the interpreter what it imports.
pub(crate) fn link(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    link_process(linker)?;
    link_streams(linker)?;
    link_refused(linker)
}

fn link_process(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    linker.func_wrap(MODULE, "args_sizes_get", |caller: Guests<'_>, count: u32, size: u32| {
        with_memory(caller, |view| {
            let bytes: usize = view.guest.arguments.iter().map(|argument| argument.len() + 1).sum();
            let number = view.guest.arguments.len();
            view.write_u32(count, u32::try_from(number).ok()?)?;
            view.write_u32(size, u32::try_from(bytes).ok()?)?;
            Some(SUCCESS)
        })
    })?;
    linker.func_wrap(MODULE, "args_get", |caller: Guests<'_>, list: u32, text: u32| {
        with_memory(caller, |view| {
            let (mut slot, mut place) = (list, text);
            for argument in view.guest.arguments.clone() {
                view.write_u32(slot, place)?;
                view.write(place, argument.as_bytes())?;
                place = place.checked_add(u32::try_from(argument.len()).ok()?)?;
                view.write(place, &[0])?;
                place = place.checked_add(1)?;
                slot = slot.checked_add(4)?;
            }
            Some(SUCCESS)
        })
    })?;
    linker.func_wrap(MODULE, "environ_sizes_get", |caller: Guests<'_>, count: u32, size: u32| {
        with_memory(caller, |view| view.write_u32(count, 0).and(view.write_u32(size, 0)).map(|()| SUCCESS))
    })?;
    linker.func_wrap(MODULE, "environ_get", |_: u32, _: u32| SUCCESS)?;
    linker.func_wrap(MODULE, "clock_res_get", |caller: Guests<'_>, _: i32, at: u32| {
        with_memory(caller, |view| view.write(at, &TICK_NS.to_le_bytes()).map(|()| SUCCESS))
    })?;
    linker.func_wrap(MODULE, "clock_time_get", |caller: Guests<'_>, _: i32, _: i64, at: u32| {
        with_memory(caller, |view| {
            view.guest.now_ns = view.guest.now_ns.wrapping_add(TICK_NS);
            let now = view.guest.now_ns.to_le_bytes();
            view.write(at, &now).map(|()| SUCCESS)
        })
    })?;
    linker.func_wrap(MODULE, "random_get", |caller: Guests<'_>, at: u32, size: u32| {
        with_memory(caller, |view| {
            let start = at as usize;
            let end = start.checked_add(size as usize)?;
            for chunk in view.bytes.get_mut(start..end)?.chunks_mut(8) {
                let number = view.guest.next_random().to_le_bytes();
                chunk.iter_mut().zip(number).for_each(|(byte, random)| *byte = random);
            }
            Some(SUCCESS)
        })
    })?;
    linker.func_wrap(MODULE, "proc_exit", |code: i32| -> wasmtime::Result<()> { Err(Exit(code).into()) })?;
    linker.func_wrap(MODULE, "sched_yield", || SUCCESS)?;
    Ok(())
}

fn link_streams(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    linker.func_wrap(MODULE, "fd_read", |caller: Guests<'_>, fd: i32, list: u32, count: u32, size: u32| {
        with_memory(caller, |view| {
            if fd != 0 {
                return Some(BAD_DESCRIPTOR);
            }
            let mut total = 0_usize;
            for (start, length) in view.buffers(list, count)? {
                let rest = view.guest.input.get(view.guest.consumed..).unwrap_or_default();
                let part = rest.get(..rest.len().min(length as usize))?.to_vec();
                view.write(start, &part)?;
                view.guest.consumed += part.len();
                total += part.len();
            }
            view.write_u32(size, u32::try_from(total).ok()?).map(|()| SUCCESS)
        })
    })?;
    linker.func_wrap(MODULE, "fd_write", |caller: Guests<'_>, fd: i32, list: u32, count: u32, size: u32| {
        with_memory(caller, |view| {
            if !matches!(fd, 1 | 2) {
                return Some(BAD_DESCRIPTOR);
            }
            let mut total = 0_usize;
            for (start, length) in view.buffers(list, count)? {
                let end = (start as usize).checked_add(length as usize)?;
                let part = view.bytes.get(start as usize..end)?;
                let stream = if fd == 1 { &mut view.guest.output } else { &mut view.guest.errors };
                let room = OUTPUT_BYTES.saturating_sub(stream.len());
                stream.extend_from_slice(part.get(..part.len().min(room))?);
                total = total.saturating_add(part.len());
            }
            view.write_u32(size, u32::try_from(total).ok()?).map(|()| SUCCESS)
        })
    })?;
    linker.func_wrap(MODULE, "fd_fdstat_get", |caller: Guests<'_>, fd: i32, at: u32| {
        with_memory(caller, |view| {
            if !(0..=2).contains(&fd) {
                return Some(BAD_DESCRIPTOR);
            }
            // A character device without flags that may be read and written.
            let mut facts = [0_u8; 24];
            facts.first_chunk_mut::<1>()?.copy_from_slice(&[2]);
            facts.get_mut(8..16)?.copy_from_slice(&0x42_u64.to_le_bytes());
            view.write(at, &facts).map(|()| SUCCESS)
        })
    })?;
    linker.func_wrap(MODULE, "fd_filestat_get", |caller: Guests<'_>, fd: i32, at: u32| {
        with_memory(caller, |view| {
            if !(0..=2).contains(&fd) {
                return Some(BAD_DESCRIPTOR);
            }
            let mut facts = [0_u8; 64];
            facts.get_mut(16..17)?.copy_from_slice(&[2]);
            view.write(at, &facts).map(|()| SUCCESS)
        })
    })?;
    linker.func_wrap(MODULE, "fd_seek", |fd: i32, _: i64, _: i32, _: i32| not_seekable(fd))?;
    linker.func_wrap(MODULE, "fd_tell", |fd: i32, _: i32| not_seekable(fd))?;
    linker.func_wrap(MODULE, "fd_close", |fd: i32| if (0..=2).contains(&fd) { SUCCESS } else { BAD_DESCRIPTOR })?;
    Ok(())
}

const fn not_seekable(fd: i32) -> i32 {
    if fd >= 0 && fd <= 2 { NOT_SEEKABLE } else { BAD_DESCRIPTOR }
}

/// Gives functions that only refuse: there are no files, no folders, no sockets and no sleep.
fn link_refused(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    linker.func_wrap(MODULE, "fd_advise", |_: i32, _: i64, _: i64, _: i32| BAD_DESCRIPTOR)?;
    linker.func_wrap(MODULE, "fd_allocate", |_: i32, _: i64, _: i64| BAD_DESCRIPTOR)?;
    linker.func_wrap(MODULE, "fd_datasync", |_: i32| BAD_DESCRIPTOR)?;
    linker.func_wrap(MODULE, "fd_sync", |_: i32| BAD_DESCRIPTOR)?;
    linker.func_wrap(MODULE, "fd_fdstat_set_flags", |_: i32, _: i32| BAD_DESCRIPTOR)?;
    linker.func_wrap(MODULE, "fd_filestat_set_size", |_: i32, _: i64| BAD_DESCRIPTOR)?;
    linker.func_wrap(MODULE, "fd_filestat_set_times", |_: i32, _: i64, _: i64, _: i32| BAD_DESCRIPTOR)?;
    linker.func_wrap(MODULE, "fd_pread", |_: i32, _: i32, _: i32, _: i64, _: i32| BAD_DESCRIPTOR)?;
    linker.func_wrap(MODULE, "fd_pwrite", |_: i32, _: i32, _: i32, _: i64, _: i32| BAD_DESCRIPTOR)?;
    linker.func_wrap(MODULE, "fd_prestat_get", |_: i32, _: i32| BAD_DESCRIPTOR)?;
    linker.func_wrap(MODULE, "fd_prestat_dir_name", |_: i32, _: i32, _: i32| BAD_DESCRIPTOR)?;
    linker.func_wrap(MODULE, "fd_readdir", |_: i32, _: i32, _: i32, _: i64, _: i32| BAD_DESCRIPTOR)?;
    linker.func_wrap(MODULE, "path_create_directory", |_: i32, _: i32, _: i32| BAD_DESCRIPTOR)?;
    linker.func_wrap(MODULE, "path_filestat_get", |_: i32, _: i32, _: i32, _: i32, _: i32| BAD_DESCRIPTOR)?;
    let times = |_: i32, _: i32, _: i32, _: i32, _: i64, _: i64, _: i32| BAD_DESCRIPTOR;
    linker.func_wrap(MODULE, "path_filestat_set_times", times)?;
    let link = |_: i32, _: i32, _: i32, _: i32, _: i32, _: i32, _: i32| BAD_DESCRIPTOR;
    linker.func_wrap(MODULE, "path_link", link)?;
    let open = |_: i32, _: i32, _: i32, _: i32, _: i32, _: i64, _: i64, _: i32, _: i32| BAD_DESCRIPTOR;
    linker.func_wrap(MODULE, "path_open", open)?;
    linker.func_wrap(MODULE, "path_readlink", |_: i32, _: i32, _: i32, _: i32, _: i32, _: i32| BAD_DESCRIPTOR)?;
    linker.func_wrap(MODULE, "path_remove_directory", |_: i32, _: i32, _: i32| BAD_DESCRIPTOR)?;
    linker.func_wrap(MODULE, "path_rename", |_: i32, _: i32, _: i32, _: i32, _: i32, _: i32| BAD_DESCRIPTOR)?;
    linker.func_wrap(MODULE, "path_symlink", |_: i32, _: i32, _: i32, _: i32, _: i32| BAD_DESCRIPTOR)?;
    linker.func_wrap(MODULE, "path_unlink_file", |_: i32, _: i32, _: i32| BAD_DESCRIPTOR)?;
    linker.func_wrap(MODULE, "poll_oneoff", |_: i32, _: i32, _: i32, _: i32| NOT_SUPPORTED)?;
    linker.func_wrap(MODULE, "sock_accept", |_: i32, _: i32, _: i32| NOT_SUPPORTED)?;
    linker.func_wrap(MODULE, "sock_recv", |_: i32, _: i32, _: i32, _: i32, _: i32, _: i32| NOT_SUPPORTED)?;
    linker.func_wrap(MODULE, "sock_send", |_: i32, _: i32, _: i32, _: i32, _: i32| NOT_SUPPORTED)?;
    linker.func_wrap(MODULE, "sock_shutdown", |_: i32, _: i32| INVALID)?;
    Ok(())
}
