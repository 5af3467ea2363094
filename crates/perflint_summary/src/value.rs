//! Abstract values, hash-consed: equal values have equal [`V`]s, so a context is a list of numbers.

use indexmap::IndexSet;
use perflint_ir::{BodyId, OpId, RegionId, SqlVerb, Sym};
use perflint_link::{BodyRef, ClassIx, Def, EntityIx, FileIx};
use perflint_models::TypeIx;
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::rc::Rc;

/// An abstract value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct V(pub u32);

/// Nothing is known of it.
pub const UNKNOWN: V = V(0);
/// `None`, `null`.
pub const NULL: V = V(1);
/// True.
pub const TRUE: V = V(2);
/// False.
pub const FALSE: V = V(3);
/// A value that holds no rows and nothing that matters: a number, a string, a flag.
pub const SCALAR: V = V(4);

/// An operation of a body: where something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Site {
    /// The body.
    pub at: BodyRef,
    /// The operation.
    pub op: OpId,
}

/// A set of relation paths that are loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SupplyIx(pub u32);

/// Nothing is loaded.
pub const NOTHING: SupplyIx = SupplyIx(0);
/// What is loaded is not known: no read can be called lazy.
pub const EVERYTHING: SupplyIx = SupplyIx(1);

/// Marks the path of a column in a supply: of its row, only columns that are marked are loaded.
pub const ONLY: char = '=';
/// Marks the path of a column that is not loaded.
pub const DEFERRED: char = '!';

/// Marks the path of an attribute that the query itself fills: reading it runs nothing.
pub const FILLED: char = '+';
/// All marks.
pub const MARKS: [char; 3] = [ONLY, DEFERRED, FILLED];

/// Where a row is bound: the loop whose element it is, or the place that fetched it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Binder {
    /// The body.
    pub at: BodyRef,
    /// The loop's region, or the region of the fetching operation.
    pub region: RegionId,
}

/// How many rows a query can yield.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bound {
    /// At most one.
    One,
    /// At most this many.
    AtMost(u32),
    /// Limited to a page, or by an amount that is not known.
    Page,
    /// Nothing is known.
    Unknown,
    /// As many as there are.
    Unbounded,
}

/// The query whose rows a list has an element for each of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Source {
    /// Where the query was built.
    pub origin: Site,
    /// Nothing limits them: it is one element per row that there is.
    pub all: bool,
    /// No query at all: whoever sent the request wrote the list down, and the origin is the handler.
    pub sent: bool,
}

/// A row of an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Row {
    /// The entity.
    pub entity: EntityIx,
    /// Where the rows of the first query come from.
    pub origin: Option<Site>,
    /// The relation path from the origin's rows to this row; empty for the origin's own rows.
    pub path: Sym,
    /// The relation that it was reached through: the entity that it was read from, and its name.
    pub from: Option<(EntityIx, Sym)>,
    /// The path leads through a relation to many.
    pub many: bool,
    /// Relation paths loaded with the origin's rows.
    pub supply: SupplyIx,
    /// Where it is bound.
    pub binder: Option<Binder>,
    /// Its key was taken away: saving it makes another row.
    pub keyless: bool,
}

/// A query that may not have run yet, or the result of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Query {
    /// The entity, if known.
    pub entity: Option<EntityIx>,
    /// A name for people where the entity is not known: a table.
    pub label: Sym,
    /// The type of the models whose rows apply.
    pub api: Option<TypeIx>,
    /// The user's manager or query class.
    pub class: Option<ClassIx>,
    /// Where it was built.
    pub origin: Site,
    /// The relation path of its rows, for a query that a relation builds.
    pub path: Sym,
    /// The relation that it was reached through: the entity that it was read from, and its name.
    pub from: Option<(EntityIx, Sym)>,
    /// The path leads through a relation to many.
    pub many: bool,
    /// What is loaded with its rows.
    pub supply: SupplyIx,
    /// The relation path that was loaded last.
    pub latest: Option<Sym>,
    /// How many rows.
    pub bound: Bound,
    /// It has run: using it costs nothing more.
    pub ran: bool,
    /// Its rows were read through this very value, which keeps them.
    pub evaluated: bool,
    /// It yields plain values.
    pub plain: bool,
    /// It is restricted by equality on some column.
    pub narrowed: bool,
    /// The row and relation that it was reached through, if nothing but that relation decides its rows.
    pub via: Option<V>,
    /// The relation is loaded, and nothing since asks for other rows.
    pub preloaded: bool,
    /// It writes.
    pub writes: bool,
    /// It is about a row that the code itself made.
    pub fresh: bool,
    /// What its SQL text does.
    pub verb: Option<SqlVerb>,
    /// A limit is there, and nothing was given for it.
    pub open_limit: bool,
    /// It was made from a relation, whether or not something was added since.
    pub related: bool,
    /// Another way to the same place pages its rows: who asks for all of them means to.
    pub paged: bool,
}

