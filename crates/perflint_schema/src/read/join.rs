//! Tables that join the rows of relations of many to many.

use super::class::{Reader, ends_with};
use super::eval::{Eval, Event};
use super::part::Part;
use super::value::Val;
use perflint_ir::{Change, ItemId, Marker};
use perflint_models::Does;

impl<'p> Reader<'_, 'p> {
    /// The name that markers of the field give the table.
    pub(super) fn join_name(
        &self,
        eval: &mut Eval<'p>,
        owner: ItemId,
        markers: &[&Marker],
    ) -> Option<String> {
        let (path, key) = self.row.join_name.as_deref()?.strip_prefix('@')?.rsplit_once('.')?;
        let marker = markers.iter().find(|marker| ends_with(self.program.text(marker.path), path))?;
        self.marker_text(eval, owner, marker, key)
    }

    /// The table of a relation of many to many: both columns with an index each; its key is its own, and both are unique together,
    /// or they are its key.
    pub(super) fn join_table(
        &self,
        eval: &mut Eval<'p>,
        at: usize,
        name: &str,
        relation: Option<&perflint_link::Relation>,
        table: &str,
    ) {
        let Some(target) = relation.and_then(|relation| relation.target) else { return };
        let Some(target_table) = self.tables.get(&target) else { return };
        let text = |entity| self.program.text(self.program.entity(entity).name);
        let (mut from, mut to) = match self.row.join_default {
            Some(_) => (cruet::to_snake_case(text(self.entity)), cruet::to_snake_case(text(target))),
            None => (text(self.entity).to_lowercase(), text(target).to_lowercase()),
        };
        let default = self.row.join_default.as_deref();
        let join = default.map(|name| name.replace("{from}", &from).replace("{to}", &to));
        if target == self.entity {
            (from, to) = match default {
                Some(_) => (format!("{from}_source"), format!("{to}_target")),
                None => (format!("from_{from}"), format!("to_{to}")),
            };
        }
        let part = &eval.parts[at];
        let join = part.name.clone().or(join).unwrap_or_else(|| format!("{table}_{name}"));
        let place = part.place.clone();
        let columns: Vec<String> = part
            .names
            .iter()
            .flat_map(Val::texts)
            .map(|column| column.replace("{from}", &from).replace("{to}", &to))
            .collect();
        let create = Change::CreateTable { table: join.as_str().into(), if_absent: false };
        eval.events.push(Event::Change(place.clone(), create));
        let mut push = |part: Part| {
            eval.parts.push(Part { taken: true, ..part });
            eval.events.push(Event::Part(join.clone(), eval.parts.len() - 1));
        };
        if let Some(key) = &self.row.key {
            let mut part = Part::new(Does::Column, place.clone());
            part.names = vec![Val::Str(key.as_ref().to_owned())];
            part.ty = "bigint".to_owned();
            part.primary = true;
            push(part);
        }
        for (column, target) in columns.iter().zip([table, target_table]) {
            let mut part = Part::new(Does::Column, place.clone());
            part.names = vec![Val::Str(column.clone())];
            part.ty = "bigint".to_owned();
            part.nullable = Some(false);
            part.index = Some(Val::Bool(true));
            part.foreign = Some(Val::Str(target.to_owned()));
            part.implied = true;
            push(part);
        }
        let kind = if default.is_some() { Does::Primary } else { Does::Index };
        let mut part = Part::new(kind, place);
        part.names = columns.into_iter().map(Val::Str).collect();
        part.unique = Some(Val::Bool(true));
        part.implied = true;
        push(part);
    }
}
