//! Entities: classes whose instances are rows.

use crate::class::{Base, ClassIx};
use crate::program::{Def, FileIx, Program};
use crate::scope::Target;
use perflint_ir::{Callee, ItemId, ItemKind, OpId, OpKind, Slot, Sym, TypeExpr};
use perflint_models::{EntityRow, Expr, Models, RelationRead, To, TypeIx};
use rustc_hash::FxHashMap;

/// An entity of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityIx(pub u32);

/// A class whose instances are rows of a table.
#[derive(Clone, Debug)]
pub struct Entity {
    /// Its class.
    pub class: ClassIx,
    /// Its name.
    pub name: Sym,
    /// The type of the models whose rows apply to the class and its rows.
    pub api: Option<TypeIx>,
    /// Its own relations by name; inherited ones are found through the class.
    pub relations: FxHashMap<Sym, Relation>,
    /// Attributes that hold keys: free to read.
    pub keys: Vec<Sym>,
    /// A mere base, without a table.
    pub is_abstract: bool,
}

/// A relation of an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Its name.
    pub name: Sym,
    /// Where it leads, if that is known.
    pub target: Option<EntityIx>,
    /// To one or many.
    pub to: To,
    /// What reading it does.
    pub read: RelationRead,
    /// Its declaration makes it a query that runs anew whatever was loaded.
    pub dynamic: bool,
    /// For [`RelationRead::Query`]: the type of the query.
    pub query_type: Option<TypeIx>,
    /// Its key may be null.
    pub nullable: bool,
    /// Always loaded with its entity.
    pub eager: bool,
    /// A query of its entity that does not load it runs one more query per row for it, whether or not anything reads it.
    pub selects: bool,
    /// The key stands with the rows that it leads to: each row has to be asked about for itself.
    pub keyless: bool,
    /// The relation row of the models, for the fix.
    pub row: usize,
    /// Where it is declared.
    pub place: Def,
    /// Added by the framework on the other side of a declared relation.
    pub reverse: bool,
    /// The relation of the target that leads back, by name.
    pub back: Option<Sym>,
    /// Rows that are read through it do not know the row that was asked, unless `back` says so.
    pub apart: bool,
    /// A callable of its declaration says more about its rows.
    pub scoped: bool,
    /// The row that is asked keeps how many there are.
    pub counted: bool,
}

impl Program {
    pub(crate) fn build_entities(&mut self, models: &Models) {
        for c in 0..self.classes.len() {
            let class = ClassIx(c as u32);
            let def = self.class(class).def;
            let family = self.file(def.file).lang.family();
            let schema = self.file(def.file).lang == perflint_ir::Lang::Prisma;
            for (language, row) in &models.entities {
                let applies = &**language == family || (schema && &**language == "javascript");
                if applies && self.is_entity(class, row, models) {
                    let is_abstract =
                        row.abstract_by.as_deref().is_some_and(|path| self.has_flag(class, path));
                    self.add_entity(class, row, models, is_abstract);
                    break;
                }
            }
        }
        self.collected_entities(models);
        self.entities_by_call(models);
        // Those of libraries go by their name where no entity of the repository has it.
        for entity in self.own_entities().collect::<Vec<_>>() {
            self.entity_names.entry(self.entity(entity).name).or_default().push(entity);
        }
        for entity in self.each_entity() {
            self.entity_names.entry(self.entity(entity).name).or_insert_with(|| vec![entity]);
        }
    }

    fn is_entity(&self, class: ClassIx, row: &EntityRow, models: &Models) -> bool {
        let def = self.class(class).def;
        if let Some(word) = &row.requires {
            let (key, value) = (format!("{word}=True"), &**word);
            let markers = &self.item(def).markers;
            if !markers.iter().flat_map(|m| &m.words).any(|w| self.text(*w) == key || self.text(*w) == value)
            {
                return false;
            }
        }
        let family = self.file(def.file).lang.models();
        let same = |models: &Models, a: &str, b: &str| {
            a == b || models.type_named(family, a).is_some_and(|t| models.type_named(family, b) == Some(t))
        };
        if !row.base.is_empty() {
            let wanted = |path: &str| row.base.iter().any(|base| same(models, base, path));
            return self.extends_path(class, &wanted)
                || (!row.declares.is_empty()
                    && self.has_unknown_base(class, models)
                    && self.declares_field(class, row));
        }
        if !row.marker.is_empty() {
            for place in std::iter::once(&def).chain(&self.class(class).extended_by) {
                for marker in &self.item(*place).markers {
                    let path = marker.path;
                    let resolved = self
                        .resolve_dotted(place.file, path)
                        .and_then(|t| self.target_path(t))
                        .unwrap_or(path);
                    if row.marker.iter().any(|m| m == self.text(resolved) || m == self.text(path)) {
                        return true;
                    }
                }
            }
        }
        if !row.field_type.is_empty() {
            let fields = self.class(class).members.values().flatten();
            return fields.filter_map(|field| Some((field.file, self.item(*field).ty?))).any(|(file, ty)| {
                let TypeExpr::Path { name, .. } = self.file(file).types[ty.0 as usize] else { return false };
                let path = self.resolve_dotted(file, name).and_then(|t| self.target_path(t)).unwrap_or(name);
                row.field_type.iter().any(|wanted| wanted == self.text(path))
            });
        }
        if !row.field_marker.is_empty() {
            let fields = self.class(class).members.values().flatten();
            return fields
                .flat_map(|field| &self.item(*field).markers)
                .any(|marker| row.field_marker.iter().any(|wanted| wanted == self.text(marker.path)));
        }
        false
    }

