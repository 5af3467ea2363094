//! Files that are entry points by themselves: a page that includes what it needs, and that nothing else includes.

use crate::eval::{Eval, Pending};
use crate::value::{UNKNOWN, Val};
use perflint_ir::{Body, BodyId, Callee, ItemKind, OpId, OpKind, Role};
use perflint_link::FileIx;
use perflint_models::EntryRow;
use rustc_hash::FxHashSet;

/// How deep the parts of a path are looked into.
const DEEPEST: u32 = 8;

impl<'p> Eval<'p> {
    /// Registers the files of a language that include others and are not included.
    pub(crate) fn script_entries(&mut self, language: &str, row: &'p EntryRow) {
        let mut pages: Vec<(FileIx, BodyId)> = Vec::new();
        let mut included: FxHashSet<&'p str> = FxHashSet::default();
        for f in 0..self.p.first_stub.0 {
            let file = FileIx(f);
            let ir = self.p.file(file);
            if ir.lang.family() != language {
                continue;
            }
            for body in &ir.bodies {
                included.extend(self.names_included(body, row));
            }
            let own =
                ir.items.first().filter(|item| item.kind == ItemKind::Module).and_then(|item| item.body);
            if let Some(own) = own
                && ir.role == Role::App
                && self.includes_any(ir.body(own), row)
            {
                pages.push((file, own));
            }
        }
        for (file, body) in pages {
            let path = &*self.p.file(file).path;
            let name = path.rsplit('/').next().unwrap_or(path);
            if included.contains(name.split('.').next().unwrap_or(name)) {
                continue;
            }
            let target = self.vals.make(Val::Closure(file, body, Box::new([]), UNKNOWN));
            self.pending.push(Pending::new(row.kind, path.to_owned(), file, target));
        }
    }

    fn includes_any(&self, body: &Body, row: &EntryRow) -> bool {
        (0..body.ops.len()).any(|at| self.include_at(body, at, row).is_some())
    }

    /// The path that a call includes, if it is one that includes.
    fn include_at(&self, body: &Body, at: usize, row: &EntryRow) -> Option<OpId> {
        let OpKind::Call(id) = body.ops[at].kind else { return None };
        let call = body.call(id);
        let Callee::Value(callee) = call.callee else { return None };
        let OpKind::Name(name) = body.op(callee.some()?).kind else { return None };
        let is_it = row.including.iter().any(|wanted| wanted == self.p.text(name));
        body.args(call.args).first().filter(|_| is_it)?.value.some()
    }

    /// The names, without endings, of the files that a body includes.
    fn names_included(&self, body: &Body, row: &EntryRow) -> Vec<&'p str> {
        let mut names = Vec::new();
        for at in 0..body.ops.len() {
            if let Some(path) = self.include_at(body, at, row) {
                self.last_names(body, path, 0, &mut names);
            }
        }
        names
    }

    /// What stands last in each text that a path is put together from: `common` of `$root . 'common.' . $ending`.
    fn last_names(&self, body: &Body, op: OpId, depth: u32, names: &mut Vec<&'p str>) {
        if depth > DEEPEST {
            return;
        }
        match body.op(op).kind {
            OpKind::Str(text) => {
                let last = self.p.text(text).rsplit('/').next().unwrap_or_default();
                names.extend(last.split('.').next().filter(|name| !name.is_empty()));
            }
            OpKind::Binary { lhs, rhs, .. } => {
                self.last_names(body, lhs, depth + 1, names);
                self.last_names(body, rhs, depth + 1, names);
            }
            OpKind::Text(parts) => {
                for part in body.kids(parts) {
                    self.last_names(body, *part, depth + 1, names);
                }
            }
            _ => {}
        }
    }
}
