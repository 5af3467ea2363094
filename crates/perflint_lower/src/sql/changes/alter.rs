//! `ALTER TABLE` and `ALTER INDEX`.

use super::{Reader, is_name};
use perflint_ir::Change;

impl Reader<'_, '_> {
    pub(super) fn alter(&mut self) {
        let Some(what) = self.peek() else { return };
        self.at += 1;
        self.skip(&["if", "exists", "only", "ignore"]);
        if what.is("index") {
            let start = self.here();
            let Some(name) = self.name() else { return };
            if self.eat("rename")
                && self.eat("to")
                && let Some(to) = self.name()
            {
                self.push(start, Change::RenameIndex { name, to });
            }
        } else if what.is("table") {
            let Some(table) = self.name() else { return };
            // `ADD a int, b int` goes on adding, in SQL Server and Oracle.
            let mut adding = false;
            for (from, to) in self.split(self.at, self.tokens.len()) {
                self.at = from;
                self.skip(&["with", "check", "nocheck"]);
                adding = self.action(&table, to, adding);
            }
        }
    }

    /// One action; whether it adds something.
    fn action(&mut self, table: &str, to: usize, adding: bool) -> bool {
        let Some(verb) = self.peek() else { return false };
        let start = verb.start;
        self.at += 1;
        if verb.is("add") {
            self.add(table, to);
            return true;
        }
        if verb.is("drop") {
            self.drop_part(table, start);
        } else if verb.is("rename") {
            self.rename_part(table, start);
        } else if verb.is("alter") {
            self.alter_column(table, start, to);
        } else if verb.is("modify") {
            self.eat("column");
            self.column(table, None, to);
        } else if verb.is("change") {
            self.eat("column");
            let was = self.name();
            self.column(table, was, to);
        } else if adding
            && is_name(verb)
            && !verb.is_any(&[
                "set",
                "owner",
                "enable",
                "disable",
                "engine",
                "algorithm",
                "lock",
                "validate",
                "attach",
                "comment",
                "convert",
            ])
        {
            self.element(table, self.at - 1, to);
            return true;
        }
        false
    }

    fn add(&mut self, table: &str, to: usize) {
        self.eat("column");
        self.skip(&["if", "not", "exists"]);
        if self.peek().is_some_and(|t| t.is_symbol("(")) {
            for (from, to) in self.parts() {
                self.element(table, from, to);
            }
        } else {
            self.element(table, self.at, to);
        }
    }

    fn drop_part(&mut self, table: &str, start: usize) {
        let table: Box<str> = table.into();
        if self.eat("primary") {
            self.push(start, Change::PrimaryKey { table, name: None, columns: Vec::new() });
            return;
        }
        let foreign = self.eat("foreign") && self.eat("key");
        let constraint = self.eat("constraint");
        let index = !foreign && !constraint && (self.eat("index") || self.eat("key"));
        self.eat("column");
        self.skip(&["if", "exists"]);
        let Some(name) = self.name() else { return };
        if foreign || constraint {
            let key = Change::DropForeignKey {
                table: table.clone(),
                name: Some(name.clone()),
                columns: Vec::new(),
                to: None,
            };
            self.push(start, key);
        }
        if index || constraint {
            self.push(start, Change::DropIndex { table: Some(table), name: Some(name), columns: Vec::new() });
        } else if !foreign {
            self.push(start, Change::DropColumn { table, column: name });
        }
    }

    fn rename_part(&mut self, table: &str, start: usize) {
        if self.eat("to") || self.eat("as") {
            if let Some(to) = self.name() {
                self.push(start, Change::RenameTable { table: table.into(), to });
            }
            return;
        }
        let index = self.eat("index") || self.eat("key") || self.eat("constraint");
        self.eat("column");
        let Some(column) = self.name() else { return };
        if !self.eat("to") {
            return;
        }
        let Some(to) = self.name() else { return };
        self.push(
            start,
            match index {
                true => Change::RenameIndex { name: column, to },
                false => Change::RenameColumn { table: table.into(), column, to },
            },
        );
    }

    /// `ALTER COLUMN x TYPE t`, `SET NOT NULL`; SQL Server declares it anew.
    fn alter_column(&mut self, table: &str, start: usize, to: usize) {
        self.eat("column");
        let first = self.at;
        let Some(column) = self.name() else { return };
        let (mut ty, mut nullable) = (None, None);
        let Some(token) = self.peek().filter(|_| self.at < to) else { return };
        if token.is_any(&["set", "drop", "type", "restart", "reset", "add"]) {
            let sets = token.is("set");
            self.skip(&["set", "data", "drop"]);
            if self.eat("type") {
                let from = self.at;
                while self.at < to && !self.tokens[self.at].is_any(&["using", "collate"]) {
                    self.at += 1;
                }
                ty = self.slice(from, self.at).map(|text| text.to_lowercase().into());
            } else if self.eat("not") {
                nullable = Some(!sets);
            }
            self.push(start, Change::AlterColumn { table: table.into(), column, ty, nullable });
        } else {
            self.at = first;
            self.column(table, None, to);
        }
    }
}
