//! Which kind of database a schema is for.

use crate::types::Named;
use crate::{Dialect, Schema};
use perflint_link::Program;
use perflint_models::Models;

/// One word of the program counts as much as so many columns of a type.
const WORD: usize = 20;

/// The most words that are told of one kind.
const TOLD: usize = 4;

/// Finds the dialect by what the program says and by the types of columns. Tables of another kind of database are marked.
pub(super) fn detect(schema: &mut Schema, program: &Program, models: &Models) {
    let foreign: Vec<&str> = models
        .dialects
        .iter()
        .filter(|row| Dialect::named(&row.dialect).is_none())
        .flat_map(|row| row.types.iter().map(AsRef::as_ref))
        .collect();
    for table in schema.tables.values_mut() {
        table.partial |= table.columns.iter().any(|column| foreign.iter().any(|ty| column.ty.contains(ty)));
    }
    let mut named: Vec<(usize, &str, Named)> = Vec::new();
    for row in &models.dialects {
        let words: Vec<&str> =
            row.words.iter().map(AsRef::as_ref).filter(|word| program.names.find(word).is_some()).collect();
        let columns = schema.tables.values().filter(|table| !table.partial).flat_map(|table| &table.columns);
        let types =
            columns.filter(|column| row.types.iter().any(|ty| column.ty.contains(ty.as_ref()))).count();
        let votes = words.len() * WORD + types;
        let known = named.iter_mut().find(|(_, name, _)| *name == &*row.dialect);
        let words = words.into_iter().take(TOLD).map(str::to_owned).collect();
        match known {
            Some((all, _, one)) => {
                *all += votes;
                one.words.extend::<Vec<String>>(words);
                one.columns += types;
            }
            None => {
                let dialect = Dialect::named(&row.dialect);
                named.push((votes, &row.dialect, Named { dialect, words, columns: types }));
            }
        }
    }
    named.retain(|(votes, ..)| *votes > 0);
    named.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    schema.dialect = named.first().and_then(|(.., one)| one.dialect);
    schema.named = named.into_iter().map(|(.., one)| one).filter(|one| one.dialect.is_some()).collect();
}
