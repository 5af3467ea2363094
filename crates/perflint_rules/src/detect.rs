//! From facts to findings, by the detectors that pages name.

use crate::context::Contexts;
use crate::worth::Saving;
use crate::write::Ctx;
use crate::{Finding, Page, Pages, lazy, repeat, rows, wait};
use perflint_link::Program;
use perflint_models::{EffectKind, Models};
use perflint_summary::Facts;

/// All detectors.
pub(crate) const DETECTORS: &[&str] = &[
    "repeated-effect",
    "lazy-load",
    "unbounded-rows",
    "unpaged-response",
    "blocked-task",
    "blocked-request",
    "serial-awaits",
    "star-projection",
    BUDGET,
];

/// The detector of what exceeds a budget. Budgets stand in a configuration, which only the engine knows.
pub const BUDGET: &str = "budget";

/// Judges the facts: every finding of every page, whatever the profile shows. Places know their bytes only.
pub fn judge(program: &Program, models: &Models, facts: &Facts, pages: &Pages) -> Vec<Finding> {
    let contexts = Contexts::new(program, facts);
    let ctx = Ctx { program, models, facts, contexts, saving: Saving::new(&facts.repeats) };
    let mut findings = Vec::new();
    for page in &pages.pages {
        match &*page.detector {
            "repeated-effect" => repeat::detect(&ctx, page, &mut findings),
            "lazy-load" => lazy::detect(&ctx, page, &mut findings),
            "unbounded-rows" => rows::unbounded(&ctx, page, &mut findings),
            "unpaged-response" => rows::unpaged(&ctx, page, &mut findings),
            "blocked-task" => wait::blocked_task(&ctx, page, &mut findings),
            "blocked-request" => wait::blocked_request(&ctx, page, &mut findings),
            "serial-awaits" => wait::serial_awaits(&ctx, page, &mut findings),
            BUDGET => {}
            _ => rows::star(&ctx, page, &mut findings),
        }
    }
    findings
}

/// The effect kinds that a parameter of a page names.
pub(crate) fn effects(page: &Page, param: &str) -> Vec<EffectKind> {
    page.words(param)
        .into_iter()
        .filter_map(|word| {
            Some(match word {
                "query" => EffectKind::Query,
                "write" => EffectKind::Write,
                "http" => EffectKind::Http,
                "rpc" => EffectKind::Rpc,
                "mail" => EffectKind::Mail,
                "file" => EffectKind::File,
                "cache" => EffectKind::Cache,
                "queue" => EffectKind::Queue,
                "lock" => EffectKind::Lock,
                "sleep" => EffectKind::Sleep,
                "process" => EffectKind::Process,
                "compute" => EffectKind::Compute,
                _ => return None,
            })
        })
        .collect()
}
