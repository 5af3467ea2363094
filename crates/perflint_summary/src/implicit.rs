//! What languages leave out: receivers of bare names, methods that are added from outside, accessors by convention.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame, How};
use crate::fact::Sure;
use crate::value::{SCALAR, UNKNOWN, V, Val};
use perflint_ir::{BodyKind, CallForm, Callee, ItemKind, Lang, OpId, OpKind, Sym};
use perflint_link::{ClassIx, Def};
use std::rc::Rc;

/// Most operations between the name of a class and the call that makes an instance of it: its arguments.
const MAX_ARGUMENT_OPS: usize = 64;

impl<'p> Eval<'p> {
    /// The class that an instance or a row is of.
    pub(crate) fn instance_class(&self, v: V) -> Option<ClassIx> {
        match self.vals.get(v) {
            Val::Inst(class, _) => Some(*class),
            Val::Row(row) => Some(self.p.entity(row.entity).class),
            _ => None,
        }
    }

    /// A class, or the class that an instance or a row is of.
    pub(crate) fn class_of(&self, v: V) -> Option<ClassIx> {
        match self.vals.get(v) {
            Val::Class(class) => Some(*class),
            _ => self.instance_class(v),
        }
    }

    /// True for a bare name that is a field of the receiver.
    pub(crate) fn is_own_field(&self, f: &Frame<'p>, name: Sym) -> bool {
        let Some((class, true)) = self.class_with(f, name) else { return false };
        self.p.class_member(class, name).is_some_and(|def| {
            let item = self.p.item(def);
            item.kind == ItemKind::Field || item.flags.is_property
        })
    }

    /// A bare name in a language whose methods see the members of their receiver: a member of the classes around, innermost
    /// first, then what the library has on the receiver, then what the name means in the file.
    pub(crate) fn bare(&mut self, f: &mut Frame<'p>, name: Sym, op: usize) -> V {
        if let Some((class, innermost)) = self.class_with(f, name) {
            if let Some(nested) = self.nested_class(class, name) {
                return nested;
            }
            if let Some(def) = self.mixed_in(f, class, name) {
                return self.vals.make(Val::Bound(def, f.this));
            }
            let recv = match self.vals.get(f.this) {
                Val::Inst(..) | Val::Row(_) | Val::Query(_) | Val::Class(_)
                    if innermost && !self.is_received(f, class) =>
                {
                    f.this
                }
                _ => self.member_receiver(class, name),
            };
            return self.get(f, recv, name, op, None);
        }
        let sends = f.lang.sends_to_self();
        if let Some(v) = self.bare_of_inner(f, name, op) {
            return v;
        }
        if sends
            && self.p.text(name).starts_with(|c: char| c.is_lowercase())
            && (self.has_library_member(f.lang, f.this, name) || self.declares(f.this, name))
        {
            let v = self.get(f, f.this, name, op, None);
            // What is delegated to somebody unknown is what models know by that name: `delegate :render, to: :view`.
            if v != UNKNOWN || self.look.function(name, f.lang).is_none() {
                // A method of a class is no attribute of it.
                return if v == UNKNOWN { self.vals.make(Val::ExtMethod(f.this, name)) } else { v };
            }
        }
        // Methods that a class has of the library's base class.
        let is_object = match self.vals.get(f.this) {
            Val::Inst(..) | Val::Class(_) => true,
            // The receiver of an extension or of a closure: `fun List<Order>.totals() = map { .. }`.
            Val::Many { .. } | Val::List(_) | Val::Query(_) | Val::ExtInst(..) => f.lang.receives_anything(),
            _ => false,
        };
        if f.lang.inherits_from_libraries() && is_object && self.has_library_member(f.lang, f.this, name) {
            let v = self.get(f, f.this, name, op, None);
            return if v == UNKNOWN { self.vals.make(Val::ExtMethod(f.this, name)) } else { v };
        }
        let v = self.name(f.at.file, name);
        let registers = sends && self.registers(f, name);
        match self.vals.get(v) {
            // Where routes are registered, what a library calls so is meant.
            Val::Ext(path) if sends && *path == name && !registers => {
                if let Some(ty) = self.look.hint(f.lang.family(), name) {
                    return self.vals.make(Val::ExtInst(ty, Box::new([])));
                }
                match self.by_convention(f.at, name) {
                    UNKNOWN => v,
                    row => {
                        f.guessed = true;
                        row
                    }
                }
            }
            _ => v,
        }
    }

    /// True for the name of what is made, which is a class, whatever member is called like it: `new Customer()` in a class with
    /// a property `Customer`.
    pub(crate) fn is_made(&self, f: &Frame<'p>, name: Sym, op: usize) -> bool {
        let made = f.body.ops.iter().skip(op + 1).take(MAX_ARGUMENT_OPS).any(|next| match next.kind {
            OpKind::Call(id) => {
                let call = f.body.call(id);
                call.form == CallForm::New && call.callee == Callee::Value(OpId(op as u32))
            }
            _ => false,
        });
        let is_class = |def: Def| {
            matches!(self.p.item(def).kind, ItemKind::Class | ItemKind::Interface | ItemKind::Extension)
        };
        made && self
            .class_with(f, name)
            .is_some_and(|(class, _)| self.p.class_member(class, name).is_some_and(|def| !is_class(def)))
    }

