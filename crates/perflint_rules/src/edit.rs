//! The edit that loads what a query lacks, in the notation of the library that declares the relations.

use crate::lazy::{Missing, listed};
use crate::symbols::symbols;
use crate::write::Ctx;
use perflint_ir::Sym;
use perflint_link::{EntityIx, Relation};
use perflint_models::{RelationRow, To};
use perflint_summary::Lazy;
use std::collections::BTreeMap;

/// What to add to the query where its rows have the path `below`; `None` where the library has no words for it.
pub(crate) fn advice(ctx: &Ctx<'_>, longest: &[&str], paths: &Missing<'_>, below: &str) -> Option<String> {
    let mut edits: BTreeMap<(String, bool), Vec<String>> = BTreeMap::new();
    let mut joins: Vec<String> = Vec::new();
    for path in longest {
        let lazy = paths.get(*path)?.first()?.term.effect.lazy.as_ref()?;
        if lazy.column {
            return Some(format!("Name {} among the columns that the query loads.", listed(longest)));
        }
        let relation = relation_of(ctx, lazy, path)?;
        let (_, row) = ctx.models.relations.get(relation.row)?;
        let template = template(row, relation.to == To::Many || lazy.through)?;
        let from_there = path.strip_prefix(below).and_then(|rest| rest.strip_prefix('.'));
        let (path, begins) = from_there.map_or((*path, true), |path| (path, false));
        if template.contains("{owner}") {
            let new = joined(&template, path).into_iter().filter(|step| !joins.contains(step));
            joins.extend(new.collect::<Vec<_>>());
            continue;
        }
        let written = match row.fix_path.as_deref().unwrap_or(".") {
            "tree" => path.replace('.', ": { include: "),
            ":" => path.to_owned(),
            // What is a query by itself has nothing that could be loaded ahead.
            _ if relation.dynamic => continue,
            step if is_stepwise(step) => match stepwise(ctx, step, path, lazy, begins) {
                Some(written) => written,
                None => return Some(format!("Load {} with the query.", listed(longest))),
            },
            separator => path.replace('.', separator),
        };
        edits.entry((template, row.fix_path.as_deref() == Some(":"))).or_default().push(written);
    }
    let parts: Vec<String> = edits
        .into_iter()
        .map(|((template, ruby), written)| {
            if ruby {
                return template.replace("{path}", &symbols(&written));
            }
            let separator = match &*template {
                text if text.contains("\"{path}\"") => "\", \"",
                text if text.contains("'{path}'") => "', '",
                _ => ", ",
            };
            template.replace("{path}", &written.join(separator))
        })
        .collect();
    let edits = [joins, parts].concat().concat();
    (!edits.is_empty()).then(|| format!("Add `{edits}` to the query."))
}

/// An edit for each step of a path: what a join brings is joined from what the one before it brought.
fn joined(template: &str, path: &str) -> Vec<String> {
    let mut owner = "o";
    let step = |name| {
        let edit = template.replace("{owner}", owner).replace("{name}", name);
        owner = name;
        edit
    };
    path.split('.').map(step).collect()
}

/// True for a notation in which each step of a path is written by itself.
fn is_stepwise(notation: &str) -> bool {
    notation.contains("{relation}")
}

/// One path through a relation to many needs the loading that works for many.
fn template(row: &RelationRow, many: bool) -> Option<String> {
    let template = row.fix.as_deref()?;
    Some(if many { template.replace("select_related", "prefetch_related") } else { template.to_owned() })
}

fn relation_of<'a>(ctx: &Ctx<'a>, lazy: &Lazy, path: &str) -> Option<&'a Relation> {
    let name = ctx.program.names.find(path.rsplit('.').next()?)?;
    let own = ctx.program.relation(lazy.from, lazy.relation);
    own.or_else(|| ctx.program.relation(lazy.from, name))
}

/// A path as steps that name the class of each relation: `selectinload(Order.customer).selectinload(Customer.address)`. `None`
/// where a class is not known. `begins` tells whether the path begins where the query does.
fn stepwise(ctx: &Ctx<'_>, step: &str, path: &str, lazy: &Lazy, begins: bool) -> Option<String> {
    let names: Vec<Sym> = path.split('.').map(|name| ctx.program.names.find(name)).collect::<Option<_>>()?;
    let whole = begins.then(|| from_root(ctx, &names, lazy)).flatten();
    let owners = whole.or_else(|| to_root(ctx, &names, lazy))?;
    let steps = owners.iter().zip(&names).map(|(owner, name)| {
        let class = ctx.text(ctx.program.entity(*owner).name);
        step.replace("{entity}", class).replace("{relation}", ctx.text(*name))
    });
    Some(steps.collect::<Vec<_>>().join("."))
}

/// The entities that declare the relations of a path, from that of the query on.
fn from_root(ctx: &Ctx<'_>, names: &[Sym], lazy: &Lazy) -> Option<Vec<EntityIx>> {
    let mut next = ctx.facts.extents.entity_built(lazy.origin?);
    let mut owners = Vec::new();
    for name in names {
        let owner = next?;
        next = ctx.program.relation(owner, *name)?.target;
        owners.push(owner);
    }
    Some(owners)
}

/// The same from its end on, as far as only one entity has a relation of the name that leads there.
fn to_root(ctx: &Ctx<'_>, names: &[Sym], lazy: &Lazy) -> Option<Vec<EntityIx>> {
    let mut owners = vec![lazy.from];
    for name in names.iter().rev().skip(1) {
        owners.push(only_owner(ctx, *name, *owners.last()?)?);
    }
    owners.reverse();
    Some(owners)
}

/// The only entity whose relation of this name leads to another.
fn only_owner(ctx: &Ctx<'_>, relation: Sym, to: EntityIx) -> Option<EntityIx> {
    let leads = |entity: &EntityIx| {
        let own = ctx.program.entity(*entity).relations.get(&relation);
        own.is_some_and(|relation| relation.target == Some(to))
    };
    let mut owners = (0u32..).take(ctx.program.entities.len()).map(EntityIx).filter(leads);
    let only = owners.next()?;
    owners.next().is_none().then_some(only)
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn each_step_of_a_path_is_joined() {
        assert_eq!(joined("->join('{owner}.{name}')", "a.b"), ["->join('o.a')", "->join('a.b')"]);
    }
}
