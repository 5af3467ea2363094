//! The rows of the models, by what is called.

use super::value::Val;
use perflint_ir::Lang;
use perflint_models::{Does, Models, SchemaRow, TableRow};
use rustc_hash::FxHashMap;

/// A row that a call has found.
pub(crate) type Found<'m> = &'m SchemaRow;

/// Rows by language family and called name.
pub(crate) struct Rows<'m> {
    exact: FxHashMap<(&'m str, &'m str), Vec<&'m SchemaRow>>,
    wild: Vec<(&'m str, &'m str, &'m SchemaRow)>,
    tables: Vec<(&'m str, &'m TableRow)>,
}

impl<'m> Rows<'m> {
    pub(crate) fn new(models: &'m Models) -> Self {
        let mut rows = Self { exact: FxHashMap::default(), wild: Vec::new(), tables: Vec::new() };
        for (family, row) in &models.schemas {
            for name in row.call.iter() {
                if name.contains('*') {
                    rows.wild.push((family, name, row));
                } else {
                    rows.exact.entry((family, name)).or_default().push(row);
                }
            }
        }
        rows.tables.extend(models.tables.iter().map(|(family, row)| (&**family, row)));
        rows
    }

    /// Whether a function of this name is run when a migration is applied.
    pub(crate) fn runs(&self, lang: Lang, name: &str) -> bool {
        self.exact
            .get(&(lang.models(), name))
            .is_some_and(|rows| rows.iter().any(|row| row.does == Does::Run))
    }

    /// The rows about what migrations run, for their order.
    pub(crate) fn order(&self, lang: Lang) -> Option<(&'m str, &'m str)> {
        let mut found: Vec<_> = self
            .exact
            .iter()
            .filter(|((family, _), _)| *family == lang.models())
            .flat_map(|(_, rows)| rows)
            .filter_map(|row| match &*row.order {
                [name, after] => Some((&**name, &**after)),
                _ => None,
            })
            .collect();
        found.sort_unstable();
        found.first().copied()
    }

    /// The first row of a call.
    pub(crate) fn find(
        &self,
        lang: Lang,
        name: &str,
        recv: Option<&Val>,
        value: &Val,
    ) -> Option<&'m SchemaRow> {
        self.all(lang, name, recv, value).into_iter().next()
    }

    /// The rows of a call, those with its very name first.
    pub(crate) fn all(&self, lang: Lang, name: &str, recv: Option<&Val>, value: &Val) -> Vec<&'m SchemaRow> {
        let family = lang.models();
        let exact = self.exact.get(&(family, name)).into_iter().flatten().copied();
        let wild = self.wild.iter().filter(|(of, pattern, _)| *of == family && matches(pattern, name));
        exact.chain(wild.map(|(_, _, row)| *row)).filter(|row| fits(row, recv, value)).collect()
    }

    /// How entities of an api become tables.
    pub(crate) fn table(&self, lang: Lang, is_api: &dyn Fn(&str) -> bool) -> Option<&'m TableRow> {
        self.tables
            .iter()
            .find(|(family, row)| *family == lang.models() && is_api(&row.of))
            .map(|(_, row)| *row)
    }

    /// Names of calls that mark a file as one that tells of tables.
    pub(crate) fn marks(&self, lang: Lang, name: &str) -> bool {
        self.exact
            .get(&(lang.models(), name))
            .is_some_and(|rows| rows.iter().any(|row| row.dump || row.declares))
    }
}

fn fits(row: &SchemaRow, recv: Option<&Val>, value: &Val) -> bool {
    if row.on.is_empty() {
        return !matches!(value, Val::Part(_)) || row.does != Does::Set;
    }
    row.on.iter().any(|on| match (on, value) {
        ("table", Val::Table(_)) | ("column", Val::Part(_)) => true,
        ("nothing", _) => recv.is_none(),
        (on, Val::Name(name)) => name.rsplit('.').next() == Some(on),
        _ => false,
    })
}

fn matches(pattern: &str, name: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(""), _) => !name.is_empty(),
        (Some(end), _) => name.ends_with(end),
        (None, Some(start)) => name.starts_with(start),
        (None, None) => name == pattern,
    }
}
