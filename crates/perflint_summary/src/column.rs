//! Which columns queries use: noted beside the values, so that no value and no context depends on them.
//!
//! Each call that builds a query notes the columns of its arguments under the place where the query was first built; a query
//! that runs notes that place. What was noted in a branch that the run does not stand in may or may not apply.

use crate::condition_text;
use crate::eval::{Eval, Frame};
use crate::expr::Given;
use crate::fixed::worded;
use crate::value::{Bound, Query, Site, V, Val};
use perflint_ir::{Callee, Fixed, OpKind, RegionId, Sym};
use perflint_link::{BodyRef, EntityIx, Program};
use perflint_models::{CallRow, ColumnRow};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};

/// Columns kept of one call.
const MAX_USES: usize = 32;

/// How a column is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ColumnHow {
    /// Compared for equality, or with several values.
    Equal,
    /// Compared with a bound.
    Range,
    /// Compared otherwise.
    Other,
    /// Sorted by, upwards.
    Ascending,
    /// Sorted by, downwards.
    Descending,
    /// Asked for, where not all are.
    Select,
}

/// A column, or the attribute that holds it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnUse {
    /// Its name, or the path that leads to it through relations, joined with dots.
    pub name: String,
    /// How it is used.
    pub how: ColumnHow,
    /// It is compared with the same value in every run.
    pub constant: bool,
    /// What it is compared with, where that is written out.
    pub fixed: Option<Fixed>,
}

impl ColumnUse {
    /// A use whose value is not told.
    pub(crate) fn of(name: impl Into<String>, how: ColumnHow) -> Self {
        Self { name: name.into(), how, constant: false, fixed: None }
    }

    /// A comparison with a value, if that is written out. Rows without a value are usually most of them, or few: an index on
    /// the column alone does not tell.
    pub(crate) fn with(self, fixed: Option<Fixed>) -> Self {
        let how = match (&fixed, self.how) {
            (Some(Fixed::Null | Fixed::Present), ColumnHow::Equal) => ColumnHow::Other,
            (_, how) => how,
        };
        let constant = fixed.as_ref().is_some_and(Fixed::is_value);
        Self { how, constant, fixed, ..self }
    }
}

/// A query that ran.
#[derive(Clone, Debug)]
pub struct Accessed {
    /// Where it ran.
    pub site: Site,
    /// Where it was built first.
    pub origin: Site,
    /// The entity.
    pub entity: Option<EntityIx>,
    /// The table, where nothing but its name is known.
    pub label: Sym,
    /// Its columns, in the order of the calls.
    pub uses: Vec<ColumnUse>,
    /// It may be restricted in ways that are not known.
    pub partial: bool,
    /// Some conditions are alternatives.
    pub any: bool,
    /// How many rows.
    pub bound: Bound,
    /// It writes.
    pub writes: bool,
    /// The relation that it was reached through.
    pub from: Option<(EntityIx, Sym)>,
    /// The entry point that was being evaluated.
    pub entry: Option<usize>,
}

/// What one call notes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Noted {
    pub(crate) uses: Vec<ColumnUse>,
    pub(crate) partial: bool,
    pub(crate) any: bool,
    region: Option<RegionId>,
}

/// A query that calls build: where the first of them stands, and the relation that it was reached through, since a relation of a row
/// counts from where the row's query was built.
type Built = (Site, Option<(EntityIx, Sym)>);

impl Noted {
    /// Takes over what a text says.
    fn take(&mut self, said: condition_text::Said) {
        self.uses.extend(said.uses);
        self.partial |= said.partial;
        self.any |= said.any;
    }
}

/// What has been noted.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    calls: FxHashMap<Built, BTreeMap<Site, Noted>>,
    ran: FxHashMap<(Site, Built), Accessed>,
}

