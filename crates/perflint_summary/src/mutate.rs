//! Calls that change what they are called on: queries that are built in place, relations loaded for rows that are there,
//! views that are told more before they are rendered.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame, How};
use crate::expr::Given;
use crate::value::{Query, Row, Source, UNKNOWN, V, Val};
use perflint_ir::{Callee, OpId, OpKind, Slot};
use perflint_models::{CallRow, Expr, Renders};

/// How many calls of a chain are followed to the variable that it starts from.
const MAX_CHAIN: usize = 64;

impl<'p> Eval<'p> {
    /// Gives the variable that a call is made on another value, also where other calls of its kind stand between.
    pub(crate) fn rebind(&mut self, f: &mut Frame<'p>, recv_op: Option<OpId>, v: V) {
        let mut at = recv_op;
        for _ in 0..MAX_CHAIN {
            let Some(op) = at else { return };
            match f.body.op(op).kind {
                OpKind::Local(local) => f.locals[local.at()] = v,
                OpKind::Get { base, name } if f.body.op(base).kind == OpKind::SelfRef => {
                    self.assign_self(f, name, v, op);
                }
                OpKind::Name(name) if self.is_own_field(f, name) => self.assign_self(f, name, v, op),
                OpKind::Index { .. } => self.hold_below(f, op, v),
                OpKind::Call(id) => {
                    let Callee::Member { recv, name } = f.body.call(id).callee else { return };
                    if !self.changes_receiver(f, op, recv, name) {
                        return;
                    }
                    at = Some(recv);
                    continue;
                }
                _ => {}
            }
            return;
        }
    }

    /// Every variable that stands for the same query has what it loads from here on: a criteria query and its root.
    pub(crate) fn share(&mut self, f: &mut Frame<'p>, v: V) {
        let Val::Query(changed) = *self.vals.get(v) else { return };
        for local in 0..f.locals.len() {
            let Val::Query(q) = *self.vals.get(f.locals[local]) else { continue };
            if q.origin == changed.origin && q.supply != changed.supply {
                f.locals[local] = self.vals.make(Val::Query(Query { supply: changed.supply, ..q }));
            }
        }
    }

    /// A query as the rows of one of its relations see it.
    pub(crate) fn below_relation(&mut self, f: &mut Frame<'p>, q: Query, e: &'p Expr, g: &Given<'_>) -> V {
        let name = self.expr(f, e, g).and_then(|v| self.literal_text(v));
        let path = name.map_or(q.path, |name| {
            let name = self.p.names.intern(&name);
            self.p.names.join(q.path, name)
        });
        self.vals.make(Val::Query(Query { path, ..q }))
    }

    /// What the method that declares a relation builds is a query over the rows that belong to one row. It is built where the method
    /// is called: what else it has to load is said there.
    pub(crate) fn of_one_row(
        &mut self,
        f: &Frame<'p>,
        row: Row,
        def: perflint_link::Def,
        v: V,
        op: usize,
    ) -> V {
        let Val::Query(q) = *self.vals.get(v) else { return v };
        let name = self.p.item(def).name;
        let named = self.p.relation(row.entity, name).filter(|relation| relation.place == def);
        let Some(relation) = named.or_else(|| self.p.relation_placed(row.entity, def)) else { return v };
        // A target that is named by a text is no class where it stands.
        let (entity, label) = match (q.entity, relation.target) {
            (None, Some(target)) => (Some(target), self.p.names.intern("")),
            (entity, _) => (entity, q.label),
        };
        let declared = Some(q.origin.at.body) == self.p.item(def).body && q.origin.at.file == def.file;
        let origin = if declared { self.site(f, op) } else { q.origin };
        self.columns_from((q.origin, q.from), origin);
        self.vals.make(Val::Query(Query { entity, label, origin, narrowed: true, related: true, ..q }))
    }

    /// What an instance asks for what it lacks: the value of the field that its library's type names.
    pub(crate) fn delegate(
        &mut self,
        f: &mut Frame<'p>,
        recv: V,
        class: perflint_link::ClassIx,
        name: perflint_ir::Sym,
        op: usize,
    ) -> Option<V> {
        let types = &self.p.class(class).types;
        let field = types.iter().find_map(|ty| self.m.type_row(*ty).delegates.as_deref());
        let field = match field {
            Some(field) => self.p.names.intern(field),
            None => self.stands_before(class)?,
        };
        if field == name {
            return None;
        }
        let inner = self.get(f, recv, field, op, None);
        (inner != UNKNOWN && inner != recv).then_some(inner)
    }

