//! What the source shows beside effects, for a plan to quote: computation that grows faster than its data, calls that repeat
//! what is known already, memory that nothing frees, requests that nothing limits, practices that are followed. Facts, no
//! judgement; what calls and names mean is data (`[[collection]]`, `[[work]]`, `[[keep]]`, `[[timeout]]`, `[[ask]]` and `[[sign]]`
//! rows of the models).
//!
//! It reads the representation after the analysis of costs, and only where a plan asks for it: a scan does not pay for it.
//! What a value is, is told by what stands in its own function and in those that it is written in: a literal, a
//! constructor, a declared type. Where that does not tell a list from a set nothing is said. Rejected: computation as
//! effects of the evaluator, whose values hold rows and do not tell a list from a set; every function would have to carry
//! more terms for a question that few ask.

mod ask;
mod compute;
mod identity;
mod keep;
mod loops;
mod operand;
mod outbound;
mod reach;
mod repeat;
mod sign;
mod table;
mod through;
mod value;

pub use ask::{Ask, Asked};
use perflint_link::{BodyRef, FileIx, Program};
use perflint_models::Models;
use perflint_rules::{Place, Times};
use perflint_summary::{Facts, Site, expression};
use reach::Reach;
use std::collections::BTreeMap;
use std::sync::Arc;
use table::Tables;

/// What was found, each list sorted by place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Computation on the way of a response that grows with more than one size.
    pub computations: Vec<Computation>,
    /// Calls on the way of a response that give what is known already.
    pub repeated: Vec<Repeated>,
    /// What is filled and never emptied.
    pub kept: Vec<Kept>,
    /// Requests to other services on the way of a response.
    pub outbound: Vec<Outbound>,
    /// What queries on the way of a response are asked.
    pub asked: Vec<Asked>,
    /// Entry points that ask who is there, by label, with the first place that does.
    pub personal: BTreeMap<String, Place>,
    /// What shows that a practice is followed.
    pub signs: Vec<Sign>,
    /// Files of components, which browsers load.
    pub components: usize,
}

/// What is computed over and over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Looks for an element in a list.
    Search,
    /// Asks a closure about every element.
    Scan,
    /// Compares each element of two collections with each.
    Join,
    /// Sorts.
    Sort,
    /// Copies a text with something added.
    CopyText,
    /// Copies a list or map with something added.
    CopyList,
    /// Makes a program of a pattern.
    Compile,
}

/// Computation that grows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Computation {
    /// What it is.
    pub kind: Kind,
    /// The call or operator, shortened.
    pub code: String,
    /// The loops around it, outermost first.
    pub around: Vec<Times>,
    /// What each iteration walks; `None` where that does not grow.
    pub walks: Option<Times>,
    /// Each iteration computes the same.
    pub same: bool,
    /// It stands in a component, which a browser may run as well.
    pub rendered: bool,
    /// What the language's own document says of it.
    pub note: Option<String>,
    /// Where.
    pub place: Place,
    /// Entry points that lead there, by label.
    pub entries: Vec<String>,
    /// Where its list is written as a literal. A literal in braces may be a set, which only the text tells.
    pub literal: Option<Place>,
    /// The function that does it, where the loop calls one.
    pub within: Option<Within>,
}

/// A function that a loop calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Within {
    /// Its name.
    pub function: String,
    /// Where it does what the loop repeats.
    pub place: Place,
}

/// A call that gives the same more than once in one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeated {
    /// The function, or the query.
    pub function: String,
    /// What it costs each time: `query`, `http`, ..
    pub effect: &'static str,
    /// The calls: the first is where the result could be kept.
    pub calls: Vec<Place>,
    /// The loop that it is called in with the same arguments, if there is one.
    pub around: Option<Times>,
    /// Where the function spends.
    pub place: Place,
    /// Entry points, by label.
    pub entries: Vec<String>,
}

/// What is filled and never emptied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The variable, or the decorated function.
    pub name: String,
    /// What fills it, in a few words.
    pub how: String,
    /// Where it is filled.
    pub place: Place,
    /// Where it is declared, if that is elsewhere.
    pub declared: Option<Place>,
    /// Entry points that fill it, by label.
    pub entries: Vec<String>,
}

/// What limits how long a request is waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Limit {
    /// An option of the call.
    Given(String),
    /// The library's default.
    Default(String),
    /// Nothing.
    Nothing,
    /// The client is made elsewhere, or no model knows it.
    Unknown,
}

/// A request to another service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outbound {
    /// The call, shortened.
    pub code: String,
    /// What limits it.
    pub limit: Limit,
    /// The document that says so.
    pub docs: Option<String>,
    /// Where.
    pub place: Place,
    /// Entry points, by label.
    pub entries: Vec<String>,
}

