//! Entities that their collections tell of: classes that are the type argument of a field's type (`DbSet<Order>`), of a base
//! (`IEntityTypeConfiguration<Order>`), or of a call on a parameter (`builder.Entity<Order>()`).

use crate::class::{Base, ClassIx};
use crate::program::{Def, FileIx, Program};
use perflint_ir::{Body, Callee, ItemKind, OpId, OpKind, Slot, Sym, TypeExpr, TypeId};
use perflint_models::{EntityRow, Models};

impl Program {
    /// Declares such classes as entities, wherever their collections stand.
    pub(crate) fn collected_entities(&mut self, models: &Models) {
        let rows: Vec<(Box<str>, EntityRow)> =
            models.entities.iter().filter(|(_, row)| !row.collected_by.is_empty()).cloned().collect();
        if rows.is_empty() {
            return;
        }
        for f in 0..self.first_stub.0 {
            let file = FileIx(f);
            let family = self.file(file).lang.family();
            let here: Vec<&EntityRow> =
                rows.iter().filter(|(of, _)| **of == *family).map(|(_, row)| row).collect();
            if here.is_empty() {
                continue;
            }
            for (class, row) in self.collected_in(file, &here) {
                if self.class(class).entity.is_none() {
                    self.add_entity(class, &here[row].clone(), models, false);
                    self.reach_entities(class, &here[row].clone(), models);
                }
            }
        }
    }

    /// Declares the classes that an entity's fields lead to, and those that theirs do, if they have a key.
    fn reach_entities(&mut self, from: ClassIx, row: &EntityRow, models: &Models) {
        let mut open = vec![from];
        while let Some(class) = open.pop().filter(|_| !row.reaches.is_empty()) {
            let fields = self.class(class).members.values().flatten().copied();
            let mut fields: Vec<Def> = fields.filter(|def| self.item(*def).kind == ItemKind::Field).collect();
            fields.sort();
            for field in fields {
                let led = self.item(field).ty.and_then(|ty| self.led_to(field.file, ty));
                let new = led.filter(|led| self.class(*led).entity.is_none() && self.has_key(*led, row));
                if let Some(new) = new {
                    self.add_entity(new, row, models, false);
                    open.push(new);
                }
            }
        }
    }

    /// The class of the repository that a type is, or is a collection of.
    fn led_to(&self, file: FileIx, ty: TypeId) -> Option<ClassIx> {
        let TypeExpr::Path { name, args } = &self.file(file).types[ty.0 as usize] else { return None };
        let own = self.resolve_dotted(file, *name).and_then(|target| self.target_class(target));
        let own = own.filter(|class| self.item(self.class(*class).def).kind == ItemKind::Class);
        match args[..] {
            [] => own,
            [element] if own.is_none() => {
                let TypeExpr::Path { name, .. } = self.file(file).types[element.0 as usize] else {
                    return None;
                };
                self.resolve_dotted(file, name).and_then(|target| self.target_class(target))
            }
            _ => None,
        }
    }

    /// True if a class, or one of its bases in the repository, has a field of a key's name.
    fn has_key(&self, class: ClassIx, row: &EntityRow) -> bool {
        let name = self.text(self.class(class).name);
        let keys: Vec<Sym> =
            row.reaches.iter().filter_map(|key| self.names.find(&key.replace("{name}", name))).collect();
        self.class(class).mro.iter().any(|base| match base {
            Base::Class(class) => keys.iter().any(|key| self.class(*class).members.contains_key(key)),
            Base::External(_) => false,
        })
    }

    /// The classes that collections of a file are of, with the rows that say so.
    fn collected_in(&self, file: FileIx, rows: &[&EntityRow]) -> Vec<(ClassIx, usize)> {
        let ir = self.file(file);
        let mut found = Vec::new();
        let row_of = |ty: TypeId| {
            let TypeExpr::Path { name, .. } = &ir.types[ty.0 as usize] else { return None };
            let path = self.resolve_dotted(file, *name).and_then(|t| self.target_path(t)).unwrap_or(*name);
            rows.iter().position(|row| row.collected_by.iter().any(|of| of == self.text(path)))
        };
        for item in &ir.items {
            let own = item.ty.filter(|_| item.kind == ItemKind::Field || item.flags.is_property);
            for ty in own.into_iter().chain(item.bases.iter().copied()) {
                let TypeExpr::Path { args, .. } = &ir.types[ty.0 as usize] else { continue };
                let Some(last) = args.last() else { continue };
                let TypeExpr::Path { name, .. } = ir.types[last.0 as usize] else { continue };
                let class = self.resolve_dotted(file, name).and_then(|t| self.target_class(t));
                found.extend(class.zip(row_of(ty)));
            }
        }
        let Some(place) = self.names.find("<0>") else { return found };
        for body in &ir.bodies {
            let Some(row) = body.params.iter().filter_map(|param| param.ty).find_map(row_of) else {
                continue;
            };
            for call in body.calls.iter().filter(|call| matches!(call.callee, Callee::Member { .. })) {
                let named = body.args(call.args).iter().find(|arg| arg.slot == Slot::Key(place));
                let path = named.and_then(|arg| dotted(self, body, arg.value));
                let class =
                    path.and_then(|path| self.resolve_dotted(file, path)).and_then(|t| self.target_class(t));
                found.extend(class.map(|class| (class, row)));
            }
        }
        found
    }
}

/// Most parts of a type argument's name.
const MAX_PARTS: usize = 16;

/// The dotted name that a type argument is.
fn dotted(p: &Program, body: &Body, op: OpId) -> Option<Sym> {
    let mut at = op.some()?;
    let mut path: Option<Sym> = None;
    for _ in 0..MAX_PARTS {
        let (base, name) = match body.op(at).kind {
            OpKind::Name(name) => (None, name),
            OpKind::Get { base, name } => (base.some(), name),
            _ => return None,
        };
        path = Some(path.map_or(name, |rest| p.names.join(name, rest)));
        match base {
            Some(base) => at = base,
            None => return path,
        }
    }
    None
}