    /// The member that a class, or one that it extends, declares to be asked for what it lacks.
    fn stands_before(&self, class: perflint_link::ClassIx) -> Option<perflint_ir::Sym> {
        self.p.class(class).mro.iter().find_map(|base| {
            let perflint_link::Base::Class(of) = base else { return None };
            let declared = self.p.class(*of).declared.iter();
            let mut asked = declared.filter(|(_, (_, row))| self.m.declarations[*row].1.missing);
            asked.next().map(|(name, _)| *name)
        })
    }

    /// The object with a field set. One that nobody knows, such as a message of generated code or a result without a class,
    /// holds the rows that it was given.
    pub(crate) fn filled(&mut self, f: &Frame<'p>, object: V, name: perflint_ir::Sym, v: V) -> V {
        let holds = match self.vals.get(v) {
            Val::Many { source: Some(Source { sent: false, .. }), .. } => f.lang.fills_unknown_objects(),
            Val::Query(_) | Val::Many { .. } | Val::Row(_) => f.lang.keeps_rows_in_queries(),
            _ => false,
        };
        if object == UNKNOWN && holds {
            return self.vals.make(Val::Map([(name, v)].into(), UNKNOWN));
        }
        self.with_field(object, name, v)
    }

    /// True for a name of the class that the receiver has when the code runs.
    pub(crate) fn is_late_class(&self, f: &Frame<'p>, name: perflint_ir::Sym) -> bool {
        match f.lang.family() {
            "php" => self.p.text(name) == "static",
            "ruby" => self.p.text(name) == "self.class",
            _ => false,
        }
    }

    /// The class that `static` is: that of the receiver, else the one around.
    pub(crate) fn late_class(&mut self, f: &Frame<'p>) -> V {
        let around = || crate::eval::def_of(self.p, f.at).and_then(|def| self.p.class_around(def));
        match self.class_of(f.this).or_else(around) {
            Some(class) => self.vals.make(Val::Class(class)),
            None => UNKNOWN,
        }
    }

    /// The receiver, if it is an instance of a class; else an instance of it.
    pub(crate) fn receiver_as(&mut self, f: &Frame<'p>, class: perflint_link::ClassIx) -> V {
        let own = match *self.vals.get(f.this) {
            Val::Inst(own, _) => Some(own),
            Val::Row(row) => Some(self.p.entity(row.entity).class),
            _ => None,
        };
        let is_one =
            own.is_some_and(|own| self.p.class(own).mro.contains(&perflint_link::Base::Class(class)));
        match self.p.class(class).entity {
            _ if is_one => f.this,
            Some(entity) => self.typed_row(entity),
            None => self.vals.make(Val::Inst(class, [].into())),
        }
    }

    /// True for a call of a chain that changes the query that it is called on and gives it back.
    fn changes_receiver(&mut self, f: &Frame<'p>, op: OpId, recv: OpId, name: perflint_ir::Sym) -> bool {
        let Some(Val::Query(q)) = f.vals.get(op.at()).map(|v| self.vals.get(*v)) else { return false };
        // What it is called on may be of another type: a table that a query is asked of.
        let api = match f.vals.get(recv.at()).map(|v| self.vals.get(*v)) {
            Some(Val::Query(before)) => before.api,
            _ => q.api,
        };
        let row = api.and_then(|api| self.look.method(api, name, false));
        row.is_some_and(|row| self.m.call(row).becomes.is_some())
    }

    /// Rows in memory for which a call loads more relations: the rows with them, which the variable holds from here on.
    pub(crate) fn loaded_in_place(
        &mut self,
        f: &mut Frame<'p>,
        row: &'p CallRow,
        g: &Given<'_>,
        recv_op: Option<OpId>,
    ) -> Option<V> {
        let loads = row.loads.as_ref().filter(|_| row.effect.is_some())?;
        if !matches!(self.vals.get(g.recv), Val::Row(_) | Val::Many { .. } | Val::List(_)) {
            return None;
        }
        let paths = self.expr(f, loads, g)?;
        let v = self.with_paths(g.recv, paths, 0);
        self.rebind(f, recv_op, v);
        Some(v)
    }

