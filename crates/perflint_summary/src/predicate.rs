//! Conditions that are given as a closure over a row: `Where(o => o.CustomerId == id)`.

use crate::call::CallArgs;
use crate::eval::Eval;
use crate::value::{V, Val};
use perflint_ir::{BinOp, Body, Callee, ExitKind, LocalId, OpId, OpKind, Sym};
use perflint_link::BodyRef;

/// Most steps from an expression to what it is read from.
const MAX_STEPS: u32 = 16;
/// Most closures inside each other that a condition is looked for in.
const MAX_DEPTH: u32 = 4;

impl<'p> Eval<'p> {
    /// Closures that become part of a statement run nothing themselves.
    pub(crate) fn translate(&mut self, args: &CallArgs) {
        for v in args.values() {
            if let Val::Closure(file, body, ..) = *self.vals.get(v) {
                self.invoked.insert(BodyRef { file, body });
            }
        }
    }

    /// The path of attributes that a closure reads from its parameter: `o => o.Lines` is `Lines`, conditions left out.
    pub(crate) fn path_of_closure(&self, closure: V) -> Option<Sym> {
        let Val::Closure(file, body, ..) = *self.vals.get(closure) else { return None };
        self.path_of_body(BodyRef { file, body })
    }

    fn path_of_body(&self, at: BodyRef) -> Option<Sym> {
        let body = self.p.body(at);
        let given = body.ops.iter().rev().find_map(|op| match op.kind {
            OpKind::Exit { how: ExitKind::Return, value } => value.some(),
            _ => None,
        })?;
        let read = read_of_param(body, given)?;
        let path = read.into_iter().reduce(|below, name| self.p.names.join(name, below))?;
        // `o => o.Lines.Select(l => l.Product)` goes on from each line.
        Some(match self.projected(at, body, given) {
            Some(below) => self.p.names.join(path, below),
            None => path,
        })
    }

    /// The path that a projection at the end of a path reads of each of its rows.
    fn projected(&self, at: BodyRef, body: &Body, given: OpId) -> Option<Sym> {
        let OpKind::Call(id) = body.op(given).kind else { return None };
        let call = body.call(id);
        let Callee::Member { name, .. } = call.callee else { return None };
        let value = body.args(call.args).first()?.value.some()?;
        match body.op(value).kind {
            OpKind::Lambda(inner) if matches!(self.p.text(name), "Select" | "SelectMany") => {
                self.path_of_body(BodyRef { file: at.file, body: inner })
            }
            _ => None,
        }
    }

    /// True if a closure compares something of its row with something else by equality, or asks whether it is one of several.
    /// A closure that reads no parameter, or calls what it is given (`(row, { eq }) => eq(row.id, id)`), is written in a language
    /// of its own, whose conditions nobody can tell apart here.
    pub(crate) fn restricts(&self, closure: V) -> bool {
        let Val::Closure(file, body, ..) = *self.vals.get(closure) else { return true };
        let at = BodyRef { file, body };
        let body = self.p.body(at);
        if always(body) {
            return false;
        }
        let reads_row = body.ops.iter().any(|op| op.kind == OpKind::Local(LocalId(0)));
        body.params.is_empty() || !reads_row || calls_given(body) || self.compares(at, 0)
    }

    /// True if a body compares something of its first parameter, or a closure in it something of its own: those of
    /// `o => o.Lines.Any(l => l.ProductId == id)` are about the row too.
    fn compares(&self, at: BodyRef, depth: u32) -> bool {
        let body = self.p.body(at);
        let mut given = body.ops.iter().filter_map(|op| match op.kind {
            OpKind::Exit { how: ExitKind::Return, value } => value.some(),
            _ => None,
        });
        match (given.next(), given.next()) {
            (Some(only), None) => self.holds_fast(at, only, (depth, MAX_STEPS)),
            _ => (0..body.ops.len()).any(|op| self.compared(at, OpId(op as u32), depth)),
        }
    }

    /// True if a condition restricts rows: of two that must hold one does, of alternatives each. `left` are the closures around
    /// and the steps that may still be taken.
    fn holds_fast(&self, at: BodyRef, op: OpId, left: (u32, u32)) -> bool {
        let body = self.p.body(at);
        let (depth, Some(steps)) = (left.0, left.1.checked_sub(1)) else { return false };
        match body.op(op).kind {
            OpKind::Binary { op: BinOp::And, lhs, rhs } => {
                [lhs, rhs].into_iter().any(|side| self.holds_fast(at, side, (depth, steps)))
            }
            // What belongs to one or to none, `o.ShopId == id || o.ShopId == null`, or what a text is or starts with.
            OpKind::Join(sides) => {
                let fast = |side: &&OpId| self.holds_fast(at, **side, (depth, steps));
                let rest = body.kids(sides).iter().filter(|side| !fast(side)).collect::<Vec<_>>();
                rest.len() < body.kids(sides).len()
                    && rest.into_iter().all(|side| self.goes_along(body, *side))
            }
            OpKind::Cast { value, .. } => self.holds_fast(at, value, (depth, steps)),
            OpKind::Call(id) if self.compares_inside(at, body, id, depth) => true,
            _ => self.compared(at, op, depth),
        }
    }

