//! Registrations, as calls make them.

use super::{Controller, Handler, MOST_ROUTES, Noted, PlaceIx, labelled};
use crate::eval::{Eval, Frame};
use crate::expr::Given;
use crate::value::{UNKNOWN, V, Val};
use perflint_ir::{BinOp, OpId, OpKind};
use perflint_models::{CallRow, EntryKind, Expr, RouterRow};
use std::rc::Rc;

/// The longest text that is put together.
const LONGEST: usize = 400;

/// What an `Any` is called in lists of routes.
const ANY: &str = "ANY";

impl<'p> Eval<'p> {
    /// Notes what a call registers.
    pub(crate) fn note_route(
        &mut self,
        f: &mut Frame<'p>,
        row: &'p CallRow,
        g: &Given<'_>,
        made: Option<PlaceIx>,
    ) {
        let router: Option<&'p RouterRow> = row.router.as_ref();
        let inside = router.is_some_and(|router| router.inside);
        if row.entry != Some(EntryKind::Route) || inside && self.routes.around.is_none() {
            return;
        }
        let Some((place, placed)) = self.standing(f, g.recv) else { return };
        let (place, placed) = made.map_or((place, placed), |made| (made, true));
        let place = router.and_then(|router| self.on_resource(f, router, g, place)).unwrap_or(place);
        let between = router.and_then(|router| router.between.as_deref());
        let pairs = self.paired(g, between);
        let given = match router.and_then(|router| router.path.as_ref()).or(row.route.as_ref()) {
            None => vec![String::new()],
            Some(e) => self.paths_at(f, e, g),
        };
        let raw = row.route.as_ref().and_then(|e| self.text_at(f, Some(e), g));
        let given =
            if given.is_empty() { pairs.iter().map(|(path, _)| path.clone()).collect() } else { given };
        let methods = self.methods_at(f, row.method.as_deref(), router, g);
        let class = router.and_then(|router| router.class.as_deref());
        for path in given {
            let to = pairs.iter().find(|(known, _)| *known == path).map(|(_, to)| to.as_str());
            let handlers = match (to, class, between) {
                (Some(to), Some(class), Some(between)) => vec![self.named(place, to, between, class)],
                _ => self.route_handlers(f, row, g, place, &path, class),
            };
            let silent = router.is_some_and(|router| router.silent.iter().any(|word| word == path));
            let path =
                if silent && self.routes.stand(place).resource.is_some() { String::new() } else { path };
            for handler in handlers {
                let plain = raw.as_deref().unwrap_or(&path);
                let label = labelled(row.method.as_deref(), plain);
                let noted = Noted::at(self.site(f, g.op), place, methods.clone(), path.clone(), handler);
                self.note_one(Noted { label, placed, ..noted });
            }
        }
    }

    /// Paths and what handles them, as pairs: `get "about" => "pages#about"`.
    fn paired(&self, g: &Given<'_>, between: Option<&str>) -> Vec<(String, String)> {
        let Some(between) = between else { return Vec::new() };
        let texts = g.args.keys.iter().filter_map(|(key, v)| Some((self.p.text(*key), self.one_text(*v)?)));
        texts
            .filter(|(key, text)| {
                let is_option = !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
                *key != "to" && (text.contains(between) || !is_option)
            })
            .map(|(key, text)| (key.to_owned(), text))
            .collect()
    }

    pub(super) fn note_one(&mut self, noted: Noted) {
        if self.routes.noted.len() < MOST_ROUTES && self.routes.seen.insert(noted.clone()) {
            self.routes.noted.push(noted);
        }
    }

    pub(super) fn methods_at(
        &mut self,
        f: &mut Frame<'p>,
        method: Option<&str>,
        router: Option<&'p RouterRow>,
        g: &Given<'_>,
    ) -> Vec<String> {
        if let Some(v) = router.and_then(|r| r.methods.as_ref()).and_then(|e| self.expr(f, e, g)) {
            let known = match self.vals.get(v).clone() {
                Val::Map(entries, _) => entries.iter().map(|(key, _)| self.p.text(*key).to_owned()).collect(),
                _ => self.texts_of(v),
            };
            let mut all: Vec<String> = known
                .iter()
                .map(|word| word.rsplit('.').next().unwrap_or(word).to_ascii_uppercase())
                .collect();
            all.iter_mut().filter(|word| *word == "ALL").for_each(|word| *word = ANY.to_owned());
            if !all.is_empty() {
                return all;
            }
        }
        method.map(|method| method.split('|').map(str::to_owned).collect()).unwrap_or_default()
    }

