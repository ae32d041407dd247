//! An allocator within the bound on memory.

// An allocator cannot be written without; the library forbids it.
#![allow(unsafe_code)]

use nullcline::memory;
use std::alloc::{GlobalAlloc, Layout};

/// Another allocator, which is asked only for what may be had; more ends the process with an error.
pub struct Bounded<A>(pub A);

/// Ends the process where `bytes` more are more than may be had.
fn ask(bytes: usize) {
    if !memory::take(bytes) {
        memory::refuse(bytes);
    }
}

// SAFETY: every call goes to the other allocator as it is.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Bounded<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ask(layout.size());
        unsafe { self.0.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        ask(layout.size());
        unsafe { self.0.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        memory::give(layout.size());
        unsafe { self.0.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ask(size.saturating_sub(layout.size()));
        memory::give(layout.size().saturating_sub(size));
        unsafe { self.0.realloc(place, layout, size) }
    }
}
