//! Query builders whose joins load what they join only if it is selected.

use crate::eval::{Eval, Frame};
use crate::value::{NULL, UNKNOWN, V, Val};
use perflint_ir::{Body, OpId, OpKind, Slot};

/// How many joins are followed back to the rows that a query starts from.
const MAX_JOINS: usize = 6;
/// Joins of a text, and names that it selects, that are looked at.
const MAX_PARTS: usize = 64;
/// Most calls of a function in which the other parts of a query are looked for.
const MAX_CALLS: usize = 1_000;

impl<'p> Eval<'p> {
    /// The path that a join loads: none, unless its alias is selected in the same function.
    pub(crate) fn joined(&mut self, f: &Frame<'p>, path: V, alias: V) -> V {
        let (Val::Str(path), Val::Str(alias)) = (self.vals.get(path).clone(), self.vals.get(alias).clone())
        else {
            return NULL;
        };
        let alias = self.p.text(alias).to_owned();
        if f.body.calls.len() > MAX_CALLS {
            return UNKNOWN;
        }
        if !self.is_selected(f.body, &alias) {
            return NULL;
        }
        let mut parts = Vec::new();
        let mut at = self.p.text(path).to_owned();
        for _ in 0..MAX_JOINS {
            let Some((base, name)) = at.split_once('.') else { return NULL };
            parts.push(name.to_owned());
            match self.join_of(f.body, base) {
                Some(next) => at = next,
                None => break,
            }
        }
        parts.reverse();
        let path = self.p.names.intern(&parts.join("."));
        self.vals.make(Val::Paths([path].into(), None))
    }

    fn str_of(&self, body: &Body, op: OpId) -> Option<&'p str> {
        match body.op(op.some()?).kind {
            OpKind::Str(text) => Some(self.p.text(text)),
            _ => None,
        }
    }

    /// The path of the join that introduces an alias.
    fn join_of(&self, body: &Body, alias: &str) -> Option<String> {
        body.calls.iter().find_map(|call| {
            let [path, name, ..] = body.args(call.args) else { return None };
            let path = self.str_of(body, path.value).filter(|path| path.contains('.'))?;
            (self.str_of(body, name.value)? == alias).then(|| path.to_owned())
        })
    }

    /// True if an alias is a whole argument of a call that introduces no alias, alone or among others.
    fn is_selected(&self, body: &Body, alias: &str) -> bool {
        let is = |text: &str| text.split(',').any(|part| part.trim().split(' ').next() == Some(alias));
        body.calls.iter().any(|call| {
            let args = body.args(call.args);
            let joins =
                args.len() > 1 && self.str_of(body, args[0].value).is_some_and(|path| path.contains('.'));
            !joins
                && args.iter().filter(|arg| arg.slot == Slot::Pos).any(|arg| match body.op(arg.value).kind {
                    OpKind::Str(text) => is(self.p.text(text)),
                    OpKind::Make(_, items) => {
                        body.args(items).iter().any(|item| self.str_of(body, item.value).is_some_and(is))
                    }
                    _ => false,
                })
        })
    }

    /// What a text, or the arguments of a call, select beside the rows that the query starts from.
    pub(crate) fn selected(&mut self, f: &Frame<'p>, v: V, op: usize, anew: bool) -> V {
        if let Some(text) = self.literal_text(v) {
            let Some(query) = ObjectQuery::read(&text) else { return NULL };
            let paths: Vec<_> = query.loaded().iter().map(|path| self.p.names.intern(path)).collect();
            return self.vals.make(Val::Paths(paths.into(), None));
        }
        let mut names = Vec::new();
        self.aliases(v, &mut names, 0);
        if f.body.calls.len() > MAX_CALLS {
            return UNKNOWN;
        }
        let OpKind::Call(own) = f.body.op(OpId(op as u32)).kind else { return NULL };
        // Another call introduces each name: the one that starts the query, or a join. Whoever selects what was joined
        // elsewhere may load anything.
        let known = |name: &str| {
            (0u32..).zip(&f.body.calls).filter(|(at, _)| *at != own.0).any(|(_, call)| {
                let args = f.body.args(call.args);
                args.iter().take(2).any(|arg| self.str_of(f.body, arg.value) == Some(name))
            })
        };
        let all_joined = !names.is_empty() && names.iter().all(|name| self.join_of(f.body, name).is_some());
        if names.iter().all(|name| known(name)) && !(anew && all_joined) { NULL } else { UNKNOWN }
    }

    /// The texts among values that are names and nothing else.
    fn aliases(&self, v: V, out: &mut Vec<String>, depth: u32) {
        match self.vals.get(v) {
            Val::Str(text) => {
                let text = self.p.text(*text);
                if text.chars().all(|c| c.is_alphanumeric() || c == '_') {
                    out.push(text.to_owned());
                }
            }
            Val::List(items) if depth < 3 => {
                items.iter().for_each(|item| self.aliases(*item, out, depth + 1));
            }
            _ => {}
        }
    }

    /// The class that a query's text starts from.
    pub(crate) fn starting_class(&mut self, f: &Frame<'p>, v: V) -> Option<V> {
        let text = self.literal_text(v)?;
        let query = ObjectQuery::read(&text)?;
        let name = query.class.rsplit(['\\', ':', '.']).next()?;
        let mut entity = self.p.entity_named(f.at.file, name)?;
        // Rows that were joined are given instead of those that the query starts from.
        if !query.gives_root() {
            let path = query.whole(query.first_joined()?)?;
            for part in path.split('.') {
                let part = self.p.names.find(part)?;
                entity = self.p.relation(entity, part)?.target?;
            }
        }
        Some(self.vals.make(Val::Class(self.p.entity(entity).class)))
    }
}

