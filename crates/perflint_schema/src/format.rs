//! Proposals as migrations of the framework that the schema is declared with. How a framework writes one is data (`[[migration]]`
//! rows).

use crate::migration::{Migration, clear, comment, create, drop, name};
use crate::{Action, Dialect, IndexColumn, Proposal, Schema};
use perflint_models::{MigrationRow, Models};
use std::collections::BTreeMap;

/// The formats of frameworks that the models know.
pub fn formats(models: &Models) -> Vec<Format> {
    models.migrations.iter().cloned().map(Format).collect()
}

/// How one framework writes migrations.
#[derive(Clone, Debug)]
pub struct Format(MigrationRow);

impl Format {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The format of the framework that declares a schema.
    pub fn of<'a>(formats: &'a [Self], schema: &Schema) -> Option<&'a Self> {
        formats.iter().find(|format| format.is_of(schema))
    }

    /// Whether the schema was read from files of this framework.
    fn is_of(&self, schema: &Schema) -> bool {
        let fits = |file: &str| {
            let file = format!("/{file}");
            self.0.files.iter().any(|pattern| {
                let (folder, end) = pattern.split_once('*').unwrap_or(("", pattern));
                file.contains(folder) && file.ends_with(end)
            })
        };
        let indexes = schema.tables.values().flat_map(|table| table.indexes.iter().map(|index| &index.place));
        let places = schema.tables.values().map(|table| &table.place).chain(indexes);
        let (mut all, mut of_it) = (0usize, 0usize);
        for place in places {
            all += 1;
            of_it += usize::from(fits(&place.file));
        }
        of_it * 2 > all
    }

    /// The proposals in this format: one migration, or one each where the framework runs a file in one go, which a database that
    /// builds an index beside the running system refuses.
    pub fn render(&self, proposals: &[Proposal], dialect: Dialect) -> Vec<Migration> {
        let size = if self.0.each { 1 } else { proposals.len().max(1) };
        let parts = proposals.chunks(size).zip(1_usize..);
        parts.map(|(part, at)| self.migration(part, at, dialect)).collect()
    }

    fn migration(&self, proposals: &[Proposal], at: usize, dialect: Dialect) -> Migration {
        let undone = |action| if action == Action::Add { Action::Drop } else { Action::Add };
        let up = proposals.iter().map(|proposal| self.line(proposal, dialect, proposal.action));
        let down =
            proposals.iter().rev().map(|proposal| self.line(proposal, dialect, undone(proposal.action)));
        let around = |lines: String| {
            let line = |by: &BTreeMap<Box<str>, Box<str>>, end: &str| {
                by.get(dialect.name()).map_or_else(String::new, |line| format!("{line}\n{end}"))
            };
            let indent = self.indent();
            let text = format!("{}{lines}{}", line(&self.0.before, &indent), line(&self.0.after, ""));
            text.trim_end().to_owned()
        };
        let values = BTreeMap::from([
            ("up", around(up.collect())),
            ("down", around(down.collect())),
            ("number", format!("{at:06}")),
            ("name", proposals.first().map(|proposal| bare(&name(proposal))).unwrap_or_default()),
        ]);
        Migration { path: filled(&self.0.path, &values), text: filled(&self.0.file, &values), rollback: None }
    }

    /// What stands before the lines of changes.
    fn indent(&self) -> String {
        self.0.file.lines().find_map(|line| line.strip_suffix("{up}")).unwrap_or_default().to_owned()
    }

    fn line(&self, proposal: &Proposal, dialect: Dialect, action: Action) -> String {
        let of = |by: &BTreeMap<Box<str>, Box<str>>| {
            by.get(dialect.name()).or_else(|| by.get("any")).map(|line| line.as_ref().to_owned())
        };
        let unnamed = proposal.action == Action::Drop && proposal.index.name.is_none();
        let index = &proposal.index;
        let plain = !index.columns.iter().any(|part| part.expression);
        let (only, beside) = self.options(proposal, dialect);
        let template = match action {
            Action::Drop if unnamed => self.0.drop_unnamed.as_deref().map(str::to_owned),
            Action::Drop => of(&self.0.drop),
            Action::Add => of(&self.0.add).filter(|line| {
                let said =
                    |key: &str, needed: bool, text: &str| !needed || line.contains(key) && !text.is_empty();
                line.contains("{create}")
                    || plain
                        && said("{where}", index.condition.is_some(), &only)
                        && said("{include}", !index.include.is_empty(), &beside)
            }),
        };
        let by_statement = self.0.statement.as_deref().filter(|_| action == Action::Add).map(str::to_owned);
        let template = template.or(by_statement);
        let why = format!("{} {}\n", self.0.comment, comment(&proposal.why));
        let mut values = BTreeMap::from([
            ("table", bare(&proposal.table)),
            ("name", bare(&name(proposal))),
            ("columns", index.columns.iter().map(|part| self.column(part)).collect::<Vec<_>>().join(", ")),
            ("unique", if index.unique { self.0.unique.as_ref().to_owned() } else { String::new() }),
            ("where", only),
            ("include", beside),
            ("create", create(proposal, dialect)),
            ("drop", drop(proposal, dialect)),
            ("clear", clear(proposal, dialect).unwrap_or_default()),
        ]);
        let template = template.filter(|template| self.is_safe(template, &mut values));
        let indent = self.indent();
        let what = match template {
            Some(template) => filled(&template, &values).replace('\n', &format!("\n{indent}")),
            None => {
                let names: Vec<&str> = index.columns.iter().map(|part| part.name.as_str()).collect();
                let verb = if action == Action::Add { "create" } else { "drop" };
                format!(
                    "{} {verb} the index on {} ({}) by hand",
                    self.0.comment,
                    comment(&proposal.table),
                    comment(&names.join(", "))
                )
            }
        };
        format!("{why}{indent}{what}\n{indent}")
    }

    /// What is added to the creation of an index: its condition, and the columns beside its key.
    fn options(&self, proposal: &Proposal, dialect: Dialect) -> (String, String) {
        let index = &proposal.index;
        let of =
            |by: &BTreeMap<Box<str>, Box<str>>| by.get(dialect.name()).map(|text| text.as_ref().to_owned());
        let condition =
            index.condition.as_deref().zip(of(&self.0.condition)).and_then(|(condition, template)| {
                let mut values = BTreeMap::from([("condition", condition.to_owned())]);
                self.is_safe(&template, &mut values).then(|| filled(&template, &values))
            });
        let names = index.include.iter().map(|name| self.column(&IndexColumn::plain(name)));
        let names = names.collect::<Vec<_>>().join(", ");
        let include = of(&self.0.include).filter(|_| !names.is_empty());
        let include = include.map(|template| filled(&template, &BTreeMap::from([("included", names)])));
        (condition.unwrap_or_default(), include.unwrap_or_default())
    }

    /// Whether no statement can end the quotes that it stands in; an apostrophe is written as the language asks. What is not safe
    /// is left to people.
    fn is_safe(&self, template: &str, values: &mut BTreeMap<&str, String>) -> bool {
        ["create", "drop", "clear", "condition"].into_iter().all(|key| {
            let (Some(quote), Some(text)) = (quote(template, key), values.get_mut(key)) else { return true };
            if quote == '\''
                && let Some(apostrophe) = &self.0.apostrophe
                && !text.contains('\\')
            {
                *text = text.replace('\'', apostrophe);
                return quotable(&text.replace(apostrophe.as_ref(), ""), quote);
            }
            quotable(text, quote)
        })
    }

    fn column(&self, part: &IndexColumn) -> String {
        let template = self.0.descending.as_deref().filter(|_| part.descending).unwrap_or(&self.0.column);
        filled(template, &BTreeMap::from([("column", bare(&part.name))]))
    }
}