    /// Whether a name means something while routes are registered.
    fn registers(&mut self, f: &Frame<'p>, name: Sym) -> bool {
        self.routes.around.is_some() && self.look.function(name, f.lang).is_some()
    }

    /// A bare name in an object that stands before a row: what it lacks itself, the row has.
    fn bare_of_inner(&mut self, f: &mut Frame<'p>, name: Sym, op: usize) -> Option<V> {
        let Val::Inst(class, _) = *self.vals.get(f.this) else { return None };
        let inner = self.delegate(f, f.this, class, name, op)?;
        let Val::Row(row) = self.vals.get(inner).clone() else { return None };
        let has = self.p.relation(row.entity, name).is_some()
            || self.p.class_member(self.p.entity(row.entity).class, name).is_some();
        has.then(|| self.get(f, inner, name, op, None))
    }

    /// The class around a body that has a member of this name, and whether it is the innermost one.
    fn class_with(&self, f: &Frame<'p>, name: Sym) -> Option<(ClassIx, bool)> {
        let receiver = match self.vals.get(f.this) {
            Val::Query(q) => q.class.or_else(|| q.entity.map(|e| self.p.entity(e).class)),
            _ => self.class_of(f.this),
        };
        // Whoever inherits a method may have added or replaced what it calls.
        if let Some(class) = receiver
            && self.p.class_member(class, name).is_some()
            && !self.is_hidden_from_view(f, class, name)
        {
            return Some((class, true));
        }
        let mut def = Def { file: f.at.file, item: f.body.owner };
        let mut innermost = true;
        for _ in 0..16 {
            let class = match self.p.item(def).kind {
                ItemKind::Extension => self.p.extended_class(def),
                _ => self.p.class_of.get(&def).copied(),
            };
            if let Some(class) = class {
                if self.p.class_member(class, name).is_some()
                    && (innermost || self.reaches_outward(f, class, name))
                {
                    return Some((class, innermost));
                }
                innermost = false;
            }
            def.item = self.p.item(def).owner?;
        }
        None
    }

    /// True if a body sees a member of a class around its own. Where names are sent to the receiver, a method of a module
    /// inside a class is one of the instances, if it is included there, and never asks the class.
    fn reaches_outward(&self, f: &Frame<'p>, class: ClassIx, name: Sym) -> bool {
        let of_instances = f.lang.sends_to_self()
            && f.body.kind != BodyKind::Init
            && !self.p.item(Def { file: f.at.file, item: f.body.owner }).flags.is_static;
        let is_class = self.p.class_member(class, name).is_some_and(|def| self.p.class_of.contains_key(&def));
        !of_instances || is_class || self.p.member_on(class, name, false).is_some()
    }

    /// A class inside a class around a body: it is the same whatever the receiver is.
    fn nested_class(&mut self, class: ClassIx, name: Sym) -> Option<V> {
        let nested = *self.p.class_of.get(&self.p.class_member(class, name)?)?;
        Some(self.vals.make(Val::Class(nested)))
    }

    /// A method of the module around a body, whose receiver has it although its class does not say so: a helper that another
    /// helper calls, with the controller as its receiver.
    fn mixed_in(&self, f: &Frame<'p>, class: ClassIx, name: Sym) -> Option<Def> {
        if !f.lang.sends_to_self() || !self.lacks(f.this, name) {
            return None;
        }
        let def = self.p.member_on(class, name, false)?;
        let item = self.p.item(def);
        let is_method =
            item.kind == ItemKind::Function && !item.flags.is_static && !item.flags.is_class_method;
        is_method.then_some(def)
    }

    /// True if the class of a receiver is known and has no member of this name.
    pub(crate) fn lacks(&self, recv: V, name: Sym) -> bool {
        self.class_of(recv).is_some_and(|class| self.p.class_member(class, name).is_none())
    }

    /// True if a call in the body of the receiver's class declares a member of this name.
    fn declares(&self, recv: V, name: Sym) -> bool {
        self.class_of(recv).is_some_and(|class| self.p.declared_member(class, name).is_some())
    }

    /// The receiver of a member of a class around: the class for what is static, else any instance.
    fn member_receiver(&mut self, class: ClassIx, name: Sym) -> V {
        let member = self.p.class_member(class, name);
        let is_static = member.is_some_and(|def| self.p.item(def).flags.is_static)
            && self.p.member_on(class, name, false).is_none();
        if is_static {
            return self.vals.make(Val::Class(class));
        }
        match self.p.class(class).entity {
            Some(entity) => self.typed_row(entity),
            None => self.vals.make(Val::Inst(class, Rc::new([]))),
        }
    }