    /// True if a base is neither in the repository nor known to any model.
    fn has_unknown_base(&self, class: ClassIx, models: &Models) -> bool {
        let family = self.file(self.class(class).def.file).lang.models();
        self.class(class).mro.iter().any(|base| match base {
            Base::External(path) => {
                models.type_named(family, self.text(*path)).is_none() && self.text(*path).contains('.')
            }
            Base::Class(_) => false,
        })
    }

    /// True if the class, or a base in the repository, has a field that is made by one of the row's calls.
    fn declares_field(&self, class: ClassIx, row: &EntityRow) -> bool {
        let wanted =
            |path: &str| row.declares.iter().any(|d| path == d || (d.ends_with('.') && path.starts_with(d)));
        self.class(class).mro.iter().any(|base| {
            let Base::Class(c) = base else { return false };
            let members = self.class(*c).members.values().flatten();
            members
                .filter(|d| self.item(**d).kind == ItemKind::Field)
                .any(|d| self.variable_call(*d).is_some_and(|path| wanted(self.text(path))))
        })
    }

    /// True if the class itself says `name = True`, for `Meta.name` in an inner class.
    fn has_flag(&self, class: ClassIx, path: &str) -> bool {
        let (inner, name) = path.split_once('.').map_or((None, path), |(inner, name)| (Some(inner), name));
        let Some(name) = self.names.find(name) else { return false };
        let class = match inner {
            None => Some(class),
            Some(inner) => self
                .names
                .find(inner)
                .and_then(|sym| self.class(class).members.get(&sym)?.last().copied())
                .and_then(|def| self.class_of.get(&def).copied()),
        };
        let Some(field) = class.and_then(|c| self.class(c).members.get(&name)?.last().copied()) else {
            return false;
        };
        match self.field_init(field) {
            Some((file, body, op)) => {
                matches!(self.file(file).body(body).op(op).kind, OpKind::Bool(true)) || inner.is_none()
            }
            None => false,
        }
    }

    /// The initial value of a field: its file, the body that evaluates it, the operation.
    pub fn field_init(&self, def: Def) -> Option<(FileIx, perflint_ir::BodyId, OpId)> {
        let item = self.item(def);
        let op = item.init.some()?;
        let body = self.file(def.file).item(item.owner?).body?;
        if op.at() >= self.file(def.file).body(body).ops.len() {
            return None;
        }
        Some((def.file, body, op))
    }

    pub(crate) fn add_entity(
        &mut self,
        class: ClassIx,
        row: &EntityRow,
        models: &Models,
        is_abstract: bool,
    ) -> EntityIx {
        let ix = EntityIx(self.entities.len() as u32);
        let name = self.class(class).name;
        let family = self.file(self.class(class).def.file).lang.models();
        self.entities.push(Entity {
            class,
            name,
            api: row.api.as_deref().and_then(|api| models.type_named(family, api)),
            relations: FxHashMap::default(),
            keys: Vec::new(),
            is_abstract,
        });
        self.classes[class.0 as usize].entity = Some(ix);
        let table = row.table.as_deref().and_then(|path| self.table_name(class, path));
        let lower = self.text(name).to_lowercase();
        for text in table.into_iter().chain([lower.clone(), format!("{lower}s")]) {
            let sym = self.names.intern(&text);
            self.tables.entry(sym).or_insert(ix);
        }
        ix
    }

