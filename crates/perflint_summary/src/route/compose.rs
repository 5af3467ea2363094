//! Registrations put together with what stands around them.

use super::{Handler, Noted, PlaceIx, Routed, Unhandled};
use crate::eval::Eval;
use crate::value::{Site, Val};
use perflint_link::{BodyRef, ClassIx, Def};
use rustc_hash::{FxHashMap, FxHashSet};

/// How many paths lead to one registration.
const MOST_PATHS: usize = 16;

/// Words before a path that name a method: `GET /orders`.
const VERBS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"];

/// Code that handles a route, the class that it belongs to, and the method that it answers by its name.
type Handled = (BodyRef, Option<Def>, Option<String>);

/// A path and the namespace of the controllers below it.
type Around = (String, String);

impl<'p> Eval<'p> {
    /// Gives each entry point its routes, and gives the routes that have none.
    pub(crate) fn settle_routes(&mut self) -> Vec<Unhandled> {
        let noted = std::mem::take(&mut self.routes.noted);
        let mut known: FxHashMap<Site, u8> = FxHashMap::default();
        for one in &noted {
            let best = known.entry(one.site).or_default();
            *best = (*best).max(self.standing_known(one));
        }
        let mut entries: FxHashMap<BodyRef, Vec<usize>> = FxHashMap::default();
        for (ix, entry) in self.entries.iter().enumerate() {
            entries.entry(entry.at).or_default().push(ix);
        }
        let classes = if noted.iter().any(|one| matches!(one.handler, Handler::Named { .. })) {
            self.class_names()
        } else {
            FxHashMap::default()
        };
        let mut unhandled = Vec::new();
        for one in &noted {
            // What is known of no router is what one of the same registrations, of a known one, stands for.
            if known.get(&one.site).is_some_and(|best| self.standing_known(one) < *best) {
                continue;
            }
            let modules: Vec<String> =
                self.around(one.within, 0).into_iter().map(|(_, module)| module).collect();
            for (at, (prefix, module)) in self.around(one.place, 0).into_iter().enumerate() {
                let module = modules.get(at).unwrap_or(&module);
                let prefix = if one.spread { self.everywhere(one.site, prefix) } else { prefix };
                let own = self.conventional(one).unwrap_or_else(|| self.versions(one, &one.path));
                let handled = self.handled(one, module, &classes);
                for full in own.iter().map(|own| joined(&prefix, own)) {
                    let mut found = false;
                    for handler in &handled {
                        let of = entries.get(&handler.0).map_or(&[][..], Vec::as_slice);
                        found |= self.attach_handler(of, one, &full, handler);
                    }
                    if !found && matches!(one.handler, Handler::Class(_, ref verbs) if verbs.is_empty()) {
                        found = self.attach_class(one, &full);
                    }
                    if !found {
                        let site = one.site;
                        let routes = routed(&one.methods, &full, None);
                        unhandled.extend(routes.into_iter().map(|route| Unhandled { route, site }));
                    }
                }
            }
        }
        self.attach_conventional();
        for entry in &mut self.entries {
            let mut seen = FxHashSet::default();
            entry.routes.retain(|route| seen.insert(route.clone()));
        }
        let known: FxHashSet<&Routed> = self.entries.iter().flat_map(|entry| &entry.routes).collect();
        let mut seen = FxHashSet::default();
        unhandled.retain(|one: &Unhandled| !known.contains(&one.route) && seen.insert(one.route.clone()));
        unhandled
    }

    /// How much is known of where a registration stands: a router that was made is at its root, something is around it, nothing.
    fn standing_known(&self, one: &Noted) -> u8 {
        let root = std::iter::successors(Some(one.place), |place| self.routes.stand(*place).below).last();
        match root {
            Some(root) if self.routes.stand(root).made.is_some() => 2,
            _ => u8::from(one.placed),
        }
    }

    /// Gives an entry point a route, if it is the one that the registration is about.
    fn attach(&mut self, ix: usize, one: &Noted, full: &str, class: Option<Def>, verb: Option<&str>) -> bool {
        let entry = &mut self.entries[ix];
        let other = class.is_some() && entry.class.is_some() && entry.class != class;
        if other || entry.route.is_some() && entry.label != one.label && entry.registered != one.label {
            return false;
        }
        let routes = routed(&one.methods, full, verb);
        let plain = |text: &str| text.trim_matches('/').to_owned();
        if entry.route.is_some() && entry.routes.is_empty() {
            let same = entry.route.as_deref().map(plain) == Some(plain(full));
            if let Some(first) = routes.first().filter(|_| !same) {
                entry.registered = std::mem::take(&mut entry.label);
                entry.label = match &entry.method {
                    Some(method) => format!("{method} {}", first.path),
                    None => first.path.clone(),
                };
                entry.route = Some(first.path.clone());
            }
        }
        entry.routes.extend(routes);
        true
    }

