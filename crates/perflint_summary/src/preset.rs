//! Rows that a framework fetches before a method runs, into a field of its receiver that is called like their entity:
//! `load_and_authorize_resource` in the body of a controller.

use crate::eval::{Eval, Frame};
use crate::value::{Bound, Query, Val};
use perflint_ir::{OpId, OpKind, Sym};
use perflint_link::{BodyRef, ClassIx, Def};
use perflint_models::{EntryRow, Presets, RowCount, Wait};

/// What a receiver does before one of its methods runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Before {
    /// Methods that it calls.
    pub(crate) methods: Vec<Def>,
    /// The class, the method and the row of what fetches rows.
    pub(crate) presets: Option<(ClassIx, Sym, usize)>,
}

impl Before {
    pub(crate) fn is_empty(&self) -> bool {
        self.methods.is_empty() && self.presets.is_none()
    }
}

impl<'p> Eval<'p> {
    /// The row that says so of a class, if its body asks for it.
    pub(crate) fn has_presets(&self, class: ClassIx, row: &EntryRow) -> Option<usize> {
        let presets = row.presets.as_ref()?;
        self.preset_calls(class, presets).first()?;
        self.m.entries.iter().position(|(_, other)| other.presets.is_some() && other.base == row.base)
    }

    fn preset_calls(&self, class: ClassIx, presets: &Presets) -> Vec<(BodyRef, OpId)> {
        self.p.body_calls(class, |name| presets.calls.iter().any(|call| call == name)).collect()
    }

    /// Gives the receiver the fields that a method finds.
    pub(crate) fn preset(&mut self, f: &mut Frame<'p>, class: ClassIx, action: Sym, row: usize) {
        let models = self.m;
        let Some(presets) = &models.entries[row].1.presets else { return };
        let name = self.p.text(action);
        if presets.none.iter().any(|none| none == name) {
            return;
        }
        let own = self.p.text(self.p.class(class).name);
        let own = own.rsplit('.').next().unwrap_or(own);
        let own = cruet::to_snake_case(own.strip_suffix(&*presets.strip).unwrap_or(own));
        for (at, op) in self.preset_calls(class, presets) {
            let Some(args) = self.body_arguments(at, op) else { continue };
            if !self.includes(&args, action) {
                continue;
            }
            let given = args.pos.first().and_then(|v| match *self.vals.get(*v) {
                Val::Str(name) => Some(self.p.text(name)),
                _ => None,
            });
            let of = given.map_or_else(|| own.clone(), str::to_owned);
            // What is named beside the class's own entity is what its rows belong to: one row.
            let is_own = cruet::to_plural(&of) == cruet::to_plural(&own);
            let many = is_own && presets.many.iter().any(|many| many == name);
            self.preset_field(f, &of, many, presets);
        }
    }

    fn preset_field(&mut self, f: &mut Frame<'p>, of: &str, many: bool, presets: &Presets) {
        let one = cruet::to_singular(of);
        let Some((entity, _)) = self.p.entity_by_convention(f.at.file, &one) else { return };
        let field = if many { cruet::to_plural(&one) } else { one };
        let field = self.p.names.intern(&format!("@{field}"));
        // The query stands where the method first reads it: there it can be told what to load.
        let reads = |kind: &OpKind| matches!(kind, OpKind::Get { base, name } if *name == field && f.body.op(*base).kind == OpKind::SelfRef);
        let read = f.body.ops.iter().position(|op| reads(&op.kind));
        let put = f.body.ops.iter().position(|op| match op.kind {
            OpKind::Put { base, put } => {
                f.body.puts[put.at()].0 == field && f.body.op(base).kind == OpKind::SelfRef
            }
            _ => false,
        });
        // What assigns the field anew, of which nothing may be known, may have paged it.
        let anew = put.filter(|put| read.is_none_or(|read| *put < read));
        let op = anew.or(read).or(f.body.ops.len().checked_sub(1));
        let Some(op) = op.filter(|op| *op > 0) else { return };
        let empty = self.p.names.intern("");
        let query = self.fresh_query(f, Some(entity), empty, op);
        let api = self.m.type_named(f.lang.models(), &presets.ty).or(query.api);
        let v = if many {
            let bound = if anew.is_some() { Bound::Page } else { query.bound };
            self.vals.make(Val::Query(Query { api, bound, ..query }))
        } else {
            let query = Query { api, bound: Bound::One, narrowed: true, ..query };
            self.run_query(f, &query, RowCount::One, op, Wait::Blocks);
            self.row_of(f, &query, op)
        };
        self.put_self(f, field, v);
    }
}
