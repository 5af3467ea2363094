//! EJS and Pug, rewritten as JavaScript.
//!
//! Code is kept as it is, what is printed becomes the argument of a call. Includes become calls of [`INCLUDE`], a mixin a function
//! whose name starts with [`MIXIN`]; both are known to the front end that reads the script.

mod ejs;
mod pug;

use perflint_ir::Lang;
use perflint_syntax::{Offsets, Source};

/// The function that an include calls: the file, then what it gets beside the names of the template.
pub const INCLUDE: &str = "include";
/// What the names of functions start with that are parts of a template.
pub const MIXIN: &str = "__mixin_";
/// The function that is given what the template prints.
pub const PRINT: &str = "__print";

/// The script of an EJS or Pug template; nothing for other languages.
pub fn to_javascript(source: Source<'_>) -> Offsets {
    match source.lang {
        Lang::Ejs => ejs::script(source.text),
        Lang::Pug => pug::script(source.text),
        _ => Offsets::default(),
    }
}
