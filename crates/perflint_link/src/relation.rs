//! Relations: the declared ones, and the reverse ones that frameworks add.

use crate::class::{Base, ClassIx};
use crate::entity::{EntityIx, Relation, argument};
use crate::program::{Def, FileIx, Program};
use crate::scope::Target;
use perflint_ir::{
    Body, BodyId, CallId, Callee, ItemId, ItemKind, OpId, OpKind, Slot, Sym, TypeExpr, TypeId,
};
use perflint_models::{Expr, Models, RelationRow, To, TypeRole};

/// Classes that implement an interface, among which its entity is looked for.
const MAX_HEIRS: usize = 64;

/// A call with where it stands.
#[derive(Clone, Copy)]
struct At {
    file: FileIx,
    body: BodyId,
    call: CallId,
}

impl Program {
    pub(crate) fn build_relations(&mut self, models: &Models) {
        for e in 0..self.entities.len() {
            let entity = EntityIx(e as u32);
            let class = self.entity(entity).class;
            let mut members: Vec<Def> = self.class(class).members.values().flatten().copied().collect();
            members.sort();
            for def in members {
                match self.item(def).kind {
                    ItemKind::Field => self.field_relation(entity, def, models),
                    ItemKind::Function => {
                        self.method_relation(entity, def, models);
                        self.accessor_relation(entity, def, models);
                    }
                    _ => {}
                }
            }
            for def in self.declarations_of(entity) {
                self.field_relation(entity, def, models);
            }
        }
        self.static_relations(models);
        self.count_relations(models);
    }

    /// Relations to many whose number of rows is kept with the row that is asked: the other side says so.
    fn count_relations(&mut self, models: &Models) {
        let mut counted: Vec<(EntityIx, EntityIx)> = Vec::new();
        for (e, entity) in (0u32..).zip(&self.entities) {
            for relation in entity.relations.values().filter(|relation| relation.to == To::One) {
                let counter = models.relations[relation.row].1.counter.as_ref();
                let given = counter.zip(self.init_call(relation.place));
                let op = given.and_then(|(expr, at)| Some((at, self.argument_op(at, expr)?)));
                let is_kept = op.is_some_and(|(at, op)| {
                    !matches!(
                        self.file(at.file).body(at.body).op(op).kind,
                        OpKind::Bool(false) | OpKind::Null
                    )
                });
                counted.extend(relation.target.filter(|_| is_kept).map(|target| (target, EntityIx(e))));
            }
        }
        for (of, rows) in counted {
            let asked = self.entities[of.0 as usize].relations.values_mut();
            asked
                .filter(|relation| {
                    relation.to == To::Many && relation.target == Some(rows) && !relation.scoped
                })
                .for_each(|relation| relation.counted = true);
        }
    }

    /// What the class of an entity declares by calls, itself or through what it includes that is no entity.
    fn declarations_of(&self, entity: EntityIx) -> Vec<Def> {
        let own = self.entity(entity).class;
        let line = self.class(own).mro.iter().filter_map(|base| match base {
            Base::Class(c) if *c == own || self.class(*c).entity.is_none() => Some(*c),
            _ => None,
        });
        line.flat_map(|class| self.class(class).declarations.iter().copied()).collect()
    }

    /// A relation that a method builds and returns: `return $this->hasMany(Post::class)->latest();`.
    fn method_relation(&mut self, entity: EntityIx, def: Def, models: &Models) {
        let family = self.family(def.file);
        if !models
            .relations
            .iter()
            .any(|(language, row)| **language == *family && !row.method_call.is_empty())
        {
            return;
        }
        let Some((at, name)) = self.returned_call(def) else { return };
        let name = self.text(name);
        let api = self.entity(entity).api;
        let row = models.relations.iter().enumerate().find(|(_, (language, row))| {
            **language == *family
                && row.method_call.iter().any(|call| call == name)
                && row.of.as_deref().is_none_or(|of| api.is_some() && models.type_named(family, of) == api)
        });
        if let Some((ix, (_, row))) = row {
            self.declare(entity, def, row, ix, Some(at), models);
        }
    }

