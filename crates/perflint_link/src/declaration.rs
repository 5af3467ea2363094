//! What calls in the bodies of classes declare: `scope :recent, -> { .. }`, `delegate :name, to: :author`.

use crate::class::{Base, ClassIx};
use crate::program::{BodyRef, Def, Program};
use perflint_ir::{Callee, OpId, OpKind, Slot, Sym};
use perflint_models::{DeclarationRow, Expr, Models};

impl Program {
    /// Notes which declared names mean something to models.
    pub(crate) fn build_declarations(&mut self, models: &Models) {
        for c in 0..self.classes.len() {
            for def in self.classes[c].declarations.clone() {
                let Some(path) = self.declaring_call(def) else { continue };
                let (path, family) = (self.text(path), self.file(def.file).lang.models());
                let row = models.declarations.iter().position(|(language, row)| {
                    **language == *family && row.call.iter().any(|call| call == path)
                });
                if let Some(row) = row {
                    let name = self.prefixed(def, &models.declarations[row].1);
                    self.classes[c].declared.insert(name, (def, row));
                }
            }
        }
    }

    /// The name under which a class has what a call delegates: `author_name` of `delegate :name, to: :author, prefix: true`.
    fn prefixed(&self, def: Def, row: &DeclarationRow) -> Sym {
        let name = self.item(def).name;
        let given = |e: &Option<Expr>| -> Option<OpKind> {
            let Some(Expr::Key(key)) = e else { return None };
            let key = self.names.find(key)?;
            let (file, body, op) = self.field_init(def)?;
            let body = self.file(file).body(body);
            let OpKind::Call(call) = body.op(op).kind else { return None };
            let args = body.args(body.call(call).args);
            args.iter().find(|arg| arg.slot == Slot::Key(key)).map(|arg| body.op(arg.value).kind)
        };
        let prefix = match given(&row.prefix) {
            Some(OpKind::Str(prefix)) => Some(prefix),
            Some(OpKind::Bool(true)) => match given(&row.delegate) {
                Some(OpKind::Str(through)) => Some(through),
                _ => None,
            },
            _ => None,
        };
        match prefix {
            Some(prefix) => self.names.intern(&format!("{}_{}", self.text(prefix), self.text(name))),
            None => name,
        }
    }

    /// The path of the call that makes a declaration.
    pub fn declaring_call(&self, def: Def) -> Option<Sym> {
        let (file, body, op) = self.field_init(def)?;
        let body = self.file(file).body(body);
        let OpKind::Call(call) = body.op(op).kind else { return None };
        match body.call(call).callee {
            Callee::Value(value) => match body.op(value).kind {
                OpKind::Name(name) => Some(name),
                _ => None,
            },
            Callee::Member { name, .. } => Some(name),
        }
    }

    /// The declaration of a name in a class or what it inherits from, and its row of the models.
    pub fn declared_member(&self, class: ClassIx, name: Sym) -> Option<(Def, usize)> {
        self.class(class).mro.iter().find_map(|base| match base {
            Base::Class(c) => self.class(*c).declared.get(&name).copied(),
            Base::External(_) => None,
        })
    }

    /// The calls of bare names in the bodies of a class and what it inherits from, the base's first.
    pub fn body_calls<'p>(
        &'p self,
        class: ClassIx,
        is: impl Fn(&str) -> bool + 'p,
    ) -> impl Iterator<Item = (BodyRef, OpId)> + 'p {
        let line = self.class(class).mro.iter().rev().filter_map(|base| match base {
            Base::Class(c) => Some(self.class(*c)),
            Base::External(_) => None,
        });
        let parts = line.flat_map(|class| std::iter::once(class.def).chain(class.parts.iter().copied()));
        let bodies = parts.filter_map(|def| Some(BodyRef { file: def.file, body: self.item(def).body? }));
        bodies.flat_map(move |at| {
            let body = self.body(at);
            let named: Vec<OpId> = (0u32..)
                .zip(&body.ops)
                .filter(|(_, op)| {
                    let OpKind::Call(call) = op.kind else { return false };
                    let Callee::Value(callee) = body.call(call).callee else { return false };
                    matches!(body.op(callee).kind, OpKind::Name(name) if is(self.text(name)))
                })
                .map(|(op, _)| OpId(op))
                .collect();
            named.into_iter().map(move |op| (at, op))
        })
    }

    /// The names that a class and what it inherits from declare by a call, the base's first.
    pub fn declared_by(&self, class: ClassIx, call: &str) -> Vec<Def> {
        let line = self.class(class).mro.iter().rev().filter_map(|base| match base {
            Base::Class(c) => Some(*c),
            Base::External(_) => None,
        });
        line.flat_map(|c| self.class(c).declarations.iter().copied())
            .filter(|def| self.declaring_call(*def).is_some_and(|path| self.text(path) == call))
            .collect()
    }
}
