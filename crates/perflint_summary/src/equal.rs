//! Whether two values are the same, as far as it is known.

use crate::eval::Eval;
use crate::value::{FALSE, NULL, Query, SCALAR, TRUE, V, Val};
use perflint_ir::Sym;
use perflint_link::EntityIx;
use perflint_models::To;

impl Eval<'_> {
    /// What `l == r` says; of a relation and an object, the relation that a query's condition is about.
    pub(crate) fn equality(&mut self, l: V, r: V) -> V {
        let known = |same: bool| if same { TRUE } else { FALSE };
        match (self.vals.get(l), self.vals.get(r)) {
            (Val::Null, Val::Null) => TRUE,
            // Of lists only the empty one is the same wherever it is written.
            (Val::List(a), Val::List(b)) if a.is_empty() || b.is_empty() => known(a.len() == b.len()),
            // A condition of a query that names its relation.
            (Val::Attr(_, name), other) if *other != Val::Null => {
                let path = [*name].into();
                self.vals.make(Val::Paths(path, None))
            }
            (Val::Null, Val::Row(_) | Val::Inst(..)) | (Val::Row(_) | Val::Inst(..), Val::Null) => SCALAR,
            (Val::Str(a), Val::Str(b)) => known(a == b),
            (Val::Int(a), Val::Int(b)) => known(a == b),
            (Val::Bool(a), Val::Bool(b)) => known(a == b),
            (Val::Class(a), Val::Class(b)) => known(a == b),
            // A constant of an enumeration is a number or a text beside an instance of it.
            (Val::Inst(..), Val::Int(_) | Val::Str(_)) | (Val::Int(_) | Val::Str(_), Val::Inst(..)) => SCALAR,
            (a, b) => match (shape(a), shape(b)) {
                (Some(a), Some(b)) if a != b => FALSE,
                _ => SCALAR,
            },
        }
    }

    /// The relations to one that conditions of a query hold to one object: `Order.customer == customer`, `customer_id=3`. All rows
    /// have the same one.
    pub(crate) fn equated(&mut self, given: V, query: V) -> Option<V> {
        let Val::Query(Query { entity: Some(entity), .. }) = *self.vals.get(query) else { return None };
        let all = match self.vals.get(given) {
            Val::List(items) => items.to_vec(),
            _ => vec![given],
        };
        let mut names: Vec<Sym> = Vec::new();
        for v in all {
            match self.vals.get(v) {
                Val::Paths(paths, None) => names.extend(paths.iter()),
                Val::Map(entries, _) => {
                    names.extend(entries.iter().filter(|(_, v)| *v != NULL).map(|(name, _)| *name));
                }
                _ => {}
            }
        }
        let paths: Vec<Sym> = names.into_iter().filter_map(|name| self.one_by_key(entity, name)).collect();
        (!paths.is_empty()).then(|| self.vals.make(Val::Paths(paths.into(), None)))
    }

    /// The relation to one of a name, or of the name of its key: `customer_id`.
    fn one_by_key(&self, entity: EntityIx, name: Sym) -> Option<Sym> {
        let one = |name: Sym| self.p.relation(entity, name).filter(|relation| relation.to == To::One);
        let by_key = || one(self.p.names.find(self.p.text(name).strip_suffix("_id")?)?);
        one(name).or_else(by_key).map(|relation| relation.name)
    }
}

/// What kind of thing a value certainly is; values of different kinds are not equal.
fn shape(val: &Val) -> Option<u8> {
    Some(match val {
        Val::Null => 0,
        Val::Str(_) | Val::Sql(..) => 1,
        Val::Int(_) | Val::Bool(_) => 2,
        Val::List(_) | Val::Many { .. } => 3,
        Val::Map(..) => 4,
        Val::Class(_) | Val::Fun(_) | Val::Closure(..) | Val::Bound(..) => 5,
        Val::Row(_) | Val::Query(_) | Val::Inst(..) | Val::ExtInst(..) => 6,
        _ => return None,
    })
}
