//! Models by what they are looked up with.

use crate::AttrRow;
use crate::Expr;
use crate::declared::DeclarationRow;
use crate::entry::EntryRow;
use crate::file::{CallRow, EntityRow, ModelFile, OneOrMany};
use crate::object::ObjectRow;
use crate::relation::RelationRow;
use crate::source::{GeneratedRow, HintRow, SettingRow, StubRow};
use crate::ty::{TypeRole, TypeRow};
use crate::view::ViewRow;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use std::fmt;

/// A type of the models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeIx(pub u32);

/// A call row of the models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallIx(pub u32);

/// A model file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// It cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file or folder.
        path: std::path::PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// It does not parse.
    #[error("{file}: {source}")]
    Parse {
        /// The file.
        file: String,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// A row contradicts itself or names something that does not exist.
    #[error("{file}: {what}")]
    Row {
        /// The file.
        file: String,
        /// What is wrong.
        what: String,
    },
}

/// A type with what it inherits.
#[derive(Debug)]
struct Type {
    row: TypeRow,
    family: Box<str>,
    /// Itself and everything it extends, nearest first.
    line: Vec<TypeIx>,
    calls: ByName<CallIx>,
    /// Rows for all names that start with a prefix; the longest one counts.
    prefixes: Vec<(Box<str>, bool, CallIx)>,
    attrs: ByName<u32>,
}

/// Languages in which `orWhere` and `OrWhere` are the same method.
const CASELESS: &[&str] = &["php"];

/// Rows by name: that of instances, and that of the class itself.
type ByName<T> = FxHashMap<Box<str>, [Option<T>; 2]>;

fn row_named<T: Copy>(rows: &ByName<T>, name: &str, on_class: bool) -> Option<T> {
    rows.get(name)?[usize::from(on_class)]
}

/// All models that apply to a scan.
#[derive(Default)]
pub struct Models {
    types: Vec<Type>,
    by_path: FxHashMap<(Box<str>, Box<str>), TypeIx>,
    calls: Vec<CallRow>,
    functions: FxHashMap<(Box<str>, Box<str>), CallIx>,
    /// What stands before the dots of functions' paths, by language family.
    namespaces: FxHashMap<Box<str>, FxHashSet<Box<str>>>,
    attrs: Vec<AttrRow>,
    markers: ByFamily,
    /// Markers whose arguments rows read, by language family.
    marked: FxHashMap<Box<str>, FxHashSet<Box<str>>>,
    builtins: ByFamily,
    /// Entity rows, each with its language family.
    pub entities: Vec<(Box<str>, EntityRow)>,
    /// Declaration rows, each with its language family.
    pub declarations: Vec<(Box<str>, DeclarationRow)>,
    /// Types whose fields are read of what resolvers give, with their family.
    pub objects: Vec<(Box<str>, ObjectRow)>,
    /// Relation rows, each with its language family.
    pub relations: Vec<(Box<str>, RelationRow)>,
    /// Entry rows, each with its language family.
    pub entries: Vec<(Box<str>, EntryRow)>,
    /// View rows, each with its language family.
    pub views: Vec<(Box<str>, ViewRow)>,
    /// What templates call by bare names, by language family.
    pub helpers: Vec<(Box<str>, crate::HelperRow)>,
    /// Names of calls that hand functions to templates, by language family.
    pub helper_calls: Vec<(Box<str>, Box<str>)>,
    /// Templates whose bare calls are methods of a class.
    pub templates: Vec<crate::TemplateRow>,
    /// Hints: language family, import roots, row.
    pub hints: Vec<(Box<str>, Vec<Box<str>>, HintRow)>,
    /// Stubs: language family and row.
    pub stubs: Vec<(Box<str>, StubRow)>,
    /// Namespaces whose names need no import, each with its language family.
    pub preludes: Vec<(Box<str>, Box<str>)>,
    /// Generated modules: language family and row.
    pub generated: Vec<(Box<str>, GeneratedRow)>,
    /// Classes that are generated from entities: language family and row.
    pub metamodels: Vec<(Box<str>, crate::MetamodelRow)>,
    /// Settings that name entities: language family and row.
    pub settings: Vec<(Box<str>, SettingRow)>,
    /// Calls that say something about a schema, by language family.
    pub schemas: Vec<(Box<str>, crate::SchemaRow)>,
    /// How entities become tables, by language family.
    pub tables: Vec<(Box<str>, crate::TableRow)>,
    /// How calls that build queries use columns, by the method's name, with the language family.
    pub columns: FxHashMap<Box<str>, Vec<(Box<str>, crate::ColumnRow)>>,
    /// The same for calls of whose name only the beginning is told: `findBy*`.
    pub column_prefixes: Vec<(Box<str>, Box<str>, crate::ColumnRow)>,
    /// What shows which kind of database is used.
    pub dialects: Vec<crate::DialectRow>,
    /// How migrations are written.
    pub migrations: Vec<crate::MigrationRow>,
    /// What makes values of a kind, by language family.
    pub collections: Vec<(Box<str>, crate::CollectionRow)>,
    /// What costs computation, by language family.
    pub works: Vec<(Box<str>, crate::WorkRow)>,
    /// What keeps things without end, by language family.
    pub keeps: Vec<(Box<str>, crate::KeepRow)>,
    /// How long clients wait, by language family.
    pub timeouts: Vec<(Box<str>, crate::TimeoutRow)>,
    /// What shows that a practice is followed, by language family.
    pub signs: Vec<(Box<str>, crate::SignRow)>,
    /// What queries are asked, each with its language family.
    pub asks: Vec<(Box<str>, crate::AskRow)>,
    /// The words of the languages.
    pub words: crate::Vocabulary,
}

