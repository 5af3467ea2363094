//! Members that calls in a class's body declare: scopes and delegations; and what
//! methods without code are declared to give.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame, How};
use crate::expr::Given;
use crate::value::{Query, SCALAR, UNKNOWN, V, Val};
use perflint_ir::{Callee, OpKind, Slot, Sym, TypeExpr, TypeId};
use perflint_link::{BodyRef, ClassIx, Def, FileIx, Target};
use perflint_models::{CallIx, CallRow, RowCount, To};

impl<'p> Eval<'p> {
    /// Calls a declared scope of a class on the class, or on a query over it.
    pub(crate) fn call_scope(
        &mut self,
        f: &mut Frame<'p>,
        class: ClassIx,
        recv: V,
        name: Sym,
        args: &CallArgs,
        op: usize,
    ) -> Option<V> {
        let Some((def, row)) = self.p.declared_member(class, name) else {
            if self.p.is_listed(class, name) {
                let query = self.query_for(f, recv, op)?;
                return Some(self.vals.make(Val::Query(Query { narrowed: true, ..query })));
            }
            if let Some(loaded) = self.call_loading_scope(f, class, recv, name, op) {
                return Some(loaded);
            }
            return self.call_named_scope(f, class, recv, name, args, op);
        };
        let e = self.m.declarations[row].1.scope.as_ref()?;
        // The query is the caller's: what it lacks is added where the scope is used.
        let recv = match self.vals.get(recv) {
            Val::Class(_) => self.scoped(f, recv, op),
            _ => recv,
        };
        let given = self.declaring_arguments(def)?;
        let callee = self.expr(f, e, &Given { recv, args: &given, result: None, op })?;
        let Val::Closure(file, body, caps, _) = self.vals.get(callee).clone() else {
            return Some(recv);
        };
        let callee = self.vals.make(Val::Closure(file, body, caps, recv));
        let v = self.call_closure(f, callee, args, op, How::PLAIN);
        // A scope that gives nothing leaves the query as it was.
        let Val::Query(q) = *self.vals.get(v) else { return Some(self.scoped(f, recv, op)) };
        // What it lacks is to be added where it is used, not where it is declared.
        let origin = match self.vals.get(recv) {
            Val::Query(before) => before.origin,
            _ => self.site(f, op),
        };
        Some(self.vals.make(Val::Query(Query { origin, ..q })))
    }

