//! Constructors that a call in the class's body makes: `initialize_with :order, :currency`.

use crate::call::CallArgs;
use crate::eval::Eval;
use crate::value::{UNKNOWN, V};
use perflint_ir::Sym;
use perflint_link::ClassIx;

impl Eval<'_> {
    /// The fields of a new instance whose constructor is declared: arguments by position, then by name.
    pub(crate) fn initialized(&mut self, class: ClassIx, args: &CallArgs) -> Option<Vec<(Sym, V)>> {
        let family = self.p.file(self.p.class(class).def.file).lang.models();
        let rows =
            self.m.declarations.iter().filter(|(language, row)| **language == *family && row.initializes);
        let calls: Vec<&str> = rows.flat_map(|(_, row)| row.call.iter()).collect();
        let declared: Vec<_> = calls.iter().flat_map(|call| self.p.declared_by(class, call)).collect();
        if declared.is_empty() {
            return None;
        }
        let mut names: Vec<Sym> = declared.iter().map(|def| self.p.item(*def).name).collect();
        let positional = names.len();
        for def in declared {
            let keys = self.declaring_arguments(def).map(|given| given.keys).unwrap_or_default();
            names.extend(keys.into_iter().map(|(key, _)| key).filter(|key| self.p.text(*key) != "&"));
        }
        let mut fields = Vec::new();
        for (at, name) in names.into_iter().enumerate() {
            let by_name = args.keys.iter().find(|(key, _)| *key == name).map(|(_, v)| *v);
            let by_position = args.pos.get(at).copied().filter(|_| at < positional);
            let v = by_name.or(by_position).unwrap_or(UNKNOWN);
            let field = self.p.names.intern(&format!("@{}", self.p.text(name)));
            fields.extend([(name, v), (field, v)]);
        }
        Some(fields)
    }
}