impl Columns {
    /// All queries that ran, by place.
    pub(crate) fn accesses(self, program: &Program) -> Vec<Accessed> {
        let Self { calls, ran } = self;
        // What is built in one place and goes on in several has the conditions of each only there.
        let mut goes_on: FxHashMap<Built, BTreeSet<BodyRef>> = FxHashMap::default();
        ran.keys().for_each(|(site, built)| {
            goes_on.entry(*built).or_default().insert(site.at);
        });
        let mut all: Vec<Accessed> = ran.into_values().collect();
        let runs: FxHashSet<(Site, Built)> =
            all.iter().map(|access| (access.site, (access.origin, access.from))).collect();
        for access in &mut all {
            let built = (access.origin, access.from);
            let shared = goes_on.get(&built).is_some_and(|bodies| bodies.len() > 1);
            for (site, noted) in calls.get(&built).into_iter().flatten() {
                if shared && site.at != access.site.at && site.at != access.origin.at {
                    access.partial = true;
                    continue;
                }
                // What a call adds that runs the query itself is its own.
                let own_run = *site != access.site && runs.contains(&(*site, built));
                if own_run || of_another(program, *site, access) {
                    continue;
                }
                if !applies(program, *site, noted.region.unwrap_or(RegionId(0)), access.site) {
                    access.partial = true;
                    continue;
                }
                access.partial |= noted.partial;
                access.any |= noted.any;
                for used in &noted.uses {
                    if !access.uses.contains(used) {
                        access.uses.push(used.clone());
                    }
                }
            }
        }
        all.sort_by_key(|access| (access.site, access.origin, access.from));
        all
    }
}

/// Whether a call belongs to another query of the same function: what is built elsewhere, by a method of a row say, goes on in
/// chains of their own.
fn of_another(program: &Program, call: Site, access: &Accessed) -> bool {
    if call.at != access.site.at || call.at == access.origin.at {
        return false;
    }
    let body = program.body(call.at);
    let mut at = access.site.op;
    for _ in 0..body.ops.len() {
        let Some(op) = at.some().and_then(|at| body.ops.get(at.at())) else { return true };
        at = match op.kind {
            _ if at == call.op => return false,
            OpKind::Call(id) => match body.call(id).callee {
                Callee::Member { recv, .. } => recv,
                Callee::Value(value) => value,
            },
            OpKind::Get { base, .. } => base,
            OpKind::Await(value) | OpKind::Cast { value, .. } => value,
            // A variable may hold what any of them built.
            OpKind::Local(_) | OpKind::Join(_) => return false,
            _ => return true,
        };
    }
    false
}

/// Whether what a call adds is certain where the query runs.
fn applies(program: &Program, call: Site, region: RegionId, run: Site) -> bool {
    if call.at != run.at {
        return region == RegionId(0);
    }
    let body = program.body(run.at);
    let Some(op) = body.ops.get(run.op.at()) else { return region == RegionId(0) };
    call.op <= run.op && body.enclosing(op.region).any(|(here, _)| here == region)
}

/// True for one condition that asks for the key by which rows are told apart.
fn compares_key(uses: &[ColumnUse]) -> bool {
    matches!(uses, [one] if one.how == ColumnHow::Equal && matches!(&*one.name, "id" | "pk"))
}

impl<'p> Eval<'p> {
    /// Notes the columns that a call adds to a query. True if it compares the key with one value: no more than one row has it.
    pub(crate) fn columns_of(
        &mut self,
        f: &mut Frame<'p>,
        q: &Query,
        row: &'p CallRow,
        g: &Given<'_>,
    ) -> bool {
        let name = self.method_at(f, &Query { verb: None, fresh: false, ..*q }, g.op);
        let models = self.m;
        let text = self.p.text(name);
        let family = f.lang.models();
        let of_row = |of: &str, column: &ColumnRow| {
            *of == *family && column.on.iter().any(|on| row.on.iter().any(|own| own == on))
        };
        let named = models.columns.get(text).into_iter().flatten().find(|(of, column)| of_row(of, column));
        let known = named.map(|(_, column)| column).or_else(|| {
            let mut starts = models.column_prefixes.iter();
            let fit = starts.find(|(start, of, column)| text.starts_with(&**start) && of_row(of, column));
            fit.map(|(_, _, column)| column)
        });
        let mut noted = Noted::default();
        match known {
            Some(column) => self.note(f, q, column, g, &mut noted),
            None => noted.partial = row.narrows.is_some(),
        }
        if noted.uses.is_empty() && !noted.partial && !noted.any {
            return false;
        }
        let compares = known.is_some_and(|column| column.operator.is_some());
        let one = compares && !noted.partial && !noted.any && q.entity.is_some() && compares_key(&noted.uses);
        let site = self.site(f, g.op);
        noted.region = Some(self.here(f, g.op).region);
        let calls = self.events.columns.calls.entry((q.origin, q.from)).or_default();
        calls.entry(site).or_insert(noted);
        one
    }