/// What an abstract value is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Val {
    /// Nothing is known.
    Unknown,
    /// Null.
    Null,
    /// A truth value.
    Bool(bool),
    /// A value that does not matter.
    Scalar,
    /// A small number.
    Int(i32),
    /// A literal string.
    Str(Sym),
    /// SQL text, by file and index, and whether a text that may limit its rows was added to it.
    Sql(FileIx, u32, bool),
    /// Something outside, by path: a module, class or function.
    Ext(Sym),
    /// An instance of a library type, with type arguments.
    ExtInst(TypeIx, Box<[V]>),
    /// A method of a library value that is not called yet.
    ExtMethod(V, Sym),
    /// A file as a module.
    Module(FileIx),
    /// A module inside a file.
    Space(Def),
    /// A class.
    Class(ClassIx),
    /// A function.
    Fun(Def),
    /// A method with its receiver.
    Bound(Def, V),
    /// A closure with what it captured and its receiver.
    Closure(FileIx, BodyId, Box<[V]>, V),
    /// An instance of a class of the repository, with the fields that are known.
    Inst(ClassIx, Rc<[(Sym, V)]>),
    /// A row.
    Row(Row),
    /// A query.
    Query(Query),
    /// Many values alike, and how many if that is known; `batch` if each element is a batch.
    Many {
        /// An element.
        elem: V,
        /// How many, if constant.
        count: Option<u32>,
        /// Each element stands for many rows.
        batch: bool,
        /// The query that there is one element per row of.
        source: Option<Source>,
    },
    /// A literal list or tuple.
    List(Rc<[V]>),
    /// A literal map; `rest` is what keys that are not listed hold.
    Map(Rc<[(Sym, V)]>, V),
    /// A promise.
    Future(V),
    /// Relation paths that a loading option names, and the option's type. A column path starts with a mark: [`ONLY`] where
    /// it is one of those that alone are loaded, [`DEFERRED`] where it is left out.
    Paths(Rc<[Sym]>, Option<TypeIx>),
    /// Where a router stands: an argument of its type.
    Place(crate::route::PlaceIx),
    /// A relation or column of an entity, as a value: SQLAlchemy's `User.posts`.
    Attr(EntityIx, Sym),
    /// One of several.
    Union(Rc<[V]>),
}

/// All values of an analysis.
#[derive(Debug)]
pub struct Values {
    vals: IndexSet<Val, FxBuildHasher>,
    /// The numbers of literal strings and of names, by symbol: they are asked for most.
    strings: Vec<V>,
    names: Vec<V>,
    supplies: Vec<(bool, Rc<[Sym]>)>,
    supply_index: FxHashMap<(bool, Rc<[Sym]>), SupplyIx>,
}

/// True for two queries of which one is limited and the other gives all rows.
fn only_one_pages(x: Query, y: Query) -> bool {
    let (least, most) = (x.bound.min(y.bound), x.bound.max(y.bound));
    matches!(least, Bound::AtMost(_) | Bound::Page) && most == Bound::Unbounded
}

/// Most alternatives kept of a value.
const MAX_UNION: usize = 6;

