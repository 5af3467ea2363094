//! Values that are asked for their form in an answer: `render json: orders` calls `as_json` of each of them, or that of the
//! serializer that is meant for them.

use crate::call::CallArgs;
use crate::eval::{Eval, Frame, How};
use crate::expr::Given;
use crate::value::{V, Val};
use perflint_ir::{ItemKind, OpId, Sym};
use perflint_link::ClassIx;
use perflint_models::{PresentedBy, Presents, RowCount, Wait};

impl<'p> Eval<'p> {
    /// What stands in a text is asked for its form as text: the method of its class in the repository.
    pub(crate) fn text_forms(&mut self, f: &mut Frame<'p>, parts: &[OpId], op: usize) {
        let Some(name) = f.lang.text_form().and_then(|name| self.p.names.find(name)) else { return };
        let all = parts.iter().flat_map(|part| self.vals.alternatives(f.vals[part.at()]).to_vec());
        for v in all.collect::<Vec<_>>() {
            if let Some(class) = self.instance_class(v)
                && let Some(def) = self.p.member_on(class, name, false)
                && self.p.item(def).kind == ItemKind::Function
            {
                self.call_fun(f, def, v, &CallArgs::default(), op, How::PLAIN);
            }
        }
    }

    /// Calls the method that gives the form of a value, or of each of its elements. A query that the call `walks` has run.
    pub(crate) fn present(
        &mut self,
        f: &mut Frame<'p>,
        v: V,
        presents: &'p Presents,
        walks: bool,
        g: &Given<'_>,
    ) {
        let v = match *self.vals.get(v) {
            Val::Query(q) if walks => self.result_rows(f, &q, g.op),
            _ => v,
        };
        self.read_named(f, v, presents, g);
        if let Some(name) = self.presenting_method(v, presents) {
            self.call_member(f, v, name, &CallArgs::default(), g.op, None);
            return;
        }
        let over = self.rendered_op(f, g.op);
        let elem = match self.vals.get(v) {
            Val::Query(q) => q.entity,
            Val::Many { elem, .. } => match self.vals.get(*elem) {
                Val::Row(row) => Some(row.entity),
                _ => None,
            },
            _ => None,
        };
        let class = elem.map(|entity| self.p.entity(entity).class);
        if class.is_some_and(|class| self.method_of(class, presents).is_some()) {
            return self.for_each(f, v, f.at, over, &mut |this, f, elem| {
                if let Some(name) = this.presenting_method(elem, presents) {
                    this.call_member(f, elem, name, &CallArgs::default(), g.op, None);
                }
            });
        }
        if let Some(by) = &presents.by
            && let Some(class) = self.presenter(f, v, by, g)
        {
            self.for_each(f, v, f.at, over, &mut |this, f, elem| {
                let made = this.instantiate(f, class, &CallArgs::positional(vec![elem]), g.op);
                let method = this.p.names.intern(&by.method);
                this.call_member(f, made, method, &CallArgs::default(), g.op, None);
            });
        }
    }

    /// Reads the paths that a call names of a value, or of each of its elements: `as_json(include: :lines, methods: :total)`.
    fn read_named(&mut self, f: &mut Frame<'p>, v: V, presents: &'p Presents, g: &Given<'_>) {
        let mut all: Vec<Sym> = Vec::new();
        for e in &presents.reads {
            if let Some(paths) = self.expr(f, e, g)
                && let Val::Paths(paths, _) = self.vals.get(paths)
            {
                all.extend(paths.iter().copied());
            }
        }
        let whole = |path: &Sym| {
            let start = format!("{}.", self.p.text(*path));
            !all.iter().any(|other| self.p.text(*other).starts_with(&start))
        };
        let paths: Vec<Sym> = all.iter().copied().filter(whole).collect();
        if paths.is_empty() {
            return;
        }
        let over = self.rendered_op(f, g.op);
        self.for_each(f, v, f.at, over, &mut |this, f, one| {
            for path in &paths {
                this.read_path(f, one, this.p.text(*path), g.op);
            }
        });
    }

    fn read_path(&mut self, f: &mut Frame<'p>, v: V, path: &'p str, op: usize) {
        let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
        let got = self.call_member(f, v, self.p.names.intern(name), &CallArgs::default(), op, None);
        match (rest, self.vals.get(got).clone()) {
            (Some(rest), _) => {
                self.for_each(f, got, f.at, op, &mut |this, f, one| this.read_path(f, one, rest, op));
            }
            (None, Val::Query(q)) => self.run_query(f, &q, RowCount::All, op, Wait::Blocks),
            _ => {}
        }
    }

    /// The class that presents a value: the one that the call names, or else the one that is called after its entity.
    fn presenter(&mut self, f: &mut Frame<'p>, v: V, by: &'p PresentedBy, g: &Given<'_>) -> Option<ClassIx> {
        let base = self.p.stub_class(f.lang.family(), &by.base)?;
        let given = by.given.as_ref().and_then(|e| self.expr(f, e, g));
        match given.map(|v| self.vals.get(v)) {
            Some(Val::Class(class)) => Some(*class),
            Some(_) => None,
            None => self.class_by_pattern(v, &by.named, Some(base)),
        }
    }

    fn presenting_method(&self, v: V, presents: &Presents) -> Option<Sym> {
        self.method_of(self.instance_class(v)?, presents)
    }

    /// The first of the methods that the class, or one that it extends, has in the repository.
    fn method_of(&self, class: ClassIx, presents: &Presents) -> Option<Sym> {
        presents.methods.iter().find_map(|name| {
            let name = self.p.names.find(name)?;
            let def = self.p.class_member(class, name)?;
            (self.p.item(def).kind == ItemKind::Function).then_some(name)
        })
    }
}