    fn route_handlers(
        &mut self,
        f: &mut Frame<'p>,
        row: &'p CallRow,
        g: &Given<'_>,
        place: PlaceIx,
        path: &str,
        class: Option<&str>,
    ) -> Vec<Handler> {
        let router = row.router.as_ref();
        let given = row.handler.as_ref().and_then(|e| self.expr(f, e, g));
        if let Some(v) = given {
            // A router is mounted, nothing is registered.
            if self.place_of(v).is_some() {
                return Vec::new();
            }
            let callables = self.callables(v);
            if !callables.is_empty() {
                return callables.into_iter().map(Handler::Callable).collect();
            }
            let verbs: Rc<[Box<str>]> =
                router.map_or_else(|| Rc::new([]) as _, |r| r.verbs.iter().map(Into::into).collect());
            let last = match self.vals.get(v).clone() {
                Val::List(items) => items.last().copied().unwrap_or(UNKNOWN),
                _ => v,
            };
            if let Some(class) = self.class_of_value(last) {
                return vec![Handler::Class(class, verbs)];
            }
            // An option alone registers nothing: `app.get("title")`.
            if matches!(self.vals.get(v), Val::List(items) if items.is_empty()) {
                return Vec::new();
            }
        }
        let text = router.and_then(|r| r.to.as_ref()).and_then(|e| self.text_at(f, Some(e), g));
        let Some(class) = class else {
            return if given.is_some() { vec![Handler::Unknown] } else { Vec::new() };
        };
        let between = router.and_then(|r| r.between.as_deref()).unwrap_or("#");
        vec![self.named(place, text.as_deref().unwrap_or(path), between, class)]
    }

    /// The handler that a text names, in full (`orders#show`) or as a method of the controller of the place.
    pub(super) fn named(&mut self, place: PlaceIx, text: &str, between: &str, class: &str) -> Handler {
        let text = text.trim_matches('/');
        let (controller, method) = match text.rsplit_once(between).or_else(|| {
            // A path of two words is a controller and its method.
            self.routes.stand(place).controller.is_none().then(|| text.rsplit_once('/')).flatten()
        }) {
            Some((controller, method)) => (Some(Controller::Named(controller.into())), method),
            None => (self.routes.stand(place).controller.clone(), text),
        };
        match controller {
            Some(Controller::Class(class)) => match self.p.names.find(method) {
                Some(method) => Handler::Method(class, method),
                None => Handler::Unknown,
            },
            Some(Controller::Named(name)) => {
                Handler::Named { class: class.replace("{name}", &name).into(), method: method.into() }
            }
            None => Handler::Unknown,
        }
    }

    /// The paths that an expression gives: a text, several, none that is known.
    pub(super) fn paths_at(&mut self, f: &mut Frame<'p>, e: &'p Expr, g: &Given<'_>) -> Vec<String> {
        if let Some(text) = self.text_at(f, Some(e), g) {
            return vec![text];
        }
        if let Expr::First(all) = e {
            return all
                .iter()
                .map(|e| self.paths_at(f, e, g))
                .find(|paths| !paths.is_empty())
                .unwrap_or_default();
        }
        match self.expr(f, e, g) {
            Some(v) => self.texts_of(v),
            None => Vec::new(),
        }
    }

    /// The text that an expression gives, put together from its parts where it must be.
    pub(super) fn text_at(
        &mut self,
        f: &mut Frame<'p>,
        e: Option<&'p Expr>,
        g: &Given<'_>,
    ) -> Option<String> {
        let e = e?;
        if let Expr::First(all) = e {
            return all.iter().find_map(|e| self.text_at(f, Some(e), g));
        }
        let v = self.expr(f, e, g);
        if let Some(text) = v.and_then(|v| self.one_text(v)) {
            return Some(text);
        }
        let op = self.argument_op(f, e, g)?;
        self.text_of_op(f, op, 0)
    }

