//! Resources: the routes that a controller has because of the names of its methods.

use super::{Controller, Handler, Noted, PlaceIx, Resource};
use crate::eval::{Eval, Frame};
use crate::expr::Given;
use crate::value::{V, Val};
use perflint_ir::{ItemKind, Sym};
use perflint_link::{Base, ClassIx, Def};
use perflint_models::RouterRow;

/// What is known of one resource.
struct One<'a> {
    name: &'a str,
    whole: String,
    item: String,
    /// What its path is added to, and what that of one is.
    base: PlaceIx,
    item_base: PlaceIx,
    place: PlaceIx,
    class: Option<ClassIx>,
}

impl<'p> Eval<'p> {
    /// Registers what a resource has, and gives the place of what its callable registers.
    pub(super) fn resources(
        &mut self,
        f: &mut Frame<'p>,
        router: &'p RouterRow,
        g: &Given<'_>,
    ) -> Option<PlaceIx> {
        let (base, placed) = self.standing(f, g.recv)?;
        let base = self.on_resource(f, router, g, base).unwrap_or(base);
        let named = router.prefix.as_ref().and_then(|e| self.expr(f, e, g))?;
        let given = self.controller_at(f, router.controller.as_ref(), g);
        let names: Vec<(String, Option<Controller>)> = match self.vals.get(named).clone() {
            // Names and their controllers: `apiResources(["orders" => OrderController::class])`.
            Val::Map(entries, _) => entries
                .iter()
                .map(|(key, v)| {
                    (self.p.text(*key).to_owned(), self.class_of_value(*v).map(Controller::Class))
                })
                .collect(),
            _ => self.texts_of(named).into_iter().map(|name| (name, given.clone())).collect(),
        };
        let mut last = None;
        for (name, controller) in names {
            last = self.resource(f, router, g, (base, placed), &name, controller);
        }
        last
    }

    fn resource(
        &mut self,
        f: &mut Frame<'p>,
        router: &'p RouterRow,
        g: &Given<'_>,
        (base, placed): (PlaceIx, bool),
        name: &str,
        controller: Option<Controller>,
    ) -> Option<PlaceIx> {
        let key = self.text_at(f, router.key.as_ref(), g).unwrap_or_else(|| "id".to_owned());
        let path = self.text_at(f, router.path.as_ref(), g);
        let (whole, own) = within(router, name, path.as_deref(), &key);
        let filled = |text: &str| format!("{whole}{}", fill(text, &own, &key));
        let item = filled(router.item.as_deref().unwrap_or_default());
        let nested = filled(router.nested.as_deref().unwrap_or_default());
        let module = self.text_at(f, router.module.as_ref(), g);
        let controller = controller.unwrap_or_else(|| {
            let name = if router.item.is_some() { own.clone() } else { cruet::to_plural(&own) };
            Controller::Named(name.into())
        });
        let class = match controller {
            Controller::Class(class) => Some(class),
            Controller::Named(_) => None,
        };
        let shallow = self.is_said(f, router.shallow.as_ref(), g) || self.routes.stand(base).shallow;
        let item_base = if shallow { self.routes.outside(base) } else { base };
        let mut stand = self.routes.below(item_base);
        (stand.prefix, stand.module) = (nested.into(), module.map(Into::into));
        stand.controller = Some(controller);
        stand.shallow = shallow;
        let (whole_path, item_path) = (whole.clone().into(), item.clone().into());
        stand.resource = Some(Resource { base, item_base, whole: whole_path, item: item_path });
        let place = self.routes.place(stand)?;
        let one = One { name, whole, item, base, item_base, place, class };
        self.actions(f, router, g, &one, placed);
        if let Some(class) = class.filter(|_| !router.extra.is_empty()) {
            self.extra_actions(f, router, g, &one, class, placed);
        }
        Some(place)
    }

    fn actions(
        &mut self,
        f: &mut Frame<'p>,
        router: &'p RouterRow,
        g: &Given<'_>,
        one: &One<'_>,
        placed: bool,
    ) {
        let list = |this: &mut Self, f: &mut Frame<'p>, e: Option<&'p perflint_models::Expr>| {
            let v = this.expr(f, e?, g)?;
            Some(this.texts_of(v))
        };
        let only = list(self, f, router.only.as_ref());
        let except = list(self, f, router.except.as_ref()).unwrap_or_default();
        let site = self.site(f, g.op);
        for action in &router.actions {
            let mut words = action.split_whitespace();
            let (Some(method_name), Some(verbs)) = (words.next(), words.next()) else { continue };
            if only.as_ref().is_some_and(|only| !only.iter().any(|name| name == method_name))
                || except.iter().any(|name| name == method_name)
            {
                continue;
            }
            let rest = words.next().unwrap_or_default();
            let (stands, path) = match rest.strip_prefix("{item}") {
                Some(rest) => (one.item_base, format!("{}{rest}", one.item)),
                None => (one.base, format!("{}{rest}", one.whole)),
            };
            let handler = match (one.class, &router.class) {
                (Some(class), _) => {
                    let member = self.p.names.find(method_name).filter(|name| self.has_method(class, *name));
                    match member {
                        Some(name) => Handler::Method(class, name),
                        None if router.present => continue,
                        None => Handler::Unknown,
                    }
                }
                (None, Some(template)) => {
                    let between = router.between.as_deref().unwrap_or("#");
                    self.named(one.place, method_name, between, template)
                }
                (None, None) => Handler::Unknown,
            };
            self.note_one(Noted {
                site,
                place: stands,
                within: one.place,
                action: Some((one.place, method_name.into())),
                placed,
                methods: verbs.split('|').map(str::to_owned).collect(),
                path,
                label: one.name.to_owned(),
                handler,
                spread: false,
                versions: None,
            });
        }
    }

