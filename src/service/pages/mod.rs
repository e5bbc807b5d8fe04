//! The two pages: the visitor's on the public listener, the office's on the admin listener.
//!
//! Built in from `assets`, or read from a configured folder. Neither knows anything by itself: each
//! shows what its API answers to the one who asks.

mod files;
mod office;
mod visitor;

pub(crate) use office::{office_file, office_index, office_shared_file};
pub(crate) use visitor::{visitor_file, visitor_index};