    /// Gives the entry points of a handler a route; false if none of them is meant. What a registration made an entry point goes
    /// before what a declaration did. A method that a class inherits costs what it does in the class that has it.
    fn attach_handler(&mut self, ixs: &[usize], one: &Noted, full: &str, handler: &Handled) -> bool {
        let (_, class, verb) = handler;
        for (registered, class) in [(true, *class), (false, *class), (false, None)] {
            let mut attached = false;
            for ix in ixs
                .iter()
                .filter(|ix| self.entries[**ix].route.is_some() == registered)
                .copied()
                .collect::<Vec<_>>()
            {
                attached |= self.attach(ix, one, full, class, verb.as_deref());
            }
            if attached {
                return true;
            }
        }
        false
    }

    /// A class whose methods nothing tells apart: all of its entry points have the route.
    fn attach_class(&mut self, one: &Noted, full: &str) -> bool {
        let Handler::Class(class, _) = &one.handler else { return false };
        let def = self.p.class(*class).def;
        let routes = routed(&one.methods, full, None);
        let mut found = false;
        for entry in self.entries.iter_mut().filter(|entry| entry.class == Some(def) && entry.route.is_none())
        {
            entry.routes.extend(routes.clone());
            found = true;
        }
        found
    }

    fn handled(
        &mut self,
        one: &Noted,
        module: &str,
        classes: &FxHashMap<String, Vec<ClassIx>>,
    ) -> Vec<Handled> {
        match &one.handler {
            Handler::Callable(v) => {
                let class = match *self.vals.get(*v) {
                    Val::Bound(_, this) => match *self.vals.get(this) {
                        Val::Inst(class, _) => Some(self.p.class(class).def),
                        _ => None,
                    },
                    _ => None,
                };
                self.body_of(*v).map(|body| (body, class, None)).into_iter().collect()
            }
            Handler::Method(class, name) => self.method_body(*class, *name, None),
            Handler::Class(class, verbs) => verbs
                .iter()
                .filter_map(|verb| Some((self.p.names.find(verb)?, verb)))
                .flat_map(|(name, verb)| {
                    let verb = verb.to_ascii_uppercase();
                    let verb = VERBS.contains(&verb.as_str()).then_some(verb);
                    self.method_body(*class, name, verb)
                })
                .collect(),
            Handler::Named { class, method } => {
                let full = squeezed(&class.replace("{module}", module));
                let found = classes.get(&full).and_then(|all| all.first());
                let found = found.or_else(|| {
                    let last = class.rsplit(['.', '/', '\\', ':']).next().unwrap_or(class);
                    classes
                        .get(&squeezed(last))
                        .and_then(|all| if let [one] = all.as_slice() { Some(one) } else { None })
                });
                match (found, self.p.names.find(method)) {
                    (Some(class), Some(method)) => self.method_body(*class, method, None),
                    _ => Vec::new(),
                }
            }
            Handler::Unknown => Vec::new(),
        }
    }

    fn method_body(&self, class: ClassIx, name: perflint_ir::Sym, verb: Option<String>) -> Vec<Handled> {
        let Some(def) = self.p.class_member(class, name) else { return Vec::new() };
        let Some(body) = self.p.item(def).body else { return Vec::new() };
        vec![(BodyRef { file: def.file, body }, Some(self.p.class(class).def), verb)]
    }

    /// Classes of the repository by full name and by name, in small letters without what stands between words.
    fn class_names(&self) -> FxHashMap<String, Vec<ClassIx>> {
        let mut all: FxHashMap<String, Vec<ClassIx>> = FxHashMap::default();
        let mut shorter = Vec::new();
        for (ix, class) in (0u32..).zip(&self.p.classes) {
            if self.p.is_stub(class.def.file) {
                continue;
            }
            let short = squeezed(self.p.text(class.name));
            let full =
                self.p.full_name(class.def).map_or_else(|| short.clone(), |name| squeezed(self.p.text(name)));
            if full != short {
                shorter.push((short, ClassIx(ix)));
            }
            all.entry(full).or_default().push(ClassIx(ix));
        }
        // A class that is called so in full is meant before one that is in a module.
        for (short, class) in shorter {
            all.entry(short).or_default().push(class);
        }
        all
    }

