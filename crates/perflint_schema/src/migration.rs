//! Proposals as migrations: in SQL, and in the format of the framework that the schema is declared with.
//!
//! Safe under load: indexes are built beside the running system where the database can, every lock is waited for a short while
//! only, and what is undone is written down as well. How a framework writes it is data (`[[migration]]` rows).

use crate::{Action, Dialect, IndexColumn, Proposal, Schema};
use perflint_models::{MigrationRow, Models};
use std::collections::BTreeMap;

/// A migration to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Its path, below the folder for what is generated.
    pub path: String,
    /// Its text.
    pub text: String,
    /// The path and text of the file that undoes it, where that is a file of its own.
    pub rollback: Option<(String, String)>,
}

/// The proposals as SQL, with a second file that undoes them.
///
/// `PostgreSQL`'s `CREATE INDEX CONCURRENTLY` runs outside of transactions: the file is run statement by statement, as `psql -f`
/// does.
pub fn sql(proposals: &[Proposal], dialect: Dialect) -> Migration {
    let up: Vec<String> =
        proposals.iter().map(|proposal| statement(proposal, dialect, proposal.action)).collect();
    let undone = proposals.iter().rev().map(|proposal| {
        let action = if proposal.action == Action::Add { Action::Drop } else { Action::Add };
        statement(proposal, dialect, action)
    });
    let file = |statements: Vec<String>| format!("{}{}", head(dialect), statements.concat());
    Migration {
        path: "indexes.sql".to_owned(),
        text: file(up),
        rollback: Some(("indexes.rollback.sql".to_owned(), file(undone.collect()))),
    }
}

fn head(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => {
            "-- Run outside of a transaction: psql -f does so.\nSET lock_timeout = '5s';\nSET statement_timeout = '0';\n\n"
        }
        Dialect::Mysql => "SET SESSION lock_wait_timeout = 5;\n\n",
        Dialect::Sqlite => "PRAGMA busy_timeout = 5000;\n\n",
        Dialect::Sqlserver => "SET LOCK_TIMEOUT 5000;\n\n",
    }
}

fn statement(proposal: &Proposal, dialect: Dialect, action: Action) -> String {
    let why = comment(&proposal.why);
    match action {
        Action::Add => format!("-- {why}\n{}\n\n", create(proposal, dialect)),
        Action::Drop => format!("-- {why}\n{}\n\n", drop(proposal, dialect)),
    }
}

/// A sentence that cannot end the comment that it stands in.
fn comment(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().replace("*/", "* /")
}

fn name(proposal: &Proposal) -> String {
    proposal.index.name.clone().unwrap_or_else(|| {
        let names: Vec<&str> = proposal.index.columns.iter().map(|part| part.name.as_str()).collect();
        format!("idx_{}_{}", proposal.table, names.join("_"))
    })
}