    /// True if an attribute of the row is asked for having no value, or for how it starts.
    fn goes_along(&self, body: &Body, op: OpId) -> bool {
        let is_null = |op: OpId| op.is_some() && body.op(op).kind == OpKind::Null;
        let of_row = |op: OpId| read_of_param(body, op).is_some();
        match body.op(op).kind {
            OpKind::Binary { op: BinOp::Eq, lhs, rhs } => {
                (is_null(lhs) && of_row(rhs)) || (is_null(rhs) && of_row(lhs))
            }
            OpKind::Call(id) => match body.call(id).callee {
                Callee::Member { recv, name } => self.p.text(name) == "StartsWith" && of_row(recv),
                Callee::Value(_) => false,
            },
            _ => false,
        }
    }

    fn compares_inside(&self, at: BodyRef, body: &Body, id: perflint_ir::CallId, depth: u32) -> bool {
        body.args(body.call(id).args).iter().filter_map(|arg| arg.value.some()).any(|arg| {
            matches!(body.op(arg).kind, OpKind::Lambda(inner)
                if depth < MAX_DEPTH && self.compares(BodyRef { file: at.file, body: inner }, depth + 1))
        })
    }

    /// True if one operation is such a comparison.
    fn compared(&self, at: BodyRef, op: OpId, depth: u32) -> bool {
        let body = self.p.body(at);
        let of_row = |op: OpId| read_of_param(body, op).is_some();
        match body.op(op).kind {
            OpKind::Binary { op: BinOp::Eq, lhs, rhs } => {
                (of_row(lhs) != of_row(rhs)) && !is_literal(body, lhs) && !is_literal(body, rhs)
            }
            OpKind::Lambda(inner) => {
                depth < MAX_DEPTH && self.compares(BodyRef { file: at.file, body: inner }, depth + 1)
            }
            OpKind::Call(id) => {
                let call = body.call(id);
                let Callee::Member { recv, name } = call.callee else { return false };
                let one_of = matches!(self.p.text(name), "Contains" | "Equals");
                one_of && (of_row(recv) != body.args(call.args).iter().any(|arg| of_row(arg.value))) && {
                    // `x.Name.Contains(text)` searches in a text.
                    self.p.text(name) == "Equals" || !of_row(recv)
                }
            }
            _ => false,
        }
    }
}

/// True if a closure gives true for every row: `_ => true`.
fn always(body: &Body) -> bool {
    let mut given = body.ops.iter().filter_map(|op| match op.kind {
        OpKind::Exit { how: ExitKind::Return, value } => value.some(),
        _ => None,
    });
    let (only, more) = (given.next(), given.next());
    more.is_none() && only.is_some_and(|op| body.op(op).kind == OpKind::Bool(true))
}

/// True if a closure calls something that it was given beside the row.
fn calls_given(body: &Body) -> bool {
    body.ops.iter().any(|op| match op.kind {
        OpKind::Call(id) => match body.call(id).callee {
            Callee::Value(v) => matches!(body.op(v).kind, OpKind::Local(LocalId(1..))),
            Callee::Member { .. } => false,
        },
        _ => false,
    })
}

/// The attributes through which a value is read from the first parameter, the last one first; `None` if it is not.
fn read_of_param(body: &Body, op: OpId) -> Option<Vec<Sym>> {
    let (mut at, mut names) = (op, Vec::new());
    for _ in 0..MAX_STEPS {
        at = match body.op(at.some()?).kind {
            OpKind::Local(LocalId(0)) => return Some(names),
            // Of several names of a query each is read from the parameter first.
            OpKind::Local(local) => body.bound_once(local)?,
            OpKind::Get { base, name } => {
                names.push(name);
                base
            }
            OpKind::Cast { value, .. } => value,
            OpKind::Call(id) => match body.call(id).callee {
                Callee::Member { recv, .. } => recv,
                Callee::Value(_) => return None,
            },
            _ => return None,
        };
    }
    None
}

fn is_literal(body: &Body, op: OpId) -> bool {
    op.some().is_some_and(|op| matches!(body.op(op).kind, OpKind::Bool(_) | OpKind::Null | OpKind::Int(_)))
}
