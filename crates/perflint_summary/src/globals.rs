//! Global variables by name, in languages that have them: `global $db;` reads what another file assigned at its top level.

use crate::eval::Eval;
use crate::value::{UNKNOWN, V, Val};
use perflint_ir::{OpId, OpKind, Role, Sym};
use perflint_link::{BodyRef, FileIx};
use rustc_hash::FxHashMap;

/// Most places that are asked for what they assigned to one variable.
const MAX_PLACES: usize = 4;

/// Where each global variable is assigned: the top level of a file, and the value.
pub(crate) type Globals = FxHashMap<Sym, Vec<(BodyRef, OpId)>>;

impl Eval<'_> {
    /// The object that a global variable holds, if the name is one of a variable and some file assigns it.
    pub(crate) fn global(&mut self, file: FileIx, name: Sym) -> Option<V> {
        let lang = self.p.file(file).lang;
        let variable = self.p.text(name).strip_prefix('$')?;
        if self.look.ty(name, lang).is_some() {
            return None;
        }
        let variable = self.p.names.find(variable)?;
        let globals = self.globals.take().unwrap_or_else(|| self.assigned_globals(lang.family()));
        let places: Vec<(BodyRef, OpId)> = globals
            .get(&variable)
            .map(|all| all.iter().copied().take(MAX_PLACES).collect())
            .unwrap_or_default();
        self.globals = Some(globals);
        let mut held = UNKNOWN;
        for (at, op) in places {
            let v = self.init_values(at).get(op.at()).copied().unwrap_or(UNKNOWN);
            if matches!(self.vals.get(v), Val::Inst(..) | Val::ExtInst(..)) {
                held = self.vals.join(held, v);
            }
        }
        (held != UNKNOWN).then_some(held)
    }

    fn assigned_globals(&self, family: &str) -> Globals {
        let mut globals = Globals::default();
        for (file, ir) in self.p.each_file() {
            let body = ir.items.first().and_then(|item| item.body);
            let Some(body) = body.filter(|_| ir.lang.family() == family && ir.role == Role::App) else {
                continue;
            };
            let at = BodyRef { file, body };
            let code = self.p.body(at);
            for op in &code.ops {
                if let OpKind::Bind { local, value } = op.kind
                    && value.is_some()
                {
                    globals.entry(code.locals[local.at()]).or_default().push((at, value));
                }
            }
        }
        globals
    }
}
