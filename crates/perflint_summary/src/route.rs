//! Routes in full: what stands around a registration.
//!
//! A router is a value, and where it stands is part of it: a *place*, below another one, with the text that this adds to the
//! path. What is made by itself (`express.Router()`) stands nowhere until it is mounted, which may happen in another file and
//! later. Where calls have no receiver (Rails, Laravel) the place is that of the call whose callable is being run. Registrations
//! are noted with their places, and put together once everything has been evaluated.

mod compose;
mod convention;
mod mark;
mod note;
mod resource;

use crate::eval::{Eval, Frame};
use crate::expr::Given;
use crate::value::{Site, V, Val};
use perflint_ir::Sym;
use perflint_link::{ClassIx, Def, FileIx};
use perflint_models::{CallRow, Expr, RouterRow};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// How deep places nest.
const DEEPEST: usize = 24;

/// How many places a program has.
const MOST_PLACES: usize = 20_000;

/// How many registrations are noted.
const MOST_ROUTES: usize = 50_000;

/// A place that registrations stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlaceIx(u32);

/// Who handles what stands in a place, unless a registration says more.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Controller {
    Class(ClassIx),
    Named(Box<str>),
}

/// A resource: the path of all of it, the path of one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Resource {
    /// What its path is added to.
    base: PlaceIx,
    /// What the path of one is added to.
    item_base: PlaceIx,
    whole: Box<str>,
    item: Box<str>,
}

/// What a place is known by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Stand {
    below: Option<PlaceIx>,
    /// The file that it is made in; of a file's own place the only thing there is.
    file: FileIx,
    /// Where it is made, if it stands nowhere by itself.
    made: Option<Site>,
    prefix: Box<str>,
    module: Option<Box<str>>,
    controller: Option<Controller>,
    resource: Option<Resource>,
    /// The path of one of the resources inside leads through none around.
    shallow: bool,
}

/// What handles a registration.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Handler {
    /// A function, method or closure.
    Callable(V),
    /// A class, for each of its methods that answers an HTTP method.
    Class(ClassIx, Rc<[Box<str>]>),
    /// A method by name.
    Method(ClassIx, Sym),
    /// A text that names a class, as the model says, and a method.
    Named { class: Box<str>, method: Box<str> },
    /// Nobody knows.
    Unknown,
}

/// A registration.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Noted {
    site: Site,
    place: PlaceIx,
    /// Where the namespace of its controller is told.
    within: PlaceIx,
    /// The resource that it is an action of.
    action: Option<(PlaceIx, Box<str>)>,
    /// Its receiver, or the call around, told the place.
    placed: bool,
    methods: Vec<String>,
    path: String,
    /// The label of the entry point that was registered with it.
    label: String,
    handler: Handler,
    /// A marker registers it, so that what is said of all of those holds for it.
    spread: bool,
    /// Its versions, where they are told; an empty one stands for none.
    versions: Option<Vec<String>>,
}

impl Noted {
    /// A registration at a place, of no resource, whose handler is told in full. No label is written yet.
    fn at(site: Site, place: PlaceIx, methods: Vec<String>, path: String, handler: Handler) -> Self {
        let label = String::new();
        Self {
            site,
            place,
            within: place,
            action: None,
            placed: true,
            methods,
            path,
            label,
            handler,
            spread: false,
            versions: None,
        }
    }
}

/// The label of a route: its method, where it is told, and its path.
fn labelled(method: Option<&str>, path: &str) -> String {
    method.map_or_else(|| path.to_owned(), |method| format!("{method} {path}"))
}

/// A route in full.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Routed {
    /// The path.
    pub path: String,
    /// The HTTP method, if one is told.
    pub method: Option<String>,
}

/// A route of which nobody knows what handles it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unhandled {
    /// The route.
    pub route: Routed,
    /// Where it is registered.
    pub site: Site,
}