/// What shows that a practice is followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// The practice: `metrics`, `compression`, ..
    pub of: String,
    /// What it is, for people.
    pub says: String,
    /// The first place that shows it.
    pub place: Place,
}

impl Evidence {
    /// Every place, for whoever fills in lines.
    pub fn places_mut(&mut self) -> impl Iterator<Item = &mut Place> {
        fn of(times: &mut Times) -> Option<&mut Place> {
            match times {
                Times::Size { place, .. } | Times::Iterations(place) => place.as_mut(),
                Times::Const(_) | Times::Depth(_) => None,
            }
        }
        let computed = self.computations.iter_mut().flat_map(|found| {
            let sizes = found.around.iter_mut().chain(&mut found.walks).filter_map(of);
            let within = found.within.as_mut().map(|within| &mut within.place);
            sizes.chain(&mut found.literal).chain(within).chain([&mut found.place])
        });
        let repeated = self.repeated.iter_mut().flat_map(|found| {
            let around = found.around.as_mut().and_then(of);
            found.calls.iter_mut().chain(around).chain([&mut found.place])
        });
        let kept = self.kept.iter_mut().flat_map(|found| found.declared.iter_mut().chain([&mut found.place]));
        let outbound = self.outbound.iter_mut().map(|found| &mut found.place);
        let signs = self.signs.iter_mut().map(|found| &mut found.place);
        let asked = self.asked.iter_mut().map(|found| &mut found.place);
        computed
            .chain(repeated)
            .chain(kept)
            .chain(outbound)
            .chain(signs)
            .chain(asked)
            .chain(self.personal.values_mut())
    }
}

/// What the readers of evidence work with.
pub(crate) struct Ctx<'a> {
    pub(crate) program: &'a Program,
    pub(crate) facts: &'a Facts,
    pub(crate) tables: Tables<'a>,
    pub(crate) reach: Reach,
    pub(crate) parents: loops::Parents,
}

/// Reads the evidence of a program that was analysed.
pub fn evidence(program: &Program, models: &Models, facts: &Facts) -> Evidence {
    let reach = Reach::new(program, facts);
    let parents = loops::Parents::new(program);
    let ctx = Ctx { program, facts, tables: Tables::new(models), reach, parents };
    let mut evidence = Evidence {
        computations: compute::computations(&ctx),
        asked: ask::asked(&ctx, models),
        repeated: repeat::repeated(&ctx),
        kept: keep::kept(&ctx, models),
        outbound: outbound::outbound(&ctx, models),
        personal: identity::personal(&ctx, models),
        components: components(program),
        signs: sign::signs(program, models, facts),
    };
    evidence.computations.extend(through::computations(&ctx));
    evidence.asked.sort_by(|a, b| (&a.place, a.what).cmp(&(&b.place, b.what)));
    evidence.computations.sort_by(|a, b| (&a.place, a.kind).cmp(&(&b.place, b.kind)));
    evidence.computations.dedup();
    evidence.repeated.sort_by(|a, b| (&a.calls, &a.place).cmp(&(&b.calls, &b.place)));
    evidence.kept.sort_by(|a, b| (&a.place, &a.name).cmp(&(&b.place, &b.name)));
    evidence.outbound.sort_by(|a, b| a.place.cmp(&b.place));
    evidence
}

fn components(program: &Program) -> usize {
    let own =
        program.each_file().filter(|(ix, file)| !program.is_stub(*ix) && file.role == perflint_ir::Role::App);
    own.filter(|(_, file)| compute::is_component(file.lang)).count()
}

impl Ctx<'_> {
    /// Where an operation stands.
    pub(crate) fn place(&self, site: Site) -> Place {
        let body = self.program.body(site.at);
        let span = body.ops.get(site.op.at()).map_or(body.span, |op| op.span);
        place_of(self.program, site.at.file, span)
    }

    /// The code of an operation, shortened.
    pub(crate) fn code(&self, site: Site) -> String {
        expression(self.program, self.program.body(site.at), site.op, 0)
    }

    /// The bodies of the user's code that serve.
    pub(crate) fn bodies(&self) -> impl Iterator<Item = BodyRef> {
        let files = self
            .program
            .each_file()
            .filter(|(ix, file)| !self.program.is_stub(*ix) && matches!(file.role, perflint_ir::Role::App));
        files.flat_map(|(file, ir)| {
            (0..ir.bodies.len() as u32).map(move |body| BodyRef { file, body: perflint_ir::BodyId(body) })
        })
    }
}

pub(crate) fn place_of(program: &Program, file: FileIx, span: perflint_ir::Span) -> Place {
    Place::bytes(Arc::from(&*program.file(file).path), span.start, span.end())
}
