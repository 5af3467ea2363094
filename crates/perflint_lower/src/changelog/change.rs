//! What an element changes.

use perflint_ir::{Change, ColumnDef, ForeignDef, IndexDef, KeyPart};
use perflint_syntax::element::Element;

/// A change with the byte where it is written.
type At = (u32, Change);

/// The changes of an element; none for one that only holds others.
pub(super) fn changes(element: &Element) -> Vec<At> {
    let mut all = Vec::new();
    match element.name.as_str() {
        "createTable" => {
            let Some(table) = element.get("tableName") else { return all };
            push(&mut all, element, Change::CreateTable { table: table.into(), if_absent: false });
            columns(element, table, &mut all);
        }
        "addColumn" => {
            let Some(table) = element.get("tableName") else { return all };
            columns(element, table, &mut all);
        }
        "sql" => {
            let text =
                if element.text.trim().is_empty() { element.get("sql") } else { Some(element.text.as_str()) };
            let changes = text.map(crate::sql::changes_of).unwrap_or_default();
            all.extend(changes.into_iter().map(|change| (element.at, change)));
        }
        _ => all.extend(one(element).map(|change| (element.at, change))),
    }
    all
}

fn push(all: &mut Vec<At>, element: &Element, change: Change) {
    all.push((element.at, change));
}

fn list(text: Option<&str>) -> Vec<Box<str>> {
    text.into_iter().flat_map(|text| text.split(',')).map(|name| name.trim().into()).collect()
}

fn columns(element: &Element, table: &str, all: &mut Vec<At>) {
    let mut key = Vec::new();
    let mut key_name = None;
    for column in element.all("column") {
        let Some(name) = column.get("name") else { continue };
        let constraints = column.all("constraints").next();
        let told = |what: &str| constraints.and_then(|constraints| constraints.is(what));
        let primary = told("primaryKey") == Some(true);
        let default = ["defaultValue", "defaultValueNumeric", "defaultValueBoolean"];
        let default = default.iter().find_map(|name| column.get(name)).map(Into::into);
        let column_def = ColumnDef {
            name: name.into(),
            ty: column.get("type").unwrap_or_default().into(),
            nullable: told("nullable").unwrap_or(!primary),
            default,
        };
        push(all, column, Change::Column { table: table.into(), was: None, column: column_def });
        let text = |what: &str| constraints.and_then(|constraints| constraints.get(what));
        if primary {
            key.push(Box::from(name));
            key_name = text("primaryKeyName").map(Into::into).or(key_name);
        }
        if told("unique") == Some(true) {
            let index = IndexDef {
                name: text("uniqueConstraintName").map(Into::into),
                columns: vec![part(name, false)],
                unique: true,
                ..IndexDef::default()
            };
            push(all, column, Change::Index { table: table.into(), index });
        }
        if let Some(foreign) = constraints.and_then(|constraints| reference(constraints, name)) {
            push(all, column, Change::ForeignKey { table: table.into(), key: foreign });
        }
    }
    if !key.is_empty() {
        push(all, element, Change::PrimaryKey { table: table.into(), name: key_name, columns: key });
    }
}

/// The key that constraints of a column declare: `references="customers(id)"`, or the names apart.
fn reference(constraints: &Element, column: &str) -> Option<ForeignDef> {
    let (table, references) = match constraints.get("references") {
        Some(text) => {
            let (table, rest) = text.split_once('(').unwrap_or((text, ""));
            (table.trim(), list(Some(rest.trim_end_matches(')')).filter(|rest| !rest.is_empty())))
        }
        None => (constraints.get("referencedTableName")?, list(constraints.get("referencedColumnNames"))),
    };
    Some(ForeignDef {
        name: constraints.get("foreignKeyName").map(Into::into),
        columns: vec![column.into()],
        table: table.rsplit('.').next().unwrap_or(table).into(),
        references,
    })
}

fn part(name: &str, descending: bool) -> KeyPart {
    let (name, falling) = match name.trim().rsplit_once(char::is_whitespace) {
        Some((name, word)) if word.eq_ignore_ascii_case("desc") => (name.trim(), true),
        Some((name, word)) if word.eq_ignore_ascii_case("asc") => (name.trim(), false),
        _ => (name.trim(), false),
    };
    let expression =
        !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'#'));
    KeyPart { name: name.into(), descending: descending || falling, expression }
}

/// A change that one element says alone.
fn one(element: &Element) -> Option<Change> {
    let get = |name: &str| element.get(name).map(Box::<str>::from);
    let table = || get("tableName");
    Some(match element.name.as_str() {
        "dropTable" => Change::DropTable { table: table()? },
        "renameTable" => Change::RenameTable { table: get("oldTableName")?, to: get("newTableName")? },
        "dropColumn" => {
            let named =
                get("columnName").or_else(|| element.all("column").next()?.get("name").map(Into::into));
            Change::DropColumn { table: table()?, column: named? }
        }
        "renameColumn" => {
            Change::RenameColumn { table: table()?, column: get("oldColumnName")?, to: get("newColumnName")? }
        }
        "modifyDataType" => Change::AlterColumn {
            table: table()?,
            column: get("columnName")?,
            ty: get("newDataType"),
            nullable: None,
        },
        "addNotNullConstraint" | "dropNotNullConstraint" => Change::AlterColumn {
            table: table()?,
            column: get("columnName")?,
            ty: None,
            nullable: Some(element.name == "dropNotNullConstraint"),
        },
        "addPrimaryKey" => Change::PrimaryKey {
            table: table()?,
            name: get("constraintName"),
            columns: list(element.get("columnNames")),
        },
        "dropPrimaryKey" => Change::PrimaryKey { table: table()?, name: None, columns: Vec::new() },
        "addUniqueConstraint" => {
            let names = list(element.get("columnNames"));
            let columns = names.iter().map(|name| part(name, false)).collect();
            let index =
                IndexDef { name: get("constraintName"), columns, unique: true, ..IndexDef::default() };
            Change::Index { table: table()?, index }
        }
        "createIndex" => {
            let columns = element
                .all("column")
                .filter_map(|column| Some(part(column.get("name")?, column.is("descending") == Some(true))));
            let unique = element.is("unique") == Some(true);
            let index = IndexDef {
                name: get("indexName"),
                columns: columns.collect(),
                unique,
                ..IndexDef::default()
            };
            Change::Index { table: table()?, index }
        }
        "dropIndex" => {
            Change::DropIndex { table: table(), name: Some(get("indexName")?), columns: Vec::new() }
        }
        "dropUniqueConstraint" => {
            Change::DropIndex { table: table(), name: Some(get("constraintName")?), columns: Vec::new() }
        }
        "addForeignKeyConstraint" => Change::ForeignKey {
            table: get("baseTableName")?,
            key: ForeignDef {
                name: get("constraintName"),
                columns: list(element.get("baseColumnNames")),
                table: get("referencedTableName")?,
                references: list(element.get("referencedColumnNames")),
            },
        },
        "dropForeignKeyConstraint" => Change::DropForeignKey {
            table: get("baseTableName")?,
            name: Some(get("constraintName")?),
            columns: Vec::new(),
            to: None,
        },
        _ => return None,
    })
}