    fn table_name(&self, class: ClassIx, path: &str) -> Option<String> {
        let (inner, name) = path.split_once('.').map_or((None, path), |(inner, name)| (Some(inner), name));
        let name = self.names.find(name)?;
        let class = match inner {
            None => class,
            Some(inner) => {
                let inner = self.names.find(inner)?;
                let def = self.class(class).members.get(&inner)?.last().copied()?;
                self.class_of.get(&def).copied()?
            }
        };
        let field = self.class(class).members.get(&name)?.last().copied()?;
        let (file, body, op) = self.field_init(field)?;
        match self.file(file).body(body).op(op).kind {
            OpKind::Str(sym) => Some(self.text(sym).to_lowercase()),
            _ => None,
        }
    }

    /// `const User = mongoose.model("User", schema)`: a variable that is an entity class.
    fn entities_by_call(&mut self, models: &Models) {
        for f in 0..self.first_stub.0 as usize {
            let file = FileIx(f as u32);
            let family = self.file(file).lang.family();
            for i in 0..self.file(file).items.len() {
                let def = Def { file, item: ItemId(i as u32) };
                if self.item(def).kind != ItemKind::Field {
                    continue;
                }
                let Some(path) = self.variable_call(def) else { continue };
                let path = self.text(path).to_owned();
                let row = models
                    .entities
                    .iter()
                    .find(|(language, row)| &**language == family && row.call.iter().any(|c| c == path))
                    .map(|(_, row)| row.clone());
                let Some(row) = row else { continue };
                let name = row
                    .name
                    .as_ref()
                    .and_then(|expr| self.call_text(def, expr))
                    .unwrap_or_else(|| self.item(def).name);
                let class = self.add_class(def, name);
                self.classes[class.0 as usize].mro = vec![Base::Class(class)];
                self.add_entity(class, &row, models, false);
            }
        }
    }

    /// The literal text of an argument of a field's initialising call.
    fn call_text(&self, def: Def, expr: &Expr) -> Option<Sym> {
        let (file, body, op) = self.field_init(def)?;
        let body = self.file(file).body(body);
        let OpKind::Call(call) = body.op(op).kind else { return None };
        let value = argument(body, call, expr)?;
        match body.op(value).kind {
            OpKind::Str(sym) => Some(sym),
            _ => None,
        }
    }

    /// The relation of an entity, its own or inherited.
    pub fn relation(&self, entity: EntityIx, name: Sym) -> Option<&Relation> {
        let class = self.entity(entity).class;
        self.class(class).mro.iter().find_map(|base| match base {
            Base::Class(c) => self.entity(self.class(*c).entity?).relations.get(&name),
            Base::External(_) => None,
        })
    }

    /// True if a relation to one leads back along another: `order.items` gives rows whose `order` is at hand. Where neither
    /// names the other (both sides are declared), the only relation to one that leads back is taken for it.
    pub fn leads_back(&self, from: EntityIx, along: &Relation, back: &Relation) -> bool {
        if back.to == To::One && along.back == Some(back.name) {
            return true;
        }
        if along.apart || back.to != To::One || !self.same_entity(back.target, Some(from)) {
            return false;
        }
        if along.reverse || back.reverse {
            return along.place == back.place;
        }
        let owner = along.target;
        along.to == To::Many
            && owner.is_some_and(|owner| {
                let candidates = self.relations_of(owner);
                candidates
                    .iter()
                    .filter(|r| r.to == To::One && self.same_entity(r.target, Some(from)))
                    .all(|r| r.name == back.name)
            })
    }

    /// True if both are the same entity, or one is a base of the other.
    fn same_entity(&self, a: Option<EntityIx>, b: Option<EntityIx>) -> bool {
        let (Some(a), Some(b)) = (a, b) else { return false };
        let extends = |sub: EntityIx, base: EntityIx| {
            let wanted = Base::Class(self.entity(base).class);
            self.class(self.entity(sub).class).mro.contains(&wanted)
        };
        a == b || extends(a, b) || extends(b, a)
    }

    /// All relations of an entity, its own and inherited ones, by name.
    pub fn relations_of(&self, entity: EntityIx) -> Vec<&Relation> {
        let class = self.entity(entity).class;
        let mut all: Vec<&Relation> = Vec::new();
        for base in &self.class(class).mro {
            if let Base::Class(c) = base
                && let Some(e) = self.class(*c).entity
            {
                let mut own: Vec<&Relation> = self.entity(e).relations.values().collect();
                own.sort_by_key(|r| r.name);
                all.extend(
                    own.into_iter()
                        .filter(|r| !all.iter().any(|known| known.name == r.name))
                        .collect::<Vec<_>>(),
                );
            }
        }
        all
    }