/// Types by language family, then by what they are looked up with.
type ByFamily = FxHashMap<Box<str>, FxHashMap<Box<str>, Vec<TypeIx>>>;

/// Parses model files, given as (name, text), side by side.
pub(crate) fn parse<'a>(
    texts: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Vec<(String, ModelFile)>, ModelError> {
    parse_as(texts, from_toml)
}

/// Reading a file is compiled here, and not once more in each crate that hands over texts of a type of its own.
fn from_toml(name: &str, text: &str) -> Result<ModelFile, ModelError> {
    toml::from_str(text)
        .map_err(|source| ModelError::Parse { file: name.to_owned(), source: Box::new(source) })
}

/// The same for texts in whatever form `read` takes.
pub(crate) fn parse_as<'a>(
    texts: impl IntoIterator<Item = (&'a str, &'a str)>,
    read: impl Fn(&str, &str) -> Result<ModelFile, ModelError> + Sync,
) -> Result<Vec<(String, ModelFile)>, ModelError> {
    let texts: Vec<(&str, &str)> = texts.into_iter().collect();
    let parsed: Vec<Result<(String, ModelFile), ModelError>> =
        texts.into_par_iter().map(|(name, text)| Ok((name.to_owned(), read(name, text)?))).collect();
    // In their order, so that the first file that is wrong is the one that is told.
    parsed.into_iter().collect()
}

fn of_family<'a>(types: &'a ByFamily, family: &str, key: &str) -> &'a [TypeIx] {
    types.get(family).and_then(|of| of.get(key)).map_or(&[], Vec::as_slice)
}

impl Type {
    fn prefixed(&self, name: &str, on_class: bool) -> Option<CallIx> {
        let fitting = self
            .prefixes
            .iter()
            .filter(|(prefix, of_class, _)| *of_class == on_class && name.starts_with(&**prefix));
        fitting.max_by_key(|(prefix, ..)| prefix.len()).map(|(.., ix)| *ix)
    }
}

impl fmt::Debug for Models {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Models")
            .field("types", &self.types.len())
            .field("calls", &self.calls.len())
            .finish_non_exhaustive()
    }
}

impl Models {
    /// Whether a function is known whose path starts with this one.
    pub fn has_namespace(&self, family: &str, path: &str) -> bool {
        self.namespaces.get(family).is_some_and(|known| known.contains(path))
    }