/// A text of Doctrine's query language, as far as it says what is loaded.
/// <https://www.doctrine-project.org/projects/doctrine-orm/en/current/reference/dql-doctrine-query-language.html>
struct ObjectQuery<'t> {
    selected: Vec<&'t str>,
    class: &'t str,
    root: &'t str,
    /// Paths with the aliases that they are joined under.
    joins: Vec<(&'t str, &'t str)>,
}

impl<'t> ObjectQuery<'t> {
    fn read(text: &'t str) -> Option<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let is = |at: usize, word: &str| words.get(at).is_some_and(|w| w.eq_ignore_ascii_case(word));
        if !is(0, "select") {
            return None;
        }
        let from = (1..words.len()).find(|at| is(*at, "from"))?;
        let listed = words[1..from].iter().flat_map(|word| word.split(','));
        let selected = listed.filter(|word| !word.is_empty()).take(MAX_PARTS).collect();
        let alias = |at: usize| words.get(if is(at, "as") { at + 1 } else { at }).copied();
        let joins = (from..words.len()).filter(|at| is(*at, "join")).take(MAX_PARTS);
        let joins = joins.filter_map(|at| Some((*words.get(at + 1)?, alias(at + 2)?))).collect();
        Some(Self { selected, class: words.get(from + 1)?, root: alias(from + 2)?, joins })
    }

    /// Values that are computed count as rows: what they are is not read from their relations.
    fn gives_root(&self) -> bool {
        self.selected.contains(&self.root) || self.first_joined().is_none()
    }

    /// The path of the first join whose rows are selected.
    fn first_joined(&self) -> Option<&'t str> {
        self.selected
            .iter()
            .find_map(|name| self.joins.iter().find(|(_, alias)| alias == name))
            .map(|(path, _)| *path)
    }

    /// The paths that are loaded with the rows, from these.
    fn loaded(&self) -> Vec<String> {
        if !self.gives_root() {
            return Vec::new();
        }
        let wanted = self.joins.iter().filter(|(_, alias)| self.selected.contains(alias));
        wanted.filter_map(|(path, _)| self.whole(path)).collect()
    }

    /// A path from the rows that the query starts from.
    fn whole(&self, path: &str) -> Option<String> {
        let mut parts = Vec::new();
        let mut at = path;
        for _ in 0..MAX_JOINS {
            let (base, name) = at.split_once('.')?;
            parts.push(name);
            match self.joins.iter().find(|(_, alias)| *alias == base) {
                Some((next, _)) => at = next,
                None => break,
            }
        }
        parts.reverse();
        Some(parts.join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::ObjectQuery;

    #[test]
    fn joins_load_what_is_selected() {
        let text = "SELECT o, c, r FROM App\\Entity\\Order o JOIN o.customer c LEFT JOIN c.region AS r JOIN o.items i WHERE i.id = 1";
        let query = ObjectQuery::read(text).unwrap();
        assert_eq!(query.class, "App\\Entity\\Order");
        assert_eq!(query.loaded(), ["customer", "customer.region"]);
        let other = ObjectQuery::read("SELECT c FROM Order o JOIN o.customer c").unwrap();
        assert!(!other.gives_root());
        assert_eq!(other.whole(other.first_joined().unwrap()).as_deref(), Some("customer"));
        assert!(ObjectQuery::read("DELETE FROM App\\Entity\\Order o").is_none());
    }
}