    /// What is known of the columns of a query that was built at one place is so of one that goes on from there at another.
    pub(crate) fn columns_from(&mut self, (known, from): (Site, Option<(EntityIx, Sym)>), origin: Site) {
        if known == origin {
            return;
        }
        if let Some(noted) = self.events.columns.calls.get(&(known, from)).cloned() {
            self.events.columns.calls.entry((origin, from)).or_default().extend(noted);
        }
    }

    /// Notes that a query runs.
    pub(crate) fn accessed(&mut self, q: &Query, site: Site) {
        let named = !self.p.text(q.label).is_empty() && q.verb.is_none();
        if q.entity.is_none() && !named || q.fresh {
            return;
        }
        let Query { origin, entity, label, bound, writes, from, .. } = *q;
        let entry = self.entry;
        let access = Accessed {
            site,
            origin,
            entity,
            label,
            uses: Vec::new(),
            partial: false,
            any: false,
            bound,
            writes,
            from,
            entry,
        };
        self.events.columns.ran.entry((site, (origin, from))).or_insert(access);
    }

    fn note(&mut self, f: &mut Frame<'p>, q: &Query, row: &'p ColumnRow, g: &Given<'_>, noted: &mut Noted) {
        noted.partial |= row.unknown;
        if self.note_told(f, q, row, g, noted) {
            return;
        }
        let alias = row.aliased.then(|| self.alias_of(q)).flatten();
        let alias = alias.as_deref();
        let how = match &row.operator {
            Some(operator) => match self.expr(f, operator, g).map(|v| self.vals.get(v).clone()) {
                Some(Val::Str(text)) => operator_how(self.p.text(text)),
                _ => ColumnHow::Equal,
            },
            None if row.other => ColumnHow::Other,
            None => ColumnHow::Equal,
        };
        if let Some(filters) = &row.filters {
            let before = noted.uses.len();
            match self.expr(f, filters, g) {
                Some(v) => self.conditions(v, how, (row.dunder, alias), noted, 0),
                None => noted.partial = true,
            }
            let fixed = self.fixed_of(f, row, g);
            if let (Some(fixed), [one]) = (fixed, &mut noted.uses[before..])
                && one.how == ColumnHow::Equal
                && one.fixed.is_none()
            {
                *one = one.clone().with(Some(fixed));
            }
        }
        if let Some(condition) = &row.condition {
            self.compared_columns(f, q.entity, condition, g, noted);
        }
        let falling = row.descending
            || row.direction.as_ref().and_then(|e| self.expr(f, e, g)).is_some_and(|v| self.is_falling(v));
        let sorted = if falling { ColumnHow::Descending } else { ColumnHow::Ascending };
        if let Some(selects) = row.selects.as_ref().and_then(|e| self.expr(f, e, g)) {
            noted.uses.extend(self.selected_columns(selects));
        }
        let by_columns =
            row.sorts.as_ref().is_some_and(|e| self.sorted_columns(f, q.entity, e, g, sorted, noted));
        let given = row.sorts.as_ref().filter(|_| !by_columns).and_then(|e| self.expr(f, e, g));
        match given {
            _ if by_columns => {}
            Some(v) => self.sorted(v, sorted, (row.dunder, alias), noted, 0),
            None => {
                if let Some(column) = &row.column {
                    noted.uses.push(ColumnUse::of(column.as_ref(), sorted));
                }
            }
        }
        noted.uses.truncate(MAX_USES);
    }

