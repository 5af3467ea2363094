//! Change logs of Liquibase in XML and YAML: what they change about tables, as facts of SQL files. Logs in SQL are SQL.
//!
//! <https://docs.liquibase.com/change-types/home.html>

mod change;

use crate::Source;
use perflint_ir::{FileBuilder, FileIr, GapKind, Import, ImportKind, Span, SqlFacts, SqlStatement};
use perflint_syntax::element::{self, Element, MOST};

/// Kinds of database that only tests use.
const FOR_TESTS: &[&str] = &["h2", "hsqldb", "derby"];

/// Whether a text is such a log and no SQL.
pub(crate) fn is_changelog(source: Source<'_>) -> bool {
    element::is_document(source.path)
}

/// Lowers a log.
pub(crate) fn lower(source: Source<'_>) -> FileIr {
    let mut file = FileBuilder::new(source.path, source.lang, source.role);
    let Some(root) = element::read(source.path, source.text) else {
        file.gap(GapKind::Failed, Span::new(0, 0));
        return file.finish();
    };
    let mut facts = SqlFacts::default();
    let mut todo: Vec<&Element> = vec![&root];
    let mut seen = 0;
    while let Some(element) = todo.pop() {
        seen += 1;
        if seen > MOST {
            break;
        }
        let for_tests = element.get("dbms").is_some_and(|dbms| {
            let mut kinds = dbms.split(',').map(str::trim);
            kinds.all(|kind| FOR_TESTS.contains(&kind))
        });
        if for_tests || matches!(element.name.as_str(), "rollback" | "preConditions") {
            continue;
        }
        match element.name.as_str() {
            "include" | "includeAll" | "sqlFile" => include(&mut file, element),
            _ => {}
        }
        let changes = change::changes(element);
        if changes.is_empty() {
            todo.extend(element.inside.iter().rev());
            continue;
        }
        let span = Span::new(element.at, element.at);
        let statement = SqlStatement { changes, span, ..SqlStatement::default() };
        facts.statements.push(statement);
    }
    if !facts.statements.is_empty() {
        file.sql(facts);
    }
    file.finish()
}

/// Another log, or a folder of them, that belongs here.
fn include(file: &mut FileBuilder, element: &Element) {
    let Some(path) = element.get("file").or_else(|| element.get("path")) else { return };
    let path = path.trim_start_matches("classpath:").trim_start_matches("./");
    let (module, empty) = (file.sym(path), file.sym(""));
    let span = Span::new(element.at, element.at);
    file.import(Import { module, name: empty, alias: empty, kind: ImportKind::Module, span });
}

#[cfg(test)]
mod tests {
    use super::lower;
    use crate::Source;
    use perflint_ir::{Change, Lang, Role};

    fn changes(path: &str, text: &str) -> Vec<Change> {
        let file = lower(Source { path, lang: Lang::Sql, role: Role::Migration, text });
        let statements = file.sql.iter().flat_map(|facts| &facts.statements);
        statements.flat_map(|statement| &statement.changes).map(|(_, change)| change.clone()).collect()
    }

    #[test]
    fn xml_and_yaml_say_the_same() {
        let xml = changes(
            "db/changelog/1.xml",
            r#"<databaseChangeLog><changeSet id="1"><createTable tableName="orders">
               <column name="id" type="bigint"><constraints primaryKey="true" nullable="false"/></column>
               <column name="customer_id" type="bigint"><constraints foreignKeyName="fk" references="customers(id)"/></column>
               </createTable><createIndex tableName="orders" indexName="i"><column name="customer_id" descending="true"/></createIndex>
               <rollback><dropTable tableName="orders"/></rollback></changeSet></databaseChangeLog>"#,
        );
        let yaml = changes(
            "db/changelog/1.yaml",
            "databaseChangeLog:\n- changeSet:\n    id: 1\n    changes:\n    - createTable:\n        tableName: orders\n        columns:\n\
             \x20       - column:\n            name: id\n            type: bigint\n            constraints:\n\
             \x20             primaryKey: true\n              nullable: false\n        - column:\n            name: customer_id\n\
             \x20           type: bigint\n            constraints: {foreignKeyName: fk, references: customers(id)}\n\
             \x20   - createIndex:\n        tableName: orders\n        indexName: i\n        columns:\n\
             \x20       - column: {name: customer_id, descending: true}\n    rollback:\n    - dropTable: {tableName: orders}\n",
        );
        assert_eq!(xml, yaml);
        assert_eq!(xml.len(), 6, "{xml:?}");
    }

    #[test]
    fn broken_logs_are_gaps() {
        let file = lower(Source {
            path: "changelog/a.xml",
            lang: Lang::Sql,
            role: Role::Migration,
            text: "<databaseChangeLog><x>",
        });
        assert_eq!(file.gaps.len(), 1);
        let deep = "a:\n".to_owned() + &(1..500).map(|n| " ".repeat(n) + "a:\n").collect::<String>();
        assert!(changes("changelog/a.yml", &deep).is_empty());
    }
}