    /// Reads model files, given as (name, text). Later files add to earlier ones; a later row replaces an earlier one for
    /// the same method or path.
    ///
    /// # Errors
    /// The first file that does not parse, or the first row that makes no sense.
    pub fn read<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, ModelError> {
        Self::of(parse(texts)?)
    }

    /// Models of files that are parsed.
    pub(crate) fn of(files: Vec<(String, ModelFile)>) -> Result<Self, ModelError> {
        let mut models = Self::default();
        for (_, file) in &files {
            file.types.iter().for_each(|row| models.add_type(&file.language, row));
        }
        for (name, file) in &files {
            models.implied_types(file);
            models.link_types(name, file)?;
        }
        for (name, file) in files {
            models.add_rows(&name, file)?;
        }
        models.linearise();
        Ok(models)
    }

    fn add_type(&mut self, family: &str, row: &TypeRow) {
        let ix = self.declare(family, &row.name);
        let entry = &mut self.types[ix.0 as usize].row;
        let mut extends = std::mem::take(&mut entry.extends);
        extends.extend(row.extends.iter().cloned());
        *entry = TypeRow { extends, ..row.clone() };
        for marker in row.marked_by.iter() {
            let of = self.markers.entry(family.into()).or_default();
            of.entry(marker.into()).or_default().push(ix);
        }
        if let Some(what) = &row.builtin {
            let of = self.builtins.entry(family.into()).or_default();
            of.entry(what.clone()).or_default().push(ix);
        }
        for alias in &row.aliases {
            self.by_path.insert((family.into(), alias.clone()), ix);
        }
    }

    fn declare(&mut self, family: &str, name: &str) -> TypeIx {
        if let Some(ix) = self.type_named(family, name) {
            return ix;
        }
        let ix = TypeIx(self.types.len() as u32);
        let row = TypeRow {
            name: name.into(),
            aliases: Vec::new(),
            extends: Vec::new(),
            role: TypeRole::Plain,
            starts_with: None,
            standing: None,
            standing_scopes: None,
            queries: None,
            scope_marker: None,
            entity_attr: None,
            builtin: None,
            scopes: None,
            accessors: None,
            delegates: None,
            answers: OneOrMany::default(),
            fields_seen: false,
            runs_body: false,
            fetched: false,
            accessor_type: None,
            accessor_marker: None,
            marked_by: OneOrMany::default(),
            outside: None,
            generated: None,
            named: OneOrMany::default(),
            named_if: OneOrMany::default(),
            made_by: OneOrMany::default(),
            starts: false,
            shown: false,
            page: false,
            events: false,
            events_unless: OneOrMany::default(),
            arrives: false,
        };
        self.types.push(Type {
            row,
            family: family.into(),
            line: Vec::new(),
            calls: FxHashMap::default(),
            prefixes: Vec::new(),
            attrs: FxHashMap::default(),
        });
        self.by_path.insert((family.into(), name.into()), ix);
        ix
    }

    /// Types that rows mention without declaring them need no row of their own.
    fn implied_types(&mut self, file: &ModelFile) {
        for row in &file.calls {
            row.on.iter().for_each(|name| {
                self.declare(&file.language, name);
            });
        }
        for row in &file.attrs {
            row.on.iter().for_each(|name| {
                self.declare(&file.language, name);
            });
        }
    }

    fn link_types(&mut self, file: &str, model: &ModelFile) -> Result<(), ModelError> {
        for row in &model.types {
            for base in &row.extends {
                if self.type_named(&model.language, base).is_none() {
                    let what = format!("type {} extends {base}, which no model declares", row.name);
                    return Err(ModelError::Row { file: file.to_owned(), what });
                }
            }
        }
        Ok(())
    }

    /// True for a method that adds an element in place, by its name in a language family.
    pub fn grows(&self, family: &str, method: &str) -> bool {
        let of_family = self.works.iter().filter(|(language, _)| **language == *family);
        of_family
            .map(|(_, row)| row)
            .any(|row| row.does == crate::Work::Grow && row.name.iter().any(|name| name == method))
    }