    /// True if the attribute holds a key, and costs nothing to read.
    pub fn is_key(&self, entity: EntityIx, name: Sym) -> bool {
        let class = self.entity(entity).class;
        self.class(class).mro.iter().any(|base| match base {
            Base::Class(c) => self.class(*c).entity.is_some_and(|e| self.entity(e).keys.contains(&name)),
            Base::External(_) => false,
        })
    }

    /// An entity by name, nearest to a file.
    pub fn entity_named(&self, file: FileIx, name: &str) -> Option<EntityIx> {
        self.entity_called(file, self.names.find(name)?)
    }

    /// An entity by the symbol of its name, nearest to a file.
    pub fn entity_called(&self, file: FileIx, sym: Sym) -> Option<EntityIx> {
        if let Some(target) = self.resolve(file, sym)
            && let Some(class) = self.target_class(target)
            && let Some(entity) = self.class(class).entity
        {
            return Some(entity);
        }
        let classes: Vec<ClassIx> =
            self.entity_names.get(&sym)?.iter().map(|e| self.entity(*e).class).collect();
        let class = self.nearest_class(&classes, file)?;
        self.class(class).entity
    }

    /// An entity whose name is this one in another case; the first of several.
    pub fn entity_like(&self, name: &str) -> Option<EntityIx> {
        let at = self.entities.iter().position(|e| self.text(e.name).eq_ignore_ascii_case(name))?;
        Some(EntityIx(at as u32))
    }

    /// The class that a value of a call's argument names: a class, its name in a string, or a function that returns it.
    pub(crate) fn class_argument(
        &self,
        file: FileIx,
        body: perflint_ir::BodyId,
        op: OpId,
    ) -> Option<ClassIx> {
        let code = self.file(file).body(body);
        match code.op(op).kind {
            OpKind::Str(sym) => {
                let text = self.text(sym).replace("::", ".").replace('\\', ".");
                let text = text.trim_start_matches('.').to_owned();
                if self.file(file).lang.has_namespaces()
                    && let Some(target) = self.resolve_dotted(file, self.names.intern(&text))
                    && let Some(class) = self.target_class(target)
                {
                    return Some(class);
                }
                let name = text.rsplit('.').next().unwrap_or(&text).to_owned();
                let entity = self.entity_named(file, &name)?;
                Some(self.entity(entity).class)
            }
            OpKind::Lambda(inner) => {
                let code = self.file(file).body(inner);
                let result = code.ops.iter().rev().find_map(|o| match o.kind {
                    OpKind::Exit { value, .. } => value.some(),
                    _ => None,
                });
                let result =
                    result.or_else(|| (!code.ops.is_empty()).then(|| OpId(code.ops.len() as u32 - 1)))?;
                self.class_argument(file, inner, result)
            }
            OpKind::Name(_) | OpKind::Get { .. } => {
                let target = self.resolve_op(file, code, op)?;
                self.target_class(target).or_else(|| self.class_by_setting(target))
            }
            // What a class says of itself: `Item::className()`.
            OpKind::Call(id)
                if self.file(file).lang.has_namespaces() && code.args(code.call(id).args).is_empty() =>
            {
                let Callee::Member { recv, .. } = code.call(id).callee else { return None };
                match code.op(recv).kind {
                    OpKind::Name(_) => self.class_argument(file, body, recv),
                    _ => None,
                }
            }
            OpKind::Make(_, args) => {
                let first = code.args(args).first()?.value;
                self.class_argument(file, body, first)
            }
            OpKind::Call(call) => match code.call(call).callee {
                Callee::Value(value) => self.class_argument(file, body, value),
                Callee::Member { .. } => None,
            },
            _ => None,
        }
    }

    /// The full path of a name as a file writes it: the name itself where nobody knows it.
    pub fn written_path(&self, file: FileIx, name: Sym) -> Sym {
        self.resolve_dotted(file, name).and_then(|target| self.path_of(target)).unwrap_or(name)
    }

    /// The external or stub path that a class or function is known to models by.
    pub fn path_of(&self, target: Target) -> Option<Sym> {
        self.target_path(target)
    }
}

/// The argument that an expression of a model row names, as an operation.
pub(crate) fn argument(body: &perflint_ir::Body, call: perflint_ir::CallId, expr: &Expr) -> Option<OpId> {
    let args = body.args(body.call(call).args);
    match expr {
        Expr::Arg(n) => args.iter().filter(|a| a.slot == Slot::Pos).nth(usize::from(*n)).map(|a| a.value),
        Expr::First(all) => all.iter().find_map(|e| argument(body, call, e)),
        _ => None,
    }
}
