//! Which rows there are few of by nature: kinds, roles, settings. A name tells, unless the table says what it is.

use crate::write::Ctx;
use crate::{Page, worth};
use perflint_link::{Entity, EntityIx};
use perflint_models::To;
use perflint_summary::{Bound, Factor, Lazy, words};

/// True for a loop over what there are few of by nature: a page of a handful, or a list of kinds, owners, settings.
pub(crate) fn is_short(ctx: &Ctx<'_>, page: &Page, factor: Factor) -> bool {
    let Factor::Size { name, site, .. } = factor else { return false };
    let few = page.words("few");
    let (of, walked) = ctx.text(name).rsplit_once('.').unwrap_or(("", ctx.text(name)));
    // A class is what the framework has many of, whatever is walked at the place that it calls; a field of something may be called
    // like one: `user.Roles`.
    if of.is_empty() && walked.starts_with(char::is_uppercase) {
        return false;
    }
    let rows = ctx.facts.extents.of_loop(site);
    if rows.is_some_and(|rows| matches!(rows.bound, Bound::AtMost(n) if n <= worth::FEW)) {
        return true;
    }
    match rows.and_then(|rows| rows.entity).map(|at| (at, ctx.program.entity(at))) {
        Some((at, entity)) if named(ctx.text(entity.name), &few) => !is_link(ctx, at, entity, &few),
        _ => named(walked, &few),
    }
}

/// True for a loop over addresses, or what has one of its own: no request can be for two of them.
pub(crate) fn is_addressed(ctx: &Ctx<'_>, page: &Page, factor: Factor) -> bool {
    let Factor::Size { name, site, .. } = factor else { return false };
    let addresses = page.words("addresses");
    let walked = ctx.text(name).rsplit('.').next().unwrap_or_default();
    let entity = ctx.facts.extents.of_loop(site).and_then(|rows| rows.entity);
    named(walked, &addresses)
        || entity.is_some_and(|at| named(ctx.text(ctx.program.entity(at).name), &addresses))
}

/// True for a relation to one of a few kinds that a session hands out once each, whatever the number of rows that refer to them.
pub(crate) fn is_kind(ctx: &Ctx<'_>, page: &Page, lazy: &Lazy) -> bool {
    let Some(relation) = ctx.program.relation(lazy.from, lazy.relation) else { return false };
    // What is a proxy until it is read stands for a row that the session knows by its key.
    let kept = ctx.models.relations.get(relation.row).is_some_and(|(_, row)| row.proxy);
    let target = relation.target.filter(|_| kept && relation.to == To::One);
    target.is_some_and(|target| named(ctx.text(ctx.program.entity(target).name), &page.words("kinds")))
}

/// True if the last word of a name is one of these.
fn named(name: &str, few: &[&str]) -> bool {
    let last = words(name).last().unwrap_or_default();
    let last = last.trim_matches(|c: char| !c.is_alphanumeric());
    few.contains(&last) || few.contains(&last.trim_end_matches('s'))
}

/// True for a table that ties rows of two others together, neither of which there are few of: `GroupRole`, the role that a member
/// has in a group. There are as many of them for one row of either side as the other side has rows. A name of one word says what
/// its rows are to the one that they belong to: a board has few `Owner`s, although each is a person.
fn is_link(ctx: &Ctx<'_>, at: EntityIx, entity: &Entity, few: &[&str]) -> bool {
    if words(ctx.text(entity.name)).count() < 2 {
        return false;
    }
    let sides = entity.relations.values().filter(|relation| relation.to == To::One && !relation.reverse);
    let mut tied: Vec<EntityIx> = sides
        .filter_map(|relation| relation.target)
        .filter(|&target| target != at)
        .filter(|&target| {
            let other = ctx.program.entity(target);
            let is_one_to_one = other.relations.values().any(|r| r.to == To::One && r.target == Some(at));
            !is_one_to_one && !named(ctx.text(other.name), few)
        })
        .collect();
    tied.sort();
    tied.dedup();
    tied.len() > 1
}
