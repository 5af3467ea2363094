//! Proposals as migrations in SQL.
//!
//! Safe under load: indexes are built beside the running system where the database can, every lock is waited for a short while
//! only, and what is undone is written down as well.

use crate::{Action, Dialect, IndexColumn, Proposal};

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
        Action::Add => {
            let clear = clear(proposal, dialect).map_or_else(String::new, |clear| format!("{clear}\n"));
            format!("-- {why}\n{clear}{}\n\n", create(proposal, dialect))
        }
        Action::Drop => format!("-- {why}\n{}\n\n", drop(proposal, dialect)),
    }
}

/// What removes the rest of an interrupted run: PostgreSQL keeps an index that was not finished, does not use it, and takes its name
/// for an index that exists.
pub(crate) fn clear(proposal: &Proposal, dialect: Dialect) -> Option<String> {
    let name = quoted(&name(proposal), dialect);
    (dialect == Dialect::Postgres).then(|| format!("DROP INDEX CONCURRENTLY IF EXISTS {name};"))
}

/// A sentence that cannot end the comment that it stands in.
pub(crate) fn comment(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().replace("*/", "* /")
}

pub(crate) fn name(proposal: &Proposal) -> String {
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

pub(crate) fn create(proposal: &Proposal, dialect: Dialect) -> String {
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

pub(crate) fn drop(proposal: &Proposal, dialect: Dialect) -> String {
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
