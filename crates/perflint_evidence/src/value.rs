//! What a value is: a list, a set, a map, a text; where it was made, and how long it is.

use crate::Ctx;
use perflint_ir::{
    BinOp, Callee, LocalId, OpId, OpKind, RegionId, RegionKind, Shape, Slot, TypeExpr, TypeId,
};
use perflint_link::{BodyRef, FileIx};
use perflint_models::{Kind, Work};
use perflint_summary::{Extent, Site};

/// Values that depend on values nested deeper are not known.
const DEEP: usize = 10;

/// A value.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    /// What it is; [`Kind::Any`] if that is not known.
    pub(crate) kind: Kind,
    /// Where it is given a value: bodies and regions. Empty if that is not known.
    pub(crate) homes: Vec<(BodyRef, RegionId)>,
    /// What it is as long as.
    pub(crate) like: Option<Site>,
    /// The rows that it holds.
    pub(crate) extent: Option<Extent>,
    /// Its size is written in the code.
    pub(crate) constant: bool,
    /// The literal that it starts as.
    pub(crate) literal: Option<Site>,
}

impl Value {
    fn of(kind: Kind) -> Self {
        Self { kind, homes: Vec::new(), like: None, extent: None, constant: false, literal: None }
    }
}

impl Ctx<'_> {
    /// What an operation yields.
    pub(crate) fn value(&self, site: Site) -> Value {
        self.value_at(site, 0)
    }

    fn value_at(&self, site: Site, depth: usize) -> Value {
        if depth > DEEP {
            return Value::of(Kind::Any);
        }
        let body = self.program.body(site.at);
        let here = (site.at, body.op(site.op).region);
        let next = |op: OpId| self.value_at(Site { at: site.at, op }, depth + 1);
        match body.op(site.op).kind {
            OpKind::Local(local) => self.local(site.at, local, depth + 1),
            OpKind::Cast { value, ty } => {
                let inner = next(value);
                match self.of_type(site.at.file, ty) {
                    Some(kind) => Value { kind, ..inner },
                    None => inner,
                }
            }
            OpKind::Await(value) => {
                let inner = next(value);
                let extent =
                    inner.extent.or_else(|| self.facts.extents.of_run(Site { at: site.at, op: value }));
                Value { extent, ..inner }
            }
            OpKind::Str(_) | OpKind::Text(_) => {
                Value { homes: vec![here], constant: true, ..Value::of(Kind::Text) }
            }
            OpKind::Make(shape, args) => self.literal(site, shape, args),
            OpKind::Binary { op: BinOp::Add, lhs, rhs } => {
                let (a, b) = (next(lhs), next(rhs));
                let kind = if a.kind == Kind::Any { b.kind } else { a.kind };
                Value { homes: vec![here], like: a.like.or(b.like), ..Value::of(kind) }
            }
            OpKind::Join(kids) => {
                let all: Vec<Value> = body
                    .kids(kids)
                    .iter()
                    .filter(|kid| !matches!(body.op(**kid).kind, OpKind::Null))
                    .map(|kid| next(*kid))
                    .collect();
                joined(all)
            }
            OpKind::Call(id) => self.made(site, id, depth),
            // `a, b = [], ""`
            OpKind::Index { base, key } if base.is_some() && key.is_some() => {
                let element = match (body.op(base).kind, body.op(key).kind) {
                    (OpKind::Make(_, args), OpKind::Int(at)) => usize::try_from(at)
                        .ok()
                        .and_then(|at| body.args(args).get(at))
                        .and_then(|arg| arg.value.some()),
                    _ => None,
                };
                element.map_or_else(|| Value::of(Kind::Any), next)
            }
            // What an instance holds does not change from one iteration to the next, as far as anybody sees.
            OpKind::Get { base, .. } if matches!(body.op(base).kind, OpKind::SelfRef) => {
                Value { homes: vec![(site.at, RegionId(0))], ..Value::of(Kind::Any) }
            }
            _ => Value::of(Kind::Any),
        }
    }

    fn literal(&self, site: Site, shape: Shape, args: perflint_ir::Args) -> Value {
        let body = self.program.body(site.at);
        let region = body.op(site.op).region;
        let kind = match shape {
            Shape::Map => Kind::Map,
            _ => Kind::List,
        };
        let mut like = None;
        for arg in body.args(args) {
            if matches!(arg.slot, Slot::Rest | Slot::KeyRest) {
                like = like.or(Some(Site { at: site.at, op: arg.value }));
            }
            // The element of a comprehension stands in its loop.
            let inner = arg.value.some().map(|value| body.op(value).region).filter(|inner| *inner != region);
            let over = inner.and_then(|inner| {
                body.enclosing(inner).take_while(|(id, _)| *id != region).find_map(|(_, found)| {
                    match found.kind {
                        RegionKind::Loop { over, .. } => over.some(),
                        _ => None,
                    }
                })
            });
            like = like.or(over.map(|op| Site { at: site.at, op }));
        }
        let extent = like.and_then(|like| self.facts.extents.of_loop(like));
        Value {
            homes: vec![(site.at, region)],
            like,
            extent,
            constant: like.is_none(),
            literal: Some(site),
            ..Value::of(kind)
        }
    }

    /// What a call gives.
    fn made(&self, site: Site, id: perflint_ir::CallId, depth: usize) -> Value {
        let body = self.program.body(site.at);
        let lang = self.program.file(site.at.file).lang;
        let call = *body.call(id);
        let here = vec![(site.at, body.op(site.op).region)];
        let extent = self.facts.extents.of_run(site);
        let first =
            body.args(call.args).iter().find(|arg| arg.slot == Slot::Pos).and_then(|a| a.value.some());
        let (kind, of) = match call.callee {
            Callee::Member { recv, name } => {
                let kind = self.tables.of_method(lang, self.program.text(name));
                (kind, Some(recv))
            }
            Callee::Value(callee) => {
                let name = match body.op(callee).kind {
                    OpKind::Name(name) | OpKind::Get { name, .. } => Some(name),
                    _ => None,
                };
                (name.and_then(|name| self.tables.of_call(lang, self.program.text(name))), first)
            }
        };
        let Some(kind) = kind else { return Value { homes: here, extent, ..Value::of(Kind::Any) } };
        let of = of.map(|op| Site { at: site.at, op });
        let source = of.map(|of| self.value_at(of, depth + 1));
        // Copies and views of a list are as long as it is, and as old if they stand where it is used.
        let (homes, like) = match source {
            Some(source) if !source.homes.is_empty() => {
                (source.homes, source.like.or(of.filter(|_| !source.constant)))
            }
            _ => (here, of),
        };
        let constant = of.is_none();
        Value { homes, like, extent, constant, ..Value::of(kind) }
    }

    /// What a local holds.
    pub(crate) fn local(&self, at: BodyRef, local: LocalId, depth: usize) -> Value {
        let body = self.program.body(at);
        if depth > DEEP {
            return Value::of(Kind::Any);
        }
        let captured = body.captures.iter().find(|capture| capture.inner == local);
        if let Some(capture) = captured {
            return match self.parents.of(at) {
                Some(lambda) => self.local(lambda.at, capture.outer, depth + 1),
                None => Value::of(Kind::Any),
            };
        }
        let mut all = Vec::new();
        if let Some(param) = body.params.get(local.at()) {
            let kind = param.ty.and_then(|ty| self.of_type(at.file, ty)).unwrap_or(Kind::Any);
            all.push(Value { homes: vec![(at, RegionId(0))], ..Value::of(kind) });
        }
        for (id, region) in (0u16..).zip(&body.regions) {
            if matches!(region.kind, RegionKind::Loop { item, .. } if item == local) {
                all.push(Value { homes: vec![(at, RegionId(id))], ..Value::of(Kind::Any) });
            }
        }
        for op in &body.ops {
            if let OpKind::Bind { local: bound, value } = op.kind
                && bound == local
                && value.is_some()
                && !self.grows(at, value, local)
            {
                let value = self.value_at(Site { at, op: value }, depth + 1);
                all.push(Value { homes: vec![(at, op.region)], ..value });
            }
        }
        let mut value = joined(all);
        if value.constant
            && let Some(grown) = self.grown(at, local)
        {
            value.constant = false;
            value.like = grown.like;
            value.extent = grown.extent;
        }
        value
    }

    /// Whether an operation adds to what a local held: `s + x`, `[...s, x]`, `s.concat(x)`.
    pub(crate) fn grows(&self, at: BodyRef, op: OpId, local: LocalId) -> bool {
        let body = self.program.body(at);
        let is =
            |op: OpId| op.is_some() && matches!(body.op(op).kind, OpKind::Local(found) if found == local);
        match body.op(op).kind {
            OpKind::Binary { op: BinOp::Add, lhs, rhs } => {
                // `a + b + c` is `(a + b) + c`.
                let nested = matches!(body.op(lhs).kind, OpKind::Binary { op: BinOp::Add, .. });
                is(lhs) || is(rhs) || (nested && self.grows(at, lhs, local))
            }
            OpKind::Text(kids) => body.kids(kids).iter().any(|kid| is(*kid)),
            OpKind::Make(_, args) => body
                .args(args)
                .iter()
                .any(|arg| matches!(arg.slot, Slot::Rest | Slot::KeyRest) && is(arg.value)),
            OpKind::Cast { value, .. } => value.is_some() && self.grows(at, value, local),
            OpKind::Call(id) => self.copied(at, id).is_some_and(is),
            _ => false,
        }
    }

    /// The operand of a call that copies it with something added.
    pub(crate) fn copied(&self, at: BodyRef, id: perflint_ir::CallId) -> Option<OpId> {
        let body = self.program.body(at);
        let lang = self.program.file(at.file).lang;
        let call = *body.call(id);
        let method = match call.callee {
            Callee::Member { name, .. } => {
                self.tables.method(lang, self.program.text(name)).find(|row| row.does == Work::Copy)
            }
            Callee::Value(_) => None,
        };
        let row = method.or_else(|| {
            let path = self.path(at, call.callee)?;
            self.tables.path(lang, &path).filter(|row| row.does == Work::Copy)
        })?;
        match (row.arg, call.callee) {
            (Some(n), _) => body.args(call.args).get(usize::from(n))?.value.some(),
            (None, Callee::Member { recv, .. }) => Some(recv),
            _ => None,
        }
    }

    /// What a local that starts empty or as a literal is filled from.
    fn grown(&self, at: BodyRef, local: LocalId) -> Option<Value> {
        let body = self.program.body(at);
        let lang = self.program.file(at.file).lang;
        let is =
            |op: OpId| op.is_some() && matches!(body.op(op).kind, OpKind::Local(found) if found == local);
        let mut filled = None;
        for op in &body.ops {
            let grows = match op.kind {
                OpKind::Call(id) => match body.call(id).callee {
                    Callee::Member { recv, name } => {
                        is(recv) && self.tables.does(lang, self.program.text(name), Work::Grow)
                    }
                    Callee::Value(_) => false,
                },
                OpKind::Bind { local: bound, value } => {
                    bound == local && value.is_some() && self.grows(at, value, local)
                }
                OpKind::Store(kids) => body.kids(kids).first().is_some_and(|base| is(*base)),
                // A closure that takes it over may do anything with it.
                OpKind::Lambda(inner) => {
                    let inner = self.program.file(at.file).body(inner);
                    inner
                        .captures
                        .iter()
                        .any(|capture| capture.outer == local && self.fills(at.file, inner, capture.inner))
                }
                _ => false,
            };
            if !grows {
                continue;
            }
            let over = body.enclosing(op.region).find_map(|(_, region)| match region.kind {
                RegionKind::Loop { over, .. } => over.some(),
                _ => None,
            });
            let like = over.map(|op| Site { at, op });
            let extent = like.and_then(|like| self.facts.extents.of_loop(like));
            let value = Value { like, extent, ..Value::of(Kind::Any) };
            if filled.is_none() || like.is_some() {
                filled = Some(value);
            }
        }
        filled
    }

    /// Whether a closure adds to a local that it took over.
    fn fills(&self, file: FileIx, body: &perflint_ir::Body, local: LocalId) -> bool {
        let lang = self.program.file(file).lang;
        let is =
            |op: OpId| op.is_some() && matches!(body.op(op).kind, OpKind::Local(found) if found == local);
        body.ops.iter().any(|op| match op.kind {
            OpKind::Call(id) => match body.call(id).callee {
                Callee::Member { recv, name } => {
                    is(recv) && self.tables.does(lang, self.program.text(name), Work::Grow)
                }
                Callee::Value(_) => false,
            },
            OpKind::Bind { local: bound, .. } => bound == local,
            OpKind::Store(kids) => body.kids(kids).first().is_some_and(|base| is(*base)),
            _ => false,
        })
    }

    /// The kind of values of a declared type.
    fn of_type(&self, file: FileIx, ty: TypeId) -> Option<Kind> {
        let ir = self.program.file(file);
        match ir.types.get(ty.0 as usize)? {
            TypeExpr::Path { name, .. } => self.tables.of_type(ir.lang, self.program.text(*name)),
            TypeExpr::Union(all) => {
                let mut kinds = all.iter().map(|ty| self.of_type(file, *ty));
                let first = kinds.next()??;
                kinds.all(|kind| kind == Some(first)).then_some(first)
            }
            TypeExpr::Other => None,
        }
    }
}

/// One of several values: what all of them are.
fn joined(all: Vec<Value>) -> Value {
    let mut all = all.into_iter();
    let Some(mut sum) = all.next() else { return Value::of(Kind::Any) };
    for value in all {
        if value.kind != sum.kind {
            sum.kind = Kind::Any;
        }
        sum.homes.extend(value.homes);
        sum.like = sum.like.or(value.like);
        sum.extent = sum.extent.or(value.extent);
        sum.constant &= value.constant;
        sum.literal = sum.literal.or(value.literal);
    }
    sum
}
