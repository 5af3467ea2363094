//! The rows of the models by what they are looked up with.

use perflint_ir::Lang;
use perflint_models::{CollectionRow, Kind, Models, Work, WorkRow};
use rustc_hash::FxHashMap;

type ByName<'a, T> = FxHashMap<(&'a str, &'a str), Vec<T>>;

/// Rows by language family and name.
pub(crate) struct Tables<'a> {
    types: ByName<'a, Kind>,
    calls: ByName<'a, Kind>,
    methods: ByName<'a, Kind>,
    named: ByName<'a, &'a WorkRow>,
    paths: ByName<'a, &'a WorkRow>,
    operators: ByName<'a, &'a WorkRow>,
}

impl<'a> Tables<'a> {
    pub(crate) fn new(models: &'a Models) -> Self {
        let mut this = Self {
            types: ByName::default(),
            calls: ByName::default(),
            methods: ByName::default(),
            named: ByName::default(),
            paths: ByName::default(),
            operators: ByName::default(),
        };
        for (family, row) in &models.collections {
            let CollectionRow { kind, types, calls, methods } = row;
            for (names, table) in
                [(types, &mut this.types), (calls, &mut this.calls), (methods, &mut this.methods)]
            {
                names.iter().for_each(|name| table.entry((family, name)).or_default().push(*kind));
            }
        }
        for (family, row) in &models.works {
            row.name.iter().for_each(|name| this.named.entry((family, name)).or_default().push(row));
            row.path.iter().for_each(|path| this.paths.entry((family, path)).or_default().push(row));
            if let Some(operator) = &row.operator {
                this.operators.entry((family, operator)).or_default().push(row);
            }
        }
        this
    }

    fn kind(table: &ByName<'a, Kind>, lang: Lang, name: &str) -> Option<Kind> {
        table.get(&(lang.family(), name)).and_then(|kinds| kinds.first().copied())
    }

    /// The kind of values of a type, by the type's last name.
    pub(crate) fn of_type(&self, lang: Lang, name: &str) -> Option<Kind> {
        Self::kind(&self.types, lang, name.rsplit(['.', '/', ':']).next().unwrap_or(name))
    }

    /// The kind of what a function or constructor makes.
    pub(crate) fn of_call(&self, lang: Lang, name: &str) -> Option<Kind> {
        Self::kind(&self.calls, lang, name).or_else(|| self.of_type(lang, name))
    }

    /// The kind of what a method gives.
    pub(crate) fn of_method(&self, lang: Lang, name: &str) -> Option<Kind> {
        Self::kind(&self.methods, lang, name)
    }

    fn works(
        table: &ByName<'a, &'a WorkRow>,
        lang: Lang,
        name: &str,
    ) -> impl Iterator<Item = &'a WorkRow> + use<'a> {
        let rows = table.get(&(lang.family(), name)).cloned().unwrap_or_default();
        rows.into_iter().filter(move |row| row.language.as_deref().is_none_or(|only| only == lang.name()))
    }

    /// Rows of methods.
    pub(crate) fn method(&self, lang: Lang, name: &str) -> impl Iterator<Item = &'a WorkRow> + use<'a> {
        Self::works(&self.named, lang, name)
    }

    /// The row of a function.
    pub(crate) fn path(&self, lang: Lang, path: &str) -> Option<&'a WorkRow> {
        Self::works(&self.paths, lang, path).next()
    }

    /// The row of an operator on a kind of value.
    pub(crate) fn operator(&self, lang: Lang, operator: &str, on: Kind) -> Option<&'a WorkRow> {
        Self::works(&self.operators, lang, operator).find(|row| row.on == Some(on))
    }

    /// Whether a method does something to a collection in place.
    pub(crate) fn does(&self, lang: Lang, name: &str, wanted: Work) -> bool {
        self.method(lang, name).any(|row| row.does == wanted)
    }
}
