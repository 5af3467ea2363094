//! Scopes that a call in a class's body names by listing words: `enum status: { draft: 0, published: 1 }`.

use crate::class::{Base, ClassIx};
use crate::program::{Def, FileIx, Program};
use crate::scope::Target;
use perflint_ir::{Arg, Body, Callee, OpId, OpKind, Slot, Sym};
use perflint_models::{Lists, Models, OneOrMany};
use rustc_hash::FxHashSet;

/// How far a list is followed through the calls that make it: `%w[draft published].freeze`.
const MAX_CHAIN: u32 = 8;

/// A row of the models with the calls that it is about.
type Row<'m> = (&'m OneOrMany, &'m Lists);

/// The body of a class that lists words.
#[derive(Clone, Copy)]
struct Place<'p> {
    class: ClassIx,
    file: FileIx,
    body: &'p Body,
}

impl Program {
    /// Notes which scopes the bodies of classes name by listing words.
    pub(crate) fn build_listed(&mut self, models: &Models) {
        for c in 0..self.classes.len() {
            let class = &self.classes[c];
            let family = self.file(class.def.file).lang.models();
            let rows: Vec<Row<'_>> = models
                .declarations
                .iter()
                .filter(|(language, _)| **language == *family)
                .filter_map(|(_, row)| Some((&row.call, row.lists.as_ref()?)))
                .collect();
            if rows.is_empty() {
                continue;
            }
            let mut found = FxHashSet::default();
            for def in std::iter::once(class.def).chain(class.parts.iter().copied()) {
                self.listed_in(ClassIx(c as u32), def, &rows, &mut found);
            }
            self.classes[c].listed = found;
        }
    }

    /// True if a class or what it inherits from names a scope by listing it.
    pub fn is_listed(&self, class: ClassIx, name: Sym) -> bool {
        self.class(class).mro.iter().any(|base| match base {
            Base::Class(c) => self.class(*c).listed.contains(&name),
            Base::External(_) => false,
        })
    }

    fn listed_in(&self, class: ClassIx, def: Def, rows: &[Row<'_>], found: &mut FxHashSet<Sym>) {
        let Some(body) = self.item(def).body else { return };
        let body = self.file(def.file).body(body);
        for op in &body.ops {
            let OpKind::Call(call) = op.kind else { continue };
            let call = body.call(call);
            let Callee::Value(callee) = call.callee else { continue };
            let OpKind::Name(path) = body.op(callee).kind else { continue };
            let path = self.text(path);
            if let Some((_, lists)) = rows.iter().find(|(calls, _)| calls.iter().any(|call| call == path)) {
                self.list(Place { class, file: def.file, body }, body.args(call.args), lists, found);
            }
        }
    }

    fn list(&self, at: Place<'_>, args: &[Arg], lists: &Lists, found: &mut FxHashSet<Sym>) {
        let body = at.body;
        let is_one = |key: Sym, of: &OneOrMany| of.iter().any(|name| name == self.text(key));
        let first = args.first().filter(|arg| arg.slot == Slot::Pos).map(|arg| body.op(arg.value).kind);
        let named = match first {
            Some(OpKind::Str(name)) => Some(name),
            _ => None,
        };
        let mut given: Vec<(Sym, OpId)> = Vec::new();
        let (mut prefix, mut suffix) = (None, None);
        for arg in args {
            match arg.slot {
                Slot::Key(key) if is_one(key, &lists.prefix) => prefix = Some(body.op(arg.value).kind),
                Slot::Key(key) if is_one(key, &lists.suffix) => suffix = Some(body.op(arg.value).kind),
                Slot::Key(key) if is_one(key, &lists.options) => {}
                // After the attribute's name its words may stand as keys: `enum :status, draft: 0, published: 1`.
                Slot::Key(key) => match named {
                    Some(of) => self.name_listed(of, key, None, None, lists, found),
                    None => given.push((key, arg.value)),
                },
                Slot::Pos => given.extend(named.map(|of| (of, arg.value))),
                _ => {}
            }
        }
        for (of, value) in given {
            let mut words = Vec::new();
            self.words_in(at, value, &mut words, 0);
            for word in words {
                self.name_listed(of, word, prefix, suffix, lists, found);
            }
        }
    }

    fn name_listed(
        &self,
        of: Sym,
        word: Sym,
        prefix: Option<OpKind>,
        suffix: Option<OpKind>,
        lists: &Lists,
        found: &mut FxHashSet<Sym>,
    ) {
        let affix = |given: Option<OpKind>| match given {
            Some(OpKind::Str(word)) => Some(self.text(word)),
            Some(OpKind::Bool(true)) => Some(self.text(of)),
            _ => None,
        };
        let mut name = self.text(word).to_owned();
        if let Some(before) = affix(prefix) {
            name = format!("{before}_{name}");
        }
        if let Some(after) = affix(suffix) {
            name = format!("{name}_{after}");
        }
        found.insert(self.names.intern(&name));
        if let Some(not) = &lists.negated {
            found.insert(self.names.intern(&format!("{not}{name}")));
        }
    }

    /// The keys of a map, or the texts in a list, that a value is or is made from.
    fn words_in(&self, at: Place<'_>, value: OpId, words: &mut Vec<Sym>, depth: u32) {
        if depth > MAX_CHAIN {
            return;
        }
        let body = at.body;
        match body.op(value).kind {
            OpKind::Make(_, args) => {
                words.extend(body.args(args).iter().filter_map(|arg| {
                    match (arg.slot, body.op(arg.value).kind) {
                        (Slot::Key(key), _) => Some(key),
                        (Slot::Pos, OpKind::Str(word)) => Some(word),
                        _ => None,
                    }
                }));
            }
            OpKind::Call(call) => {
                if let Callee::Member { recv, .. } = body.call(call).callee {
                    self.words_in(at, recv, words, depth + 1);
                }
            }
            OpKind::Name(name) => {
                let elsewhere = || match self.resolve(at.file, name)? {
                    Target::Item(def) => Some(def),
                    _ => None,
                };
                if let Some(def) = self.class_member(at.class, name).or_else(elsewhere)
                    && let Some((file, body, op)) = self.field_init(def)
                {
                    let body = self.file(file).body(body);
                    self.words_in(Place { file, body, ..at }, op, words, depth + 1);
                }
            }
            _ => {}
        }
    }
}
