//! Calls that register what a framework will call: routes, jobs, handlers.

use crate::eval::{Eval, Frame, Pending};
use crate::expr::Given;
use crate::value::{V, Val};
use perflint_models::{CallRow, EntryKind, Expr};

impl<'p> Eval<'p> {
    /// Registers the callables of a call as entry points.
    pub(crate) fn register(&mut self, f: &mut Frame<'p>, row: &'p CallRow, g: &Given<'_>) {
        let Some(kind) = row.entry else { return };
        let Some(handler) = &row.handler else { return };
        let Some(v) = self.expr(f, handler, g) else { return };
        let route =
            row.route.as_ref().and_then(|e| self.expr(f, e, g)).and_then(|v| match self.vals.get(v) {
                Val::Str(sym) => Some(self.p.text(*sym).to_owned()),
                _ => None,
            });
        let route = route.or_else(|| self.composed(f, row.route.as_ref()?, g));
        let gives = self.gives(f, row, g, None).pos;
        if row.task {
            let bodies: Vec<_> = self.callables(v).into_iter().filter_map(|c| self.body_of(c)).collect();
            self.tasks.extend(bodies);
        }
        if kind == EntryKind::Resolver
            && let Expr::Elem(types) = handler
            && let Expr::Elem(types) = &**types
            && let Some(types) = self.expr(f, types, g)
        {
            // A map of types and their fields: the key says whose field it is.
            self.register_fields(types, f.at.file, 0);
            return;
        }
        for target in self.callables(v) {
            // A field of a type, whose name is the route; of one that has no name here it is a field as well.
            let field = (kind == EntryKind::Resolver)
                .then(|| format!("{}.{}", route.as_deref().unwrap_or("parent"), self.callable_name(target)));
            let route = field.as_deref().or(route.as_deref());
            self.register_entry(kind, row.method.as_deref(), route, target, f.at.file);
            if let Some(pending) = self.pending.last_mut().filter(|p| p.target == target) {
                pending.gives.clone_from(&gives);
            }
        }
    }

    fn callable_name(&self, target: V) -> &'p str {
        let p = self.p;
        self.body_of(target)
            .and_then(|body| crate::eval::def_of(p, body))
            .map_or("resolve", |d| p.text(p.item(d).name))
    }

    fn register_fields(&mut self, types: V, file: perflint_link::FileIx, depth: u32) {
        match self.vals.get(types).clone() {
            Val::Map(types, _) => {
                for (owner, fields) in types.iter() {
                    let Val::Map(fields, _) = self.vals.get(*fields).clone() else { continue };
                    for (field, v) in fields.iter() {
                        for target in self.callables(*v) {
                            let Some(body) = self.body_of(target) else { continue };
                            let label = format!("{}.{}", self.p.text(*owner), self.p.text(*field));
                            self.invoked.insert(body);
                            if !self.pending.iter().any(|p| p.target == target && p.label == label) {
                                let pending = Pending::new(EntryKind::Resolver, label, file, target);
                                self.pending.push(pending);
                            }
                        }
                    }
                }
            }
            Val::List(items) | Val::Union(items) if depth < 3 => {
                for item in items.iter() {
                    self.register_fields(*item, file, depth + 1);
                }
            }
            _ => {}
        }
    }

    pub(crate) fn register_entry(
        &mut self,
        kind: EntryKind,
        method: Option<&str>,
        route: Option<&str>,
        target: V,
        file: perflint_link::FileIx,
    ) {
        let Some(body) = self.body_of(target) else { return };
        let name = crate::eval::def_of(self.p, body).map_or("handler", |d| self.p.text(self.p.item(d).name));
        let label = match (method, route) {
            (Some(method), Some(route)) => format!("{method} {route}"),
            (None, Some(route)) => route.to_owned(),
            _ => name.to_owned(),
        };
        self.invoked.insert(body);
        if !self.pending.iter().any(|p| p.target == target && p.label == label) {
            let (method, route) = (method.map(str::to_owned), route.map(str::to_owned));
            self.pending.push(Pending { method, route, ..Pending::new(kind, label, file, target) });
        }
    }
}
