//! The command `nullcline`.

// An allocator cannot be written without; the library forbids it.
#![allow(unsafe_code)]

use nullcline::memory;
use std::alloc::{GlobalAlloc, Layout, System};
use std::process::ExitCode;

/// The system's allocator, within the bound on memory.
struct Bounded;

#[global_allocator]
static ALLOCATOR: Bounded = Bounded;

/// Ends the process where `bytes` more are more than may be had.
fn ask(bytes: usize) {
    if !memory::take(bytes) {
        memory::refuse(bytes);
    }
}

// SAFETY: every call goes to the system's allocator as it is.
unsafe impl GlobalAlloc for Bounded {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ask(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        ask(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        memory::give(layout.size());
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ask(size.saturating_sub(layout.size()));
        memory::give(layout.size().saturating_sub(size));
        unsafe { System.realloc(place, layout, size) }
    }
}

fn main() -> ExitCode {
    nullcline::cli::run()
}