    /// The operation of the argument that an expression names.
    fn argument_op(&self, f: &Frame<'p>, e: &Expr, g: &Given<'_>) -> Option<OpId> {
        let OpKind::Call(call) = f.body.ops.get(g.op)?.kind else { return None };
        let args = f.body.args(f.body.call(call).args);
        match e {
            Expr::Arg(n) => {
                let mut given = args.iter().filter(|arg| arg.slot == perflint_ir::Slot::Pos);
                given.nth(usize::from(*n))?.value.some()
            }
            Expr::Key(name) => {
                let name = self.p.names.find(name)?;
                args.iter().find(|arg| arg.slot == perflint_ir::Slot::Key(name))?.value.some()
            }
            _ => None,
        }
    }

    /// The elements of a list that an argument spells, those of the lists in it included.
    pub(super) fn listed(&self, f: &Frame<'p>, e: &Expr, g: &Given<'_>) -> Vec<V> {
        let op = match e {
            Expr::First(all) => all.iter().find_map(|e| self.argument_op(f, e, g)),
            _ => self.argument_op(f, e, g),
        };
        let mut todo: Vec<OpId> = op.into_iter().collect();
        let mut all = Vec::new();
        while let Some(op) = todo.pop().filter(|_| all.len() < 1_000) {
            match f.body.ops.get(op.at()).map(|op| op.kind) {
                Some(OpKind::Make(_, args)) => {
                    todo.extend(f.body.args(args).iter().filter_map(|arg| arg.value.some()));
                }
                Some(OpKind::Binary { lhs, rhs, .. }) => todo.extend([lhs, rhs]),
                _ => all.extend(f.vals.get(op.at()).copied()),
            }
        }
        all
    }

    /// The text that an operation gives, with the parts that are not known in braces.
    fn text_of_op(&self, f: &Frame<'p>, op: OpId, depth: u32) -> Option<String> {
        if let Some(text) = f.vals.get(op.at()).and_then(|v| self.one_text(*v)) {
            return Some(text);
        }
        if depth > 16 {
            return None;
        }
        let text = match f.body.ops.get(op.at())?.kind {
            OpKind::Str(text) => self.p.text(text).to_owned(),
            OpKind::Text(parts) => {
                let mut text = String::new();
                for part in f.body.kids(parts) {
                    match part.some().and_then(|part| self.text_of_op(f, part, depth + 1)) {
                        Some(part) => text.push_str(&part),
                        None => text.push_str("{..}"),
                    }
                }
                text
            }
            OpKind::Binary { op: BinOp::Add, lhs, rhs } => {
                let (lhs, rhs) = (self.text_of_op(f, lhs, depth + 1), self.text_of_op(f, rhs, depth + 1));
                if lhs.is_none() && rhs.is_none() {
                    return None;
                }
                lhs.unwrap_or_else(|| "{..}".to_owned()) + &rhs.unwrap_or_else(|| "{..}".to_owned())
            }
            OpKind::Call(call) => self.formatted(f, call, depth)?,
            _ => return None,
        };
        (text.len() <= LONGEST).then_some(text)
    }

    /// A text that a call puts together by a pattern: `Sprintf("/{%s}", name)`.
    fn formatted(&self, f: &Frame<'p>, call: perflint_ir::CallId, depth: u32) -> Option<String> {
        let mut args = f.body.args(f.body.call(call).args).iter().filter_map(|arg| arg.value.some());
        let pattern = self.text_of_op(f, args.next()?, depth + 1).filter(|text| text.contains('%'))?;
        let mut parts = pattern.split('%');
        let mut text = parts.next()?.to_owned();
        for part in parts {
            let given = args.next().and_then(|op| self.text_of_op(f, op, depth + 1));
            text.push_str(given.as_deref().unwrap_or(".."));
            text.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()).get(1..).unwrap_or_default());
        }
        Some(text)
    }

    /// The text that a value is.
    pub(super) fn one_text(&self, v: V) -> Option<String> {
        match self.vals.get(v) {
            Val::Str(text) => Some(self.p.text(*text).to_owned()),
            Val::Union(all) => all.iter().find_map(|v| self.one_text(*v)),
            _ => None,
        }
    }

    /// All texts of a value.
    pub(super) fn texts_of(&self, v: V) -> Vec<String> {
        match self.vals.get(v) {
            Val::List(items) => items.iter().flat_map(|v| self.texts_of(*v)).collect(),
            Val::Ext(path) => vec![self.p.text(*path).to_owned()],
            _ => self.one_text(v).into_iter().collect(),
        }
    }
}