/// Where a router is mounted; its own prefix does not count there.
type Mount = (PlaceIx, bool);

/// What is known of routes during the evaluation.
#[derive(Debug, Default)]
pub(crate) struct Routes<'p> {
    stands: Vec<Stand>,
    index: FxHashMap<Stand, PlaceIx>,
    mounts: FxHashMap<PlaceIx, Vec<Mount>>,
    noted: Vec<Noted>,
    seen: rustc_hash::FxHashSet<Noted>,
    /// The place of the call whose callable is being run.
    pub(crate) around: Option<PlaceIx>,
    kept: FxHashMap<Sym, V>,
    everywhere: Vec<(FileIx, Box<str>)>,
    patterns: Vec<convention::Pattern<'p>>,
    versioned: Option<convention::Versioned>,
    pub(crate) traversals: crate::traversal::Traversals<'p>,
}

impl Routes<'_> {
    fn place(&mut self, stand: Stand) -> Option<PlaceIx> {
        if let Some(known) = self.index.get(&stand) {
            return Some(*known);
        }
        if self.stands.len() >= MOST_PLACES || self.depth(stand.below) >= DEEPEST {
            return None;
        }
        let ix = PlaceIx(self.stands.len() as u32);
        self.stands.push(stand.clone());
        self.index.insert(stand, ix);
        Some(ix)
    }

    fn depth(&self, place: Option<PlaceIx>) -> usize {
        std::iter::successors(place, |place| self.stand(*place).below).count()
    }

    fn stand(&self, place: PlaceIx) -> &Stand {
        &self.stands[place.0 as usize]
    }

    fn of_file(&mut self, file: FileIx) -> Option<PlaceIx> {
        self.place(Stand {
            below: None,
            file,
            made: None,
            prefix: "".into(),
            module: None,
            controller: None,
            resource: None,
            shallow: false,
        })
    }

    /// A place right below another one, which it is like in all but what is changed afterwards.
    fn below(&self, place: PlaceIx) -> Stand {
        let of = self.stand(place);
        Stand {
            below: Some(place),
            file: of.file,
            made: None,
            prefix: "".into(),
            module: None,
            controller: of.controller.clone(),
            resource: of.resource.clone(),
            shallow: of.shallow,
        }
    }

    /// What stands around all resources that a place is in.
    fn outside(&self, place: PlaceIx) -> PlaceIx {
        let around = |place: &PlaceIx| self.stand(*place).resource.as_ref().map(|of| of.base);
        std::iter::successors(Some(place), around).take(DEEPEST).last().unwrap_or(place)
    }

    fn mount(&mut self, what: PlaceIx, at: PlaceIx, replaces: bool) {
        let known = self.mounts.entry(what).or_default();
        if what != at && known.len() < 64 && !known.iter().any(|(place, _)| *place == at) {
            known.push((at, replaces));
        }
    }
}

impl<'p> Eval<'p> {
    /// The place that a router stands in.
    fn place_of(&self, v: V) -> Option<PlaceIx> {
        match self.vals.get(v) {
            Val::ExtInst(_, args) => args.iter().find_map(|arg| match self.vals.get(*arg) {
                Val::Place(place) => Some(*place),
                _ => None,
            }),
            Val::Future(inner) => self.place_of(*inner),
            Val::Union(all) => all.iter().find_map(|v| self.place_of(*v)),
            Val::ExtMethod(recv, _) => self.place_of(*recv),
            _ => None,
        }
    }

    /// Whether a value is a router.
    pub(crate) fn is_router(&self, v: V) -> bool {
        self.place_of(v).is_some()
    }

    /// The same router, in a place.
    fn put_in(&mut self, v: V, place: PlaceIx) -> V {
        match *self.vals.get(v) {
            Val::ExtInst(ty, _) => {
                let at = self.vals.make(Val::Place(place));
                self.vals.make(Val::ExtInst(ty, Box::new([at])))
            }
            Val::Future(inner) => {
                let inner = self.put_in(inner, place);
                self.vals.make(Val::Future(inner))
            }
            _ => v,
        }
    }