fn quoted(name: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Mysql => format!("`{}`", name.replace('`', "``")),
        Dialect::Sqlserver => format!("[{}]", name.replace(']', "]]")),
        Dialect::Postgres | Dialect::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

fn create(proposal: &Proposal, dialect: Dialect) -> String {
    let index = &proposal.index;
    let part = |part: &IndexColumn| {
        let name =
            if part.expression { format!("({})", comment(&part.name)) } else { quoted(&part.name, dialect) };
        format!("{name}{}", if part.descending { " DESC" } else { "" })
    };
    let columns: Vec<String> = index.columns.iter().map(part).collect();
    let unique = if index.unique { "UNIQUE " } else { "" };
    let (name, table, columns) =
        (quoted(&name(proposal), dialect), quoted(&proposal.table, dialect), columns.join(", "));
    let condition = match &index.condition {
        Some(condition) if dialect != Dialect::Mysql => format!(" WHERE {}", comment(condition)),
        _ => String::new(),
    };
    let include = match index.include.is_empty() {
        false if matches!(dialect, Dialect::Postgres | Dialect::Sqlserver) => {
            let names: Vec<String> = index.include.iter().map(|name| quoted(name, dialect)).collect();
            format!(" INCLUDE ({})", names.join(", "))
        }
        _ => String::new(),
    };
    match dialect {
        Dialect::Postgres => {
            format!(
                "CREATE {unique}INDEX CONCURRENTLY IF NOT EXISTS {name} ON {table} ({columns}){include}{condition};"
            )
        }
        Dialect::Mysql => {
            format!("ALTER TABLE {table} ADD {unique}INDEX {name} ({columns}), ALGORITHM=INPLACE, LOCK=NONE;")
        }
        Dialect::Sqlite => {
            format!("CREATE {unique}INDEX IF NOT EXISTS {name} ON {table} ({columns}){condition};")
        }
        Dialect::Sqlserver => {
            format!(
                "CREATE {unique}INDEX {name} ON {table} ({columns}){include}{condition} WITH (ONLINE = ON);"
            )
        }
    }
}

fn drop(proposal: &Proposal, dialect: Dialect) -> String {
    if proposal.index.name.is_none() && proposal.action == Action::Drop {
        let names: Vec<&str> = proposal.index.columns.iter().map(|part| part.name.as_str()).collect();
        let text = format!(
            "-- Its name is not declared: look it up and drop the index on {} ({}).",
            proposal.table,
            names.join(", ")
        );
        return comment(&text);
    }
    let (name, table) = (quoted(&name(proposal), dialect), quoted(&proposal.table, dialect));
    match dialect {
        Dialect::Postgres => format!("DROP INDEX CONCURRENTLY IF EXISTS {name};"),
        Dialect::Mysql => format!("ALTER TABLE {table} DROP INDEX {name}, ALGORITHM=INPLACE, LOCK=NONE;"),
        Dialect::Sqlite => format!("DROP INDEX IF EXISTS {name};"),
        Dialect::Sqlserver => format!("DROP INDEX {name} ON {table};"),
    }
}

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

    /// The proposals in this format.
    pub fn render(&self, proposals: &[Proposal], dialect: Dialect) -> Migration {
        let line = |proposal: &Proposal, action: Action| self.line(proposal, dialect, action);
        let up: Vec<String> = proposals.iter().map(|proposal| line(proposal, proposal.action)).collect();
        let down = proposals.iter().rev().map(|proposal| {
            line(proposal, if proposal.action == Action::Add { Action::Drop } else { Action::Add })
        });
        let down: Vec<String> = down.collect();
        let text = filled(&self.0.file, &BTreeMap::from([("up", up.concat()), ("down", down.concat())]));
        Migration { path: self.0.path.as_ref().to_owned(), text, rollback: None }
    }

    fn line(&self, proposal: &Proposal, dialect: Dialect, action: Action) -> String {
        let of = |by: &BTreeMap<Box<str>, Box<str>>| {
            by.get(dialect.name()).or_else(|| by.get("any")).map(|line| line.as_ref().to_owned())
        };
        let unnamed = proposal.action == Action::Drop && proposal.index.name.is_none();
        let index = &proposal.index;
        let plain = index.condition.is_none()
            && index.include.is_empty()
            && !index.columns.iter().any(|part| part.expression);
        let template = match action {
            Action::Drop if unnamed => self.0.drop_unnamed.as_deref().map(str::to_owned),
            Action::Drop => of(&self.0.drop),
            Action::Add if plain => of(&self.0.add),
            Action::Add => None,
        };
        let why = format!("{} {}\n", self.0.comment, comment(&proposal.why));
        let values = BTreeMap::from([
            ("table", bare(&proposal.table)),
            ("name", bare(&name(proposal))),
            ("columns", index.columns.iter().map(|part| self.column(part)).collect::<Vec<_>>().join(", ")),
            ("unique", if index.unique { self.0.unique.as_ref().to_owned() } else { String::new() }),
            ("create", escaped(&create(proposal, dialect))),
            ("drop", escaped(&drop(proposal, dialect))),
        ]);
        let indent: String =
            self.0.file.lines().find_map(|line| line.strip_suffix("{up}")).unwrap_or_default().to_owned();
        let what = match template {
            Some(template) => filled(&template, &values),
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

    fn column(&self, part: &IndexColumn) -> String {
        let template = self.0.descending.as_deref().filter(|_| part.descending).unwrap_or(&self.0.column);
        filled(template, &BTreeMap::from([("column", bare(&part.name))]))
    }
}

/// A name that may stand in code or between any quotes: nothing else than a name's characters.
fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '.' | '-')).collect()
}

/// A statement inside quotes of any of the languages: what could end them is left out.
fn escaped(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && *c != '\\').map(|c| if c == '\'' { '’' } else { c }).collect()
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
