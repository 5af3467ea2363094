//! Lowers source text to the common representation, one module per language.
//!
//! Lowering never fails: what a parser cannot read becomes a [`perflint_ir::Gap`] and the rest of the file is kept. It
//! knows no framework and no other file, so a lowered file is a pure function of its bytes.
//!
//! # What every front end must produce
//!
//! The later stages rely on these shapes; `perflint_ir::validate` checks the mechanical part.
//!
//! 1. **Module.** Item 0 is the module and body 0 its initialiser (`BodyKind::Init`). An assignment to a module variable,
//!    also inside `if` or `try`, appends its value's operations there and adds a `Field` item with `init` set. Reading any
//!    name that is not a local of the body is `OpKind::Name`.
//! 2. **Classes.** A `Class` item has a body of its own (`Init`) in which attribute values, decorators of members and field
//!    initialisers are evaluated; attributes are `Field` items, methods `Function` items owned by the class. The receiver is
//!    no parameter: `self`, `this`, the first parameter of a Python method is `OpKind::SelfRef`. `super` is `SuperRef`.
//!    Fields assigned through the receiver are `Put` on `SelfRef`; one with a declared type also gets a `Field` item with
//!    `ty`. A constructor parameter that declares a property (TypeScript) gives both.
//! 3. **Functions.** Top-level functions and methods are `Function` items with a `Function` body. A module-level
//!    `const f = () => ..` is a `Function` item too. Nested functions, lambdas and blocks are `Closure` bodies, the value
//!    `OpKind::Lambda`; what they read of the enclosing body is listed in `captures`, and `SelfRef` inside them means the
//!    enclosing receiver. A nested named function binds its name to the lambda before the statements around it, a
//!    decorated one is passed to its decorator's value by a `Plain` call whose result is bound. Parameters that
//!    destructure get an empty name, then `Bind`s from `Get` and `Index`.
//! 4. **Decorators** of items are `Marker`s: `path` is the dotted text of the decorator without arguments (`app.get`),
//!    `value` the decorator's value as an operation of the owner's initialiser (a `Call` if it has arguments).
//! 5. **Calls.** `a.b.c(x)` is `Callee::Member { recv: a.b, name: c }`; `f(x)` is `Callee::Value(Name f)`; Rust's `a::b::c(x)`
//!    has the same shape as `a.b.c(x)`. The span of a call starts at the called name (the last segment) and ends with the
//!    call. Explicit type arguments are `Slot::Key("<0>")`, `"<1>"`, .. whose values are the `Name`/`Get` chain of the type.
//! 6. **Loops** are `Loop` regions; `over` is evaluated before entering. Destructuring loops use a temporary `item`, then
//!    `Bind` from `Index` or `Get`. A comprehension's result is a `Make` *after* the loop is left, whose one `Slot::Pos`
//!    argument is the element's operation inside the loop: a literal with an element from inside a loop is how later
//!    stages recognise it. `while` evaluates its condition once before entering. Rust's `while let P = xs.next()..` is a `For` loop over `xs`.
//! 7. **Decisions** are `Branch` regions for `if`/`elif`/`else`, `match`, conditional expressions and the right side of
//!    short-circuit operators ; the value is a `Join`. `try` runs inline, its handlers are
//!    `Handler` regions, `finally` runs inline. `with`, `using` are `Scope` regions.
//! 8. **Strings.** A plain literal is `Str`; interpolation is `Text` of `Str` parts and values in order; adjacent literals are
//!    joined. A concatenation with `+` is `Binary Add`. Bytes and other literals that do not matter are `Unknown`.
//! 9. **Types** keep their names as written joined with dots; null and references are dropped; `Optional[X]` is `X`, `X[]` is
//!    `Array<X>`, a quoted annotation is parsed.
//! 10. **Operators.** `a[k] = v` is `Store`; `not` and `!` are `Not`; `!=`, `is not`, `not in` are `Not` of the positive operator.
//!     The right side of `and` is arm 0 of a decision on the left side; the right side of `or`, `||`, `??` is arm 1 and `last`.
//! 11. **Nothing is lost.** An expression or statement without a shape of its own is `Unknown` with its children.
//!     No walk recurses without a bound: recursion goes through [`guard::deeper`], or the walk is iterative.

#[cfg(feature = "fallback")]
mod fallback;
pub mod guard;
#[cfg(feature = "javascript")]
mod javascript;
#[cfg(feature = "python")]
mod python;
#[cfg(feature = "rust")]
mod rust;
#[cfg(feature = "sql")]
mod sql;
mod templates;

use perflint_ir::{FileBuilder, FileIr, GapKind, Lang, Role, Span};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A file to lower.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Path relative to the scanned root, with forward slashes.
    pub path: &'a str,
    /// Its language.
    pub lang: Lang,
    /// Its role.
    pub role: Role,
    /// Its text, as [`perflint_ir::decode`] gives it.
    pub text: &'a str,
}

/// Lowers one file. Never fails: a parser that panics leaves an empty file with a [`GapKind::Failed`].
pub fn lower(source: Source<'_>) -> FileIr {
    catch_unwind(AssertUnwindSafe(|| dispatch(source))).unwrap_or_else(|_| with_gap(source, GapKind::Failed))
}

fn dispatch(source: Source<'_>) -> FileIr {
    match source.lang {
        #[cfg(feature = "python")]
        Lang::Python => with_sql(python::lower(source), source),
        #[cfg(feature = "javascript")]
        Lang::JavaScript | Lang::TypeScript | Lang::Tsx | Lang::Vue | Lang::Svelte => {
            with_sql(javascript::lower(source), source)
        }
        #[cfg(feature = "rust")]
        Lang::Rust => with_sql(rust::lower(source), source),
        #[cfg(feature = "sql")]
        Lang::Sql => sql::lower(source),
        Lang::Jinja => templates::jinja::lower(source),
        Lang::Prisma => templates::prisma::lower(source),
        _ => with_gap(source, GapKind::Language),
    }
}

/// Attaches the SQL that stands in the file's strings.
fn with_sql(file: FileIr, source: Source<'_>) -> FileIr {
    #[cfg(feature = "sql")]
    let file = sql::embedded(file, source);
    let _ = source;
    file
}

fn with_gap(source: Source<'_>, kind: GapKind) -> FileIr {
    let mut file = FileBuilder::new(source.path, source.lang, source.role);
    file.gap(kind, Span::default());
    file.finish()
}