    fn add_rows(&mut self, file: &str, model: ModelFile) -> Result<(), ModelError> {
        for row in model.calls {
            self.add_call(file, &model.language, row)?;
        }
        for row in model.attrs {
            let ix = self.attrs.len() as u32;
            for on in row.on.iter() {
                let Some(ty) = self.type_named(&model.language, on) else { continue };
                for name in row.name.iter() {
                    let rows = self.types[ty.0 as usize].attrs.entry(name.into()).or_default();
                    rows[usize::from(row.is_static)] = Some(ix);
                }
            }
            self.attrs.push(row);
        }
        let family = &model.language;
        self.preludes.extend(model.prelude.into_iter().map(|space| (family.clone(), space)));
        self.entities.extend(model.entities.into_iter().map(|row| (family.clone(), row)));
        self.declarations.extend(model.declarations.into_iter().map(|row| (family.clone(), row)));
        self.objects.extend(model.objects.into_iter().map(|row| (family.clone(), row)));
        self.relations.extend(model.relations.into_iter().map(|row| (family.clone(), row)));
        self.entries.extend(model.entries.into_iter().map(|row| (family.clone(), row)));
        self.views.extend(model.views.into_iter().map(|row| (family.clone(), row)));
        self.helpers.extend(model.helpers.into_iter().map(|row| (family.clone(), row)));
        self.templates.extend(model.templates);
        let imports = if model.imports.is_empty() { vec![model.library.clone()] } else { model.imports };
        self.hints.extend(model.hints.into_iter().map(|row| (family.clone(), imports.clone(), row)));
        self.stubs.extend(model.stubs.into_iter().map(|row| (family.clone(), row)));
        self.generated.extend(model.generated.into_iter().map(|row| (family.clone(), row)));
        self.metamodels.extend(model.metamodels.into_iter().map(|row| (family.clone(), row)));
        self.settings.extend(model.settings.into_iter().map(|row| (family.clone(), row)));
        self.schemas.extend(model.schemas.into_iter().map(|row| (family.clone(), row)));
        self.tables.extend(model.tables.into_iter().map(|row| (family.clone(), row)));
        self.collections.extend(model.collections.into_iter().map(|row| (family.clone(), row)));
        self.works.extend(model.works.into_iter().map(|row| (family.clone(), row)));
        self.keeps.extend(model.keeps.into_iter().map(|row| (family.clone(), row)));
        self.timeouts.extend(model.timeouts.into_iter().map(|row| (family.clone(), row)));
        self.signs.extend(model.signs.into_iter().map(|row| (family.clone(), row)));
        self.asks.extend(model.asks.into_iter().map(|row| (family.clone(), row)));
        model.words.iter().for_each(|row| self.words.add(family, row));
        self.dialects.extend(model.dialects);
        self.migrations.extend(model.migrations);
        for row in model.columns {
            for name in row.name.iter() {
                match name.strip_suffix('*') {
                    Some(start) => self.column_prefixes.push((start.into(), family.clone(), row.clone())),
                    None => self.columns.entry(name.into()).or_default().push((family.clone(), row.clone())),
                }
            }
        }
        Ok(())
    }

