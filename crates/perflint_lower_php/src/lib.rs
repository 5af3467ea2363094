//! Lowers PHP and its templates to the common representation, on `php-rs-parser`.
//!
//! Blade and Twig are turned into PHP first, with a table of offsets that leads back to the template: one walk serves all
//! of them, and a loop in a template is the same loop as one in a method. A PHP file that is a page of markup and declares
//! nothing is read twice, as the script that it may be and as the template that it may be.

mod assign;
mod blade;
mod call;
mod class;
mod declare;
mod doc;
mod expr;
mod function;
mod literal;
mod loops;
mod mapping;
mod names;
mod offsets;
mod stmt;
#[cfg(test)]
mod tests;
mod text;
mod twig;
mod walk;

use offsets::Offsets;
use perflint_ir::{FileIr, GapKind, ItemKind, Lang, Role};
use perflint_syntax::{Source, guard, with_gap};
use php_rs_parser::bumpalo::Bump;
use php_rs_parser::diagnostics::ParseError;
use php_rs_parser::{ParseOptions, parse_arena_with};
use walk::Php;

/// Syntax errors of one file that are kept.
const MAX_SYNTAX_GAPS: usize = 50;

/// Lowers one file. Never fails.
pub fn lower(source: Source<'_>) -> FileIr {
    let is_mapping = mapping::is_mapping(source);
    let offsets = match source.lang {
        _ if is_mapping => match mapping::to_php(source) {
            Some(offsets) => offsets,
            None => return with_gap(source, GapKind::Failed),
        },
        Lang::Blade => blade::to_php(source.text),
        Lang::Twig => twig::to_php(source.text),
        _ => Offsets::same(source.text),
    };
    if guard::nests_deeper(offsets.text(), guard::MAX_BRACKETS) {
        return with_gap(source, GapKind::Depth);
    }
    let arena = Bump::new();
    let options = ParseOptions::default().source_map(false);
    let parsed = parse_arena_with(&arena, offsets.text(), &options);
    let mut php = Php::new(source, &offsets);
    for error in parsed.errors.iter().filter(|error| is_syntax(error)).take(MAX_SYNTAX_GAPS) {
        php.syntax_gap(error);
    }
    let is_page = source.lang != Lang::Php;
    if !is_page {
        php.script(&parsed.program.stmts);
    }
    if is_page || source.role == Role::App && declare::is_page(&parsed.program.stmts) {
        php.template(&parsed.program.stmts);
    }
    let mut file = php.finish();
    // What a mapping declares belongs to the class that it maps.
    for item in file.items.iter_mut().filter(|item| is_mapping && item.kind == ItemKind::Class) {
        item.kind = ItemKind::Extension;
    }
    file
}

/// False for what a compiler forbids although it can be read.
fn is_syntax(error: &ParseError) -> bool {
    !matches!(error, ParseError::Forbidden { .. } | ParseError::VersionTooLow { .. })
}