impl Default for Values {
    fn default() -> Self {
        let mut values = Self {
            vals: IndexSet::default(),
            strings: Vec::new(),
            names: Vec::new(),
            supplies: Vec::new(),
            supply_index: FxHashMap::default(),
        };
        for val in [Val::Unknown, Val::Null, Val::Bool(true), Val::Bool(false), Val::Scalar] {
            values.make(val);
        }
        values.supply(false, Vec::new());
        values.supply(true, Vec::new());
        values
    }
}

impl Values {
    /// The value.
    pub fn get(&self, v: V) -> &Val {
        &self.vals[v.0 as usize]
    }

    /// The number of a value.
    pub fn make(&mut self, val: Val) -> V {
        let (known, sym) = match val {
            Val::Str(sym) => (&mut self.strings, sym),
            Val::Ext(sym) => (&mut self.names, sym),
            _ => return V(self.vals.insert_full(val).0 as u32),
        };
        let at = sym.0 as usize;
        if known.len() <= at {
            known.resize(at + 1, UNKNOWN);
        }
        if known[at] == UNKNOWN {
            known[at] = V(self.vals.insert_full(val).0 as u32);
        }
        known[at]
    }

    /// Many values alike.
    pub fn many(&mut self, elem: V) -> V {
        self.make(Val::Many { elem, count: None, batch: false, source: None })
    }

    /// A set of loaded paths; `all` if it is not known what is loaded.
    pub fn supply(&mut self, all: bool, mut paths: Vec<Sym>) -> SupplyIx {
        paths.sort();
        paths.dedup();
        let key = (all, Rc::<[Sym]>::from(paths));
        if let Some(ix) = self.supply_index.get(&key) {
            return *ix;
        }
        let ix = SupplyIx(self.supplies.len() as u32);
        self.supplies.push(key.clone());
        self.supply_index.insert(key, ix);
        ix
    }

    /// True if a path is loaded, or might be.
    pub fn is_loaded(&self, supply: SupplyIx, path: Sym) -> bool {
        let (all, paths) = &self.supplies[supply.0 as usize];
        *all || paths.binary_search(&path).is_ok()
    }

    /// The loaded paths, and whether there may be others.
    pub fn paths(&self, supply: SupplyIx) -> (bool, Rc<[Sym]>) {
        self.supplies[supply.0 as usize].clone()
    }

    /// What is loaded on both ways.
    pub(crate) fn common(&mut self, a: SupplyIx, b: SupplyIx) -> SupplyIx {
        if a == b {
            return a;
        }
        let ((all_a, a), (all_b, b)) = (self.paths(a), self.paths(b));
        match (all_a, all_b) {
            (true, _) | (_, true) => EVERYTHING,
            _ => {
                let both = a.iter().copied().filter(|p| b.binary_search(p).is_ok()).collect();
                self.supply(false, both)
            }
        }
    }

    /// What is loaded on either way.
    pub(crate) fn added(&mut self, a: SupplyIx, b: SupplyIx) -> SupplyIx {
        let ((all_a, a), (all_b, b)) = (self.paths(a), self.paths(b));
        let sum = a.iter().chain(b.iter()).copied().collect();
        self.supply(all_a || all_b, sum)
    }

