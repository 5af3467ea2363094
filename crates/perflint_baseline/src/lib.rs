//! Which findings are the same before and after a change.
//!
//! A finding is known by what it says and where it says it in terms of the program: its rule, its sentence, the function
//! around it, its file, and its code without layout. Lines are no part of it, so that code above may come and go. What
//! changes of these five is what a change of the code did: a renamed file keeps the other four, reformatting keeps all but
//! perhaps the code, a renamed function keeps its file and its code. [`matched`] therefore pairs findings in passes, the
//! closest first, each finding once: two of a kind before and three after leave one that is new.
//!
//! One hash per finding was rejected. It has to leave out whatever may change, and then tells too little apart: a finding
//! that was fixed in one function would excuse the same mistake in the next.
//!
//! [`Baseline`] is the file that remembers findings. It keeps the parts rather than a hash of them, one finding a line in
//! order, so that people can read what they accepted and two branches can be merged.

mod file;
mod identity;
mod matching;

pub use file::{Baseline, BaselineError};
pub use identity::{Identity, code_hash, ids};
pub use matching::{Matching, matched};
