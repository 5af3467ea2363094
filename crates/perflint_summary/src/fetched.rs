//! What a framework hands to the user's code: the rows of a handler's parameters, `show(Order $order)`, and the fields of an
//! instance that its template sees.

use crate::eval::{Eval, Frame};
use crate::value::{Binder, EVERYTHING, FALSE, NOTHING, Row, SCALAR, Site, TRUE, UNKNOWN, V, Val};
use perflint_ir::{ItemKind, LocalId, OpId, OpKind, RegionId, Sym};
use perflint_link::{Base, BodyRef, ClassIx};
use perflint_models::{EntryKind, TypeRow};

impl<'p> Eval<'p> {
    /// Rows that the framework fetches for a route, by the declared types of its handler's parameters: nothing is loaded with them.
    /// They are built where they are first used.
    pub(crate) fn fetch_rows(&mut self, at: BodyRef, kind: EntryKind, locals: &mut [V]) {
        if !matches!(kind, EntryKind::Route | EntryKind::Page) {
            return;
        }
        let body = self.p.body(at);
        for (i, local) in (0u32..).zip(locals.iter_mut()) {
            let Val::Row(row) = *self.vals.get(*local) else { continue };
            let declared = body.params.get(i as usize).is_some_and(|param| param.ty.is_some());
            let used = body.ops.iter().position(|op| op.kind == OpKind::Local(LocalId(i)));
            let Some(op) = used.filter(|_| declared && row.origin.is_none()) else { continue };
            // Entities that extend nothing have the type of their library alone.
            let entity = self.p.entity(row.entity);
            let api = entity.api.map_or(&[][..], |api| self.m.line(api));
            let fetched = api.iter().any(|ty| self.m.type_row(*ty).fetched);
            if !fetched && !self.has_type(entity.class, |row| row.fetched) {
                continue;
            }
            let site = Site { at, op: OpId(op as u32) };
            self.events.extents.given(site);
            let origin = Some(site);
            let binder = Some(Binder { at, region: RegionId(0) });
            *local = self.vals.make(Val::Row(Row { origin, binder, supply: NOTHING, ..row }));
        }
    }

    /// Whether a row was loaded with a relation, as code that asks for it finds.
    pub(crate) fn loaded(&mut self, row: V, name: V) -> V {
        if let Val::Query(q) = self.vals.get(row) {
            return if q.preloaded { TRUE } else { SCALAR };
        }
        let (Val::Row(row), Val::Str(name)) = (self.vals.get(row).clone(), self.vals.get(name)) else {
            return SCALAR;
        };
        if row.supply == EVERYTHING {
            return SCALAR;
        }
        let path = self.p.names.join(row.path, *name);
        if self.vals.is_loaded(row.supply, path) { TRUE } else { FALSE }
    }

    /// A template's context with the fields of the instance whose method renders it, where the library shows them.
    pub(crate) fn with_fields_seen(&mut self, f: &mut Frame<'p>, context: V, op: usize) -> V {
        let Val::Inst(class, fields) = self.vals.get(f.this).clone() else { return context };
        if !self.has_type(class, |row| row.fields_seen) {
            return context;
        }
        let mut entries = match self.vals.get(context) {
            Val::Map(entries, _) => entries.to_vec(),
            Val::Unknown | Val::Null | Val::Scalar => Vec::new(),
            _ => return context,
        };
        let mut names: Vec<Sym> = fields.iter().map(|(name, _)| *name).collect();
        names.extend(self.public_members(class, ItemKind::Field));
        for name in names {
            if !entries.iter().any(|(known, _)| *known == name) {
                let v = self.get(f, f.this, name, op, None);
                entries.push((name, v));
            }
        }
        for name in self.public_members(class, ItemKind::Function) {
            let known = entries.iter().any(|(known, _)| *known == name);
            if let Some(def) = self.p.member_on(class, name, false).filter(|_| !known) {
                entries.push((name, self.vals.make(Val::Bound(def, f.this))));
            }
        }
        entries.push((self.p.names.intern("this"), f.this));
        self.vals.make(Val::Map(entries.into(), UNKNOWN))
    }

    /// The public fields, or methods, of a class and of those that it extends in the repository, in order.
    fn public_members(&self, class: ClassIx, kind: ItemKind) -> Vec<Sym> {
        let mut names: Vec<Sym> = Vec::new();
        for base in &self.p.class(class).mro {
            let Base::Class(base) = base else { continue };
            let members = self.p.class(*base).members.iter();
            let public = members.filter(|(_, defs)| {
                defs.iter().any(|def| {
                    let item = self.p.item(*def);
                    item.kind == kind && item.flags.is_public && !self.p.is_stub(def.file)
                })
            });
            names.extend(public.map(|(name, _)| *name));
        }
        names.sort();
        names.dedup();
        names
    }

    /// True if the models say so of a type that a class extends.
    fn has_type(&self, class: ClassIx, says: impl Fn(&TypeRow) -> bool) -> bool {
        let types = self.p.class(class).types.iter();
        types.flat_map(|ty| self.m.line(*ty)).any(|ty| says(self.m.type_row(*ty)))
    }
}