    /// A value that is one or the other.
    pub fn join(&mut self, a: V, b: V) -> V {
        if a == b || b == UNKNOWN {
            return a;
        }
        if a == UNKNOWN {
            return b;
        }
        match (self.get(a).clone(), self.get(b).clone()) {
            (Val::Null, _) | (Val::Scalar, Val::Bool(_) | Val::Int(_) | Val::Str(_)) if !self.is_plain(b) => {
                b
            }
            (_, Val::Null) if !self.is_plain(a) => a,
            // A query for nothing yields nothing.
            (Val::Query(x), Val::Query(y)) if x.bound == Bound::AtMost(0) && y.entity.is_some() => b,
            (Val::Query(x), Val::Query(y)) if y.bound == Bound::AtMost(0) && x.entity.is_some() => a,
            // Queries that are built at different places stay apart: each is to blame for what itself lacks.
            (Val::Query(x), Val::Query(y))
                if x.entity == y.entity
                    && x.entity.is_some()
                    && (x.origin == y.origin || (x.supply == y.supply && !only_one_pages(x, y))) =>
            {
                let supply = self.common(x.supply, y.supply);
                let most = x.bound.max(y.bound);
                // Where one of the ways pages its rows, the other is for those who ask for all of them.
                let pages = only_one_pages(x, y);
                let bound = if pages && x.ran && y.ran { Bound::Page } else { most };
                self.make(Val::Query(Query {
                    supply,
                    bound,
                    ran: x.ran && y.ran,
                    evaluated: x.evaluated && y.evaluated,
                    preloaded: x.preloaded && y.preloaded,
                    via: x.via.filter(|_| x.via == y.via),
                    plain: x.plain && y.plain,
                    narrowed: x.narrowed && y.narrowed,
                    paged: pages || x.paged || y.paged,
                    ..x
                }))
            }
            (Val::Row(x), Val::Row(y))
                if x.entity == y.entity
                    && x.path == y.path
                    && (x.origin == y.origin || x.supply == y.supply) =>
            {
                let supply = self.common(x.supply, y.supply);
                self.make(Val::Row(Row { supply, keyless: x.keyless && y.keyless, ..x }))
            }
            (
                Val::Many { elem: x, batch: p, source: s, .. },
                Val::Many { elem: y, batch: q, source: t, .. },
            ) => {
                let elem = self.join(x, y);
                // Rows that something limits on one of the ways are not all of them.
                let rows = |v: V| matches!(self.get(v), Val::Row(Row { origin: Some(_), .. }));
                let source = match (s, t) {
                    (Some(s), Some(t)) if rows(x) && rows(y) => Some(Source { all: s.all && t.all, ..t }),
                    (s, t) if rows(x) && rows(y) => s.or(t).map(|source| Source { all: false, ..source }),
                    (Some(s), Some(t)) => Some(if s.sent { t } else { s }),
                    (s, t) => s.or(t).filter(|source| !source.sent),
                };
                self.make(Val::Many { elem, count: None, batch: p && q, source })
            }
            (Val::Map(x, p), Val::Map(y, q)) => {
                let mut entries = x.to_vec();
                for (key, v) in y.iter() {
                    match entries.iter().position(|(k, _)| k == key) {
                        Some(at) => entries[at].1 = self.join(entries[at].1, *v),
                        None => entries.push((*key, *v)),
                    }
                }
                let rest = self.join(p, q);
                self.make(Val::Map(entries.into(), rest))
            }
            (Val::Many { .. }, Val::List(items)) if items.is_empty() => a,
            (Val::List(items), Val::Many { .. }) if items.is_empty() => b,
            _ => self.union(a, b),
        }
    }

    fn is_plain(&self, v: V) -> bool {
        matches!(self.get(v), Val::Bool(_) | Val::Int(_) | Val::Null | Val::Scalar)
    }

    fn union(&mut self, a: V, b: V) -> V {
        let mut all: Vec<V> = Vec::new();
        for v in [a, b] {
            match self.get(v) {
                Val::Union(vs) => all.extend(vs.iter().copied()),
                _ => all.push(v),
            }
        }
        all.sort();
        all.dedup();
        all.truncate(MAX_UNION);
        self.make(Val::Union(all.into()))
    }

    /// The alternatives of a value: itself, unless it is a union.
    pub fn alternatives(&self, v: V) -> Rc<[V]> {
        match self.get(v) {
            Val::Union(vs) => Rc::clone(vs),
            _ => Rc::new([v]),
        }
    }

    /// True if the truth of the value is known, with that truth.
    pub fn truth(&self, v: V) -> Option<bool> {
        match self.get(v) {
            Val::Null => Some(false),
            Val::Bool(b) => Some(*b),
            Val::Int(n) => Some(*n != 0),
            Val::List(items) => Some(!items.is_empty()),
            Val::Class(_) | Val::Fun(_) | Val::Closure(..) | Val::Bound(..) | Val::Row(_) | Val::Inst(..) => {
                Some(true)
            }
            Val::Map(entries, rest) if !entries.is_empty() || *rest == UNKNOWN => Some(!entries.is_empty()),
            _ => None,
        }
    }
}
