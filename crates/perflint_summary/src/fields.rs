//! Types whose declared fields are read of each value that a resolver gives: GraphQL's object types, where they are classes.

use crate::call::CallArgs;
use crate::eval::{Around, Eval, Frame, How};
use crate::expr::Given;
use crate::fact::{Sure, Term};
use crate::graph::Node;
use crate::iterate::Plan;
use crate::value::{Binder, UNKNOWN, V, Val};
use perflint_ir::{Callee, ItemKind, OpId, OpKind, RegionId, Shape, Sym};
use perflint_link::{BodyRef, ClassIx, Def};
use perflint_models::ObjectRow;
use std::rc::Rc;

/// Objects in objects that are followed: clients ask for lists of rows, seldom for all that hangs on each.
const MAX_DEPTH: u32 = 1;

impl<'p> Eval<'p> {
    fn objects(&self, at: BodyRef) -> Option<&'p ObjectRow> {
        let family = self.p.file(at.file).lang.models();
        self.m.objects.iter().find(|(language, _)| **language == *family).map(|(_, row)| row)
    }

    /// True if classes say there which fields are read of what resolvers give.
    pub(crate) fn has_objects(&self, at: BodyRef) -> bool {
        self.objects(at).is_some()
    }

    /// What reading the fields of a resolver's result costs, with the class whose fields they are.
    pub(crate) fn resolved_fields(&mut self, at: BodyRef, v: V, method: Def, node: Node) -> Vec<Term> {
        let Some(row) = self.objects(at) else { return Vec::new() };
        let Some(object) = self.type_of_result(row, method) else { return Vec::new() };
        let mut frame = self.outer_frame(at, UNKNOWN, node);
        let last = frame.body.ops.iter().rposition(|op| matches!(op.kind, OpKind::Exit { .. })).unwrap_or(0);
        self.read_fields(&mut frame, row, object, v, last, 0);
        frame.terms
    }

    /// The object type that a resolver's class, or the field of its name, says it gives.
    fn type_of_result(&mut self, row: &'p ObjectRow, method: Def) -> Option<ClassIx> {
        let class = self.p.class_around(method)?;
        let name = self.p.item(method).name;
        if self.is_object(row, class) {
            let fields = self.p.declared_by(class, &row.field);
            let field = fields.into_iter().find(|field| self.p.item(*field).name == name)?;
            return self.type_of_field(row, field);
        }
        let def = self.p.class(class).def;
        let body = self.p.item(def).body?;
        let code = self.p.file(def.file).body(body);
        let arg = code.calls.iter().find_map(|call| match call.callee {
            Callee::Value(f) if self.is_named(code, f, &row.given_by) => {
                code.args(call.args).first().map(|arg| arg.value)
            }
            _ => None,
        })?;
        self.object_at(row, BodyRef { file: def.file, body }, arg, 0)
    }

    fn is_named(&self, code: &perflint_ir::Body, op: OpId, name: &str) -> bool {
        op.is_some() && matches!(code.op(op).kind, OpKind::Name(found) if self.p.text(found) == name)
    }

    fn is_object(&self, row: &ObjectRow, class: ClassIx) -> bool {
        self.p.extends_path(class, &|path: &str| *row.base == *path)
    }

    fn type_of_field(&mut self, row: &'p ObjectRow, field: Def) -> Option<ClassIx> {
        let (file, body, op) = self.p.field_init(field)?;
        let code = self.p.file(file).body(body);
        let OpKind::Call(call) = code.op(op).kind else { return None };
        let arg = code.args(code.call(call).args).get(1).map(|arg| arg.value)?;
        self.object_at(row, BodyRef { file, body }, arg, 0)
    }

    /// `Order`, `[Order]`, `Order.connection_type`.
    fn object_at(&mut self, row: &ObjectRow, at: BodyRef, op: OpId, depth: u32) -> Option<ClassIx> {
        let code = self.p.file(at.file).body(at.body);
        match code.ops.get(op.some()?.at())?.kind {
            OpKind::Make(Shape::List, args) if depth < 2 => {
                self.object_at(row, at, code.args(args).first()?.value, depth + 1)
            }
            OpKind::Call(call) => match code.call(call).callee {
                Callee::Member { recv, name }
                    if depth < 2 && row.wraps.iter().any(|wrap| **wrap == *self.p.text(name)) =>
                {
                    self.object_at(row, at, recv, depth + 1)
                }
                _ => None,
            },
            _ => {
                let v = self.init_values(at).get(op.at()).copied()?;
                let Val::Class(class) = *self.vals.get(v) else { return None };
                self.is_object(row, class).then_some(class)
            }
        }
    }

    /// Reads every field of a value, or of each of its elements.
    fn read_fields(
        &mut self,
        f: &mut Frame<'p>,
        row: &'p ObjectRow,
        object: ClassIx,
        v: V,
        op: usize,
        depth: u32,
    ) {
        let site = self.site(f, op);
        let walked = match f.body.ops.get(op).map(|o| o.kind) {
            Some(OpKind::Exit { value, .. }) => value.some().map_or(op, OpId::at),
            _ => op,
        };
        let many = matches!(self.vals.get(v), Val::Query(_) | Val::Many { .. } | Val::Union(_));
        if !many {
            if matches!(self.vals.get(v), Val::Row(_)) {
                self.read_each(f, row, object, v, depth);
            }
            return;
        }
        let binder = Binder { at: f.at, region: RegionId(0) };
        let Plan::Repeat { elem, factor, rows, batch } = self.plan(f, v, walked, site, binder) else {
            return;
        };
        let elem = self
            .bound_at(elem, Binder { at: self.body_of_class(object).unwrap_or(f.at), region: RegionId(0) });
        if !self.holds_rows(elem) {
            return;
        }
        let start = f.terms.len();
        self.read_each(f, row, object, elem, depth);
        // Whoever asks names the fields.
        f.terms[start..].iter_mut().for_each(|term| term.sure = term.sure.min(Sure::Likely));
        self.multiply(f, start, Around { region: None, factor, early: false, batch, parallel: false, rows });
    }

    fn body_of_class(&self, class: ClassIx) -> Option<BodyRef> {
        let def = self.p.class(class).def;
        Some(BodyRef { file: def.file, body: self.p.item(def).body? })
    }

    fn read_each(&mut self, f: &mut Frame<'p>, row: &'p ObjectRow, object: ClassIx, v: V, depth: u32) {
        let Some(at) = self.body_of_class(object) else { return };
        let mut frame = self.outer_frame(at, UNKNOWN, f.node);
        let of = self.p.names.intern(&row.of);
        let this = self.vals.make(Val::Inst(object, Rc::new([(of, v)])));
        for field in self.p.declared_by(object, &row.field) {
            if field.file != at.file || self.p.field_init(field).is_none_or(|(_, body, _)| body != at.body) {
                continue;
            }
            self.read_field(&mut frame, row, object, field, this, v, depth);
        }
        f.terms.append(&mut frame.terms);
    }

    #[expect(clippy::too_many_arguments, reason = "a field, the object it is of, and what it is read from")]
    fn read_field(
        &mut self,
        f: &mut Frame<'p>,
        row: &'p ObjectRow,
        object: ClassIx,
        field: Def,
        this: V,
        v: V,
        depth: u32,
    ) {
        let Some((_, _, op)) = self.p.field_init(field) else { return };
        let Some(args) = self.declaring_arguments(field) else { return };
        let name = self.p.item(field).name;
        let given = Given { recv: this, args: &args, result: None, op: op.at() };
        if row.unless.as_ref().is_some_and(|e| self.expr(f, e, &given).is_some())
            || self.is_replaced(object, field)
        {
            return;
        }
        let read = row.method.as_ref().and_then(|e| self.expr(f, e, &given));
        let read = match read.map(|v| self.vals.get(v)) {
            Some(Val::Str(other)) => *other,
            _ => name,
        };
        let own =
            self.p.class_member(object, read).filter(|def| self.p.item(*def).kind == ItemKind::Function);
        let got = match own {
            Some(def) => self.call_fun(f, def, this, &CallArgs::default(), op.at(), How::PLAIN),
            None => self.call_member(f, v, read, &CallArgs::default(), op.at(), None),
        };
        if depth < MAX_DEPTH
            && let Some(inner) = self.type_of_field(row, field)
        {
            self.read_fields(f, row, inner, got, op.at(), depth + 1);
        }
    }

    /// True if another call of the class is about a field too: `dataload_association :author` defines a method for it.
    fn is_replaced(&self, object: ClassIx, field: Def) -> bool {
        let name: Sym = self.p.item(field).name;
        let other = |def: &&Def| {
            self.p.item(**def).name == name && self.p.declaring_call(**def) != self.p.declaring_call(field)
        };
        self.p.class(object).declarations.iter().any(|def| other(&def))
    }
}
