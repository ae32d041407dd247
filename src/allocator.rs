//! An allocator within the bound on memory.

// An allocator cannot be written without; the library forbids it.
#![allow(unsafe_code)]

use nullcline::memory;
use std::alloc::{GlobalAlloc, Layout};

/// Another allocator, which is asked only for what may be had; more ends the process with an error.
pub struct Bounded<A>(pub A);

/// Alignment of what is not counted: faer's products keep room for panels, twice the last cache a thread (half a gigabyte and more on
/// servers), of which they touch what the product needs. Nobody else asks for whole pages, no reader of files in particular.
const PAGE: usize = 4096;

/// Ends the process where so much more is more than may be had.
fn ask(bytes: usize, layout: Layout) {
    if layout.align() < PAGE && !memory::take(bytes) {
        memory::refuse(bytes);
    }
}

fn give(bytes: usize, layout: Layout) {
    if layout.align() < PAGE {
        memory::give(bytes);
    }
}

// SAFETY: every call goes to the other allocator as it is.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Bounded<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ask(layout.size(), layout);
        unsafe { self.0.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        ask(layout.size(), layout);
        unsafe { self.0.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        give(layout.size(), layout);
        unsafe { self.0.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ask(size.saturating_sub(layout.size()), layout);
        give(layout.size().saturating_sub(size), layout);
        unsafe { self.0.realloc(place, layout, size) }
    }
}