    /// Notes what a text over classes, or the method's own name, says of the whole query.
    fn note_told(
        &mut self,
        f: &mut Frame<'p>,
        q: &Query,
        row: &'p ColumnRow,
        g: &Given<'_>,
        noted: &mut Noted,
    ) -> bool {
        let text = row.query.as_ref().and_then(|e| self.expr(f, e, g)).and_then(|v| self.literal_text(v));
        let said = match text {
            Some(text) => condition_text::query(&text),
            None if row.derived => {
                let name = self.method_at(f, &Query { verb: None, fresh: false, ..*q }, g.op);
                condition_text::derived(self.p.text(name))
            }
            None => return false,
        };
        match said {
            Some(said) => noted.take(said),
            None => noted.partial = true,
        }
        true
    }

    /// The alias of the rows of a query: what the call that starts it is given.
    fn alias_of(&self, q: &Query) -> Option<String> {
        let body = self.p.body(q.origin.at);
        let OpKind::Call(call) = body.ops.get(q.origin.op.some()?.at())?.kind else {
            return None;
        };
        let first = body.args(body.call(call).args).first()?.value.some()?;
        match body.op(first).kind {
            OpKind::Str(text) => Some(self.p.text(text).to_owned()),
            _ => None,
        }
    }

    fn conditions(&self, v: V, how: ColumnHow, spelt: (bool, Option<&str>), noted: &mut Noted, depth: u32) {
        let dunder = spelt.0;
        match self.vals.get(v) {
            Val::Map(entries, _) if depth < 4 => {
                for (key, value) in entries.iter() {
                    self.condition(self.p.text(*key), *value, how, spelt, noted, depth);
                }
            }
            Val::List(items) if depth < 4 => {
                let mut items = items.iter();
                if let Some(first) = items.next() {
                    self.conditions(*first, how, spelt, noted, depth + 1);
                }
            }
            Val::Str(text) if is_name(self.p.text(*text)) => {
                let name = self.p.text(*text);
                noted.uses.push(ColumnUse::of(name, how));
            }
            Val::Null => {}
            // A row whose fields that are filled are what is looked for: `Where(&Order{CustomerID: id})`.
            Val::Inst(_, fields) => {
                for (name, value) in fields.iter() {
                    let text = self.p.text(*name);
                    if is_name(text) {
                        self.condition(text, *value, how, spelt, noted, depth);
                    }
                }
            }
            _ => match self.literal_text(v).filter(|_| !dunder) {
                Some(text) => noted.take(condition_text::condition(&text, spelt.1)),
                None => noted.partial = true,
            },
        }
    }

    fn condition(
        &self,
        key: &str,
        value: V,
        how: ColumnHow,
        spelt: (bool, Option<&str>),
        noted: &mut Noted,
        depth: u32,
    ) {
        let dunder = spelt.0;
        match key {
            "AND" => return self.conditions(value, how, spelt, noted, depth + 1),
            "OR" | "NOT" => {
                noted.any = true;
                noted.partial = true;
                return;
            }
            _ => {}
        }
        let (name, how) = if dunder { dunder_how(key, how) } else { (key.to_owned(), how) };
        let asks = dunder && key.ends_with("__isnull");
        let inner = match self.vals.get(value) {
            Val::Map(entries, _) => entries.first().map(|(key, value)| (self.p.text(*key), *value)),
            _ => None,
        };
        let fixed = match how {
            _ if asks => self.fixed(value).and_then(|flag| worded("isnull", flag)),
            ColumnHow::Equal => self.fixed(value),
            _ => None,
        };
        match inner.map(|(word, inner)| (operator_word(word), word, inner)) {
            Some((Some(how), word, inner)) => {
                let fixed = self.fixed(inner).and_then(|fixed| worded(word, fixed));
                noted.uses.push(ColumnUse::of(name, how).with(fixed));
            }
            // Conditions on the rows of a relation.
            Some((None, ..)) => noted.partial = true,
            None if is_name(&name.replace('.', "_")) => noted.uses.push(ColumnUse::of(name, how).with(fixed)),
            None => noted.partial = true,
        }
    }

