//! Blade.
use crate::offsets::Offsets;
pub(crate) fn to_php(text: &str) -> Offsets<'_> { let mut o = Offsets::made(); o.push(&" ".repeat(0), 0); let _ = text; o }