    /// A relation whose markers stand on the accessor of its field: `@ManyToOne Customer getCustomer()`.
    fn accessor_relation(&mut self, entity: EntityIx, def: Def, models: &Models) {
        let item = self.item(def);
        if !self.file(def.file).lang.reads_fluently() || item.markers.is_empty() {
            return;
        }
        let text = self.text(item.name);
        let Some(attribute) = text.strip_prefix("get").filter(|rest| rest.starts_with(char::is_uppercase))
        else {
            return;
        };
        let name = self.names.intern(&small_start(attribute));
        let (family, markers) = (self.family(def.file), self.marker_paths(def));
        for (i, (language, row)) in models.relations.iter().enumerate() {
            let found = markers.iter().find(|(path, _)| row.marker.iter().any(|marker| marker == path));
            if let Some((_, call)) = found.filter(|_| **language == *family) {
                let typed = self.field_entity(def, models);
                let to =
                    row.to.unwrap_or(if typed.is_some_and(|(_, many)| many) { To::Many } else { To::One });
                let target = typed.map(|(target, _)| target);
                self.insert_relation(entity, name, def, row, i, target, to, *call, models);
                return;
            }
        }
    }

    /// The call on the receiver from which the chain starts that a method without parameters returns.
    fn returned_call(&self, def: Def) -> Option<(At, Sym)> {
        let item = self.item(def);
        let id = item.body?;
        let body = self.file(def.file).body(id);
        if !body.params.is_empty() || item.flags.is_static {
            return None;
        }
        let mut value = body.ops.iter().rev().find_map(|op| match op.kind {
            OpKind::Exit { how: perflint_ir::ExitKind::Return, value } => value.some(),
            _ => None,
        })?;
        for _ in 0..16 {
            let OpKind::Call(call) = body.op(value).kind else { return None };
            let Callee::Member { recv, name } = body.call(call).callee else { return None };
            if body.op(recv).kind == OpKind::SelfRef {
                return Some((At { file: def.file, body: id, call }, name));
            }
            value = recv;
        }
        None
    }

