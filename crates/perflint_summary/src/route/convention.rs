//! Paths that no registration spells out: of controllers by a pattern, of versions, of files by their folders.

use super::{Noted, PlaceIx, Routed};
use crate::eval::{Eval, Frame};
use crate::expr::Given;
use crate::value::{V, Val};
use perflint_ir::{ItemKind, OpKind};
use perflint_link::{ClassIx, Def, FileIx};
use perflint_models::{Convention, EntryKind, RouterRow};

/// How many patterns a program has.
const MOST_PATTERNS: usize = 64;

/// A pattern that controllers of a language have paths by.
#[derive(Debug)]
pub(super) struct Pattern<'p> {
    file: FileIx,
    text: String,
    row: &'p Convention,
}

/// What the paths of a language's markers have in them where versions are told apart by them.
#[derive(Debug)]
pub(super) struct Versioned {
    file: FileIx,
    prefix: String,
    /// Of what tells none.
    default: Vec<String>,
}

impl<'p> Eval<'p> {
    /// Notes what a call says of paths that are not spelled out.
    pub(super) fn note_conventions(&mut self, f: &mut Frame<'p>, router: &'p RouterRow, g: &Given<'_>) {
        if let Some(row) = &router.convention
            && let Some(text) = self.text_at(f, Some(&row.pattern), g)
            && self.routes.patterns.len() < MOST_PATTERNS
        {
            self.routes.patterns.push(Pattern { file: f.at.file, text, row });
        }
        let Some(row) = &router.versions else { return };
        let kind = row.kind.as_ref().and_then(|e| self.expr(f, e, g));
        let kinds = kind.map(|v| self.texts_of(v)).unwrap_or_default();
        if kinds.iter().any(|kind| row.path.as_deref().is_some_and(|word| kind.ends_with(word))) {
            let default = row.default.as_ref().and_then(|e| self.expr(f, e, g));
            let default = default.map(|v| self.versions_of(v)).unwrap_or_default();
            let prefix = self.text_at(f, row.prefix.as_ref(), g).unwrap_or_else(|| row.word.to_string());
            self.routes.versioned = Some(Versioned { file: f.at.file, prefix, default });
        }
    }

    /// Versions as texts; what is no text stands for none.
    fn versions_of(&self, v: V) -> Vec<String> {
        match self.vals.get(v) {
            Val::List(items) => items.iter().flat_map(|v| self.versions_of(*v)).collect(),
            Val::Int(number) => vec![number.to_string()],
            _ => vec![self.one_text(v).unwrap_or_default()],
        }
    }

    /// The versions that a method, or else its class, tells.
    pub(super) fn told_versions(
        &mut self,
        def: Def,
        class: ClassIx,
        router: &'p RouterRow,
    ) -> Option<Vec<String>> {
        let row = router.versions.as_ref()?;
        let class = self.p.class(class).def;
        let own = row.own.as_ref().map(|e| (def, row.markers.iter().collect::<Vec<_>>(), e));
        let around = row.around.as_ref().map(|e| (class, router.beside.iter().collect(), e));
        for (def, markers, e) in [own, around].into_iter().flatten() {
            for marker in &self.p.item(def).markers {
                let path = self.look.marker_path(def.file, marker);
                if !path.is_some_and(|path| markers.iter().any(|known| **known == *self.p.text(path))) {
                    continue;
                }
                let Some((mut f, args, recv, op)) = self.marker_frame(def, marker.value) else { continue };
                let g = Given { recv, args: &args, result: None, op };
                if let Some(v) = self.expr(&mut f, e, &g) {
                    return Some(self.versions_of(v));
                }
            }
        }
        None
    }

    /// A path below its versions.
    pub(super) fn versions(&self, one: &Noted, path: &str) -> Vec<String> {
        let family = |file: FileIx| self.p.file(file).lang.family();
        let versioned =
            self.routes.versioned.as_ref().filter(|known| family(known.file) == family(one.site.at.file));
        let (Some(known), true) = (versioned, one.spread) else { return vec![path.to_owned()] };
        let versions = one.versions.as_ref().unwrap_or(&known.default);
        if versions.is_empty() {
            return vec![path.to_owned()];
        }
        let one = |version: &String| match version.is_empty() {
            true => path.to_owned(),
            false => super::compose::joined(&format!("{}{version}", known.prefix), path),
        };
        versions.iter().map(one).collect()
    }

    /// The paths that patterns give to a method of a controller.
    fn by_pattern(&self, class: Def, method: Def) -> Vec<String> {
        let family = self.p.file(class.file).lang.family();
        let fitting =
            self.routes.patterns.iter().filter(|known| self.p.file(known.file).lang.family() == family);
        let mut all: Vec<String> =
            fitting.filter_map(|known| self.path_by(&known.text, known.row, class, method)).collect();
        all.sort();
        all.dedup();
        all
    }