    /// Calls a scope that loads a relation and is called after it: `with_attached_photo`.
    fn call_loading_scope(
        &mut self,
        f: &mut Frame<'p>,
        class: ClassIx,
        recv: V,
        name: Sym,
        op: usize,
    ) -> Option<V> {
        let called = self.p.text(name);
        let entity = self.p.class(class).entity?;
        let found = self.p.relations_of(entity).into_iter().find(|relation| {
            let own = self.p.text(self.p.item(relation.place).name);
            let scopes = &self.m.relations[relation.row].1.loaded_by;
            scopes.iter().any(|scope| {
                scope.split_once("{name}").is_some_and(|(before, after)| {
                    called.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)) == Some(own)
                })
            })
        })?;
        let paths = self.vals.make(Val::Paths(std::rc::Rc::new([found.name]), None));
        let query = self.query_for(f, recv, op)?;
        let query = self.load(&query, paths);
        Some(self.vals.make(Val::Query(query)))
    }

    fn scoped(&mut self, f: &mut Frame<'p>, recv: V, op: usize) -> V {
        match self.query_for(f, recv, op) {
            Some(q) => self.vals.make(Val::Query(q)),
            None => UNKNOWN,
        }
    }

    /// Reads a declared attribute of an instance or row.
    pub(crate) fn get_declared(
        &mut self,
        f: &mut Frame<'p>,
        class: ClassIx,
        recv: V,
        name: Sym,
        op: usize,
    ) -> Option<V> {
        let (def, row) = self.p.declared_member(class, name)?;
        let row = &self.m.declarations[row].1;
        if let Some(e) = &row.delegate {
            let given = self.declaring_arguments(def)?;
            let through = self.expr(f, e, &Given { recv, args: &given, result: None, op })?;
            let Val::Str(through) = *self.vals.get(through) else { return None };
            if through == name {
                return None;
            }
            let inner = self.get(f, recv, through, op, None);
            return Some(self.get(f, inner, self.p.item(def).name, op, None));
        }
        row.scalar.then_some(SCALAR)
    }

    /// Applies a row to a method that the repository declares without code: what it gives stands in its declaration.
    pub(crate) fn apply_declared(
        &mut self,
        f: &mut Frame<'p>,
        declared: Option<Def>,
        row: CallIx,
        recv: V,
        args: &CallArgs,
        op: usize,
    ) -> V {
        let before = std::mem::replace(&mut self.declaring, declared);
        let v = self.apply(f, row, recv, args, op, None);
        self.declaring = before;
        v
    }

    /// How many rows a call brings into memory: what its row says, or the declared result of its method.
    pub(crate) fn row_count(&mut self, row: &CallRow) -> RowCount {
        if row.rows != RowCount::Declared {
            return row.rows;
        }
        let v = self.declared_result();
        self.rows_in(v)
    }

    /// True if the function around is declared to give one of the types behind which the rows of a cursor come one by one.
    pub(crate) fn hands_on(&self, f: &Frame<'p>, row: &CallRow) -> bool {
        if row.handed_on.is_empty() {
            return false;
        }
        let file = self.p.file(f.at.file);
        let TypeExpr::Path { name, .. } =
            file.item(f.body.owner).ty.map_or(TypeExpr::Other, |ty| file.types[ty.0 as usize].clone())
        else {
            return false;
        };
        let path = match self.p.resolve_dotted(f.at.file, name) {
            Some(Target::External(path)) => path,
            _ => name,
        };
        row.handed_on.iter().any(|ty| ty == self.p.text(path))
    }

    fn rows_in(&self, v: V) -> RowCount {
        match *self.vals.get(v) {
            Val::Many { .. } | Val::List(_) | Val::Query(_) => RowCount::All,
            Val::Row(_) | Val::Inst(..) | Val::ExtInst(..) => RowCount::One,
            Val::Future(inner) => self.rows_in(inner),
            _ => RowCount::None,
        }
    }

    fn declared_result(&mut self) -> V {
        let Some(def) = self.declaring else { return UNKNOWN };
        match self.p.item(def).ty {
            Some(ty) => self.type_value(def.file, ty, 0),
            None => UNKNOWN,
        }
    }

    /// The declared result of a method, with rows of the query that it runs.
    pub(crate) fn declared_value(&mut self, f: &mut Frame<'p>, q: V, op: usize) -> V {
        let declared = self.declared_result();
        self.with_rows(f, declared, q, op)
    }

    fn with_rows(&mut self, f: &mut Frame<'p>, declared: V, q: V, op: usize) -> V {
        let Val::Query(query) = *self.vals.get(q) else { return declared };
        match self.vals.get(declared).clone() {
            Val::Many { elem, .. } if self.is_row_of(elem, &query) => self.result_rows(f, &query, op),
            Val::Row(row) if Some(row.entity) == query.entity => self.row_of(f, &query, op),
            Val::Query(declared) if declared.entity == query.entity => self.result_rows(f, &query, op),
            Val::Future(inner) => {
                let inner = self.with_rows(f, inner, q, op);
                self.vals.make(Val::Future(inner))
            }
            _ => declared,
        }
    }

    fn is_row_of(&self, v: V, q: &Query) -> bool {
        matches!(*self.vals.get(v), Val::Row(row) if Some(row.entity) == q.entity)
    }

    /// True if the declared result, or a declared parameter, of a method says that a page is asked for.
    pub(crate) fn declares_page(&mut self, args: &CallArgs) -> bool {
        let is_page = |v: &V| matches!(*self.vals.get(*v), Val::ExtInst(ty, _) if self.m.type_row(ty).page);
        if args.pos.iter().any(is_page) {
            return true;
        }
        let Some(def) = self.declaring else { return false };
        let item = self.p.item(def);
        let params = item.body.map(|body| &self.p.file(def.file).body(body).params);
        let types = item.ty.into_iter().chain(params.into_iter().flatten().filter_map(|param| param.ty));
        types.collect::<Vec<_>>().into_iter().any(|ty| self.is_page(def.file, ty))
    }

    /// True if a function that leads here asks for a page of whatever is queried next.
    pub(crate) fn is_paged_before(&self, row: &CallRow) -> bool {
        let named = |name: Sym| row.paged_by.iter().any(|call| **call == *self.p.text(name));
        !row.paged_by.is_empty()
            && self.running().any(|at| {
                let body = self.p.body(at);
                body.calls.iter().any(|call| match call.callee {
                    Callee::Member { name, .. } => named(name),
                    Callee::Value(v) => matches!(body.op(v).kind, OpKind::Name(name) if named(name)),
                })
            })
    }

    fn is_page(&mut self, file: FileIx, ty: TypeId) -> bool {
        let TypeExpr::Path { name, .. } = self.p.file(file).types[ty.0 as usize] else { return false };
        let path = self.p.written_path(file, name);
        self.look.ty(path, self.p.file(file).lang).is_some_and(|ty| self.m.type_row(ty).page)
    }

    /// The text of a literal string, be it SQL or not.
    pub(crate) fn literal_text(&self, v: V) -> Option<String> {
        match *self.vals.get(v) {
            Val::Str(sym) => Some(self.p.text(sym).to_owned()),
            Val::Sql(file, ix, _) => {
                let (body, op) = self.p.file(file).sql.get(ix as usize)?.place?;
                let mut text = String::new();
                self.collect_text(&self.p.file(file).bodies[body.at()], op, &mut text, 0);
                Some(text)
            }
            _ => None,
        }
    }

    fn collect_text(&self, body: &perflint_ir::Body, op: perflint_ir::OpId, out: &mut String, depth: u32) {
        match body.op(op).kind {
            OpKind::Str(sym) => out.push_str(self.p.text(sym)),
            // `'SELECT o FROM ' . Order::class . ' o'`
            OpKind::Name(name) => out.push_str(self.p.text(name).rsplit('.').next().unwrap_or_default()),
            OpKind::Binary { lhs, rhs, .. } if depth < 64 => {
                self.collect_text(body, lhs, out, depth + 1);
                self.collect_text(body, rhs, out, depth + 1);
            }
            OpKind::Text(kids) if depth < 64 => {
                body.kids(kids).iter().for_each(|kid| self.collect_text(body, *kid, out, depth + 1));
            }
            _ => out.push(' '),
        }
    }

    /// The relation to one that a query by name holds fast: all rows of `findByFeedId` have the same feed, which is fetched
    /// once.
    pub(crate) fn fixed_relation(&self, q: &Query) -> Option<Sym> {
        let name = self.p.text(self.p.item(self.declaring?).name);
        let (_, conditions) = name.split_once("By")?;
        let conditions = conditions.split("OrderBy").next()?;
        let relations = self.p.relations_of(q.entity?);
        conditions.split("And").find_map(|condition| {
            if condition.ends_with("In") || condition.contains("Or") {
                return None;
            }
            let attribute = crate::words::small_start(condition);
            let fits =
                |name: &str| attribute.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest == "Id");
            relations.iter().find(|r| r.to == To::One && fits(self.p.text(r.name))).map(|r| r.name)
        })
    }

    /// An argument of a marker of the method that a row is applied to: the named one, or else `value` or the first. Of several
    /// such markers a list of what each says.
    pub(crate) fn marked(&mut self, path: &str, key: Option<&str>) -> Option<V> {
        let def = self.declaring?;
        let found: Vec<_> =
            self.look.markers_of(def, path).map(|(def, marker)| (def, marker.value)).collect();
        let mut said: Vec<V> =
            found.into_iter().filter_map(|(def, call)| self.said_by(def, call, key)).collect();
        match said.len() {
            0 | 1 => said.pop(),
            _ => Some(self.vals.make(Val::List(said.into()))),
        }
    }

    /// True if the method that a row is applied to has a marker.
    pub(crate) fn declares_marker(&self, path: &str) -> bool {
        self.declaring.is_some_and(|def| self.look.is_marked(def, path))
    }

    fn said_by(&mut self, def: Def, call: perflint_ir::OpId, key: Option<&str>) -> Option<V> {
        let owner = self.p.item(def).owner?;
        let body = self.p.file(def.file).item(owner).body?;
        let code = self.p.file(def.file).body(body);
        let OpKind::Call(id) = code.ops.get(call.some()?.at())?.kind else { return None };
        let args = code.args(code.call(id).args);
        let name = self.p.names.find(key.unwrap_or("value"));
        let wanted = args.iter().find(|arg| matches!(arg.slot, Slot::Key(key) if Some(key) == name));
        let op = wanted.or(args.first().filter(|_| key.is_none()))?.value.some()?;
        self.init_values(BodyRef { file: def.file, body }).get(op.at()).copied()
    }

    /// The arguments of the call that declares a member, as they are in the class's initialiser.
    pub(crate) fn declaring_arguments(&mut self, def: Def) -> Option<CallArgs> {
        let (file, body, op) = self.p.field_init(def)?;
        self.body_arguments(BodyRef { file, body }, op)
    }

    /// The arguments of a call in the body of a class.
    pub(crate) fn body_arguments(&mut self, at: BodyRef, op: perflint_ir::OpId) -> Option<CallArgs> {
        let values = self.init_values(at);
        let code = self.p.body(at);
        let OpKind::Call(call) = code.op(op).kind else { return None };
        let mut args = CallArgs::default();
        for arg in code.args(code.call(call).args) {
            let v = values.get(arg.value.at()).copied().unwrap_or(UNKNOWN);
            match arg.slot {
                Slot::Key(key) => args.keys.push((key, v)),
                Slot::Block => args.keys.push((self.p.names.intern("&"), v)),
                _ => args.pos.push(v),
            }
        }
        Some(args)
    }
}