    fn family(&self, file: FileIx) -> &'static str {
        self.file(file).lang.models()
    }

    pub(crate) fn field_relation(&mut self, entity: EntityIx, def: Def, models: &Models) {
        let family = self.family(def.file);
        let init = self.init_call(def);
        let declaring = || self.declaring_call(def).filter(|_| self.item(def).kind == ItemKind::Declaration);
        let init_path = init.and_then(|at| self.callee_path(at)).or_else(declaring);
        let inherited = || init.map_or_else(Vec::new, |at| self.inherited_paths(at));
        let init_paths = init_path.map_or_else(inherited, |path| vec![path]);
        let init_paths: Vec<String> = init_paths.iter().map(|p| self.text(*p).to_owned()).collect();
        let marker_paths = self.marker_paths(def);
        for (i, (language, row)) in models.relations.iter().enumerate() {
            if &**language != family {
                continue;
            }
            if let Some(at) = init
                && row.field_call.iter().any(|c| init_paths.iter().any(|path| path == c))
            {
                self.declare(entity, def, row, i, Some(at), models);
                return;
            }
            if let Some((_, call)) = marker_paths.iter().find(|(p, _)| row.marker.iter().any(|m| m == p)) {
                self.declare(entity, def, row, i, *call, models);
                return;
            }
            if let Some(target) = self.received_target(entity, def, row) {
                let (name, to) = (self.item(def).name, row.to.unwrap_or(To::One));
                self.insert_relation(entity, name, def, row, i, Some(target), to, init, models);
                return;
            }
            let api = self.entity(entity).api;
            if row.field_of.iter().any(|of| models.type_named(family, of).is_some_and(|t| Some(t) == api))
                && let Some((target, many)) = self.field_entity(def, models)
            {
                let to = row.to.unwrap_or(if many { To::Many } else { To::One });
                let def = self.shown_by(def).unwrap_or(def);
                let name = self.item(def).name;
                self.insert_relation(entity, name, def, row, i, Some(target), to, None, models);
                return;
            }
        }
    }

    fn init_call(&self, def: Def) -> Option<At> {
        let (file, body, op) = self.field_init(def)?;
        match self.file(file).body(body).op(op).kind {
            OpKind::Call(call) => Some(At { file, body, call }),
            _ => None,
        }
    }

    /// The path of a call's callee. A member of a module variable continues the path of what made the variable:
    /// `db.relationship` of `db = SQLAlchemy()` is `flask_sqlalchemy.SQLAlchemy.relationship`.
    fn callee_path(&self, at: At) -> Option<Sym> {
        let body = self.file(at.file).body(at.body);
        let (base, name) = match body.call(at.call).callee {
            Callee::Value(value) => match body.op(value).kind {
                OpKind::Get { base, name } => (base, Some(name)),
                _ => (value, None),
            },
            Callee::Member { recv, name } => (recv, Some(name)),
        };
        let target = self.resolve_op(at.file, body, base)?;
        let Some(name) = name else { return self.target_path(target) };
        if let Target::Item(def) = target
            && let Some(path) = self.variable_call(def)
        {
            return Some(self.names.join(path, name));
        }
        let lang = self.file(at.file).lang;
        let target = self.member(target, name, lang)?;
        self.target_path(target)
    }

    /// The paths outside of the repository of the class that a call makes an instance of: `class Tags(TaggableManager)`.
    fn inherited_paths(&self, at: At) -> Vec<Sym> {
        let body = self.file(at.file).body(at.body);
        let Callee::Value(callee) = body.call(at.call).callee else { return Vec::new() };
        let target = self.resolve_op(at.file, body, callee);
        let Some(class) = target.and_then(|target| self.target_class(target)) else { return Vec::new() };
        let outside = self.class(class).mro.iter().filter_map(|base| match base {
            Base::External(path) => Some(*path),
            Base::Class(class) => self.target_path(Target::Item(self.class(*class).def)),
        });
        outside.collect()
    }

    fn marker_paths(&self, def: Def) -> Vec<(String, Option<At>)> {
        let owner = self.item(def).owner;
        let body = owner.and_then(|o| self.file(def.file).item(o).body);
        let mut out = Vec::new();
        for marker in self.item(def).markers.clone() {
            let path = self
                .resolve_dotted(def.file, marker.path)
                .and_then(|t| self.target_path(t))
                .unwrap_or(marker.path);
            let call = match (marker.value.some(), body) {
                (Some(op), Some(body)) => match self.file(def.file).body(body).op(op).kind {
                    OpKind::Call(call) => Some(At { file: def.file, body, call }),
                    _ => None,
                },
                _ => None,
            };
            out.push((self.text(path).to_owned(), call));
        }
        out
    }

    /// The entity that a field's declared type is or holds, and whether it holds many.
    fn field_entity(&self, def: Def, models: &Models) -> Option<(EntityIx, bool)> {
        let ty = self.item(def).ty?;
        self.type_entity(def.file, ty, models, 0)
    }

    pub(crate) fn type_entity(
        &self,
        file: FileIx,
        ty: TypeId,
        models: &Models,
        depth: u32,
    ) -> Option<(EntityIx, bool)> {
        if depth > 6 {
            return None;
        }
        match self.file(file).types[ty.0 as usize].clone() {
            TypeExpr::Path { name, args } => {
                let target = self.resolve_dotted(file, name);
                if let Some(class) = target.and_then(|t| self.target_class(t))
                    && let Some(entity) = self.class(class).entity
                {
                    return Some((entity, false));
                }
                let text = match target {
                    Some(Target::External(path)) => self.text(path).to_owned(),
                    _ => self.text(name).to_owned(),
                };
                if let Some(last) = args.last() {
                    let role = models.type_named(self.family(file), &text).map(|t| models.role(t));
                    let many = !matches!(role, Some(TypeRole::Wrapper)) || text.ends_with("Collection");
                    let (entity, inner) = self.type_entity(file, *last, models, depth + 1)?;
                    return Some((entity, many || inner));
                }
                let last = text.rsplit('.').next().unwrap_or(&text).to_owned();
                self.entity_named(file, &last).map(|e| (e, false))
            }
            TypeExpr::Union(types) => {
                types.iter().find_map(|t| self.type_entity(file, *t, models, depth + 1))
            }
            TypeExpr::Other => None,
        }
    }

    fn declare(
        &mut self,
        entity: EntityIx,
        def: Def,
        row: &RelationRow,
        ix: usize,
        at: Option<At>,
        models: &Models,
    ) {
        let named = at.zip(row.target.as_ref()).and_then(|(at, expr)| {
            let op = self.argument_op(at, expr)?;
            self.relation_target(entity, at, op)
        });
        let typed = self.field_entity(def, models);
        let inflected = || self.inflected_target(def, row, at).filter(|_| row.inflected && named.is_none());
        let fixed = || match &row.target {
            Some(Expr::Text(path)) => self.library_entity(path),
            _ => None,
        };
        let target = named.or(typed.map(|(e, _)| e)).or_else(inflected).or_else(fixed);
        let many_by_type = typed.is_some_and(|(_, many)| many);
        let uselist = at.and_then(|at| self.argument_op(at, &Expr::Key("uselist".into())).map(|op| (at, op)));
        let single = uselist.is_some_and(|(at, op)| {
            matches!(self.file(at.file).body(at.body).op(op).kind, OpKind::Bool(false))
        });
        let to = match row.to {
            Some(to) => to,
            None if single => To::One,
            None if typed.is_some() => {
                if many_by_type {
                    To::Many
                } else {
                    To::One
                }
            }
            None => self.guess_to(entity, target, def),
        };
        let name = self.relation_name(def, row);
        self.insert_relation(entity, name, def, row, ix, target, to, at, models);
    }

    /// What a relation is called that a member declares: `customer` of `getCustomer()`, where the library says so.
    fn relation_name(&self, def: Def, row: &RelationRow) -> Sym {
        let name = self.item(def).name;
        let rest = row.strips.as_deref().and_then(|start| self.text(name).strip_prefix(start));
        rest.filter(|rest| !rest.is_empty()).map_or(name, |rest| self.names.intern(&small_start(rest)))
    }

    /// The relation of an entity that a member declares.
    pub fn relation_placed(&self, entity: EntityIx, place: Def) -> Option<&Relation> {
        self.entity(entity).relations.values().find(|relation| relation.place == place)
    }

    /// The entity whose name is the singular of a relation's: `line_items` leads to `LineItem`.
    fn inflected_target(&self, def: Def, row: &RelationRow, at: Option<At>) -> Option<EntityIx> {
        let given = at.zip(row.source.as_ref()).and_then(|(at, expr)| self.text_argument(at, expr));
        let name = self.text(given.unwrap_or(self.item(def).name)).to_owned();
        let class = cruet::to_class_case(&name);
        let plain = cruet::to_pascal_case(&name);
        [class, plain].iter().find_map(|name| {
            let sym = self.names.find(name)?;
            let class = self.resolve(def.file, sym).and_then(|target| self.target_class(target));
            class.and_then(|class| self.class(class).entity).or_else(|| self.entity_named(def.file, name))
        })
    }

    /// Where neither model nor type says it: an entity that has a key to the target relates to one.
    fn guess_to(&self, entity: EntityIx, target: Option<EntityIx>, def: Def) -> To {
        let name = self.text(self.item(def).name);
        let key = format!("{name}_id");
        let has_key = self
            .names
            .find(&key)
            .is_some_and(|k| self.class(self.entity(entity).class).members.contains_key(&k));
        let plural = name.ends_with('s') && !name.ends_with("ss") && !name.ends_with("us");
        if has_key || (!plural && target.is_some()) { To::One } else { To::Many }
    }

    fn argument_op(&self, at: At, expr: &Expr) -> Option<OpId> {
        let body: &Body = self.file(at.file).body(at.body);
        match expr {
            Expr::Key(name) => {
                let sym = self.names.find(name)?;
                let args = body.args(body.call(at.call).args);
                args.iter().find(|a| a.slot == Slot::Key(sym)).map(|a| a.value)
            }
            Expr::First(all) => all.iter().find_map(|e| self.argument_op(at, e)),
            Expr::Field(base, name) => {
                let op = self.argument_op(at, base)?;
                let OpKind::Make(_, args) = body.op(op).kind else { return None };
                let sym = self.names.find(name)?;
                body.args(args).iter().find(|a| a.slot == Slot::Key(sym)).map(|a| a.value)
            }
            other => argument(body, at.call, other),
        }
    }

    fn relation_target(&self, entity: EntityIx, at: At, op: OpId) -> Option<EntityIx> {
        if let OpKind::Str(sym) = self.file(at.file).body(at.body).op(op).kind
            && self.text(sym) == "self"
        {
            return Some(entity);
        }
        let class: ClassIx = self.class_argument(at.file, at.body, op)?;
        self.class(class).entity.or_else(|| self.implementing_entity(class))
    }

    /// The entity that implements an interface; of several the one that no other extends.
    pub fn implementing_entity(&self, interface: ClassIx) -> Option<EntityIx> {
        let heirs = self
            .class(interface)
            .heirs
            .iter()
            .take(MAX_HEIRS)
            .filter(|heir| self.class(**heir).entity.is_some());
        let last =
            |heir: &&&ClassIx| !self.class(***heir).heirs.iter().any(|of| self.class(*of).entity.is_some());
        let mut candidates = heirs.clone().filter(|heir| last(&heir));
        let only = candidates.next().filter(|_| candidates.next().is_none());
        only.or_else(|| heirs.clone().next()).and_then(|class| self.class(*class).entity)
    }

    fn text_argument(&self, at: At, expr: &Expr) -> Option<Sym> {
        let op = self.argument_op(at, expr)?;
        let body = self.file(at.file).body(at.body);
        match body.op(op).kind {
            OpKind::Str(sym) => Some(sym),
            // TypeORM writes the inverse side as a function: `user => user.posts`.
            OpKind::Lambda(inner) => {
                self.file(at.file).body(inner).ops.iter().rev().find_map(|o| match o.kind {
                    OpKind::Get { name, .. } => Some(name),
                    _ => None,
                })
            }
            // SQLAlchemy's `backref("children", lazy=...)`.
            OpKind::Call(call) => match argument(body, call, &Expr::Arg(0)).map(|a| body.op(a).kind) {
                Some(OpKind::Str(sym)) => Some(sym),
                _ => None,
            },
            _ => None,
        }
    }

    /// What a declaration says of when its relation is loaded.
    fn loading(&self, at: At, row: &RelationRow) -> Option<String> {
        let op = self.argument_op(at, row.loading.as_ref()?)?;
        Some(match self.file(at.file).body(at.body).op(op).kind {
            OpKind::Str(sym) => self.text(sym).to_owned(),
            OpKind::Bool(b) => b.to_string(),
            OpKind::Get { name, .. } | OpKind::Name(name) => self.text(name).to_owned(),
            _ => return None,
        })
    }

    /// The same of the reverse relation: `backref("orders", lazy="dynamic")`.
    fn inverse_loading(&self, at: At, row: &RelationRow) -> Option<String> {
        let op = self.argument_op(at, row.inverse.as_ref()?)?;
        let OpKind::Call(call) = self.file(at.file).body(at.body).op(op).kind else { return None };
        self.loading(At { call, ..at }, row)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one declaration")]
    fn insert_relation(
        &mut self,
        entity: EntityIx,
        name: Sym,
        def: Def,
        row: &RelationRow,
        ix: usize,
        target: Option<EntityIx>,
        to: To,
        at: Option<At>,
        models: &Models,
    ) {
        let loading = at.and_then(|at| self.loading(at, row));
        let is = |values: &[Box<str>]| loading.as_deref().is_some_and(|l| values.iter().any(|v| &**v == l));
        let dynamic = is(&row.dynamic);
        let eager = is(&row.eager) || (!row.eager_unless.is_empty() && !is(&row.eager_unless));
        let keyless = at.zip(row.selects_if.as_ref());
        let keyless = keyless.is_some_and(|(at, expr)| self.argument_op(at, expr).is_some());
        let selects = keyless || (row.eager_selects && eager);
        let relation = Relation {
            name,
            target,
            to,
            read: if dynamic { perflint_models::RelationRead::Query } else { row.read },
            dynamic,
            query_type: row.query_type.as_deref().and_then(|t| models.type_named(self.family(def.file), t)),
            nullable: at.zip(row.nullable.as_ref()).is_some_and(|(at, expr)| {
                let op = self.argument_op(at, expr);
                op.is_some_and(|op| {
                    matches!(self.file(at.file).body(at.body).op(op).kind, OpKind::Bool(true))
                })
            }),
            eager: eager || selects,
            selects,
            keyless,
            row: ix,
            place: def,
            reverse: false,
            apart: row.apart,
            scoped: at.zip(row.scope.as_ref()).is_some_and(|(at, expr)| {
                let op = self.argument_op(at, expr);
                op.is_some_and(|op| matches!(self.file(at.file).body(at.body).op(op).kind, OpKind::Lambda(_)))
            }),
            counted: false,
            back: at.zip(row.back.as_ref()).and_then(|(at, expr)| self.text_argument(at, expr)),
        };
        if let Some(column) = &row.column {
            let key = column.replace("{name}", self.text(name));
            let key = self.names.intern(&key);
            self.entities[entity.0 as usize].keys.push(key);
        }
        if let Some(pattern) = &row.query_name {
            let name = self.spelt(pattern, name);
            let query =
                Relation { name, read: perflint_models::RelationRead::Query, dynamic: true, ..relation };
            self.entities[entity.0 as usize].relations.entry(name).or_insert(query);
        }
        if let Some(pattern) = &row.keys_name {
            let keys = self.spelt(pattern, name);
            let lazy = Relation { read: perflint_models::RelationRead::Lazy, ..relation };
            self.entities[entity.0 as usize].relations.entry(keys).or_insert(lazy);
        }
        if let Some(pattern) = &row.loaded_as {
            let loaded = self.spelt(pattern, name);
            let relation = Relation { name: loaded, ..relation };
            self.entities[entity.0 as usize].relations.insert(loaded, relation.clone());
            self.entities[entity.0 as usize].relations.insert(name, relation);
            return;
        }
        self.entities[entity.0 as usize].relations.insert(name, relation);
        self.add_inverse(entity, def, row, ix, target, at, models);
    }

    /// A name that a pattern makes of a relation's, or of its singular: `{name}_dataset`, `{one}_ids`.
    fn spelt(&self, pattern: &str, name: Sym) -> Sym {
        let name = self.text(name);
        self.names.intern(&pattern.replace("{name}", name).replace("{one}", &cruet::to_singular(name)))
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one declaration")]
    fn add_inverse(
        &mut self,
        entity: EntityIx,
        def: Def,
        row: &RelationRow,
        ix: usize,
        target: Option<EntityIx>,
        at: Option<At>,
        models: &Models,
    ) {
        let (Some(target), Some(read)) = (target, row.inverse_read) else { return };
        if self.entity(entity).is_abstract && row.inverse.is_none() {
            return;
        }
        let declared = at.zip(row.inverse.as_ref()).and_then(|(at, expr)| self.text_argument(at, expr));
        let lower = self.text(self.entity(entity).name).to_lowercase();
        let name = match (declared, &row.inverse_default) {
            (Some(sym), _) => self.text(sym).replace("%(class)s", &lower),
            (None, Some(default)) => default.replace("{entity}", &lower),
            (None, None) => return,
        };
        if name.ends_with('+') || name.is_empty() {
            return;
        }
        let name = self.names.intern(&name);
        let loading = at.and_then(|at| self.inverse_loading(at, row));
        let is = |values: &[Box<str>]| loading.as_deref().is_some_and(|l| values.iter().any(|v| &**v == l));
        let dynamic = is(&row.dynamic);
        let relation = Relation {
            name,
            target: Some(entity),
            to: row.inverse_to.unwrap_or(To::Many),
            read: if dynamic { perflint_models::RelationRead::Query } else { read },
            dynamic,
            query_type: row.query_type.as_deref().and_then(|t| models.type_named(self.family(def.file), t)),
            nullable: true,
            eager: is(&row.eager),
            selects: false,
            keyless: false,
            row: ix,
            place: def,
            reverse: true,
            back: None,
            apart: false,
            scoped: false,
            counted: false,
        };
        self.entities[target.0 as usize].relations.entry(name).or_insert(relation);
    }

    /// `Post.belongsTo(User, { as: "author" })` at the top of any file, or inside a function such as `associate`.
    fn static_relations(&mut self, models: &Models) {
        let names: Vec<(usize, Vec<String>)> = models
            .relations
            .iter()
            .enumerate()
            .filter(|(_, (_, row))| !row.static_call.is_empty())
            .map(|(i, (_, row))| {
                let last = |p: &str| p.rsplit('.').next().unwrap_or(p).to_owned();
                (i, row.static_call.iter().map(last).collect())
            })
            .collect();
        if names.is_empty() {
            return;
        }
        for f in 0..self.first_stub.0 as usize {
            let file = FileIx(f as u32);
            if self.family(file) != "javascript" {
                continue;
            }
            for b in 0..self.file(file).bodies.len() {
                let body = BodyId(b as u32);
                for c in 0..self.file(file).body(body).calls.len() {
                    let call = CallId(c as u32);
                    let Callee::Member { recv, name } = self.file(file).body(body).call(call).callee else {
                        continue;
                    };
                    let text = self.text(name).to_owned();
                    let Some((row_ix, _)) = names.iter().find(|(_, methods)| methods.contains(&text)) else {
                        continue;
                    };
                    self.static_relation(At { file, body, call }, recv, *row_ix, models);
                }
            }
        }
    }

    fn static_relation(&mut self, at: At, recv: OpId, row_ix: usize, models: &Models) {
        let row = models.relations[row_ix].1.clone();
        let Some(class) = self.class_argument(at.file, at.body, recv).or_else(|| self.member_class(at, recv))
        else {
            return;
        };
        let Some(entity) = self.class(class).entity else { return };
        let Some(target_op) = argument(self.file(at.file).body(at.body), at.call, &Expr::Arg(0)) else {
            return;
        };
        let target = self
            .class_argument(at.file, at.body, target_op)
            .or_else(|| self.member_class(at, target_op))
            .and_then(|c| self.class(c).entity);
        let to = row.to.unwrap_or(To::Many);
        let named = row.name.as_ref().and_then(|expr| self.text_argument(at, expr));
        let name = match (named, target) {
            (Some(name), _) => name,
            (None, Some(target)) => self.entity(target).name,
            (None, None) => return,
        };
        let def = Def { file: at.file, item: ItemId(0) };
        self.insert_relation(entity, name, def, &row, row_ix, target, to, Some(at), models);
    }

    /// `models.User`, `this.User`: the last name, as an entity.
    fn member_class(&self, at: At, op: OpId) -> Option<ClassIx> {
        let name = match self.file(at.file).body(at.body).op(op).kind {
            OpKind::Get { name, .. } => name,
            OpKind::Local(local) => *self.file(at.file).body(at.body).locals.get(local.at())?,
            _ => return None,
        };
        let text = self.text(name).to_owned();
        let entity = self.entity_named(at.file, &text)?;
        Some(self.entity(entity).class)
    }
}

/// A name with a small first letter: `Customer` as the name of an attribute is `customer`.
pub fn small_start(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
}
