//! What markers of entities' classes say under a name, for whoever asks for the name: named queries, named entity graphs.

use crate::call::CallArgs;
use crate::eval::Eval;
use crate::value::{V, Val};
use perflint_ir::{Callee, ItemId, OpId, OpKind, Slot, Sym};
use perflint_link::{BodyRef, Def};
use rustc_hash::FxHashMap;

/// Most parts of markers inside each other: a list of queries, a graph of graphs.
const MAX_NESTED: u32 = 6;
/// The arguments of parts that have none of the name that is asked for.
const VALUE: &str = "value";

/// A call among the values of a body.
pub(crate) type Place = (BodyRef, OpId);

/// Markers that have a name, by their own path's last word and that name.
pub(crate) type Noted = FxHashMap<(Box<str>, String), Place>;

impl Eval<'_> {
    /// The argument `key` of the marker of some entity whose `name` the value is: a text, or the relation paths that the parts in it
    /// spell.
    pub(crate) fn noted(&mut self, marker: &str, key: &str, name: V) -> Option<V> {
        let name = self.literal_text(name)?;
        let marker = marker.rsplit('.').next().unwrap_or(marker);
        if self.noted.is_none() {
            let found = self.named_markers();
            self.noted = Some(found);
        }
        let found = self.noted.as_ref()?.get(&(marker.into(), name)).copied()?;
        let (at, op) = (found.0, self.noted_argument(found, key)?);
        if !matches!(self.p.body(at).op(op).kind, OpKind::Make(..) | OpKind::Call(_)) {
            return self.init_values(at).get(op.at()).copied();
        }
        let mut paths = Vec::new();
        self.graph_paths(found, (at, op), "", &mut paths, 0);
        Some(self.vals.make(Val::Paths(paths.into(), None)))
    }

    /// The arguments of a function's markers of one path, also of those that stand in a list in another marker.
    pub(crate) fn marker_arguments(&mut self, def: Def, path: &str) -> Vec<CallArgs> {
        let places = self.marker_places(def, path);
        places.into_iter().filter_map(|(at, op)| self.body_arguments(at, op)).collect()
    }

    /// Where the calls stand that markers of one path are.
    pub(crate) fn marker_places(&self, def: Def, path: &str) -> Vec<Place> {
        let word = path.rsplit('.').next().unwrap_or(path);
        let file = self.p.file(def.file);
        let Some(body) = file.item(def.item).owner.and_then(|owner| file.item(owner).body) else {
            return Vec::new();
        };
        let at = BodyRef { file: def.file, body };
        let mut places = Vec::new();
        for marker in &file.item(def.item).markers {
            if let Some(op) = marker.value.some() {
                self.calls_of(word, (at, op), &mut places, 0);
            }
        }
        places
    }

    /// The calls of one word in a value.
    pub(crate) fn calls_of(&self, word: &str, place: Place, found: &mut Vec<Place>, depth: u32) {
        if self.marker_word(place) == Some(word) {
            found.push(place);
        } else if depth < MAX_NESTED {
            self.noted_parts(place).into_iter().for_each(|part| self.calls_of(word, part, found, depth + 1));
        }
    }

    fn named_markers(&mut self) -> Noted {
        let mut found = Noted::default();
        for entity in &self.p.entities {
            let Def { file, item } = self.p.class(entity.class).def;
            let owner = self.p.file(file).item(item).owner.unwrap_or(ItemId(0));
            let Some(body) = self.p.file(file).item(owner).body else { continue };
            for marker in &self.p.file(file).item(item).markers {
                if let Some(op) = marker.value.some() {
                    self.add_named((BodyRef { file, body }, op), &mut found, 0);
                }
            }
        }
        found
    }

    fn add_named(&mut self, place: Place, found: &mut Noted, depth: u32) {
        if depth > MAX_NESTED {
            return;
        }
        let word = self.marker_word(place).map(Box::from);
        if let Some(word) = word
            && let Some(name) = self.noted_text(place, "name")
        {
            found.insert((word, name), place);
            return;
        }
        for part in self.noted_parts(place) {
            self.add_named(part, found, depth + 1);
        }
    }

    /// The paths that the parts of a named graph spell, each in an argument `value`, and those of the graph below that it names.
    fn graph_paths(&mut self, graph: Place, place: Place, under: &str, paths: &mut Vec<Sym>, depth: u32) {
        if depth > MAX_NESTED {
            return;
        }
        if self.marker_word(place).is_none() {
            for part in self.noted_parts(place) {
                self.graph_paths(graph, part, under, paths, depth + 1);
            }
            return;
        }
        let Some(name) = self.noted_text(place, VALUE) else { return };
        let path = if under.is_empty() { name } else { format!("{under}.{name}") };
        paths.push(self.p.names.intern(&path));
        let below = self.noted_text(place, "subgraph");
        let all = self.noted_argument(graph, "subgraphs").map(|op| (graph.0, op));
        let (Some(below), Some(all)) = (below, all) else { return };
        let graphs = if self.marker_word(all).is_some() { vec![all] } else { self.noted_parts(all) };
        for part in graphs {
            let nodes = self.noted_argument(part, "attributeNodes");
            if let Some(nodes) = nodes
                && self.noted_text(part, "name").as_ref() == Some(&below)
            {
                self.graph_paths(graph, (part.0, nodes), &path, paths, depth + 1);
            }
        }
    }

    /// The last word of what a call calls.
    fn marker_word(&self, (at, op): Place) -> Option<&str> {
        let body = self.p.body(at);
        let OpKind::Call(call) = body.op(op).kind else { return None };
        let Callee::Value(callee) = body.call(call).callee else { return None };
        match body.op(callee).kind {
            OpKind::Name(name) | OpKind::Get { name, .. } => self.p.text(name).rsplit('.').next(),
            _ => None,
        }
    }

    /// The values among the arguments of a call, or in a list.
    pub(crate) fn noted_parts(&self, (at, op): Place) -> Vec<Place> {
        let body = self.p.body(at);
        let args = match body.op(op).kind {
            OpKind::Call(call) => body.call(call).args,
            OpKind::Make(_, args) => args,
            _ => return Vec::new(),
        };
        body.args(args).iter().filter_map(|arg| Some((at, arg.value.some()?))).collect()
    }

    pub(crate) fn noted_argument(&self, (at, op): Place, key: &str) -> Option<OpId> {
        let body = self.p.body(at);
        let OpKind::Call(call) = body.op(op).kind else { return None };
        let args = body.args(body.call(call).args);
        let named = args.iter().find(|arg| matches!(arg.slot, Slot::Key(name) if self.p.text(name) == key));
        let first = || args.first().filter(|arg| key == VALUE && arg.slot == Slot::Pos);
        named.or_else(first)?.value.some()
    }

    pub(crate) fn noted_text(&mut self, place: Place, key: &str) -> Option<String> {
        let op = self.noted_argument(place, key)?;
        let v = *self.init_values(place.0).get(op.at())?;
        self.literal_text(v)
    }
}