/// A name that may stand in code or between any quotes: nothing else than a name's characters.
fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '.' | '-')).collect()
}

/// The quotes that `{key}` stands between; three of them count as another kind.
fn quote(template: &str, key: &str) -> Option<char> {
    let before = &template[..template.find(&format!("{{{key}}}"))?];
    let last = before.chars().next_back().filter(|c| matches!(c, '\'' | '"' | '`'))?;
    Some(if before.ends_with("\"\"\"") { '`' } else { last })
}

/// Whether a statement can stand between quotes: in some languages what follows a `#` or `$` is code between double ones.
fn quotable(text: &str, quote: char) -> bool {
    let ends = |c: char| match quote {
        '"' => matches!(c, '"' | '#' | '$'),
        '\'' => c == '\'',
        _ => c == '`',
    };
    !text.contains(|c: char| c.is_control() || c == '\\' || ends(c)) && !text.contains("\"\"\"")
}

/// A text with `{word}` filled in; other braces stay.
fn filled(template: &str, values: &BTreeMap<&str, String>) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let inner = &rest[open + 1..];
        let value = inner.find('}').and_then(|close| Some((values.get(&inner[..close])?, close)));
        match value {
            Some((value, close)) => {
                out.push_str(value);
                rest = &inner[close + 1..];
            }
            None => {
                out.push('{');
                rest = inner;
            }
        }
    }
    out.push_str(rest);
    out
}
