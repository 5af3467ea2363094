//! Columns of conditions that are written as expressions: `User.email == email`, `o => o.Status == status`.

use crate::column::{ColumnHow, ColumnUse, Noted, operator_word};
use crate::eval::{Eval, Frame};
use crate::expr::Given;
use crate::fixed::worded;
use crate::value::{V, Val};
use perflint_ir::{BinOp, Body, Callee, ExitKind, Fixed, LocalId, OpId, OpKind, Slot};
use perflint_link::{BodyRef, EntityIx};
use perflint_models::Expr;

/// Most steps into an expression.
const DEEPEST: u32 = 24;

/// Where an expression stands: its body, and the values of its operations where they are known; else its first parameter is the row.
struct Place<'a> {
    body: &'a Body,
    vals: Option<&'a [V]>,
    entity: Option<EntityIx>,
}

impl<'p> Eval<'p> {
    /// Notes the columns that the arguments of a call compare.
    pub(crate) fn compared_columns(
        &self,
        f: &Frame<'p>,
        entity: Option<EntityIx>,
        e: &Expr,
        g: &Given<'_>,
        noted: &mut Noted,
    ) {
        let ops = given_ops(f, e, g);
        noted.partial |= ops.is_empty();
        for op in ops {
            match self.closure_body(f.vals[op.at()]) {
                Some((body, given)) => {
                    let place = Place { body, vals: None, entity };
                    self.condition_op(&place, given, noted, 0);
                }
                None => {
                    let place = Place { body: f.body, vals: Some(&f.vals), entity };
                    self.condition_op(&place, op, noted, 0);
                }
            }
        }
    }

    /// Notes the columns that the arguments of a call sort by.
    pub(crate) fn sorted_columns(
        &self,
        f: &Frame<'p>,
        entity: Option<EntityIx>,
        e: &Expr,
        g: &Given<'_>,
        how: ColumnHow,
        noted: &mut Noted,
    ) -> bool {
        let before = noted.uses.len();
        for op in given_ops(f, e, g) {
            match self.closure_body(f.vals[op.at()]) {
                Some((body, given)) => {
                    self.sort_op(&Place { body, vals: None, entity }, given, how, noted, 0);
                }
                None => {
                    self.sort_op(&Place { body: f.body, vals: Some(&f.vals), entity }, op, how, noted, 0);
                }
            }
        }
        noted.uses.len() > before
    }

    /// A closure's body, and what it gives if that is one expression.
    fn closure_body(&self, v: V) -> Option<(&'p Body, OpId)> {
        let Val::Closure(file, body, ..) = *self.vals.get(v) else { return None };
        let body = self.p.body(BodyRef { file, body });
        let mut given = body.ops.iter().filter_map(|op| match op.kind {
            OpKind::Exit { how: ExitKind::Return, value } => value.some(),
            _ => None,
        });
        let only = given.next().filter(|_| given.next().is_none())?;
        Some((body, only))
    }

    fn condition_op(&self, place: &Place<'_>, op: OpId, noted: &mut Noted, depth: u32) {
        let Some(kind) = place.body.ops.get(op.at()).map(|op| op.kind).filter(|_| depth < DEEPEST) else {
            noted.partial = true;
            return;
        };
        match kind {
            OpKind::Binary { op: BinOp::And, lhs, rhs } => {
                self.condition_op(place, lhs, noted, depth + 1);
                self.condition_op(place, rhs, noted, depth + 1);
            }
            // The right side of `a && b` stands in a branch of its own.
            OpKind::Join(sides) if place.body.kids(sides).len() == 2 => {
                noted.any = true;
                noted.partial = true;
            }
            OpKind::Binary { op: BinOp::BitOr, .. } => (noted.any, noted.partial) = (true, true),
            OpKind::Binary { op: BinOp::Eq, lhs, rhs } => {
                self.comparison(place, lhs, rhs, ColumnHow::Equal, noted);
            }
            OpKind::Binary { op: BinOp::Order, lhs, rhs } => {
                self.comparison(place, lhs, rhs, ColumnHow::Range, noted);
            }
            OpKind::Not(inner) => match place.body.op(inner).kind {
                OpKind::Binary { op: BinOp::Eq, lhs, rhs } => {
                    self.comparison(place, lhs, rhs, ColumnHow::Other, noted);
                }
                _ => self.flag(place, inner, false, noted),
            },
            OpKind::Cast { value, .. } => self.condition_op(place, value, noted, depth + 1),
            OpKind::Call(id) => self.condition_call(place, id, noted, depth),
            _ => self.flag(place, op, true, noted),
        }
    }

    fn condition_call(&self, place: &Place<'_>, id: perflint_ir::CallId, noted: &mut Noted, depth: u32) {
        let call = place.body.call(id);
        let args: Vec<OpId> = place.body.args(call.args).iter().filter_map(|arg| arg.value.some()).collect();
        let name = match call.callee {
            Callee::Member { name, .. } => name,
            Callee::Value(value) => match place.body.op(value).kind {
                OpKind::Name(name) | OpKind::Get { name, .. } => name,
                _ => {
                    noted.partial = true;
                    return;
                }
            },
        };
        let word = self.p.text(name).trim_end_matches('_').to_ascii_lowercase();
        let recv = match call.callee {
            Callee::Member { recv, .. } => Some(recv),
            Callee::Value(value) => match place.body.op(value).kind {
                OpKind::Get { base, .. } => Some(base),
                _ => None,
            },
        };
        let asked = recv.and_then(|recv| self.column_of(place, recv));
        match (word.as_str(), asked) {
            ("and", None) => {
                args.iter().for_each(|arg| self.condition_op(place, *arg, noted, depth + 1));
            }
            ("or" | "any", None) => (noted.any, noted.partial) = (true, true),
            (_, Some(name)) => {
                let how = operator_word(&word).unwrap_or(ColumnHow::Other);
                let fixed = args.first().and_then(|arg| self.written(place, *arg));
                let fixed = fixed.and_then(|fixed| worded(&word, fixed));
                noted.uses.push(ColumnUse::of(name, how).with(fixed));
            }
            // One of several that are given: `ids.Contains(o.Id)`.
            ("contains" | "includes", None) => match args.first().and_then(|arg| self.column_of(place, *arg))
            {
                Some(name) => {
                    noted.uses.push(ColumnUse::of(name, ColumnHow::Equal));
                }
                None => noted.partial = true,
            },
            _ => noted.partial = true,
        }
    }

