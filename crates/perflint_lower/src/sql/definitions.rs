//! Facts from statements that declare tables and indexes.

use super::typed::{last_part, lower};
use perflint_ir::{SqlColumn, SqlIndex, SqlStatement, SqlTable, SqlVerb};
use sqlparser::ast::{
    AlterTableOperation, ColumnDef, ColumnOption, CreateIndex, CreateTable, Expr, IndexColumn, Statement,
    TableConstraint,
};

/// Does [`read`] handle it?
pub(super) fn is_definition(statement: &Statement) -> bool {
    matches!(statement, Statement::CreateTable(_) | Statement::CreateIndex(_) | Statement::AlterTable(_))
}

/// Appends the facts of a definition. Indexes declared inside a table become statements of their own after it.
pub(super) fn read(statement: &Statement, facts: &mut Vec<SqlStatement>) {
    match statement {
        Statement::CreateTable(create) => create_table(create, facts),
        Statement::CreateIndex(create) => facts.push(index_statement(index(create))),
        Statement::AlterTable(alter) => {
            let mut table = Declared::new(last_part(&alter.name));
            alter.operations.iter().for_each(|operation| table.alter(operation));
            table.finish(SqlVerb::AlterTable, facts);
        }
        _ => {}
    }
}

fn create_table(create: &CreateTable, facts: &mut Vec<SqlStatement>) {
    let mut table = Declared::new(last_part(&create.name));
    table.table.columns.extend(create.columns.iter().map(column));
    create.constraints.iter().for_each(|constraint| table.constrain(constraint));
    table.finish(SqlVerb::CreateTable, facts);
}

fn index(create: &CreateIndex) -> SqlIndex {
    SqlIndex {
        name: create.name.as_ref().map(last_part),
        table: last_part(&create.table_name),
        columns: columns(&create.columns),
        unique: create.unique,
    }
}

fn index_statement(index: SqlIndex) -> SqlStatement {
    SqlStatement {
        verb: SqlVerb::CreateIndex,
        tables: vec![index.table.clone()],
        index: Some(index),
        ..SqlStatement::default()
    }
}

/// A table while its declaration is read.
struct Declared {
    table: SqlTable,
    indexes: Vec<SqlIndex>,
}

impl Declared {
    fn new(name: Box<str>) -> Self {
        Self { table: SqlTable { name, columns: Vec::new() }, indexes: Vec::new() }
    }

    fn finish(self, verb: SqlVerb, facts: &mut Vec<SqlStatement>) {
        let tables = vec![self.table.name.clone()];
        facts.push(SqlStatement { verb, tables, table: Some(self.table), ..SqlStatement::default() });
        facts.extend(self.indexes.into_iter().map(index_statement));
    }

    fn alter(&mut self, operation: &AlterTableOperation) {
        match operation {
            AlterTableOperation::AddColumn { column_def, .. } => self.table.columns.push(column(column_def)),
            AlterTableOperation::AddConstraint { constraint, .. } => self.constrain(constraint),
            _ => {}
        }
    }

    fn constrain(&mut self, constraint: &TableConstraint) {
        match constraint {
            TableConstraint::PrimaryKey(key) => {
                self.key(key.name.as_ref().map(lower), columns(&key.columns), true);
            }
            TableConstraint::Unique(key) => {
                self.key(key.name.as_ref().map(lower), columns(&key.columns), true);
            }
            TableConstraint::Index(key) => {
                self.key(key.name.as_ref().map(lower), columns(&key.columns), false);
            }
            TableConstraint::ForeignKey(key) => {
                if let [one] = key.columns.as_slice() {
                    self.column(&lower(one)).references = Some(last_part(&key.foreign_table));
                }
            }
            _ => {}
        }
    }

    /// A unique key of one column is a property of the column; any other key is an index.
    fn key(&mut self, name: Option<Box<str>>, columns: Vec<Box<str>>, unique: bool) {
        match columns.as_slice() {
            [one] if unique => self.column(one).unique = true,
            [] => {}
            _ => self.indexes.push(SqlIndex { name, table: self.table.name.clone(), columns, unique }),
        }
    }

    fn column(&mut self, name: &str) -> &mut SqlColumn {
        let columns = &mut self.table.columns;
        let index = columns.iter().position(|column| &*column.name == name).unwrap_or_else(|| {
            columns.push(SqlColumn { name: name.into(), ..SqlColumn::default() });
            columns.len() - 1
        });
        &mut columns[index]
    }
}

fn column(definition: &ColumnDef) -> SqlColumn {
    let mut column = SqlColumn {
        name: lower(&definition.name),
        ty: definition.data_type.to_string().to_lowercase().into(),
        ..SqlColumn::default()
    };
    for option in &definition.options {
        match &option.option {
            ColumnOption::PrimaryKey(_) | ColumnOption::Unique(_) => column.unique = true,
            ColumnOption::ForeignKey(key) => column.references = Some(last_part(&key.foreign_table)),
            _ => {}
        }
    }
    column
}

fn columns(columns: &[IndexColumn]) -> Vec<Box<str>> {
    let name = |column: &IndexColumn| match &column.column.expr {
        Expr::Identifier(ident) => lower(ident),
        Expr::CompoundIdentifier(parts) => parts.last().map(lower).unwrap_or_default(),
        other => other.to_string().to_lowercase().into(),
    };
    columns.iter().map(name).collect()
}
