//! Attributes that are copied from behind relations because their names say so: `customerName` is the name of the customer.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame};
use crate::value::{Row, V, Val};
use perflint_ir::{ItemKind, Sym};
use perflint_link::EntityIx;
use perflint_models::To;

/// Most relations behind each other that a name spells.
const DEEPEST: u32 = 4;

impl<'p> Eval<'p> {
    /// Reads what the name of an attribute spells: relations to one, and a member of what they lead to. A name that can be read in
    /// several ways says nothing.
    pub(crate) fn read_flattened(&mut self, f: &mut Frame<'p>, v: V, row: Row, name: Sym, op: usize) {
        let mut paths = Vec::new();
        self.spelled_paths(row.entity, self.p.text(name), &mut Vec::new(), &mut paths);
        let [path] = paths.as_slice() else { return };
        let mut v = v;
        for name in path {
            v = match *self.vals.get(v) {
                Val::Row(row) => self.read_member(f, v, row, *name, op),
                _ => return,
            };
        }
    }

    /// Reads an attribute of a row by its name, or by the method that is called like a getter of it.
    fn read_member(&mut self, f: &mut Frame<'p>, v: V, row: Row, name: Sym, op: usize) -> V {
        match self.getter_of(row.entity, name) {
            Some(getter) => self.call_member(f, v, getter, &CallArgs::default(), op, None),
            None => self.get(f, v, name, op, None),
        }
    }

    /// The name of the method that works out an attribute which is no field.
    pub(crate) fn getter_of(&self, entity: EntityIx, name: Sym) -> Option<Sym> {
        let class = self.p.entity(entity).class;
        if self.p.relation(entity, name).is_some() || self.p.class_member(class, name).is_some() {
            return None;
        }
        let text = self.p.text(name);
        let (first, rest) = text.split_at_checked(text.chars().next()?.len_utf8())?;
        let word = if first.chars().all(char::is_uppercase) { "Get" } else { "get" };
        let getter = self.p.names.find(&format!("{word}{}{rest}", first.to_uppercase()))?;
        let item = self.p.item(self.p.class_member(class, getter)?);
        (item.kind == ItemKind::Function && !item.lacks_code() && !item.flags.is_static).then_some(getter)
    }

    fn spelled_paths(&self, entity: EntityIx, text: &str, path: &mut Vec<Sym>, found: &mut Vec<Vec<Sym>>) {
        if path.len() > DEEPEST as usize {
            return;
        }
        let class = self.p.entity(entity).class;
        let whole = self.p.names.find(text);
        if let Some(name) = whole.filter(|_| !path.is_empty()) {
            let is_there =
                self.p.class_member(class, name).is_some() || self.getter_of(entity, name).is_some();
            if is_there {
                found.push(path.iter().copied().chain([name]).collect());
            }
        }
        let capital = text.starts_with(char::is_uppercase);
        for (at, _) in text.char_indices().skip(1).filter(|(_, c)| c.is_uppercase()) {
            let (before, after) = text.split_at(at);
            let relation = self.p.names.find(before).and_then(|name| self.p.relation(entity, name));
            let Some(relation) = relation.filter(|relation| relation.to == To::One) else { continue };
            let Some(target) = relation.target else { continue };
            let after = if capital { after.to_owned() } else { crate::words::small_start(after) };
            path.push(relation.name);
            self.spelled_paths(target, &after, path, found);
            path.pop();
        }
    }
}