    /// Rows that a call is given get relations: the variable that holds them has them from here on.
    pub(crate) fn load_onto(&mut self, f: &mut Frame<'p>, row: &'p CallRow, g: &Given<'_>) {
        let Some((onto, loads)) = row.onto.as_ref().zip(row.loads.as_ref()) else { return };
        if matches!(onto, Expr::Recv) {
            self.place(f, loads, g);
            return;
        }
        let (Some(v), Some(paths)) = (self.expr(f, onto, g), self.expr(f, loads, g)) else { return };
        let op = self.argument_at(f, g.op, onto).map(|op| self.chosen_from(f, op, v));
        // Some of the rows that a variable holds are rows of it.
        let held = op.and_then(|op| f.vals.get(op.at()).copied()).unwrap_or(v);
        let held = match op.map(|op| f.body.op(op).kind) {
            Some(OpKind::Local(local)) => f.locals[local.at()],
            _ => held,
        };
        let loaded = self.with_paths(held, paths, 0);
        self.rebind(f, op, loaded);
    }

    /// The operation that gives the rows of which calls only choose some: `orders` of `orders.select { .. }`.
    fn chosen_from(&self, f: &Frame<'p>, op: OpId, v: V) -> OpId {
        let mut at = op;
        for _ in 0..MAX_CHAIN {
            let OpKind::Call(id) = f.body.op(at).kind else { break };
            let Callee::Member { recv, .. } = f.body.call(id).callee else { break };
            let before = recv.some().and_then(|recv| f.vals.get(recv.at()).copied());
            if !before.is_some_and(|before| self.same_rows(before, v)) {
                break;
            }
            at = recv;
        }
        at
    }

    /// True for two values that hold rows of the same query, at the same path.
    pub(crate) fn same_rows(&self, a: V, b: V) -> bool {
        self.rows_held(a, 0).is_some_and(|rows| self.rows_held(b, 0) == Some(rows))
    }

    fn rows_held(&self, v: V, depth: u32) -> Option<(crate::Site, perflint_ir::Sym)> {
        match self.vals.get(v) {
            Val::Query(q) if !q.plain => Some((q.origin, q.path)),
            Val::Row(row) => Some((row.origin?, row.path)),
            Val::Many { elem, .. } if depth < 2 => self.rows_held(*elem, depth + 1),
            _ => None,
        }
    }

    /// The operation of the argument that an expression means.
    fn argument_at(&self, f: &Frame<'p>, op: usize, e: &Expr) -> Option<OpId> {
        let OpKind::Call(id) = f.body.ops.get(op)?.kind else { return None };
        let args = f.body.args(f.body.call(id).args);
        let found = match e {
            Expr::Arg(n) => args.iter().filter(|arg| arg.slot == Slot::Pos).nth(usize::from(*n)),
            Expr::Key(name) => {
                let name = self.p.names.find(name)?;
                args.iter().find(|arg| arg.slot == Slot::Key(name))
            }
            Expr::First(all) => return all.iter().find_map(|e| self.argument_at(f, op, e)),
            _ => None,
        };
        found.and_then(|arg| arg.value.some())
    }

    /// True for the rows of a relation, all of them, whose number is kept with the row that was asked.
    pub(crate) fn is_counted(&self, v: V) -> bool {
        let Val::Query(q) = *self.vals.get(v) else { return false };
        let relation = q.from.filter(|_| q.via.is_some()).and_then(|(of, name)| self.p.relation(of, name));
        relation.is_some_and(|relation| relation.counted)
    }

    /// What the callable of a relation's declaration says about its rows.
    pub(crate) fn scoped_relation(
        &mut self,
        f: &mut Frame<'p>,
        relation: &perflint_link::Relation,
        q: Query,
        op: usize,
    ) -> Query {
        if !relation.scoped {
            return q;
        }
        let models = self.m;
        let Some(e) = models.relations[relation.row].1.scope.as_ref() else { return q };
        let Some(args) = self.declaring_arguments(relation.place) else { return q };
        let recv = self.vals.make(Val::Query(q));
        let Some(callee) = self.expr(f, e, &Given { recv, args: &args, result: None, op }) else { return q };
        let Val::Closure(file, body, caps, _) = self.vals.get(callee).clone() else { return q };
        let callee = self.vals.make(Val::Closure(file, body, caps, recv));
        let v = self.call_closure(f, callee, &CallArgs::default(), op, How::PLAIN);
        match *self.vals.get(v) {
            // It is the same relation still, with what is loaded besides.
            Val::Query(said) => Query { supply: said.supply, bound: said.bound, ..q },
            _ => q,
        }
    }

