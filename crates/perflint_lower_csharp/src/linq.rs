//! Query expressions: the method calls that they stand for.
//!
//! One range variable is the parameter of each lambda. Several are members of an object that is handed from call to call,
//! and read from it at the start of each lambda.

use crate::CSharp;
use crate::kinds::{K, f, field, kind};
use perflint_ir::{Arg, BodyKind, ExitKind, OpId, OpKind, ParamKind, Shape, Slot, TypeId};
use perflint_syntax::Place;
use perflint_syntax::Walk;
use perflint_syntax::lowering::pos;
use perflint_syntax::tree::span;
use tree_sitter::Node;

/// A query so far: its value, and the names that its clauses see.
struct Query<'t> {
    value: OpId,
    names: Vec<&'t str>,
    ty: Option<TypeId>,
    is_plain: bool,
    /// What is selected in the end is what the first clause names: joins restrict those rows and leave them what they are.
    gives_first: bool,
}

impl<'t> CSharp<'t> {
    pub(crate) fn query(&mut self, node: Node<'t>) -> OpId {
        let parts = self.children(node);
        let gives_first = self.gives_first(&parts);
        let mut query = Query { value: OpId::NONE, names: Vec::new(), ty: None, is_plain: true, gives_first };
        for (i, clause) in parts.iter().copied().enumerate() {
            match kind(clause) {
                K::FromClause => self.from(&mut query, clause),
                K::WhereClause => self.filter(&mut query, clause, "Where"),
                K::OrderBy => self.order(&mut query, clause),
                K::LetClause => self.introduce(&mut query, clause),
                K::JoinClause => self.join(&mut query, clause),
                K::SelectClause => self.select(&mut query, clause),
                K::GroupClause => self.group(&mut query, clause),
                // `into x` goes on with what was selected.
                K::Identifier if i > 0 => {
                    query.names = vec![self.word(clause)];
                    (query.ty, query.is_plain) = (None, false);
                }
                _ => {}
            }
        }
        query.value
    }

    /// True if a query selects what its first clause names, and nothing is made of its rows on the way.
    fn gives_first(&mut self, parts: &[Node<'t>]) -> bool {
        let [first, .., last] = parts else { return false };
        if kind(*first) != K::FromClause || kind(*last) != K::SelectClause {
            return false;
        }
        let selected = self.children(*last).pop().filter(|value| kind(*value) == K::Identifier);
        let name = field(*first, f().name);
        let is_first = selected.zip(name).is_some_and(|(value, name)| self.word(value) == self.word(name));
        let keeps = |part: &Node<'t>| match kind(*part) {
            K::WhereClause | K::OrderBy | K::JoinClause | K::SelectClause => true,
            // The other side of an outer join.
            K::FromClause => *part == *first || self.low.text(*part).ends_with(".DefaultIfEmpty()"),
            _ => false,
        };
        is_first && parts.iter().all(keeps)
    }

    /// A lambda of what a query hands on, and of further parameters.
    fn step(
        &mut self,
        query: &Query<'t>,
        more: Option<&'t str>,
        node: Node<'t>,
        result: impl FnOnce(&mut Self) -> OpId,
    ) -> OpId {
        let item = self.low.scopes.here.item;
        let body = self.low.open(Place::Closure, item, BodyKind::Closure, node);
        let row = match query.names[..] {
            [name] => self.low.param(name, query.ty, ParamKind::Normal),
            _ => self.low.param("", None, ParamKind::Normal),
        };
        if let Some(name) = more {
            self.low.param(name, None, ParamKind::Normal);
        }
        if query.names.len() > 1 {
            for name in &query.names {
                let base = self.low.op(OpKind::Local(row), node);
                let value = self.low.get(base, name, node);
                self.low.declare(name, value, node);
            }
        }
        let outer = (self.expected.take(), self.returns.take());
        let value = result(self);
        (self.expected, self.returns) = outer;
        self.low.scopes.here.body.exit(ExitKind::Return, value, span(node));
        self.low.close();
        self.low.op(OpKind::Lambda(body), node)
    }

    /// A lambda with one parameter of its own.
    fn of(&mut self, name: &'t str, node: Node<'t>, result: Node<'t>) -> OpId {
        let alone =
            Query { value: OpId::NONE, names: vec![name], ty: None, is_plain: false, gives_first: false };
        self.step(&alone, None, node, |this| this.expr(result))
    }

    fn call(&mut self, query: &mut Query<'t>, name: &str, args: Vec<OpId>, node: Node<'t>) {
        let args = args.into_iter().map(pos).collect();
        query.value = self.low.member(query.value, name, args, node, node);
        query.is_plain = false;
    }

