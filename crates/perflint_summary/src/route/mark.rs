//! Registrations by markers: decorators, annotations, attributes.

use super::{Handler, Noted, labelled};
use crate::call::CallArgs;
use crate::eval::{Eval, Frame};
use crate::expr::Given;
use crate::graph::Node;
use crate::value::{UNKNOWN, V};
use perflint_ir::{Callee, Marker, OpId, OpKind, Sym};
use perflint_link::{Base, BodyRef, ClassIx, Def};
use perflint_models::{CallRow, EntryKind, EntryRow, Expr, OneOrMany, RouterRow};

impl<'p> Eval<'p> {
    /// The frame in which a marker's call was evaluated, its arguments, its receiver and its operation.
    pub(super) fn marker_frame(&mut self, def: Def, value: OpId) -> Option<(Frame<'p>, CallArgs, V, usize)> {
        let owner = self.p.item(def).owner?;
        let body = self.p.file(def.file).item(owner).body?;
        let at = BodyRef { file: def.file, body };
        let code = self.p.body(at);
        let op = value.some()?;
        let OpKind::Call(call) = code.ops.get(op.at())?.kind else { return None };
        let values = self.init_values(at);
        let mut frame = self.outer_frame(at, UNKNOWN, Node::NONE);
        frame.vals = values.to_vec();
        frame.vals.resize(code.ops.len(), UNKNOWN);
        let recv = match code.call(call).callee {
            Callee::Member { recv, .. } => recv.some().map_or(UNKNOWN, |recv| frame.vals[recv.at()]),
            Callee::Value(value) => match code.op(value).kind {
                OpKind::Get { base, .. } => frame.vals[base.at()],
                _ => UNKNOWN,
            },
        };
        let args = self.arguments(&frame, code.args(code.call(call).args));
        Some((frame, args, recv, op.at()))
    }

    /// Notes what a decorator registers that is a call of a router.
    pub(crate) fn note_decorated(&mut self, def: Def, marker: &Marker, row: &'p CallRow, handler: &Handler) {
        if row.entry != Some(EntryKind::Route) {
            return;
        }
        let Some((mut f, args, recv, op)) = self.marker_frame(def, marker.value) else { return };
        let g = Given { recv, args: &args, result: None, op };
        let Some((place, _)) = self.standing(&f, recv) else { return };
        let router = row.router.as_ref();
        let paths = match router.and_then(|router| router.path.as_ref()).or(row.route.as_ref()) {
            Some(e) => self.paths_at(&mut f, e, &g),
            None => return,
        };
        let methods = self.methods_at(&mut f, row.method.as_deref(), router, &g);
        let site = self.site(&f, op);
        for path in paths {
            let label = labelled(row.method.as_deref(), &path);
            let noted = Noted::at(site, place, methods.clone(), path, handler.clone());
            self.note_one(Noted { label, ..noted });
        }
    }

    /// Notes what an annotation of a method registers.
    pub(crate) fn note_annotated(
        &mut self,
        def: Def,
        marker: &'p Marker,
        row: &'p EntryRow,
        target: V,
        label: &str,
    ) {
        let Some(router) = row.router.as_ref().filter(|_| row.kind == EntryKind::Route) else { return };
        let Some(around) = self.p.class_around(def) else { return };
        let markers = Some(&router.beside);
        let mut own = self.marked_paths(def, marker, row.route.as_ref());
        if own.is_empty() {
            own = self.beside(def, &router.beside, row.route.as_ref(), Some(marker));
        }
        let methods = match self.marker_frame(def, marker.value) {
            Some((mut f, args, recv, op)) => {
                let g = Given { recv, args: &args, result: None, op };
                self.methods_at(&mut f, row.method.as_deref(), Some(router), &g)
            }
            None => row.method.iter().flat_map(|method| method.split('|')).map(str::to_owned).collect(),
        };
        let own = if own.is_empty() { vec![String::new()] } else { own };
        for class in self.routed_classes(around, row, markers) {
            let prefixes = self.class_paths(class, row, markers);
            let prefixes = if prefixes.is_empty() { vec![String::new()] } else { prefixes };
            for path in prefixes.iter().flat_map(|prefix| own.iter().map(move |own| (prefix, own))) {
                let path = self.annotated_path(class, def, router, path);
                let Some(place) = self.routes.of_file(def.file) else { return };
                let site = crate::value::Site {
                    at: BodyRef { file: def.file, body: perflint_ir::BodyId(0) },
                    op: marker.value,
                };
                let noted = Noted::at(site, place, methods.clone(), path, Handler::Callable(target));
                let versions = self.told_versions(def, class, router);
                self.note_one(Noted { label: label.to_owned(), spread: true, versions, ..noted });
            }
        }
    }