    /// Takes back the actions of a resource that there are not after all: `Route::resource(..)->only([..])`.
    pub(super) fn withdraw(&mut self, f: &mut Frame<'p>, router: &'p RouterRow, g: &Given<'_>) {
        let Some(place) = self.place_of(g.recv) else { return };
        let only = router.only.as_ref().and_then(|e| self.expr(f, e, g)).map(|v| self.texts_of(v));
        let except = router.except.as_ref().and_then(|e| self.expr(f, e, g)).map(|v| self.texts_of(v));
        let has = |list: &[String], name: &str| list.iter().any(|one| one == name);
        self.routes.noted.retain(|one| match &one.action {
            Some((of, name)) if *of == place => {
                only.as_ref().is_none_or(|only| has(only, name))
                    && except.as_ref().is_none_or(|except| !has(except, name))
            }
            _ => true,
        });
    }

    fn has_method(&self, class: ClassIx, name: Sym) -> bool {
        self.p.class_member(class, name).is_some_and(|def| self.p.item(def).kind == ItemKind::Function)
    }

    /// Methods of a controller that a marker makes routes: `@action(detail=True)`.
    fn extra_actions(
        &mut self,
        f: &Frame<'p>,
        router: &'p RouterRow,
        g: &Given<'_>,
        one: &One<'_>,
        class: ClassIx,
        placed: bool,
    ) {
        let site = self.site(f, g.op);
        for def in self.methods_of(class) {
            let name = self.p.text(self.p.item(def).name);
            for marker in &self.p.item(def).markers {
                let path = self.look.marker_path(def.file, marker).map(|path| self.p.text(path));
                let is_extra = path.is_some_and(|path| router.extra.iter().any(|extra| **extra == *path));
                let Some((frame, args, ..)) = self.marker_frame(def, marker.value).filter(|_| is_extra)
                else {
                    continue;
                };
                let key = |this: &Self, name: &str| -> Option<V> {
                    let name = this.p.names.find(name)?;
                    args.keys.iter().find(|(key, _)| *key == name).map(|(_, v)| *v)
                };
                drop(frame);
                let item = key(self, "detail")
                    .and_then(|v| self.vals.truth(v))
                    .unwrap_or(path.is_some_and(|path| path.contains("detail")));
                let own = key(self, "url_path").and_then(|v| self.one_text(v));
                let mut methods: Vec<String> = key(self, "methods")
                    .map(|v| self.texts_of(v))
                    .unwrap_or_default()
                    .iter()
                    .map(|method| method.to_ascii_uppercase())
                    .collect();
                if methods.is_empty() {
                    methods.push("GET".to_owned());
                }
                let below = if item { &one.item } else { &one.whole };
                let rest = own.as_deref().unwrap_or(name);
                self.note_one(Noted {
                    site,
                    place: one.base,
                    within: one.place,
                    action: None,
                    placed,
                    methods,
                    path: format!("{}/{rest}/", below.trim_end_matches('/')),
                    label: one.name.to_owned(),
                    handler: Handler::Method(class, self.p.item(def).name),
                    spread: false,
                    versions: None,
                });
            }
        }
    }

    /// The methods that a class of the repository has, its bases' included, in the order of their declarations.
    fn methods_of(&self, class: ClassIx) -> Vec<Def> {
        let mut all: Vec<Def> = Vec::new();
        for base in &self.p.class(class).mro {
            let Base::Class(of) = base else { continue };
            let members = self.p.class(*of).members.values().flatten();
            let mut own: Vec<Def> = members
                .copied()
                .filter(|def| self.p.item(*def).kind == ItemKind::Function && !self.p.is_stub(def.file))
                .collect();
            own.sort();
            all.extend(own);
        }
        all.dedup();
        all
    }

    /// The place of a registration that is about one element, or the whole, of the resource around.
    pub(super) fn on_resource(
        &mut self,
        f: &mut Frame<'p>,
        router: &'p RouterRow,
        g: &Given<'_>,
        place: PlaceIx,
    ) -> Option<PlaceIx> {
        let on = self.text_at(f, router.on.as_ref(), g)?;
        self.around_resource(place, if on == "member" { "item" } else { "whole" })
    }

    /// The place of one element, or of the whole, of the resource that a place belongs to.
    pub(super) fn around_resource(&mut self, place: PlaceIx, which: &str) -> Option<PlaceIx> {
        let of = self.routes.stand(place).clone();
        let resource = of.resource.clone()?;
        let (base, prefix) = match which {
            "item" => (resource.item_base, resource.item.clone()),
            _ => (resource.base, resource.whole.clone()),
        };
        let mut stand = self.routes.below(base);
        stand.prefix = prefix;
        stand.controller = of.controller;
        stand.module = of.module;
        stand.resource = Some(resource);
        self.routes.place(stand)
    }
}

/// The path of a resource, and its own name: of `photos.comments` the path leads through a photo.
fn within(router: &RouterRow, name: &str, path: Option<&str>, key: &str) -> (String, String) {
    let mut parts: Vec<&str> = name.split('.').collect();
    let own = parts.pop().unwrap_or(name).to_owned();
    let mut whole = String::new();
    for part in parts {
        whole.push_str(&format!("/{part}"));
        whole.push_str(&fill(router.item.as_deref().unwrap_or_default(), part, key));
    }
    let own_path = path.unwrap_or(&own).trim_matches('/');
    if !own_path.is_empty() {
        whole.push_str(&format!("/{own_path}"));
    }
    let name = own.rsplit('/').next().unwrap_or(&own).to_owned();
    (whole, name)
}

pub(super) fn fill(text: &str, name: &str, key: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let singular = cruet::to_singular(name).replace('-', "_");
    text.replace("<singular>", &singular).replace("<key>", key)
}
