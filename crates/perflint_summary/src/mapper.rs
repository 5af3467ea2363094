//! Values that are copied into instances of another class, attribute by attribute and by name: `mapper.Map<OrderDto>(order)`
//! reads of the order whatever `OrderDto` has a field for, and of what a relation leads to whatever the class of that field has.

use crate::call::CallArgs;
use crate::eval::{Around, Eval, Frame, How};
use crate::iterate::Plan;
use crate::value::{Binder, Row, UNKNOWN, V, Val};
use perflint_ir::{ItemKind, OpId, OpKind, RegionId, Slot, Sym};
use perflint_link::{Base, BodyRef, ClassIx, Def};
use perflint_models::{CallRow, Mapping};

/// Most fields that are read of a value.
const MAX_FIELDS: usize = 64;
/// Most classes inside each other that are copied: cycles end here.
const MAX_NESTED: u32 = 4;

/// How values are copied by one call.
#[derive(Clone, Copy)]
struct Copying<'p> {
    /// The class whose methods copy, and what its markers say.
    mapper: Option<ClassIx>,
    mapping: Option<&'p Mapping>,
    /// Names lead through relations.
    flattens: bool,
    op: usize,
}

/// What a method's markers say of attributes.
#[derive(Default)]
struct Told {
    /// Attributes of the result that are copied from elsewhere, or not at all.
    told: Vec<String>,
    /// Paths that are read instead.
    sources: Vec<String>,
}

impl<'p> Eval<'p> {
    /// Reads of a value, or of each of its elements, the relations that the class that it is mapped to has fields for.
    pub(crate) fn map_into(&mut self, f: &mut Frame<'p>, v: V, row: &'p CallRow, args: &CallArgs, op: usize) {
        let method = self.declaring;
        let Some(target) = self.mapped_class(args, method) else { return };
        let mapper = method.and_then(|def| self.p.class_around(def));
        let copying = Copying { mapper, mapping: row.mapping.as_ref(), flattens: row.flattens, op };
        self.copy(f, v, target, method, copying, 0);
    }

    /// The class that is made: the call's type argument, a class that it is given, what the method is declared to give, or what it
    /// is given to fill.
    fn mapped_class(&mut self, args: &CallArgs, method: Option<Def>) -> Option<ClassIx> {
        let explicit = args.keys.iter().rev().filter(|(key, _)| self.p.text(*key).starts_with('<'));
        let given = explicit.map(|(_, v)| *v).chain(args.pos.iter().rev().copied());
        let named = given.into_iter().find_map(|v| match self.vals.get(v) {
            Val::Class(class) => Some(*class),
            _ => None,
        });
        match (named, method) {
            (Some(class), _) => Some(class),
            (None, Some(def)) => self.result_class(def),
            // What is filled: an instance, or a list of such as a type.
            (None, None) => args.pos.get(1..)?.iter().find_map(|v| self.held_class(*v)),
        }
    }

    fn result_class(&mut self, method: Def) -> Option<ClassIx> {
        let declared = self.type_value(method.file, self.p.item(method).ty?, 0);
        self.held_class(declared)
    }

    /// The class of an instance, or of the elements of a collection.
    fn held_class(&self, v: V) -> Option<ClassIx> {
        match self.vals.get(v) {
            Val::Many { elem, .. } => self.instance_class(*elem),
            _ => self.instance_class(v),
        }
    }

    fn copy(
        &mut self,
        f: &mut Frame<'p>,
        v: V,
        target: ClassIx,
        method: Option<Def>,
        copying: Copying<'p>,
        depth: u32,
    ) {
        if let Val::Row(row) = *self.vals.get(v) {
            self.copy_row(f, v, row, target, method, copying, depth);
            return;
        }
        // The rows are bound in the mapper, not here: what is read of each is read anew.
        let def = self.p.class(target).def;
        let body = self.p.item(def).body.unwrap_or(f.at.body);
        let binder = Binder { at: BodyRef { file: def.file, body }, region: RegionId(0) };
        let site = self.site(f, copying.op);
        let Plan::Repeat { elem, factor, rows, batch } =
            self.plan(f, v, mapped_op(f, copying.op), site, binder)
        else {
            return;
        };
        let start = f.terms.len();
        if let Val::Row(row) = *self.vals.get(elem) {
            let method = self.method_for(copying.mapper, row, target);
            match method.filter(|def| !self.p.item(*def).lacks_code()) {
                Some(def) => {
                    let given = CallArgs { pos: vec![elem], ..CallArgs::default() };
                    self.call_fun(f, def, UNKNOWN, &given, copying.op, How::PLAIN);
                }
                None => self.copy_row(f, elem, row, target, method, copying, depth),
            }
        }
        self.multiply(f, start, Around { region: None, factor, early: false, batch, parallel: false, rows });
    }