    fn add_call(&mut self, file: &str, family: &str, row: CallRow) -> Result<(), ModelError> {
        let fail = |what: String| Err(ModelError::Row { file: file.to_owned(), what });
        if row.on.is_empty() == row.path.is_empty() {
            return fail(format!(
                "a call row needs either `on` and `name` or `path`: {:?} {:?}",
                row.name, row.path
            ));
        }
        if !row.on.is_empty() && row.name.is_empty() {
            return fail(format!("a call row on {:?} names no method", row.on));
        }
        let read = [&row.loads, &row.sql, &row.narrows, &row.bound].into_iter().flatten();
        let markers = read.flat_map(Expr::markers).chain(row.writes_if.as_deref()).map(Box::from);
        self.marked.entry(family.into()).or_default().extend(markers);
        if row.helper.is_some() {
            let last = row.path.iter().map(|path| path.rsplit('.').next().unwrap_or(path));
            let calls = last.chain(row.name.iter()).map(|name| (family.into(), name.into()));
            self.helper_calls.extend(calls);
        }
        let ix = CallIx(self.calls.len() as u32);
        for on in row.on.iter() {
            let Some(ty) = self.type_named(family, on) else { continue };
            for name in row.name.iter() {
                let of = &mut self.types[ty.0 as usize];
                match name.strip_suffix('*') {
                    Some(prefix) => of.prefixes.push((prefix.into(), row.is_static, ix)),
                    None => {
                        of.calls.entry(name.into()).or_default()[usize::from(row.is_static)] = Some(ix);
                    }
                }
            }
        }
        for path in row.path.iter() {
            let known = self.namespaces.entry(family.into()).or_default();
            known.extend(path.match_indices('.').map(|(at, _)| Box::from(&path[..at])));
            self.functions.insert((family.into(), path.into()), ix);
        }
        self.calls.push(row);
        Ok(())
    }

    fn linearise(&mut self) {
        for start in 0..self.types.len() {
            let mut line = vec![TypeIx(start as u32)];
            let mut at = 0;
            while at < line.len() {
                let bases: Vec<TypeIx> = self.types[line[at].0 as usize]
                    .row
                    .extends
                    .iter()
                    .filter_map(|base| self.type_named(&self.types[line[at].0 as usize].family, base))
                    .collect();
                for base in bases {
                    if !line.contains(&base) {
                        line.push(base);
                    }
                }
                at += 1;
            }
            self.types[start].line = line;
        }
    }

    /// The type with this path or alias, in a language family: the same path may mean another library in another one.
    pub fn type_named(&self, family: &str, path: &str) -> Option<TypeIx> {
        self.by_path.get(&(Box::from(family), Box::from(path))).copied()
    }

    /// The declaration of a type.
    pub fn type_row(&self, ix: TypeIx) -> &TypeRow {
        &self.types[ix.0 as usize].row
    }

    /// The role of a type, inherited if it declares none.
    pub fn role(&self, ix: TypeIx) -> TypeRole {
        self.line(ix)
            .iter()
            .map(|t| self.type_row(*t).role)
            .find(|r| *r != TypeRole::Plain)
            .unwrap_or_default()
    }

    /// The types whose rows apply to values of the language itself: `list`, `map`, `str`, `promise`, or `unknown`.
    pub fn builtin(&self, family: &str, what: &str) -> &[TypeIx] {
        of_family(&self.builtins, family, what)
    }

    /// The type and all that it extends, nearest first.
    pub fn line(&self, ix: TypeIx) -> &[TypeIx] {
        &self.types[ix.0 as usize].line
    }

    /// The row for a method of a type.
    pub fn method(&self, ty: TypeIx, name: &str, on_class: bool) -> Option<CallIx> {
        let exact =
            self.line(ty).iter().find_map(|t| row_named(&self.types[t.0 as usize].calls, name, on_class));
        let exact = exact.or_else(|| self.any_case(ty, name, on_class));
        exact.or_else(|| self.line(ty).iter().find_map(|t| self.types[t.0 as usize].prefixed(name, on_class)))
    }

    /// The row of a method where a language takes names in any case for the same.
    fn any_case(&self, ty: TypeIx, name: &str, on_class: bool) -> Option<CallIx> {
        if !CASELESS.contains(&&*self.types[ty.0 as usize].family) {
            return None;
        }
        let same = |t: &TypeIx| {
            let mut rows = self.types[t.0 as usize].calls.iter();
            rows.find_map(|(known, rows)| {
                rows[usize::from(on_class)].filter(|_| known.eq_ignore_ascii_case(name))
            })
        };
        self.line(ty).iter().find_map(same)
    }

    /// The types that classes with this marker are of.
    pub fn marked_types(&self, family: &str, marker: &str) -> &[TypeIx] {
        of_family(&self.markers, family, marker)
    }

