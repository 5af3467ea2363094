//! Directives: `"use cache"` at the start of a function, or of a file, says how its code runs.

use super::context::{Lowerer, span};
use oxc_ast::ast::Directive;
use perflint_ir::{FileIr, ItemId, ItemKind, Marker, OpId};

/// Says nothing of how code runs.
const STRICT: &str = "use strict";

impl<'a> Lowerer<'a> {
    /// The markers that directives are.
    pub(super) fn directives(&mut self, directives: &[Directive<'a>]) -> Vec<Marker> {
        let said = directives.iter().filter(|directive| directive.directive.as_str() != STRICT);
        said.map(|directive| Marker {
            path: self.sym(directive.directive.as_str()),
            value: OpId::NONE,
            words: Vec::new(),
            span: span(directive),
        })
        .collect()
    }
}

/// Gives the exported functions of a file the directives at its start.
pub(super) fn spread(file: &mut FileIr, directives: &[Marker]) {
    let exported = file.items.iter_mut().filter(|item| {
        item.owner == Some(ItemId(0)) && item.kind == ItemKind::Function && item.flags.is_public
    });
    exported.for_each(|item| item.markers.extend_from_slice(directives));
}