    fn path_by(&self, text: &str, row: &Convention, class: Def, method: Def) -> Option<String> {
        let name = |def: Def| self.p.text(self.p.item(def).name);
        let of_class = name(class).strip_suffix(&*row.strip).unwrap_or(name(class));
        let of_method = name(method).strip_suffix("Async").unwrap_or(name(method));
        let (of_all, own) = (self.marked_text(class, &row.own), self.marked_text(method, &row.own));
        if of_all.is_some() || own.is_some() {
            let told =
                super::compose::joined(&of_all.unwrap_or_default(), own.as_deref().unwrap_or_default());
            let told = told.replace(&format!("[{}]", row.class), of_class);
            return Some(told.replace(&format!("[{}]", row.method), of_method));
        }
        let group = self.marked_text(class, &row.marker);
        if group.is_some() != text.contains(&format!("{{{}", row.group)) {
            return None;
        }
        let has = |name: &str| {
            let body = self.p.item(method).body.map(|body| self.p.file(method.file).body(body));
            body.is_some_and(|body| body.params.iter().any(|param| self.p.text(param.name) == name))
        };
        let mut parts: Vec<(String, bool)> = Vec::new();
        for part in text.split('/').filter(|part| !part.is_empty()) {
            let Some(inner) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) else {
                parts.push((part.to_owned(), false));
                continue;
            };
            let word = inner.split([':', '=', '?']).next().unwrap_or_default();
            let default = inner.split_once('=').map(|(_, default)| default.trim_end_matches('?'));
            match word {
                _ if word == &*row.class => parts.push((of_class.to_owned(), default == Some(of_class))),
                _ if word == &*row.method => parts.push((of_method.to_owned(), default == Some(of_method))),
                _ if word == &*row.group => parts.push((group.clone()?, false)),
                _ if inner.ends_with('?') && !has(word) => {}
                _ => parts.push((part.to_owned(), false)),
            }
        }
        // What is left out stands for its default.
        while parts.last().is_some_and(|(_, default)| *default) {
            parts.pop();
        }
        Some(parts.into_iter().map(|(part, _)| part).collect::<Vec<_>>().join("/"))
    }

    /// The text that a marker of an item holds.
    fn marked_text(&self, def: Def, name: &str) -> Option<String> {
        let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
        let marker =
            self.p.item(def).markers.iter().find(|marker| last(self.p.text(marker.path)) == last(name))?;
        let body = self.p.item(def).owner.and_then(|owner| self.p.file(def.file).item(owner).body)?;
        let body = self.p.file(def.file).body(body);
        let OpKind::Call(call) = body.ops.get(marker.value.some()?.at())?.kind else { return None };
        let given = body.args(body.call(call).args).first()?.value.some()?;
        match body.op(given).kind {
            OpKind::Str(text) => Some(self.p.text(text).to_owned()),
            _ => None,
        }
    }

    /// What patterns say of a registration without a path of its own.
    pub(super) fn conventional(&self, one: &Noted) -> Option<Vec<String>> {
        let super::Handler::Callable(target) = one.handler else { return None };
        let (true, true, Val::Fun(method) | Val::Bound(method, _)) =
            (one.spread, one.path.is_empty(), self.vals.get(target))
        else {
            return None;
        };
        let class = self.p.class(self.p.class_around(*method)?).def;
        let paths = self.by_pattern(class, *method);
        (!paths.is_empty()).then_some(paths)
    }

    /// Gives methods of controllers that nothing registers the paths that patterns, or markers without a method, give them.
    pub(super) fn attach_conventional(&mut self) {
        if self.routes.patterns.is_empty() {
            return;
        }
        for ix in 0..self.entries.len() {
            let entry = &self.entries[ix];
            let (EntryKind::Route, Some(class), Some(method), true, None) =
                (entry.kind, entry.class, entry.def, entry.routes.is_empty(), &entry.route)
            else {
                continue;
            };
            if self.p.item(method).kind != ItemKind::Function {
                continue;
            }
            let told = entry.method.clone();
            let routes = self.by_pattern(class, method).into_iter();
            let routes = routes.map(|path| Routed { method: told.clone(), path: format!("/{path}") });
            let routes: Vec<Routed> = routes.collect();
            self.entries[ix].routes.extend(routes);
        }
    }

    /// Hangs the files below a folder where it is registered, each below the path of its own folder.
    pub(super) fn mount_folder(&mut self, f: &Frame<'p>, folder: &str, at: PlaceIx) {
        let folder = folder.rsplit("{..}").next().unwrap_or(folder);
        let folder = format!("/{}/", folder.rsplit("../").next().unwrap_or(folder).trim_matches(['.', '/']));
        let own = &*self.p.file(f.at.file).path;
        let near = |path: &str| path.bytes().zip(own.bytes()).take_while(|(a, b)| a == b).count();
        let found: Vec<(usize, FileIx, String)> = self
            .p
            .each_file()
            .filter(|(ix, _)| !self.p.is_stub(*ix))
            .filter_map(|(ix, file)| {
                let path = format!("/{}", file.path);
                let starts = path.match_indices(&folder).map(|(start, _)| start);
                let start = starts.max_by_key(|start| near(&path[1..=*start]))?;
                let below = path[start + folder.len()..].rsplit_once('/').map_or("", |(below, _)| below);
                Some((near(&path[1..=start]), ix, below.to_owned()))
            })
            .collect();
        let Some(nearest) = found.iter().map(|(near, ..)| *near).max() else { return };
        for (_, file, below) in found.into_iter().filter(|(near, ..)| *near == nearest) {
            let mut stand = self.routes.below(at);
            stand.prefix = below.into();
            let (Some(place), Some(what)) = (self.routes.place(stand), self.routes.of_file(file)) else {
                return;
            };
            self.routes.mount(what, place, false);
        }
    }
}