    /// The types of classes that are generated for entities, with what tells the classes.
    pub fn generated_types<'m>(
        &'m self,
        family: &'m str,
    ) -> impl Iterator<Item = (TypeIx, &'m crate::GeneratedClass)> {
        let of_family = self.types.iter().zip(0u32..).filter(move |(ty, _)| &*ty.family == family);
        of_family.filter_map(|(ty, ix)| Some((TypeIx(ix), ty.row.generated.as_ref()?)))
    }

    /// The row for an attribute of a type.
    pub fn attr(&self, ty: TypeIx, name: &str, on_class: bool) -> Option<&AttrRow> {
        let ix =
            self.line(ty).iter().find_map(|t| row_named(&self.types[t.0 as usize].attrs, name, on_class))?;
        Some(&self.attrs[ix as usize])
    }

    /// The row for a function or constructor.
    pub fn function(&self, family: &str, path: &str) -> Option<CallIx> {
        self.functions.get(&(Box::from(family), Box::from(path))).copied()
    }

    /// The rows of all calls.
    pub fn calls(&self) -> impl Iterator<Item = &CallRow> {
        self.calls.iter()
    }

    /// A call row.
    pub fn call(&self, ix: CallIx) -> &CallRow {
        &self.calls[ix.0 as usize]
    }

    /// Types that interfaces are of by their names, with their rows.
    pub fn named_types(&self) -> impl Iterator<Item = (TypeIx, &TypeRow)> {
        let types = (0u32..).map(TypeIx).zip(&self.types);
        types.filter(|(_, ty)| !ty.row.named.is_empty()).map(|(ix, ty)| (ix, &ty.row))
    }

    /// The types of bases that no file of a repository declares.
    pub fn outside_types(&self) -> impl Iterator<Item = (TypeIx, &crate::Outside)> {
        let types = (0u32..).map(TypeIx).zip(&self.types);
        types.filter_map(|(ix, ty)| Some((ix, ty.row.outside.as_ref()?)))
    }

    /// The language family that a type belongs to.
    pub fn family(&self, ix: TypeIx) -> &str {
        &self.types[ix.0 as usize].family
    }

    /// All paths of types and functions of a family, in no order.
    pub fn paths<'a>(&'a self, family: &'a str) -> impl Iterator<Item = &'a str> {
        let types = self.by_path.keys();
        types.chain(self.functions.keys()).filter(move |(f, _)| **f == *family).map(|(_, path)| &**path)
    }

    /// All paths that rows of a family mention: types, functions, markers, bases of entities and entry points.
    pub fn mentioned<'a>(&'a self, family: &'a str) -> impl Iterator<Item = &'a str> {
        let entities = self.entities.iter().filter(move |(f, _)| **f == *family);
        let relations = self.relations.iter().filter(move |(f, _)| **f == *family);
        let entries = self.entries.iter().filter(move |(f, _)| **f == *family);
        let views = self.views.iter().filter(move |(f, _)| **f == *family);
        let markers = self.markers.get(family).into_iter().flat_map(|of| of.keys()).map(|path| &**path);
        let argued = self.marked.get(family).into_iter().flatten().map(|path| &**path);
        self.paths(family)
            .chain(markers)
            .chain(argued)
            .chain(entities.flat_map(|(_, row)| row.base.iter().chain(row.marker.iter())))
            .chain(relations.flat_map(|(_, row)| {
                let held = row.batch_marker.iter().chain(&row.embedded).map(|path| &**path);
                row.marker.iter().chain(held)
            }))
            .chain(entries.flat_map(|(_, row)| {
                let beside = row.router.iter().flat_map(|router| router.beside.iter());
                row.base.iter().chain(row.marker.iter()).chain(beside)
            }))
            .chain(views.flat_map(|(_, row)| row.marker.iter().chain(row.unless.iter())))
    }

    /// How many types and call rows there are.
    pub fn size(&self) -> (usize, usize) {
        (self.types.len(), self.calls.len())
    }
}
