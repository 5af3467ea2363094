//! How many rows queries and loops are about, for whoever puts numbers into formulas: facts, no judgement.
//!
//! One place may be evaluated in many contexts. What it is about there is joined: an entity that differs is not known, the
//! weaker of two bounds counts.

use crate::eval::Eval;
use crate::value::{Bound, Query, Row, Site, V, Val};
use perflint_link::EntityIx;
use perflint_models::RowCount;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::hash_map::Entry;

/// The rows that something is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Their entity, if it is known and always the same.
    pub entity: Option<EntityIx>,
    /// The entity of the row that they belong to, for the rows of a relation.
    pub of: Option<EntityIx>,
    /// How many there may be.
    pub bound: Bound,
    /// Restricted by equality on some column.
    pub narrowed: bool,
    /// Where the row that they belong to comes from, for the rows of a relation in a loop.
    pub owner: Option<Site>,
}

/// Extents by place.
#[derive(Clone, Debug, Default)]
pub struct Extents {
    /// Of queries, by where they were built.
    built: FxHashMap<Site, Extent>,
    /// Of queries whose rows come into memory, by where they run.
    runs: FxHashMap<Site, Extent>,
    /// Where queries were built that give one row.
    single: FxHashSet<Site>,
    /// Where queries were built whose one row turned out to be several.
    several: FxHashSet<Site>,
    /// Where queries run whose rows are fetched later, by where they were built.
    pending: FxHashMap<Site, Site>,
    /// Of loops, by the site of their factor.
    loops: FxHashMap<Site, Extent>,
    /// Loops over what a request brings, and loops over anything else, of what entry points run.
    sent: FxHashSet<Site>,
    unsent: FxHashSet<Site>,
}

impl Extents {
    /// The rows that come into memory where a query runs; `None` if none do, or no query runs there.
    pub fn of_run(&self, site: Site) -> Option<Extent> {
        self.runs.get(&site).copied()
    }

    /// The rows that are iterated at the site of a factor; `None` if they are not known to be rows.
    pub fn of_loop(&self, site: Site) -> Option<Extent> {
        self.loops.get(&site).copied()
    }

    /// The entity of a query that was built at a place, if it has run and always is the same.
    pub fn entity_built(&self, origin: Site) -> Option<EntityIx> {
        self.built.get(&origin)?.entity
    }

    /// True if a query that was built at a place was only seen to fetch a row at a time.
    pub fn is_single(&self, origin: Site) -> bool {
        if self.several.contains(&origin) {
            return false;
        }
        match self.built.get(&origin) {
            Some(rows) => rows.bound == Bound::One,
            None => self.single.contains(&origin),
        }
    }

    /// True if whoever sends a request writes down what the loop at the site of a factor walks, whichever entry point runs it.
    pub fn is_sent(&self, site: Site) -> bool {
        self.sent.contains(&site) && !self.unsent.contains(&site)
    }

    /// A framework fetched one row by itself.
    pub(crate) fn given(&mut self, origin: Site) {
        self.single.insert(origin);
    }

    /// What a query gave as one row is walked like a list: it was asked for several.
    pub(crate) fn several(&mut self, origin: Site) {
        self.several.insert(origin);
    }

    /// A query runs and gives one row.
    pub(crate) fn single(&mut self, q: &Query) {
        self.single.insert(q.origin);
    }

    /// A query runs and brings rows into memory.
    pub(crate) fn run(&mut self, site: Site, q: &Query, rows: RowCount) {
        let bound = match rows {
            RowCount::None | RowCount::Declared => {
                self.pending.insert(q.origin, site);
                return;
            }
            RowCount::One => Bound::One,
            RowCount::All | RowCount::Stream => q.bound,
        };
        let extent = Extent { bound, ..of_query(q) };
        join(&mut self.built, q.origin, extent);
        join(&mut self.runs, site, extent);
    }

    /// The rows of a query that has run come into memory: they count where it ran.
    pub(crate) fn fetched(&mut self, q: &Query) {
        if let Some(site) = self.pending.get(&q.origin).copied() {
            self.run(site, q, RowCount::All);
        }
    }
}

fn of_query(q: &Query) -> Extent {
    let of = q.from.map(|(entity, _)| entity);
    Extent { entity: q.entity, of, bound: q.bound, narrowed: q.narrowed, owner: None }
}

fn join(known: &mut FxHashMap<Site, Extent>, site: Site, new: Extent) {
    match known.entry(site) {
        Entry::Vacant(free) => {
            free.insert(new);
        }
        Entry::Occupied(mut at) => {
            let old = *at.get();
            at.insert(Extent {
                entity: old.entity.filter(|_| old.entity == new.entity),
                of: old.of.filter(|_| old.of == new.of),
                bound: old.bound.max(new.bound),
                narrowed: old.narrowed && new.narrowed,
                owner: old.owner.filter(|_| old.owner == new.owner),
            });
        }
    }
}

impl Eval<'_> {
    /// Notes what a loop iterates over.
    pub(crate) fn note_loop(&mut self, site: Site, v: V) {
        if self.entry.is_some() {
            let sent = self.source_of(v).is_some_and(|source| source.sent);
            let extents = &mut self.events.extents;
            if sent {
                extents.sent.insert(site)
            } else {
                extents.unsent.insert(site)
            };
        }
        let extent = match self.vals.get(v) {
            Val::Query(q) => Extent { owner: self.owner(q), ..of_query(q) },
            Val::Many { elem, .. } => match self.vals.get(*elem) {
                Val::Row(row) => self.of_rows(row),
                _ => return,
            },
            _ => return,
        };
        join(&mut self.events.extents.loops, site, extent);
    }

    /// Where the row comes from that was asked for its relation.
    fn owner(&self, q: &Query) -> Option<Site> {
        match self.vals.get(q.via?) {
            Val::Row(row) if self.p.text(row.path).is_empty() => row.origin,
            _ => None,
        }
    }

    /// Rows in memory: those of the query that fetched them, or of a relation that was loaded with it.
    fn of_rows(&self, row: &Row) -> Extent {
        let own = self.p.text(row.path).is_empty();
        let built = row.origin.filter(|_| own).and_then(|origin| self.events.extents.built.get(&origin));
        let unknown = Extent {
            entity: Some(row.entity),
            of: row.from.map(|(entity, _)| entity),
            bound: Bound::Unknown,
            narrowed: false,
            owner: row.origin.filter(|_| !own),
        };
        built.map_or(unknown, |built| Extent { entity: Some(row.entity), ..*built })
    }
}