    /// Type arguments without the place of a router: what is made of them is no router.
    pub(crate) fn unplaced(&self, args: Box<[V]>) -> Box<[V]> {
        match args.iter().any(|arg| matches!(self.vals.get(*arg), Val::Place(_))) {
            true => {
                args.iter().copied().filter(|arg| !matches!(self.vals.get(*arg), Val::Place(_))).collect()
            }
            false => args,
        }
    }

    /// Where a call stands: its receiver's place, that of the call around, its file's.
    fn standing(&mut self, f: &Frame<'p>, recv: V) -> Option<(PlaceIx, bool)> {
        if let Some(place) = self.place_of(recv).or(self.routes.around) {
            return Some((place, true));
        }
        Some((self.routes.of_file(f.at.file)?, false))
    }

    /// Before a call with a row about routes: its receiver and its callables are in the place that the row makes. Gives the place,
    /// and the one to return to.
    pub(crate) fn enter(
        &mut self,
        f: &mut Frame<'p>,
        row: &'p CallRow,
        g: &mut Given<'_>,
    ) -> Option<(Option<PlaceIx>, Option<PlaceIx>)> {
        let router = row.router.as_ref()?;
        let before = self.routes.around;
        if router.inside && before.is_none() {
            return Some((None, before));
        }
        if let Some(text) = router.everywhere.as_ref().and_then(|e| self.expr(f, e, g)) {
            let text = self.one_text(text).unwrap_or_default();
            self.routes.everywhere.push((f.at.file, text.into()));
        }
        self.note_conventions(f, router, g);
        let place = self.made_place(f, router, g);
        if let (Some(at), Some(folder)) = (place, self.text_at(f, router.folder.as_ref(), g)) {
            self.mount_folder(f, &folder, at);
        }
        if let (Some(e), Some(at)) = (&router.mounts, place) {
            let what = self.expr(f, e, g);
            let what = match (what, self.text_at(f, Some(e), g)) {
                (_, Some(text)) if router.file.is_some() => {
                    Some(self.vals.make(Val::Str(self.p.names.intern(&text))))
                }
                (what, _) => what,
            };
            let mut all: Vec<V> = what.into_iter().collect();
            // Lists whose length is not known have elements all the same: `[path(..), *router.urls]`.
            if !all.iter().any(|v| matches!(self.vals.get(*v), Val::List(_) | Val::Str(_))) {
                all.extend(self.listed(f, e, g));
            }
            all.into_iter().for_each(|what| self.mount_all(f, router, what, at, 0));
        }
        if let Some(place) = place {
            if router.mounts.is_some() && !router.fresh && row.invokes.is_none() {
                return Some((None, before));
            }
            if !router.fresh {
                g.recv = self.put_in(g.recv, place);
            }
            if row.invokes.is_some() || router.runs.is_some() {
                self.routes.around = Some(place);
            }
            self.keep_or_run(f, router, g);
        }
        Some((place, before))
    }

    /// After such a call: its result stands in the place.
    pub(crate) fn leave(&mut self, places: (Option<PlaceIx>, Option<PlaceIx>), v: V) -> V {
        self.routes.around = places.1;
        match places.0 {
            Some(place) => self.put_in(v, place),
            None => v,
        }
    }

