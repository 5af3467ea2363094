//! What a framework says of an entry point beside its call: which method it is, and that it runs ahead of requests.

use crate::eval::Eval;
use crate::value::{V, Val};
use perflint_ir::{ItemKind, OpKind, Sym};
use perflint_link::FileIx;
use perflint_models::{EntryKind, EntryRow};

impl Eval<'_> {
    /// The receiver with the name of the method that runs in the field which its framework keeps it in.
    pub(crate) fn with_told(&mut self, this: V, row: &EntryRow, method: Sym) -> V {
        let Some(field) = &row.told else { return this };
        let field = self.p.names.intern(field);
        let name = self.vals.make(Val::Str(method));
        self.with_field(this, field, name)
    }

    /// What an entry point of a file is: one that is made ahead of requests, or that a scheduler calls, is none of theirs.
    pub(crate) fn kind_of_entry(&self, row: &EntryRow, file: FileIx, callable: V) -> EntryKind {
        let mut folders = self.p.file(file).path.split('/');
        if folders.any(|folder| row.scheduled.iter().any(|scheduled| scheduled == folder)) {
            return EntryKind::Schedule;
        }
        match &row.ahead {
            Some(ahead) if self.is_marked(callable, |path| ahead.marker.iter().any(|m| m == path)) => {
                ahead.kind
            }
            Some(ahead) if ahead.exports.iter().any(|said| self.says(file, said)) => ahead.kind,
            _ => row.kind,
        }
    }

    fn is_marked(&self, callable: V, wanted: impl Fn(&str) -> bool) -> bool {
        let (Val::Fun(def) | Val::Bound(def, _)) = *self.vals.get(callable) else { return false };
        self.p.item(def).markers.iter().any(|marker| wanted(self.p.text(marker.path)))
    }

    /// True if a file exports something of this name which is not zero, or which is this text: `dynamic=force-static`.
    fn says(&self, file: FileIx, said: &str) -> bool {
        let (name, text) = said.split_once('=').map_or((said, None), |(name, text)| (name, Some(text)));
        let ir = self.p.file(file);
        let exported = ir.exports.iter().find(|export| self.p.text(export.name) == name);
        let Some(local) = exported.map(|export| export.local) else { return false };
        let value = (0u32..).zip(&ir.items).find_map(|(at, item)| {
            let def = perflint_link::Def { file, item: perflint_ir::ItemId(at) };
            let init = self.p.field_init(def).filter(|_| item.name == local && item.kind == ItemKind::Field);
            init.map(|(file, body, op)| self.p.file(file).body(body).op(op).kind)
        });
        match (text, value) {
            (None, value) => !matches!(value, Some(OpKind::Int(0))),
            (Some(text), Some(OpKind::Str(given))) => self.p.text(given) == text,
            _ => false,
        }
    }
}