    fn sorted(&self, v: V, how: ColumnHow, spelt: (bool, Option<&str>), noted: &mut Noted, depth: u32) {
        let dunder = spelt.0;
        match self.vals.get(v) {
            Val::List(items) if depth < 4 => {
                items.iter().for_each(|v| self.sorted(*v, how, spelt, noted, depth + 1));
            }
            Val::Map(entries, _) => {
                for (key, value) in entries.iter() {
                    let how = if self.is_falling(*value) { ColumnHow::Descending } else { how };
                    noted.uses.push(ColumnUse::of(self.p.text(*key), how));
                }
            }
            Val::Str(text) => {
                for part in self.p.text(*text).split(',') {
                    let part = part.trim();
                    let (part, how) =
                        part.strip_prefix('-').map_or((part, how), |rest| (rest, ColumnHow::Descending));
                    let mut words = part.split_whitespace();
                    let name = words.next().unwrap_or_default().trim_matches(['`', '"']);
                    let how = match words.next() {
                        Some(word) if word.eq_ignore_ascii_case("desc") => ColumnHow::Descending,
                        _ => how,
                    };
                    let alias = spelt.1.and_then(|alias| name.strip_prefix(alias)?.strip_prefix('.'));
                    let name =
                        if dunder { name.replace("__", ".") } else { alias.unwrap_or(name).to_owned() };
                    match is_name(&name.replace('.', "_")) {
                        true => noted.uses.push(ColumnUse::of(name, how)),
                        // An order that no column gives.
                        false => noted.partial = true,
                    }
                }
            }
            Val::Null => {}
            _ => noted.partial = true,
        }
    }

    fn is_falling(&self, v: V) -> bool {
        matches!(self.vals.get(v), Val::Str(text) if self.p.text(*text).eq_ignore_ascii_case("desc"))
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn operator_how(text: &str) -> ColumnHow {
    match text.trim() {
        "=" | "==" | "===" | "in" | "IN" | "is" => ColumnHow::Equal,
        "<" | ">" | "<=" | ">=" => ColumnHow::Range,
        "!=" | "<>" | "like" | "LIKE" | "ilike" | "not in" | "~" => ColumnHow::Other,
        // It is the value: two arguments, column and value.
        _ => ColumnHow::Equal,
    }
}

/// The word that says how a value is compared, if it is one.
pub(crate) fn operator_word(word: &str) -> Option<ColumnHow> {
    Some(match word {
        "equals" | "in" | "exact" | "eq" => ColumnHow::Equal,
        "gt" | "gte" | "lt" | "lte" | "range" | "between" => ColumnHow::Range,
        // The day of a moment is an expression, and the start of a text is a range in few collations only.
        "date" | "startsWith" | "startswith" => ColumnHow::Other,
        "isnull" | "contains" | "icontains" | "iexact" | "endsWith" | "endswith" | "iendswith"
        | "istartswith" | "regex" | "iregex" | "not" | "notIn" | "ne" | "search" | "has" | "hasSome"
        | "hasEvery" | "isEmpty" | "like" | "ilike" | "is" | "is_not" | "notin" | "not_in" | "isnot"
        | "mode" | "year" | "month" | "day" | "hour" => ColumnHow::Other,
        _ => return None,
    })
}

/// `owner__name__gte` as a path and a comparison.
fn dunder_how(key: &str, how: ColumnHow) -> (String, ColumnHow) {
    let mut parts: Vec<&str> = key.split("__").collect();
    let operator = parts.last().copied().filter(|_| parts.len() > 1).and_then(operator_word);
    if operator.is_some() {
        parts.pop();
    }
    (parts.join("."), operator.unwrap_or(how))
}
