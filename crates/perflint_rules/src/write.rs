//! Places, routes and sentences of findings.

use crate::context::{Contexts, context_of};
use crate::worth::Saving;
use crate::{Place, Step, StepKind};
use perflint_ir::{Span, Sym};
use perflint_link::{BodyRef, FileIx, Program};
use perflint_models::{EffectKind, Models};
use perflint_summary::{Effect, Factor, Facts, Seen, Site, Steps, Term, expression};
use std::sync::Arc;

/// What detectors work with.
pub(crate) struct Ctx<'a> {
    pub(crate) program: &'a Program,
    pub(crate) models: &'a Models,
    pub(crate) facts: &'a Facts,
    pub(crate) contexts: Contexts,
    pub(crate) saving: Saving,
}

impl<'a> Ctx<'a> {
    /// The place of a span.
    pub(crate) fn place(&self, file: FileIx, span: Span) -> Place {
        Place::bytes(Arc::from(&*self.program.file(file).path), span.start, span.end())
    }

    /// The place of an operation, if it stands in the user's code.
    pub(crate) fn site(&self, site: Site) -> Option<Place> {
        if self.program.is_stub(site.at.file) {
            return None;
        }
        let body = self.program.body(site.at);
        let span = body.ops.get(site.op.at()).map_or(body.span, |op| op.span);
        Some(self.place(site.at.file, span))
    }

    /// The name of the method that declares a query and has no code, if it stands in the user's code.
    pub(crate) fn declaration(&self, origin: Site) -> Option<Place> {
        let def = *self.facts.declared.get(&origin)?;
        let name = self.program.item(def).name_span;
        (!self.program.is_stub(def.file)).then(|| self.place(def.file, name))
    }

    pub(crate) fn text(&self, sym: Sym) -> &'a str {
        self.program.text(sym)
    }

    /// The code of an operation, shortened.
    pub(crate) fn code(&self, site: Site) -> String {
        let body = self.program.body(site.at);
        expression(self.program, body, site.op, 0)
    }

    /// The name of a function.
    pub(crate) fn function(&self, at: BodyRef) -> String {
        let body = self.program.body(at);
        let item = self.program.file(at.file).item(body.owner);
        let name = self.text(item.name);
        if name.is_empty() {
            self.program.file(at.file).path.rsplit('/').next().unwrap_or("").to_owned()
        } else {
            name.to_owned()
        }
    }

    /// The calls of a route from a function to an effect, in the user's code, and the effect itself.
    pub(crate) fn steps(&self, term: &Term) -> Vec<Step> {
        let mut out = Vec::new();
        let mut next: &Steps = &term.steps;
        while let Some(node) = next {
            if let Some(place) = self.site(node.site) {
                let label = match node.callee {
                    Some(callee) => format!("calls `{}`", self.function(callee)),
                    None => format!("calls `{}`", self.code(node.site)),
                };
                out.push(Step { kind: StepKind::Call, place, label });
            }
            next = &node.next;
        }
        if let Some(place) = self.site(term.effect.site) {
            out.push(Step { kind: StepKind::Effect, place, label: self.effect(&term.effect) });
        }
        out.dedup_by(|a, b| a.place == b.place && a.label == b.label);
        out.truncate(24);
        out
    }

    /// The first place of a route that stands in the user's code.
    pub(crate) fn first_user_site(&self, term: &Term) -> Option<Site> {
        let user = |site: Site| !self.program.is_stub(site.at.file);
        term.first_step(user).or(Some(term.effect.site).filter(|site| user(*site)))
    }

    /// The last place of a route that stands in the user's code; one in a library is the same for whoever calls that.
    pub(crate) fn last_user_site(&self, term: &Term) -> Site {
        let steps = std::iter::successors(term.steps.as_deref(), |node| node.next.as_deref());
        let mut sites: Vec<Site> = steps.map(|node| node.site).collect();
        sites.push(term.effect.site);
        let user = sites.iter().rev().find(|site| !self.program.is_stub(site.at.file));
        user.copied().unwrap_or(term.effect.site)
    }

    /// What an effect does, in a few words.
    pub(crate) fn effect(&self, effect: &Effect) -> String {
        let label = self.text(effect.label);
        if let Some(lazy) = &effect.lazy {
            return format!("loads `{}`", self.text(lazy.path));
        }
        match effect.kind {
            EffectKind::Query if label.is_empty() => "queries".to_owned(),
            EffectKind::Query => format!("queries `{label}`"),
            EffectKind::Write if label.is_empty() => "writes".to_owned(),
            EffectKind::Write => format!("writes `{label}`"),
            EffectKind::Http => format!("sends a request: `{label}`"),
            EffectKind::Mail => format!("sends a mail: `{label}`"),
            EffectKind::Rpc => format!("calls a service: `{label}`"),
            EffectKind::File => format!("reads or writes files: `{label}`"),
            EffectKind::Cache => format!("asks the cache: `{label}`"),
            EffectKind::Queue => format!("asks a queue: `{label}`"),
            EffectKind::Lock => format!("waits: `{label}`"),
            EffectKind::Sleep => format!("sleeps: `{label}`"),
            EffectKind::Process => format!("runs a process: `{label}`"),
            EffectKind::Compute => format!("computes for long: `{label}`"),
        }
    }

    /// A factor as written in a formula.
    pub(crate) fn factor(&self, factor: Factor) -> String {
        match factor {
            Factor::Const(n) => n.to_string(),
            Factor::Size { name, .. } => format!("|{}|", self.text(name)),
            Factor::While(_) => "iterations".to_owned(),
            Factor::Recursion(at) => format!("depth of {}", self.function(at)),
        }
    }

    /// A formula: `|orders| * |items| queries`.
    pub(crate) fn formula(&self, outer: Factor, term: &Term, unit: &str) -> String {
        let mut parts = vec![self.factor(outer)];
        parts.extend(term.times.iter().rev().map(|f| self.factor(*f)).filter(|f| f != "1"));
        format!("{} {unit}", parts.join(" * "))
    }

    /// What iterates, as a step.
    pub(crate) fn loop_step(&self, factor: Factor) -> Option<Step> {
        let (site, label) = match factor {
            Factor::Size { name, site, .. } => (site, format!("once per element of `{}`", self.text(name))),
            Factor::While(site) => (site, "in every iteration".to_owned()),
            Factor::Const(_) | Factor::Recursion(_) => return None,
        };
        let place = self.site(site)?;
        Some(Step { kind: StepKind::Loop, place, label })
    }

    /// The entry point that leads to what was seen, as a step: the nearest that leads to an evaluation in which it was. Where
    /// nobody waits for that, it is the one that was being evaluated, unless a more telling kind calls the body; where nobody is
    /// known to lead to it, the nearest that calls the body in other ways.
    pub(crate) fn entry_step(&self, at: BodyRef, seen: &Seen) -> Option<Step> {
        let calls = self.contexts.entry(at);
        let kind = |i: usize| self.facts.entries.get(i).map(|e| context_of(e.kind));
        let entry = match (self.contexts.nearest(&seen.nodes), seen.entry, calls) {
            (Some(Some(leads)), ..) => leads,
            (Some(None), Some(seen), Some(calls)) if kind(seen) != kind(calls) => calls,
            (Some(None), seen, calls) => seen.or(calls)?,
            (None, _, calls) => calls?,
        };
        let entry = self.facts.entries.get(entry)?;
        let place = crate::cost::handler(self, entry)?;
        Some(Step { kind: StepKind::Entry, place, label: format!("entry point `{}`", entry.label) })
    }
}