    fn annotated_path(
        &self,
        class: ClassIx,
        def: Def,
        router: &RouterRow,
        (prefix, own): (&String, &String),
    ) -> String {
        let absolute = router.absolute.iter().find(|start| !start.is_empty() && own.starts_with(start));
        let path = match absolute {
            Some(start) => format!("/{}", &own[start.len()..]),
            None => super::compose::joined(prefix, own),
        };
        let Some(strip) = router.strip.as_deref() else { return path };
        let name = self.p.text(self.p.class(class).name);
        let controller = name.strip_suffix(strip).unwrap_or(name);
        let action = self.p.text(self.p.item(def).name);
        path.replace("[controller]", controller)
            .replace("[action]", action.strip_suffix("Async").unwrap_or(action))
    }

    /// Classes that a marked method is a route of: its own, or those that inherit it and say where they stand.
    fn routed_classes(
        &mut self,
        around: ClassIx,
        row: &'p EntryRow,
        beside: Option<&'p OneOrMany>,
    ) -> Vec<ClassIx> {
        let heirs = self.p.class(around).heirs.clone();
        if heirs.is_empty() || !self.class_paths(around, row, beside).is_empty() {
            return vec![around];
        }
        let told: Vec<ClassIx> =
            heirs.into_iter().filter(|heir| !self.class_paths(*heir, row, beside).is_empty()).collect();
        if told.is_empty() { vec![around] } else { told }
    }

    /// The paths that a class, or the nearest of its bases, says everything in it stands below.
    fn class_paths(
        &mut self,
        class: ClassIx,
        row: &'p EntryRow,
        beside: Option<&'p OneOrMany>,
    ) -> Vec<String> {
        for base in self.p.class(class).mro.clone() {
            let Base::Class(of) = base else { continue };
            let def = self.def_of_class(of);
            if self.p.is_stub(def.file) {
                continue;
            }
            let found = match beside {
                Some(beside) => self.beside(def, beside, row.route.as_ref(), None),
                None => {
                    let markers = row.marker.clone();
                    self.beside(def, &markers, row.route.as_ref(), None)
                }
            };
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// The paths that certain markers of an item hold.
    fn beside(
        &mut self,
        def: Def,
        markers: &OneOrMany,
        route: Option<&'p Expr>,
        but: Option<&Marker>,
    ) -> Vec<String> {
        let mut all = Vec::new();
        for marker in &self.p.item(def).markers {
            if but.is_some_and(|but| but.value == marker.value && but.path == marker.path) {
                continue;
            }
            let path: Option<Sym> = self.look.marker_path(def.file, marker);
            if path.is_some_and(|path| markers.iter().any(|known| known == self.p.text(path))) {
                all.extend(self.marked_paths(def, marker, route));
            }
        }
        all
    }

    fn marked_paths(&mut self, def: Def, marker: &Marker, route: Option<&'p Expr>) -> Vec<String> {
        if let Some(word) = marker.words.first() {
            return vec![self.p.text(*word).to_owned()];
        }
        let (Some(route), Some((mut f, args, recv, op))) = (route, self.marker_frame(def, marker.value))
        else {
            return Vec::new();
        };
        let g = Given { recv, args: &args, result: None, op };
        self.paths_at(&mut f, route, &g)
    }

    /// Classes whose decorators register them: each of their methods that is called like an HTTP method answers that.
    pub(crate) fn note_decorated_classes(&mut self) {
        for ix in 0..self.p.classes.len() {
            let class = ClassIx(ix as u32);
            let def = self.def_of_class(class);
            if self.p.is_stub(def.file) {
                continue;
            }
            for marker in &self.p.item(def).markers {
                let Some(path) = self.look.marker_path(def.file, marker) else { continue };
                let Some(row) = self.look.row_of_path(path, self.p.file(def.file).lang) else { continue };
                let row = self.m.call(row);
                if let Some(router) =
                    row.router.as_ref().filter(|router| router.verbs.iter().next().is_some())
                {
                    let verbs = router.verbs.iter().map(Into::into).collect();
                    self.note_decorated(def, marker, row, &Handler::Class(class, verbs));
                }
            }
        }
    }

    /// Markers of classes that say where everything stands.
    pub(crate) fn note_everywhere(&mut self) {
        let rows: Vec<(&'p str, &'p EntryRow)> =
            self.m.entries.iter().map(|(language, row)| (&**language, row)).collect();
        let rows: Vec<_> = rows
            .into_iter()
            .filter(|(_, row)| row.router.as_ref().is_some_and(|router| router.everywhere.is_some()))
            .collect();
        if rows.is_empty() {
            return;
        }
        for class in &self.p.classes {
            let def = class.def;
            let family = self.p.file(def.file).lang.family();
            for marker in &self.p.item(def).markers {
                let Some(path) = self.look.marker_path(def.file, marker).map(|path| self.p.text(path)) else {
                    continue;
                };
                let row = rows.iter().find(|(language, row)| {
                    *language == family && row.marker.iter().any(|marker| marker == path)
                });
                let Some((_, row)) = row else { continue };
                let text =
                    self.marked_paths(def, marker, row.router.as_ref().and_then(|r| r.everywhere.as_ref()));
                for text in text {
                    self.routes.everywhere.push((def.file, text.into()));
                }
            }
        }
    }
}