    /// The object of all names, and a new one with this value.
    fn all(&mut self, names: &[&'t str], new: &'t str, value: OpId, node: Node<'t>) -> OpId {
        let mut entries = Vec::new();
        for name in names {
            let value = self.low.read(name, node);
            entries.push(Arg { slot: Slot::Key(self.low.file.sym(name)), value });
        }
        entries.push(Arg { slot: Slot::Key(self.low.file.sym(new)), value });
        self.low.make(Shape::Map, entries, node)
    }

    fn from(&mut self, query: &mut Query<'t>, clause: Node<'t>) {
        let Some(name) = field(clause, f().name) else { return };
        let Some(over) = self.children(clause).pop() else { return };
        let text = self.word(name);
        if query.names.is_empty() {
            query.value = self.expr(over);
            query.ty = self.declared(field(clause, f().r#type));
            query.names.push(text);
            return;
        }
        if query.gives_first {
            query.names.push(text);
            return;
        }
        let collection = self.step(query, None, over, |this| this.expr(over));
        let names = query.names.clone();
        let pair = self.step(query, Some(text), clause, |this| {
            let value = this.low.read(text, clause);
            this.all(&names, text, value, clause)
        });
        self.call(query, "SelectMany", vec![collection, pair], clause);
        query.names.push(text);
    }

    fn filter(&mut self, query: &mut Query<'t>, clause: Node<'t>, name: &str) {
        let Some(condition) = self.children(clause).pop() else { return };
        let lambda = self.step(query, None, clause, |this| this.expr(condition));
        self.call(query, name, vec![lambda], clause);
    }

    fn order(&mut self, query: &mut Query<'t>, clause: Node<'t>) {
        for (i, key) in self.children(clause).into_iter().enumerate() {
            let descending = key.next_sibling().is_some_and(|word| word.kind() == "descending");
            let lambda = self.step(query, None, key, |this| this.expr(key));
            let name = match (i == 0, descending) {
                (true, false) => "OrderBy",
                (true, true) => "OrderByDescending",
                (false, false) => "ThenBy",
                (false, true) => "ThenByDescending",
            };
            self.call(query, name, vec![lambda], key);
        }
    }

    fn introduce(&mut self, query: &mut Query<'t>, clause: Node<'t>) {
        let [name, value] = self.children(clause)[..] else { return };
        let text = self.word(name);
        let names = query.names.clone();
        let lambda = self.step(query, None, clause, |this| {
            let value = this.expr(value);
            this.all(&names, text, value, clause)
        });
        self.call(query, "Select", vec![lambda], clause);
        query.names.push(text);
    }

    fn join(&mut self, query: &mut Query<'t>, clause: Node<'t>) {
        let mut parts = self.children(clause);
        if field(clause, f().r#type).is_some() {
            parts.remove(0);
        }
        let into = parts.last().copied().filter(|last| kind(*last) == K::JoinIntoClause);
        let [name, over, left, right, ..] = parts[..] else { return };
        let text = self.word(name);
        if query.gives_first {
            let group = into.and_then(|into| into.named_child(0)).map(|group| self.word(group));
            query.names.push(group.unwrap_or(text));
            return;
        }
        let over = self.expr(over);
        let outer = self.step(query, None, left, |this| this.expr(left));
        let inner = self.of(text, right, right);
        let group = into.and_then(|into| into.named_child(0)).map(|group| self.word(group));
        let new = group.unwrap_or(text);
        let names = query.names.clone();
        let pair = self.step(query, Some(new), clause, |this| {
            let value = this.low.read(new, clause);
            this.all(&names, new, value, clause)
        });
        let call = if group.is_some() { "GroupJoin" } else { "Join" };
        self.call(query, call, vec![over, outer, inner, pair], clause);
        query.names.push(new);
    }

    fn select(&mut self, query: &mut Query<'t>, clause: Node<'t>) {
        let Some(value) = self.children(clause).pop() else { return };
        let is_same =
            kind(value) == K::Identifier && (query.gives_first || query.names == [self.word(value)]);
        if is_same && !query.is_plain {
            return;
        }
        let lambda = self.step(query, None, clause, |this| this.expr(value));
        self.call(query, "Select", vec![lambda], clause);
    }

    fn group(&mut self, query: &mut Query<'t>, clause: Node<'t>) {
        let [element, key] = self.children(clause)[..] else { return };
        let mut args = vec![self.step(query, None, key, |this| this.expr(key))];
        if !(kind(element) == K::Identifier && query.names == [self.word(element)]) {
            args.push(self.step(query, None, element, |this| this.expr(element)));
        }
        self.call(query, "GroupBy", args, clause);
    }
}
