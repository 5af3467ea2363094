//! Which kind of database a schema is for.

use crate::{Dialect, Schema};
use perflint_link::Program;
use perflint_models::Models;
use std::collections::BTreeMap;

/// One word of the program counts as much as so many columns of a type.
const WORD: usize = 20;

/// Finds the dialect by what the program says and by the types of columns. Tables of another kind of database are marked.
pub(super) fn detect(schema: &mut Schema, program: &Program, models: &Models) {
    let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
    let foreign: Vec<&str> = models
        .dialects
        .iter()
        .filter(|row| named(&row.dialect).is_none())
        .flat_map(|row| row.types.iter().map(AsRef::as_ref))
        .collect();
    for table in schema.tables.values_mut() {
        table.partial |= table.columns.iter().any(|column| foreign.iter().any(|ty| column.ty.contains(ty)));
    }
    for row in &models.dialects {
        let words = row.words.iter().filter(|word| program.names.find(word).is_some()).count();
        let columns = schema.tables.values().filter(|table| !table.partial).flat_map(|table| &table.columns);
        let types =
            columns.filter(|column| row.types.iter().any(|ty| column.ty.contains(ty.as_ref()))).count();
        *votes.entry(&row.dialect).or_default() += words * WORD + types;
    }
    let best = votes
        .into_iter()
        .filter(|(_, votes)| *votes > 0)
        .max_by_key(|(name, votes)| (*votes, std::cmp::Reverse(*name)));
    schema.dialect = best.and_then(|(name, _)| named(name));
}

fn named(name: &str) -> Option<Dialect> {
    [Dialect::Postgres, Dialect::Mysql, Dialect::Sqlite, Dialect::Sqlserver]
        .into_iter()
        .find(|dialect| dialect.name() == name)
}
