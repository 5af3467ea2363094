//! Code that runs on threads which others share, and code that has a process for itself.

use crate::eval::{Eval, Frame};
use crate::fact::Term;
use crate::value::{Site, Val};
use perflint_ir::{BodyKind, OpKind, TypeExpr};
use perflint_link::{BodyRef, Def};
use perflint_models::EffectKind;

impl<'p> Eval<'p> {
    /// True for a body that must not block: `async` code, a function marked `suspend`, what a framework runs as such.
    pub(crate) fn is_task(&self, at: BodyRef) -> bool {
        let marked = || {
            crate::eval::def_of(self.p, at)
                .is_some_and(|def| self.p.item(def).markers.iter().any(|m| m.path == self.suspend))
        };
        let implicit = self.p.file(at.file).lang.awaits_by_itself();
        self.p.body(at).is_async || self.tasks.contains(&at) || (implicit && marked())
    }

    /// True for an effect of what a function hands to an operator, a closure or a reference to a method, which a scheduler may
    /// run elsewhere.
    pub(crate) fn is_handed_on(&self, f: &Frame<'p>, term: &Term) -> bool {
        let site = term.steps.as_ref().map_or(term.effect.site, |step| step.site);
        let Some(OpKind::Call(id)) =
            f.body.ops.get(site.op.at()).map(|op| op.kind).filter(|_| site.at == f.at)
        else {
            return false;
        };
        f.body.args(f.body.call(id).args).iter().any(|arg| {
            let given = arg.value.some().and_then(|op| f.vals.get(op.at()));
            given.is_some_and(|v| {
                matches!(
                    self.vals.get(*v),
                    Val::Closure(..) | Val::Bound(..) | Val::Fun(_) | Val::ExtMethod(..)
                )
            })
        })
    }

    /// True for a function that is declared to give a publisher: an event loop puts it together.
    pub(crate) fn serves_events(&mut self, at: BodyRef) -> bool {
        let lang = self.p.file(at.file).lang;
        if !lang.has_overloads() || self.p.body(at).kind != BodyKind::Function || self.p.is_stub(at.file) {
            return false;
        }
        let Some(def) = crate::eval::def_of(self.p, at) else { return false };
        let file = self.p.file(at.file);
        let Some(TypeExpr::Path { name, .. }) = self.p.item(def).ty.map(|ty| &file.types[ty.0 as usize])
        else {
            return false;
        };
        let path = self.p.written_path(at.file, *name);
        let Some(row) = self.look.ty(path, lang).map(|ty| self.m.type_row(ty)).filter(|row| row.events)
        else {
            return false;
        };
        let class = self.p.class_around(def).map(|class| self.p.class(class).def);
        let marked = |def: Def| row.events_unless.iter().any(|path| self.look.is_marked(def, path));
        !std::iter::once(def).chain(class).any(marked)
    }

    /// The place in a function that blocks: in its own code, however deep in closures; the call that leads there else.
    pub(crate) fn blocked_at(&self, f: &Frame<'p>, term: &Term) -> Site {
        let Some(mut step) = term.steps.as_ref() else { return term.effect.site };
        if f.body.is_async || !f.lang.awaits_by_itself() {
            return step.site;
        }
        let own = |site: Site| {
            let body = self.p.body(site.at);
            site.at.file == f.at.file && body.kind == BodyKind::Closure && body.owner == f.body.owner
        };
        while let Some(next) = step.next.as_ref() {
            if !own(next.site) {
                return step.site;
            }
            step = next;
        }
        if own(term.effect.site) { term.effect.site } else { step.site }
    }

    /// True for an effect that a request waits for in a process of its own.
    pub(crate) fn waits_alone(&self, f: &Frame<'p>, term: &Term) -> bool {
        f.lang.waits_alone() && term.effect.kind == EffectKind::Http
    }
}