    fn made_place(&mut self, f: &mut Frame<'p>, router: &'p RouterRow, g: &Given<'_>) -> Option<PlaceIx> {
        if !router.actions.is_empty() {
            return self.resources(f, router, g);
        }
        if router.only.is_some() || router.except.is_some() {
            self.withdraw(f, router, g);
            return self.place_of(g.recv);
        }
        let (base, placed) = self.standing(f, g.recv)?;
        let prefix = self.prefix(f, router.prefix.as_ref(), g);
        if router.fresh {
            let site = self.site(f, g.op);
            let prefix = self.extended(f, router, g, prefix);
            let (below, file) = (None, f.at.file);
            let stand =
                Stand { made: Some(site), prefix: prefix.into(), below, file, ..self.routes.below(base) };
            let place = self.routes.place(Stand { controller: None, resource: None, ..stand })?;
            let into = router.into.as_ref().and_then(|e| self.expr(f, e, g)).and_then(|v| self.place_of(v));
            if let Some(into) = into {
                self.routes.mount(place, into, false);
            }
            return Some(place);
        }
        let module = self.text_at(f, router.module.as_ref(), g);
        let controller = self.controller_at(f, router.controller.as_ref(), g);
        if let Some(around) = &router.around {
            return self.around_resource(base, around);
        }
        let shallow = self.is_said(f, router.shallow.as_ref(), g) && !self.routes.stand(base).shallow;
        if prefix.is_empty() && module.is_none() && controller.is_none() && !shallow {
            // The file's own place says nothing that the file does not.
            return (placed || router.opens || router.mounts.is_some()).then_some(base);
        }
        let mut stand = self.routes.below(base);
        stand.prefix = prefix.into();
        stand.module = module.map(Into::into);
        stand.controller = controller.or(stand.controller);
        stand.shallow |= shallow;
        self.routes.place(stand)
    }

    /// The prefix of a router that is for what belongs to one element of another router's.
    fn extended(
        &mut self,
        f: &mut Frame<'p>,
        router: &'p RouterRow,
        g: &Given<'_>,
        prefix: String,
    ) -> String {
        let Some(outer) = router.extends.as_ref().and_then(|e| self.expr(f, e, g)) else { return prefix };
        let outer = self.place_of(outer).map(|place| self.routes.stand(place).prefix.to_string());
        let name = self.text_at(f, router.key.as_ref(), g).unwrap_or_else(|| prefix.clone());
        let own = resource::fill(router.nested.as_deref().unwrap_or_default(), &name, "id");
        compose::joined(&outer.unwrap_or_default(), &format!("{}{own}", prefix.trim_end_matches('/')))
    }

    fn mount_all(&mut self, f: &mut Frame<'p>, router: &'p RouterRow, what: V, at: PlaceIx, depth: u32) {
        let replaces = router.replaces && !self.routes.stand(at).prefix.is_empty();
        if depth > 6 {
            return;
        }
        match self.vals.get(what).clone() {
            Val::List(items) | Val::Union(items) => {
                items.iter().for_each(|v| self.mount_all(f, router, *v, at, depth + 1));
            }
            Val::Map(entries, _) => {
                entries.iter().for_each(|(_, v)| self.mount_all(f, router, *v, at, depth + 1));
            }
            Val::Module(file) => {
                if let Some(place) = self.routes.of_file(file) {
                    self.routes.mount(place, at, replaces);
                }
            }
            Val::Str(text) if router.file.is_some() => {
                let text = self.p.text(text).to_owned();
                let Some(file) = self.file_named(f.at.file, &text, router.file.as_deref()) else { return };
                let Some(place) = self.routes.of_file(file) else { return };
                self.routes.mount(place, at, replaces);
                // What the file calls means something only inside.
                if router.inside
                    && let Some(body) = self.p.file(file).items.first().and_then(|item| item.body)
                {
                    let before = self.routes.around.replace(place);
                    let at = perflint_link::BodyRef { file, body };
                    self.evaluate(at, crate::value::UNKNOWN, Vec::new(), None);
                    self.routes.around = before;
                }
            }
            _ => {
                if let Some(place) = self.place_of(what) {
                    self.routes.mount(place, at, replaces);
                }
            }
        }
    }

