//! From lowered files to findings: link, summarise, judge.

use crate::{Options, ScanError};
use perflint_evidence::{Evidence, evidence};
use perflint_ir::{FileIr, Lang, Role};
use perflint_link::{Config, Program};
use perflint_lower::{Source, lower};
use perflint_models::Models;
use perflint_rules::{EntryCost, Finding, Pages, RouteOnly, costs, judge};
use perflint_schema::{Access, Schema, accesses, replay};

/// What the analysis found, and what it could not follow.
#[derive(Debug, Default)]
pub(crate) struct Analysis {
    /// Everything found, in any order and whatever the profile. Places know their bytes only ([`perflint_rules::Place::bytes`]).
    pub(crate) findings: Vec<Finding>,
    /// The function or class around each of them.
    pub(crate) symbols: Vec<String>,
    /// Entry points, if they were asked for. Places know their bytes only.
    pub(crate) entries: Vec<EntryCost>,
    /// Routes whose code was not found, if entry points were asked for. Places know their bytes only.
    pub(crate) unhandled: Vec<RouteOnly>,
    /// The schema and what queries use of it, if they were asked for.
    pub(crate) schema: Option<(Schema, Vec<Access>)>,
    /// What the source shows beside effects, if it was asked for. Places know their bytes only.
    pub(crate) evidence: Option<Evidence>,
    /// The names of all entities, sorted, if entry points were asked for.
    pub(crate) entities: Vec<String>,
    /// Calls seen.
    pub(crate) calls: usize,
    /// Calls whose target is neither in the repository nor in a model.
    pub(crate) holes: usize,
    /// Functions whose analysis was cut by a cap.
    pub(crate) widened: usize,
}

/// Stack of the thread that evaluates: as deep as calls nest in the analysed program.
const STACK: usize = 512 << 20;

/// Analyses files that are sorted by path, for what the options ask.
pub(crate) fn analyse(
    files: Vec<FileIr>,
    configs: &[Config],
    models: &Models,
    pages: &Pages,
    options: &Options,
) -> Result<Analysis, ScanError> {
    with_stack(|| {
        let program = Program::link_configured(files, stubs(models), configs, models);
        let facts = perflint_summary::analyse(&program, models);
        let findings = judge(&program, models, &facts, pages);
        let entries = options.entries || !options.budget.is_empty();
        let entities = if entries { entities(&program) } else { Vec::new() };
        let unhandled = if entries { perflint_rules::unhandled(&program, &facts) } else { Vec::new() };
        let entries = if entries { costs(&program, models, &facts) } else { Vec::new() };
        let schema = options.schema.then(|| {
            let mut schema = replay(&program, models);
            options.database.into_iter().for_each(|dialect| schema.tell(dialect));
            let accesses = accesses(&program, &facts, &schema);
            (schema, accesses)
        });
        let evidence = options.evidence.then(|| evidence(&program, models, &facts));
        let symbols = crate::symbol::around(&program, &findings);
        Analysis {
            findings,
            symbols,
            entries,
            unhandled,
            entities,
            schema,
            evidence,
            calls: facts.calls,
            holes: facts.holes,
            widened: facts.widened,
        }
    })
}

/// Runs something on a thread whose stack is as deep as programs nest.
///
/// # Errors
/// There is no memory for such a thread, or it broke off: nothing found must never be taken for nothing looked at.
pub(crate) fn with_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, ScanError> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("analysis".to_owned()).stack_size(STACK);
        let thread = thread.spawn_scoped(scope, work).map_err(ScanError::Memory)?;
        thread.join().map_err(|_| ScanError::Broken)
    })
}

/// The names of all entities that have a table.
fn entities(program: &Program) -> Vec<String> {
    let concrete = program.own_entities().map(|at| program.entity(at)).filter(|entity| !entity.is_abstract);
    let mut names: Vec<String> = concrete.map(|entity| program.text(entity.name).to_owned()).collect();
    names.sort();
    names.dedup();
    names
}

/// The models' stubs, lowered like any other file; their path is their module's.
pub(crate) fn stubs(models: &Models) -> Vec<FileIr> {
    let language = |family: &str| match family {
        "python" => Some(Lang::Python),
        "javascript" => Some(Lang::TypeScript),
        "rust" => Some(Lang::Rust),
        "ruby" => Some(Lang::Ruby),
        "php" => Some(Lang::Php),
        "java" => Some(Lang::Java),
        "go" => Some(Lang::Go),
        "csharp" => Some(Lang::CSharp),
        _ => None,
    };
    models
        .stubs
        .iter()
        .filter_map(|(family, stub)| {
            let lang = language(family)?;
            Some(lower(Source { path: &stub.module, lang, role: Role::Vendored, text: &stub.code }))
        })
        .collect()
}
