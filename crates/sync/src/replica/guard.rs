//! Calls into Automerge with bytes that somebody else made: a panic becomes a value, and prints nothing.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    static QUIET: Cell<u32> = const { Cell::new(0) };
}

/// Automerge panicked on what it was given. What the call was writing to must not be used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Panicked;

struct Hush;

impl Hush {
    fn new() -> Self {
        QUIET.set(QUIET.get().saturating_add(1));
        Self
    }
}

impl Drop for Hush {
    fn drop(&mut self) {
        QUIET.set(QUIET.get().saturating_sub(1));
    }
}

/// Runs `work` and catches its panic. The panic hook stays silent for this thread only: a message could hold text of a document,
/// and other threads' panics must still be heard.
pub(super) fn quietly<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    static ONCE: Once = Once::new();
    // The hook is wrapped once for the whole process, never swapped around a call: swapping would race with other threads.
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |facts| {
            if QUIET.get() == 0 {
                before(facts);
            }
        }));
    });
    let hush = Hush::new();
    let result = catch_unwind(AssertUnwindSafe(work)).map_err(|_| Panicked);
    drop(hush);
    result
}