    fn comparison(&self, place: &Place<'_>, lhs: OpId, rhs: OpId, how: ColumnHow, noted: &mut Noted) {
        let (left, right) = (self.column_of(place, lhs), self.column_of(place, rhs));
        let (name, other) = match (left, right) {
            (Some(name), None) => (name, rhs),
            (None, Some(name)) => (name, lhs),
            // A column with a column of the same row, or of another table.
            _ => {
                noted.partial = true;
                return;
            }
        };
        let written = self.written(place, other);
        let constant = written.as_ref().is_some_and(Fixed::is_value);
        let fixed = match (how, written) {
            (ColumnHow::Equal, fixed) => fixed,
            (ColumnHow::Other, Some(Fixed::Null)) => Some(Fixed::Present),
            // Another bound or value than this one.
            _ => None,
        };
        noted.uses.push(ColumnUse { constant, ..ColumnUse::of(name, how).with(fixed) });
    }

    /// A column that is a condition by itself.
    fn flag(&self, place: &Place<'_>, op: OpId, holds: bool, noted: &mut Noted) {
        match self.column_of(place, op) {
            Some(name) => {
                noted.uses.push(ColumnUse::of(name, ColumnHow::Equal).with(Some(Fixed::Flag(holds))));
            }
            None => noted.partial = true,
        }
    }

    fn sort_op(&self, place: &Place<'_>, op: OpId, how: ColumnHow, noted: &mut Noted, depth: u32) {
        if let Some(name) = self.column_of(place, op) {
            noted.uses.push(ColumnUse::of(name, how));
            return;
        }
        let OpKind::Call(id) = place.body.op(op).kind else { return };
        let call = place.body.call(id);
        let (name, inner) = match call.callee {
            Callee::Member { recv, name } if self.column_of(place, recv).is_some() => (name, Some(recv)),
            Callee::Member { name, .. } => (name, place.body.args(call.args).first().map(|arg| arg.value)),
            Callee::Value(value) => match place.body.op(value).kind {
                OpKind::Get { base, name } if self.column_of(place, base).is_some() => (name, Some(base)),
                OpKind::Name(name) | OpKind::Get { name, .. } => {
                    (name, place.body.args(call.args).first().map(|arg| arg.value))
                }
                _ => return,
            },
        };
        let how = match self.p.text(name) {
            "desc" => ColumnHow::Descending,
            "asc" => ColumnHow::Ascending,
            word if word.starts_with("nulls") => how,
            _ => {
                noted.partial = true;
                return;
            }
        };
        if let Some(inner) = inner.and_then(OpId::some).filter(|_| depth < DEEPEST) {
            self.sort_op(place, inner, how, noted, depth + 1);
        }
    }

    /// A value that is written out.
    fn written(&self, place: &Place<'_>, op: OpId) -> Option<Fixed> {
        Some(match place.body.ops.get(op.some()?.at())?.kind {
            OpKind::Null => Fixed::Null,
            OpKind::Bool(flag) => Fixed::Flag(flag),
            OpKind::Int(number) => Fixed::Int(number.into()),
            OpKind::Str(text) => Fixed::Text(self.p.text(text).into()),
            _ => return None,
        })
    }

    /// The column that an operation is, by its path from the row.
    fn column_of(&self, place: &Place<'_>, op: OpId) -> Option<String> {
        let op = op.some()?;
        if let Some(vals) = place.vals {
            return match *self.vals.get(*vals.get(op.at())?) {
                Val::Attr(entity, name) if place.entity.is_none_or(|of| of == entity) => {
                    Some(self.p.text(name).to_owned())
                }
                _ => None,
            };
        }
        let (mut at, mut names) = (op, Vec::new());
        for _ in 0..DEEPEST {
            at = match place.body.op(at).kind {
                OpKind::Local(LocalId(0)) if !names.is_empty() => {
                    names.reverse();
                    return Some(names.join("."));
                }
                OpKind::Get { base, name } => {
                    names.push(self.p.text(name));
                    base.some()?
                }
                OpKind::Cast { value, .. } => value.some()?,
                _ => return None,
            };
        }
        None
    }
}

/// The operations of the arguments that an expression names.
fn given_ops(f: &Frame<'_>, e: &Expr, g: &Given<'_>) -> Vec<OpId> {
    let Some(OpKind::Call(call)) = f.body.ops.get(g.op).map(|op| op.kind) else { return Vec::new() };
    let args = f.body.args(f.body.call(call).args);
    let given = args.iter().filter(|arg| arg.slot == Slot::Pos).filter_map(|arg| arg.value.some());
    match e {
        Expr::Arg(n) => given.skip(usize::from(*n)).take(1).collect(),
        Expr::ArgsFrom(n) => given.skip(usize::from(*n)).collect(),
        Expr::First(all) => {
            all.iter().map(|e| given_ops(f, e, g)).find(|ops| !ops.is_empty()).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}