    fn with_paths(&mut self, v: V, paths: V, depth: usize) -> V {
        match self.vals.get(v).clone() {
            Val::Query(q) => {
                let loaded = self.load(&q, paths);
                self.vals.make(Val::Query(loaded))
            }
            Val::Row(row) => {
                let supply = self.supply_with(row.path, row.supply, paths);
                self.vals.make(Val::Row(Row { supply, ..row }))
            }
            Val::Many { elem, count, batch, source } if depth < 4 => {
                let elem = self.with_paths(elem, paths, depth + 1);
                self.vals.make(Val::Many { elem, count, batch, source })
            }
            Val::List(items) if depth < 4 => {
                let items = items.iter().map(|item| self.with_paths(*item, paths, depth + 1)).collect();
                self.vals.make(Val::List(items))
            }
            Val::Union(all) if depth < 4 => {
                let mut sum = UNKNOWN;
                for one in all.iter() {
                    let one = self.with_paths(*one, paths, depth + 1);
                    sum = self.vals.join(sum, one);
                }
                sum
            }
            _ => v,
        }
    }

    /// Renders the template of a row, unless the next call of the chain says more about it; gives the view, where the
    /// call gives one.
    pub(crate) fn render_row(
        &mut self,
        f: &mut Frame<'p>,
        row: &'p CallRow,
        renders: &'p Renders,
        g: &Given<'_>,
        recv_op: Option<OpId>,
    ) -> Option<V> {
        let mut template = self.expr(f, &renders.template, g).unwrap_or(UNKNOWN);
        if !matches!(self.vals.get(template), Val::Str(_))
            && let Some(own) = self.template_of_method(f, renders)
        {
            template = own;
        }
        template = self.template_within(f, renders, template);
        let mut context = match &renders.context {
            Expr::ArgsFrom(from) => self.named_context(g, usize::from(*from)),
            context => self.expr(f, context, g).unwrap_or(UNKNOWN),
        };
        if renders.later {
            return self.later(f, row, template, context, g, recv_op);
        }
        context = self.with_shown(f, context);
        context = self.with_set_of(g.recv, context);
        if renders.more {
            context = self.told(f, context, g);
        }
        let view = match &row.returns {
            Some(Expr::New(ty)) => self.m.type_named(f.lang.models(), ty),
            _ => None,
        };
        if !view.is_some_and(|ty| self.is_told_more(f, ty, g.op)) {
            let rest = self.arguments_of_part(g);
            self.render(f, template, context, &rest, g.op);
        }
        view.map(|ty| self.vals.make(Val::ExtInst(ty, [template, context].into())))
    }

    /// True if the value of a call is what another call is made on that renders as well.
    fn is_told_more(&mut self, f: &Frame<'p>, ty: perflint_models::TypeIx, op: usize) -> bool {
        f.body.calls.iter().any(|call| match call.callee {
            Callee::Member { recv, name } if recv.at() == op => {
                self.look.method(ty, name, false).is_some_and(|row| self.m.call(row).renders.is_some())
            }
            _ => false,
        })
    }

    /// A context with what the arguments of a call add to it.
    fn told(&mut self, f: &Frame<'p>, context: V, g: &Given<'_>) -> V {
        let empty = self.vals.make(Val::Map([].into(), UNKNOWN));
        let context = if matches!(self.vals.get(context), Val::Map(..)) { context } else { empty };
        let first = g.args.pos.first().copied().unwrap_or(UNKNOWN);
        if let Some(name) = self.named_by_method(f, g.op) {
            return self.with_field(context, name, first);
        }
        match self.vals.get(first).clone() {
            Val::Str(name) => {
                let value = g.args.pos.get(1).copied().unwrap_or(UNKNOWN);
                self.with_field(context, name, value)
            }
            Val::Map(entries, _) => {
                entries.iter().fold(context, |context, (name, v)| self.with_field(context, *name, *v))
            }
            _ => context,
        }
    }