    /// True if models describe a method or attribute of this name for a receiver.
    fn has_library_member(&mut self, lang: Lang, recv: V, name: Sym) -> bool {
        match self.vals.get(recv) {
            Val::Row(row) if self.p.relation(row.entity, name).is_some() => return true,
            Val::Query(q) if lang.receives_anything() => {
                return q.api.is_some_and(|api| self.look.method(api, name, false).is_some());
            }
            Val::ExtInst(ty, _) if lang.receives_anything() => {
                return self.look.method(*ty, name, false).is_some();
            }
            Val::Many { .. } | Val::List(_) => {
                let lists = self.m.builtin(lang.models(), "list");
                return lists.iter().any(|ty| self.look.method(*ty, name, false).is_some());
            }
            Val::Query(_) | Val::ExtInst(..) | Val::Map(..) => return true,
            _ => {}
        }
        let Some(class) = self.class_of(recv) else { return false };
        self.look.has_library_member(class, name)
    }

    /// A call of a method that is declared outside its receiver's class.
    pub(crate) fn call_extension(
        &mut self,
        f: &mut Frame<'p>,
        recv: V,
        name: Sym,
        args: &CallArgs,
        op: usize,
    ) -> Option<V> {
        let family = f.lang.family();
        // What the language lets one do with any value: an optional row is the row.
        if recv != UNKNOWN {
            for ty in self.m.builtin(f.lang.models(), "value") {
                if let Some(row) = self.look.method(*ty, name, false) {
                    return Some(self.apply(f, row, recv, args, op, None));
                }
            }
        }
        let found = self.p.extension_methods.get(&(family, name))?;
        let mut fitting = Vec::new();
        for def in found {
            let takes_them = self.arity(*def) == Some(args.pos.len()) || found.len() == 1;
            if takes_them && self.extends_it(*def, recv) && !self.extends_queries(f.lang, *def, recv, name) {
                fitting.push(*def);
            }
        }
        let first = *fitting.first()?;
        // Whether an unknown receiver has a method of its own by that name, nobody can tell.
        let methods = self.p.methods_named.get(&name).map(Vec::as_slice).unwrap_or_default();
        let is_theirs =
            recv == UNKNOWN && f.lang.prefers_own_methods() && methods.iter().any(|def| !found.contains(def));
        let sure = if is_theirs || fitting.len() > 1 { Sure::Guess } else { Sure::Likely };
        Some(self.call_fun(f, first, recv, args, op, How { sure, ..How::PLAIN }))
    }

    fn arity(&self, def: Def) -> Option<usize> {
        let body = self.p.item(def).body?;
        Some(self.p.file(def.file).body(body).params.len())
    }

    /// What an accessor by convention gives: `order.getCustomer()`, `order.customer()` of the attribute `customer`.
    pub(crate) fn call_accessor(
        &mut self,
        f: &mut Frame<'p>,
        recv: V,
        name: Sym,
        args: &CallArgs,
        op: usize,
    ) -> Option<V> {
        if !f.lang.reads_fluently() || !args.pos.is_empty() {
            return None;
        }
        let text = self.p.text(name);
        let stripped = ["get", "is"].iter().find_map(|prefix| decapitalised(text.strip_prefix(prefix)?));
        [stripped, Some(text.to_owned())].into_iter().flatten().find_map(|attribute| {
            let attribute = self.p.names.find(&attribute)?;
            if !self.declares_attribute(recv, attribute) {
                return None;
            }
            let v = self.get(f, recv, attribute, op, None);
            Some(if v == UNKNOWN { SCALAR } else { v })
        })
    }

    /// True for the name of an accessor that nobody wrote, of an attribute that a class has: `Order::getCustomer`.
    pub(crate) fn has_accessor(&self, lang: Lang, class: ClassIx, name: Sym) -> bool {
        let attribute = |prefix: &str| {
            let attribute = decapitalised(self.p.text(name).strip_prefix(prefix)?)?;
            self.p.class_member(class, self.p.names.find(&attribute)?)
        };
        lang.reads_fluently()
            && ["get", "is"]
                .into_iter()
                .find_map(attribute)
                .is_some_and(|def| self.p.item(def).kind == ItemKind::Field)
    }

    /// The accessor that reading an attribute calls, where the class has no attribute of that name: Kotlin reads
    /// `order.customer` of Java's `getCustomer()`.
    pub(crate) fn accessor_of(&self, class: ClassIx, name: Sym) -> Option<Def> {
        let text = self.p.text(name);
        let mut chars = text.chars();
        let upper: String = chars.next()?.to_uppercase().chain(chars).collect();
        ["get", "is"].iter().find_map(|prefix| {
            let accessor = self.p.names.find(&format!("{prefix}{upper}"))?;
            let def = self.p.class_member(class, accessor)?;
            (self.p.item(def).kind == ItemKind::Function).then_some(def)
        })
    }

    fn declares_attribute(&self, recv: V, name: Sym) -> bool {
        if matches!(self.vals.get(recv), Val::Inst(_, fields) if fields.iter().any(|(n, _)| *n == name)) {
            return true;
        }
        let Some(class) = self.instance_class(recv) else { return false };
        self.p.class_member(class, name).is_some_and(|def| self.p.item(def).kind == ItemKind::Field)
    }
}

/// `Customer` as the name of an attribute: `customer`.
fn decapitalised(text: &str) -> Option<String> {
    text.starts_with(char::is_uppercase).then(|| crate::words::small_start(text))
}