    /// A file that is run where routes are registered: what it registers stands there.
    pub(crate) fn include_routes(&mut self, f: &Frame<'p>, name: V) {
        let (Some(at), Some(text)) = (self.routes.around, self.one_text(name)) else { return };
        let file = self.file_named(f.at.file, &text, None);
        if let Some(place) = file.and_then(|file| self.routes.of_file(file)) {
            self.routes.mount(place, at, false);
        }
    }

    /// The file that a text names, by path or as a module: the nearest one.
    fn file_named(&self, from: FileIx, text: &str, file: Option<&str>) -> Option<FileIx> {
        let text = text.rsplit("../").next().unwrap_or(text);
        let text = text.rsplit("{..}").next().unwrap_or(text).trim_matches('/');
        if text.is_empty() {
            return None;
        }
        let dotted = text.replace('.', "/");
        let mut wanted = match file {
            Some(pattern) => vec![pattern.replace("{name}", text)],
            None => Vec::new(),
        };
        wanted.extend([text.to_owned(), format!("{dotted}.py"), format!("{dotted}/__init__.py")]);
        let own = &*self.p.file(from).path;
        let near = |path: &str| path.bytes().zip(own.bytes()).take_while(|(a, b)| a == b).count();
        let ends = |path: &str| {
            wanted.iter().any(|end| {
                path.strip_suffix(end.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
            })
        };
        let mut found: Vec<(std::cmp::Reverse<usize>, &str, FileIx)> = self
            .p
            .each_file()
            .filter(|(ix, file)| !self.p.is_stub(*ix) && ends(&file.path))
            .map(|(ix, file)| (std::cmp::Reverse(near(&file.path)), &*file.path, ix))
            .collect();
        found.sort();
        found.first().map(|(.., ix)| *ix)
    }

    fn keep_or_run(&mut self, f: &mut Frame<'p>, router: &'p RouterRow, g: &Given<'_>) {
        if let Some(name) = router.keeps.as_ref().and_then(|e| self.expr(f, e, g))
            && let Some(block) = self.p.names.find("&")
            && let Some((_, v)) = g.args.keys.iter().find(|(key, _)| *key == block)
            && let Val::Str(name) = *self.vals.get(name)
        {
            self.routes.kept.insert(name, *v);
        }
        let Some(names) = router.runs.as_ref().and_then(|e| self.expr(f, e, g)) else { return };
        for name in self.texts_of(names) {
            let Some(kept) = self.p.names.find(&name).and_then(|name| self.routes.kept.get(&name).copied())
            else {
                continue;
            };
            self.call_value(f, kept, &crate::call::CallArgs::default(), g.op);
        }
    }

    /// Whether a flag is given, and is not false.
    fn is_said(&mut self, f: &mut Frame<'p>, e: Option<&'p Expr>, g: &Given<'_>) -> bool {
        e.and_then(|e| self.expr(f, e, g)).is_some_and(|v| self.truth(f, v) == Some(true))
    }

    fn prefix(&mut self, f: &mut Frame<'p>, e: Option<&'p Expr>, g: &Given<'_>) -> String {
        self.text_at(f, e, g).unwrap_or_default()
    }

    fn controller_at(&mut self, f: &mut Frame<'p>, e: Option<&'p Expr>, g: &Given<'_>) -> Option<Controller> {
        let v = self.expr(f, e?, g)?;
        match *self.vals.get(v) {
            Val::Class(class) => Some(Controller::Class(class)),
            _ => self.one_text(v).map(|text| Controller::Named(text.into())),
        }
    }

    /// The class of a value that stands for one.
    fn class_of_value(&self, v: V) -> Option<ClassIx> {
        match self.vals.get(v) {
            Val::Class(class) | Val::Inst(class, _) => Some(*class),
            Val::Union(all) => all.iter().find_map(|v| self.class_of_value(*v)),
            _ => None,
        }
    }

    /// The declaration of a class.
    fn def_of_class(&self, class: ClassIx) -> Def {
        self.p.class(class).def
    }
}
