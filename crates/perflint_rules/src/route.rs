//! Routes that are registered and whose code was not found, as lists of routes show them.

use crate::{Context, Place};
use perflint_link::Program;
use perflint_summary::Facts;

/// A route of which nothing but its registration is known, so that nothing is said of its cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteOnly {
    /// The HTTP method, if one is told.
    pub method: Option<String>,
    /// The path, with what stands around its registration.
    pub path: String,
    /// Where it is registered.
    pub place: Place,
}

/// The routes whose code was not found, sorted by place. Their places know their bytes only.
pub fn unhandled(program: &Program, facts: &Facts) -> Vec<RouteOnly> {
    let contexts = crate::context::Contexts::new(program, facts);
    let mut all: Vec<RouteOnly> = facts
        .unhandled
        .iter()
        .filter(|one| contexts.of(program, one.site.at) != Context::Test)
        .map(|one| {
            let file = program.file(one.site.at.file);
            let body = program.body(one.site.at);
            let span = body.ops.get(one.site.op.at()).map_or(body.span, |op| op.span);
            let place = Place::bytes(file.path.as_ref().into(), span.start, span.end());
            RouteOnly { method: one.route.method.clone(), path: one.route.path.clone(), place }
        })
        .collect();
    all.sort_by(|a, b| (&a.place, &a.path, &a.method).cmp(&(&b.place, &b.path, &b.method)));
    all
}