    /// The paths that lead to a place, with the namespaces of controllers there.
    fn around(&self, place: PlaceIx, depth: usize) -> Vec<Around> {
        if depth > super::DEEPEST {
            return vec![(String::new(), String::new())];
        }
        let of = self.routes.stand(place);
        let mounted: Vec<(PlaceIx, bool)> = match (of.below, self.routes.mounts.get(&place)) {
            (Some(below), _) => vec![(below, false)],
            (None, Some(mounts)) => mounts.clone(),
            // What is made in a file and mounted nowhere stands where the file does.
            (None, None) if of.made.is_some() => {
                let file = super::Stand {
                    below: None,
                    file: of.file,
                    made: None,
                    prefix: "".into(),
                    module: None,
                    controller: None,
                    resource: None,
                    shallow: false,
                };
                self.routes.index.get(&file).map(|file| vec![(*file, false)]).unwrap_or_default()
            }
            (None, None) => Vec::new(),
        };
        let mut all: Vec<Around> = Vec::new();
        let mut add = |(path, module): Around, replaced: bool| {
            let module = match &of.module {
                Some(own) if module.is_empty() => own.to_string(),
                Some(own) => format!("{module}.{own}"),
                None => module,
            };
            let own = if replaced { "" } else { &*of.prefix };
            all.push((joined(&path, own), module));
        };
        for (at, replaced) in &mounted {
            self.around(*at, depth + 1).into_iter().for_each(|outer| add(outer, *replaced));
        }
        if mounted.is_empty() {
            add((String::new(), String::new()), false);
        }
        all.truncate(MOST_PATHS);
        all
    }

    /// What is said of all routes of a language's markers: by the file that is nearest.
    fn everywhere(&self, site: Site, prefix: String) -> String {
        let own = self.p.file(site.at.file);
        let near = |path: &str| path.bytes().zip(own.path.bytes()).take_while(|(a, b)| a == b).count();
        let said = self
            .routes
            .everywhere
            .iter()
            .filter(|(file, _)| self.p.file(*file).lang.family() == own.lang.family())
            .max_by_key(|(file, _)| near(&self.p.file(*file).path));
        match said {
            Some((_, text)) => joined(text, &prefix),
            None => prefix,
        }
    }
}

fn squeezed(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The routes of a path: one per method.
fn routed(methods: &[String], full: &str, verb: Option<&str>) -> Vec<Routed> {
    let (told, full) = match full.trim_start().split_once(' ') {
        Some((word, rest)) if VERBS.contains(&word) => (Some(word), rest.trim_start()),
        _ => (None, full),
    };
    let path = format!("/{}", full.trim_start_matches('/'));
    let one = |method: Option<String>| Routed { method, path: path.clone() };
    match told.or(verb) {
        Some(method) => vec![one(Some(method.to_owned()))],
        None if methods.is_empty() => vec![one(None)],
        None => methods.iter().map(|method| one(Some(method.clone()))).collect(),
    }
}

/// A path below another one.
pub(super) fn joined(outer: &str, inner: &str) -> String {
    // A pattern starts anew where it is included.
    let inner = inner.strip_prefix('^').unwrap_or(inner);
    match (outer.is_empty(), inner.is_empty()) {
        (true, _) => inner.to_owned(),
        (_, true) => outer.to_owned(),
        // A method before the path: `GET /orders`.
        _ if VERBS.iter().any(|verb| inner.strip_prefix(verb).is_some_and(|rest| rest.starts_with(' '))) => {
            let (verb, rest) = inner.split_once(' ').unwrap_or(("", inner));
            format!("{verb} {}", joined(outer, rest.trim_start()))
        }
        _ => format!("{}/{}", outer.trim_end_matches('/'), inner.trim_start_matches('/')),
    }
}

#[cfg(test)]
mod tests {
    use super::{joined, routed};

    #[test]
    fn paths_are_joined_by_one_slash() {
        assert_eq!(joined("/api", "/orders"), "/api/orders");
        assert_eq!(joined("api/", "orders/"), "api/orders/");
        assert_eq!(joined("^api/", "^orders/$"), "^api/orders/$");
        assert_eq!(joined("", "/"), "/");
        assert_eq!(joined("/orders", ""), "/orders");
        assert_eq!(joined("/api", "GET /orders"), "GET /api/orders");
    }

    #[test]
    fn a_method_in_the_path_is_the_method() {
        let routes = routed(&[], "POST /orders", None);
        assert_eq!(routes[0].method.as_deref(), Some("POST"));
        assert_eq!(routes[0].path, "/orders");
        assert_eq!(routed(&["PUT".to_owned(), "PATCH".to_owned()], "orders", None).len(), 2);
    }
}
