//! Objects that a framework finds for a route before it calls the handler: Pyramid asks the factory that the route names for each
//! part of the path. The handler's first parameter is what the last step gives.

use crate::call::CallArgs;
use crate::eval::Eval;
use crate::value::{NULL, SCALAR, UNKNOWN, V, Val};
use perflint_ir::{Arg, Body, Callee, ItemKind, OpKind, Slot, Sym};
use perflint_link::{BodyRef, Def, FileIx};
use perflint_models::{Expr, Receives, Traversal};
use rustc_hash::FxHashMap;

/// Most steps of a walk.
const MOST_STEPS: usize = 6;

/// Where the walk of a route starts, and by which steps.
#[derive(Clone, Copy, Debug)]
struct Walk<'p> {
    row: &'p Traversal,
    file: FileIx,
    /// The text or the name that stands for the factory.
    factory: Sym,
    steps: usize,
}

/// The walks of routes by name, and what was found at their ends.
#[derive(Debug, Default)]
pub(crate) struct Traversals<'p> {
    walks: FxHashMap<Sym, Walk<'p>>,
    found: FxHashMap<Sym, V>,
}

impl<'p> Eval<'p> {
    /// Looks for calls that say how a route finds its object.
    pub(crate) fn note_traversals(&mut self) {
        let models = self.m;
        let rows: Vec<_> = models.calls().filter_map(|row| Some((row, row.traverses.as_ref()?))).collect();
        if rows.is_empty() {
            return;
        }
        for (file, ir) in self.p.each_file().filter(|(file, _)| !self.p.is_stub(*file)) {
            for body in &ir.bodies {
                for call in &body.calls {
                    let Callee::Member { name, .. } = call.callee else { continue };
                    let name = self.p.text(name);
                    let Some((_, row)) = rows.iter().find(|(row, _)| row.name.iter().any(|n| n == name))
                    else {
                        continue;
                    };
                    let args = body.args(call.args);
                    let text = |expr| self.spelled(body, args, expr);
                    if let (Some(route), Some(factory)) = (text(&row.route), text(&row.factory)) {
                        let steps = text(&row.path).map_or(0, |path| self.p.text(path).matches('{').count());
                        let walk = Walk { row, file, factory, steps: steps.min(MOST_STEPS) };
                        self.routes.traversals.walks.insert(route, walk);
                    }
                }
            }
        }
    }

    /// The text or the name that an argument is.
    fn spelled(&self, body: &Body, args: &[Arg], expr: &Expr) -> Option<Sym> {
        let arg = match expr {
            Expr::Arg(n) => args.iter().filter(|a| a.slot == Slot::Pos).nth(usize::from(*n)),
            Expr::Key(key) => {
                args.iter().find(|a| matches!(a.slot, Slot::Key(name) if self.p.text(name) == &**key))
            }
            Expr::First(all) => return all.iter().find_map(|expr| self.spelled(body, args, expr)),
            _ => None,
        }?;
        match body.op(arg.value.some()?).kind {
            OpKind::Str(text) | OpKind::Name(text) => Some(text),
            _ => None,
        }
    }

    /// The object that a function, or the constructor of a class, is given for the route that its marker names.
    pub(crate) fn traversed(&mut self, def: Def, params: usize) -> V {
        if params < 2 || self.routes.traversals.walks.is_empty() {
            return UNKNOWN;
        }
        let mut places = vec![def];
        if self.p.item(def).flags.is_constructor {
            let Some(class) = self.p.class_around(def) else { return UNKNOWN };
            let class = self.p.class(class);
            let is_method = |member: &Def| self.p.item(*member).kind == ItemKind::Function;
            places = class.members.values().flatten().copied().filter(is_method).collect();
            places.sort();
            places.insert(0, class.def);
        }
        places.into_iter().map(|place| self.received(place)).find(|v| *v != UNKNOWN).unwrap_or(UNKNOWN)
    }

    fn received(&mut self, def: Def) -> V {
        let lang = self.p.file(def.file).lang;
        for marker in &self.p.item(def).markers {
            let Some(path) = self.look.marker_path(def.file, marker) else { continue };
            let Some(row) = self.look.row_of_path(path, lang) else { continue };
            let models = self.m;
            let Some(Receives { route, class }) = &models.call(row).receives else { continue };
            let mut given = |e| self.marker_argument(def, marker.value, e).map(|v| self.vals.get(v).clone());
            let (route, class) = (given(route), given(class));
            if let Some(Val::Str(route)) = route {
                let found = self.end_of_walk(route);
                if found != UNKNOWN {
                    return found;
                }
            }
            if let Some(Val::Class(class)) = class
                && let Some(entity) = self.p.class(class).entity
            {
                return self.typed_row(entity);
            }
        }
        UNKNOWN
    }

    /// What the walk of a route ends at.
    fn end_of_walk(&mut self, route: Sym) -> V {
        if let Some(known) = self.routes.traversals.found.get(&route) {
            return *known;
        }
        self.routes.traversals.found.insert(route, UNKNOWN);
        let Some(walk) = self.routes.traversals.walks.get(&route).copied() else { return UNKNOWN };
        let Some(class) = self.factory(&walk) else { return UNKNOWN };
        let Some(step) = self.p.names.find(&walk.row.step) else { return UNKNOWN };
        let mut at = self.vals.make(Val::Inst(class, std::rc::Rc::new([])));
        for _ in 0..walk.steps {
            let owner = match *self.vals.get(at) {
                Val::Inst(class, _) => class,
                Val::Row(row) => self.p.entity(row.entity).class,
                _ => return UNKNOWN,
            };
            let Some(def) = self.p.class_member(owner, step) else { return UNKNOWN };
            let Some(body) = self.p.item(def).body else { return UNKNOWN };
            let body = BodyRef { file: def.file, body };
            let outcome = self.evaluate(body, at, CallArgs::positional(vec![SCALAR]).pos, None);
            at = outcome.ret;
            if at == NULL {
                return UNKNOWN;
            }
        }
        self.routes.traversals.found.insert(route, at);
        at
    }

    /// The class of a factory: `shop.models:OrderFactory`, or a name of the file.
    fn factory(&mut self, walk: &Walk<'p>) -> Option<perflint_link::ClassIx> {
        let text = self.p.text(walk.factory).replace(':', ".");
        let v = match text.rsplit_once('.') {
            Some((module, name)) => {
                let name = self.p.names.find(name)?;
                let module = self.p.module_named(walk.file, module)?;
                let target = self.p.member(module, name, self.p.file(walk.file).lang)?;
                self.target(target)
            }
            None => self.name(walk.file, walk.factory),
        };
        match *self.vals.get(v) {
            Val::Class(class) => Some(class),
            _ => None,
        }
    }
}
