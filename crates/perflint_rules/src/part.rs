//! Rows that are parts of the row that they belong to, of which a row has few.

use crate::Page;
use crate::rows::is_one_of;
use crate::write::Ctx;
use perflint_link::EntityIx;
use perflint_models::To;

/// True for rows of a relation that have no lists of their own, that do not tie a person to something else, and of which none is
/// added whenever something happens: the lines of an order, not the signatures of a petition or its log.
pub(crate) fn is_part(ctx: &Ctx<'_>, page: &Page, rows: EntityIx, of: Option<EntityIx>) -> bool {
    let is_one_of =
        |entity: EntityIx, list: &str| is_one_of(page, ctx.text(ctx.program.entity(entity).name), list);
    let declared = ctx.program.relations_of(rows);
    let own = || declared.iter().filter(|relation| !relation.reverse);
    if is_one_of(rows, "appended") || own().any(|relation| relation.to == To::Many) {
        return false;
    }
    let ends = || own().map(|relation| relation.target).chain(of.map(Some)).filter(|end| *end != Some(rows));
    let is_person = |end: Option<EntityIx>| end.is_some_and(|end| is_one_of(end, "people"));
    !(ends().any(is_person) && ends().any(|end| !is_person(end)))
}
