//! Lowers Ruby and its templates to the common representation, on CRuby's own parser.
//!
//! ERB, HAML and Slim are turned into Ruby first: what is not code is blanked or left out, and a table of offsets leads
//! back to the template. So there is one walk for all of them, and a loop in a template is the same block as
//! one in a method.

mod assign;
mod call;
mod class;
mod control;
mod erb;
mod expr;
mod function;
mod literal;
mod markup;
mod operator;
mod pattern;
#[cfg(test)]
mod tests;
mod walk;

use perflint_ir::{FileIr, GapKind, Lang};
use perflint_syntax::{Source, guard, with_gap};
use walk::{Ruby, Text};

/// Ruby files that are templates, by the end of their names.
const TEMPLATES: &[&str] = &[".jbuilder", ".rabl", ".rsb", ".builder", ".arb", ".prawn", ".axlsx", ".ruby"];

/// Lowers one file. Never fails.
pub fn lower(source: Source<'_>) -> FileIr {
    let text = match source.lang {
        Lang::Erb => Text::same(erb::blank(source.text)),
        Lang::Haml => markup::haml(source.text),
        Lang::Slim => markup::slim(source.text),
        _ => Text::same(source.text.to_owned()),
    };
    if guard::nests_deeper(&text.ruby, guard::MAX_BRACKETS) {
        return with_gap(source, GapKind::Depth);
    }
    let is_template = source.lang != Lang::Ruby
        || TEMPLATES.iter().any(|end| source.path.ends_with(end)) && !source.path.ends_with(".html.ruby");
    let parsed = ruby_prism::parse(text.ruby.as_bytes());
    let mut ruby = Ruby::new(source, &text, is_template);
    ruby.record_errors(&parsed);
    ruby.program(&parsed.node());
    ruby.finish()
}