    #[expect(clippy::too_many_arguments, reason = "a row, what is made of it and how")]
    fn copy_row(
        &mut self,
        f: &mut Frame<'p>,
        v: V,
        row: Row,
        target: ClassIx,
        method: Option<Def>,
        copying: Copying<'p>,
        depth: u32,
    ) {
        let told = self.told_by(method, copying.mapping);
        for source in &told.sources {
            let mut v = v;
            for part in source.split('.') {
                v = self.get(f, v, self.p.names.intern(part), copying.op, None);
            }
        }
        for (name, field) in self.copied_fields(target) {
            if told.told.iter().any(|target| target == self.p.text(name)) {
                continue;
            }
            if self.p.relation(row.entity, name).is_some() {
                let related = self.get(f, v, name, copying.op, None);
                self.copy_related(f, related, field, copying, depth);
            } else if let Some(getter) = self.getter_of(row.entity, name) {
                self.call_member(f, v, getter, &CallArgs::default(), copying.op, None);
            } else if self.p.class_member(self.p.entity(row.entity).class, name).is_none() {
                if copying.flattens {
                    self.read_flattened(f, v, row, name, copying.op);
                }
            } else if depth > 0 {
                self.get(f, v, name, copying.op, None);
            }
        }
    }

    /// What a relation leads to is copied into the class of the field, if that is one of the repository's.
    fn copy_related(&mut self, f: &mut Frame<'p>, related: V, field: Def, copying: Copying<'p>, depth: u32) {
        let Some(ty) = self.p.item(field).ty.filter(|_| depth < MAX_NESTED) else { return };
        let declared = self.type_value(field.file, ty, 0);
        let Some(class) = self.held_class(declared).filter(|class| self.p.class(*class).entity.is_none())
        else {
            return;
        };
        let method = match *self.vals.get(related) {
            Val::Row(row) => self.method_for(copying.mapper, row, class),
            _ => None,
        };
        self.copy(f, related, class, method, copying, depth + 1);
    }

    /// The method of a mapper that makes one instance of a class of one row.
    fn method_for(&mut self, mapper: Option<ClassIx>, row: Row, target: ClassIx) -> Option<Def> {
        let entity = self.p.entity(row.entity).class;
        let members = &self.p.class(mapper?).members;
        let mut methods: Vec<Def> = members.values().flatten().copied().collect();
        methods.sort();
        methods.into_iter().find(|def| {
            let item = self.p.item(*def);
            let (Some(ty), Some(body)) = (item.ty, item.body) else { return false };
            let [param] = self.p.file(def.file).body(body).params.as_slice() else { return false };
            let Some(given) = param.ty else { return false };
            let (made, given) = (self.type_value(def.file, ty, 0), self.type_value(def.file, given, 0));
            self.instance_class(made) == Some(target) && self.instance_class(given) == Some(entity)
        })
    }

    fn told_by(&mut self, method: Option<Def>, mapping: Option<&Mapping>) -> Told {
        let mut told = Told::default();
        let (Some(def), Some(mapping)) = (method, mapping) else { return told };
        for args in self.marker_arguments(def, &mapping.marker) {
            let text = |this: &Self, name: &str| {
                let (_, v) = args.keys.iter().find(|(key, _)| this.p.text(*key) == name)?;
                this.literal_text(*v)
            };
            told.told.extend(text(self, &mapping.target));
            let is_ignored = args.keys.iter().any(|(key, _)| self.p.text(*key) == &*mapping.ignore);
            told.sources.extend(text(self, &mapping.source).filter(|_| !is_ignored));
        }
        told
    }

    /// The fields of a class and of its bases, in order of their names.
    fn copied_fields(&self, class: ClassIx) -> Vec<(Sym, Def)> {
        let bases = self.p.class(class).mro.iter().filter_map(|base| match base {
            Base::Class(class) => Some(&self.p.class(*class).members),
            Base::External(_) => None,
        });
        let field = |def: &&Def| self.p.item(**def).kind == ItemKind::Field;
        let fields = bases.flatten().filter_map(|(name, defs)| Some((*name, *defs.iter().find(field)?)));
        let mut fields: Vec<(Sym, Def)> = fields.collect();
        fields.sort_by_key(|(name, _)| self.p.text(*name));
        fields.dedup_by_key(|(name, _)| *name);
        fields.truncate(MAX_FIELDS);
        fields
    }
}

/// The operation of the value that is mapped, for the name of its size: the call's first argument.
fn mapped_op(f: &Frame<'_>, op: usize) -> usize {
    let OpKind::Call(id) = f.body.ops[op].kind else { return op };
    let args = f.body.args(f.body.call(id).args);
    args.iter().find_map(|arg| arg.value.some().filter(|_| arg.slot == Slot::Pos)).map_or(op, OpId::at)
}