    /// `orders` of `withOrders(..)`.
    fn named_by_method(&self, f: &Frame<'p>, op: usize) -> Option<perflint_ir::Sym> {
        let OpKind::Call(id) = f.body.ops.get(op)?.kind else { return None };
        let Callee::Member { name, .. } = f.body.call(id).callee else { return None };
        let rest = self.p.text(name).strip_prefix("with")?;
        let first = rest.chars().next()?;
        Some(self.p.names.intern(&format!("{}{}", first.to_lowercase(), &rest[first.len_utf8()..])))
    }

    /// A scope of a class by the name of its method: it is given the query, and what it gives is the query, unless it ran it.
    pub(crate) fn call_named_scope(
        &mut self,
        f: &mut Frame<'p>,
        class: perflint_link::ClassIx,
        recv: V,
        name: perflint_ir::Sym,
        args: &CallArgs,
        op: usize,
    ) -> Option<V> {
        let api = self.p.class(class).entity.and_then(|e| self.p.entity(e).api)?;
        let pattern = self.m.line(api).iter().find_map(|ty| self.m.type_row(*ty).scopes.as_deref())?;
        let method = self.p.names.find(&pattern.replace("{Name}", &capital(self.p.text(name))));
        let named = method.and_then(|method| self.p.member_on(class, method, false));
        let def = named.or_else(|| self.marked_scope(class, name))?;
        let entity = self.p.class(class).entity?;
        let query = self.query_for(f, recv, op)?;
        let query = match self.vals.get(recv) {
            Val::Query(_) => query,
            _ => Query { api: self.query_type_of(entity).or(query.api), ..query },
        };
        let start = self.vals.make(Val::Query(query));
        let mut given = args.clone();
        given.pos.insert(0, start);
        let this = self.typed_row(entity);
        let v = self.call_fun(f, def, this, &given, op, How::PLAIN);
        Some(match *self.vals.get(v) {
            Val::Query(q) => self.vals.make(Val::Query(Query { origin: query.origin, ..q })),
            // One that runs it gives the rows.
            Val::Many { .. } | Val::Row(_) => v,
            // One that returns nothing has built on what it was given.
            _ => match self.left_by(f, def, this, &given, op) {
                Some(q) => self.vals.make(Val::Query(Query { origin: query.origin, ..q })),
                None => start,
            },
        })
    }

    /// Reads an attribute of a row through the method that makes it.
    pub(crate) fn read_accessor(
        &mut self,
        f: &mut Frame<'p>,
        row: Row,
        recv: V,
        name: perflint_ir::Sym,
        op: usize,
    ) -> Option<V> {
        let api = self.p.entity(row.entity).api?;
        let class = self.p.entity(row.entity).class;
        let line = self.m.line(api).to_vec();
        if line.iter().all(|ty| self.m.type_row(*ty).accessors.is_none()) {
            return None;
        }
        let camel = camel(self.p.text(name));
        for ty in line {
            let type_row = self.m.type_row(ty);
            if let Some(pattern) = &type_row.accessors
                && let Some(method) = self.p.names.find(&pattern.replace("{Name}", &capital(&camel)))
                && let Some(def) = self.p.member_on(class, method, false)
            {
                return Some(self.call_fun(f, def, recv, &CallArgs::default(), op, How::PLAIN));
            }
            if let Some(wanted) = &type_row.accessor_type
                && let Some(method) = self.p.names.find(&camel)
                && let Some(def) = self.p.member_on(class, method, false)
                && let Some(result) = self.p.item(def).ty
                && let result = self.type_value(def.file, result, 0)
                && let Val::ExtInst(made, _) = *self.vals.get(result)
                && self.m.type_named(f.lang.models(), wanted) == Some(made)
            {
                return Some(self.call_fun(f, def, recv, &CallArgs::default(), op, How::PLAIN));
            }
        }
        None
    }
}

/// A word with a capital letter.
pub(crate) fn capital(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
}

/// `customerName` of `customer_name`.
pub(crate) fn camel(name: &str) -> String {
    let mut parts = name.split('_').filter(|part| !part.is_empty());
    let first = parts.next().unwrap_or("").to_owned();
    parts.fold(first, |sum, part| sum + &capital(part))
}
