//! Lowers templates that are languages of their own: Thymeleaf, JSP and FreeMarker, Go's `html/template`, Handlebars; and
//! turns those whose code is JavaScript, EJS and Pug, into the script that they stand for.
//!
//! A template is a function of what it is rendered with. Its names are attributes of that context, its loops and decisions
//! are regions, what it includes is a call. A named part of a file (`{{define}}`, `th:fragment`, `<#macro>`) is a template of its
//! own, whose further parameters are what it is given beside the context. Each syntax has a scanner here that walks the text
//! once; they share [`view`], which builds the bodies, and [`el`], the expressions of the three that come from Java.
//!
//! What is called are names that no source can hold (`th:insert`, `?size`, `el:empty`): what they do is for models to say.

mod el;
mod freemarker;
mod go;
mod handlebars;
mod jsp;
mod lex;
mod markup;
mod script;
#[cfg(test)]
mod tests;
mod thymeleaf;
mod view;

pub use script::{INCLUDE, MIXIN, PRINT, to_javascript};

use perflint_ir::{FileIr, GapKind, Lang};
use perflint_syntax::{Source, with_gap};

/// Lowers one template. Never fails; a language that is not one of these is a gap.
pub fn lower(source: Source<'_>) -> FileIr {
    match source.lang {
        Lang::Thymeleaf => thymeleaf::lower(source),
        Lang::Jsp => jsp::lower(source),
        Lang::Freemarker => freemarker::lower(source),
        Lang::GoTemplate => go::lower(source),
        Lang::Handlebars => handlebars::lower(source),
        _ => with_gap(source, GapKind::Language),
    }
}
