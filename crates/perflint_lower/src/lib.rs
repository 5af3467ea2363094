//! Lowers source text to the common representation, one module or crate per language.
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
//! 11. **Namespaces.** Where a language declares them, `FileBuilder::package` is the file's, with dots (`App.Models`, `com.shop.order`); a namespace
//!     in braces is a `Module` item of that dotted name, and owns what is inside. Imports name what they mean with dots: `use A\B\C as D`,
//!     `import a.b.C` are `Item`s, `import a.b.*`, `using A.B` are `Glob`s, Go's `import "x/y"` is a `Module` whose path stays as written.
//!     A qualified name in code is the chain of its parts (`Name` A, `Get` B); a leading `\`, `::`, `global::` is dropped. An open class (Ruby's classes
//!     and modules, which are both `Class` items; C#'s partial ones) has `is_open`; methods outside the class (Go, extension functions of Kotlin and C#)
//!     belong to an `Extension` whose first base is the extended type, and what is extended is `SelfRef` in them.
//! 12. **Bare names.** A name that no local of the bodies around declares is `Name`, and a bare call `Callee::Value(Name)`, also where it may mean a
//!     member of the receiver: evaluation looks there first, in languages with implicit receivers. Ruby's bare `foo` that may be a call is such a
//!     call of form `Auto`; so are its `a.b` without brackets and arguments, and Kotlin's, C#'s and PHP's property reads are `Get`.
//! 13. **Types in bodies.** A local with a declared type, a cast and a type pattern are `Cast`. A method reference `Dto::from`
//!     is `Get`, `Foo::new` is the class. `new T { A = b }` is a `New` call followed by `Put`s. A constructor is a
//!     `Function` with `is_constructor`, of which there may be several, as of any method; parameters of primary constructors that are
//!     properties are `Field`s as well, assigned by it. Properties without code are `Field`s, with code `is_property` functions.
//! 14. **Blocks.** A Ruby block is `Slot::Block`; a method that takes one, by `&name` or by `yield`, has a parameter of
//!     kind `Block`, and `yield x` calls it. A trailing lambda of Kotlin is `Slot::Pos`. `&:name` is a closure that calls `name`.
//! 15. **Declarations.** A call in a Ruby class's body whose first argument is a literal symbol or string is a `Declaration` item of that name, with the
//!     call as `init`; one with several symbols gives one item for each.
//! 16. **Several results.** Go's `v, err := f()` binds `v` to the call; where a function has several results besides its error, they are a
//!     `Make(Tuple)`, unpacked by `Index`. `go f()` is a `Plain` call of the name `go` with a closure, `defer f()` runs inline.
//! 17. **Templates** are `Template` items with one parameter, the context; a name that no tag binds, and Ruby's `@name`, are `Get`s of it.
//!     Calls of helpers are `Callee::Value(Name)`; a part that is rendered is a call of what the language calls it (`render`, `include`, `partial`).
//!     A named part of a file (a macro, a fragment, a mixin) is a further `Template`, whose parameters behind the context are its own.
//! 18. **Nothing is lost.** An expression or statement without a shape of its own is `Unknown` with its children.
//!     No walk recurses without a bound: recursion goes through [`guard::deeper`], or the walk is iterative.

#[cfg(feature = "sql")]
mod changelog;
#[cfg(all(feature = "fallback", any(feature = "python", feature = "javascript", feature = "rust")))]
mod fallback;
#[cfg(feature = "javascript")]
mod javascript;
#[cfg(all(feature = "java", feature = "sql"))]
mod mapper;
#[cfg(feature = "python")]
mod python;
#[cfg(feature = "rust")]
mod rust;
#[cfg(feature = "sql")]
mod sql;
mod templates;

pub use perflint_syntax::Source;

use perflint_ir::{FileIr, GapKind, Lang};
use perflint_syntax::{guard, with_gap};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Lowers one file. Never fails: a parser that panics leaves an empty file with a [`GapKind::Failed`].
pub fn lower(source: Source<'_>) -> FileIr {
    catch_unwind(AssertUnwindSafe(|| dispatch(source))).unwrap_or_else(|_| with_gap(source, GapKind::Failed))
}

/// Whether this build has a front end for a language: each but templates of Python and schemas of Prisma is a feature.
pub fn reads(lang: Lang) -> bool {
    match lang {
        Lang::Python => cfg!(feature = "python"),
        Lang::JavaScript | Lang::TypeScript | Lang::Tsx | Lang::Vue | Lang::Svelte => {
            cfg!(feature = "javascript")
        }
        Lang::Rust => cfg!(feature = "rust"),
        Lang::Sql => cfg!(feature = "sql"),
        Lang::Ruby | Lang::Erb | Lang::Haml | Lang::Slim => cfg!(feature = "ruby"),
        Lang::Php | Lang::Blade | Lang::Twig => cfg!(feature = "php"),
        Lang::Java => cfg!(feature = "java"),
        Lang::Kotlin => cfg!(feature = "kotlin"),
        Lang::Go => cfg!(feature = "go"),
        Lang::CSharp | Lang::Razor => cfg!(feature = "csharp"),
        Lang::Ejs | Lang::Pug => cfg!(all(feature = "javascript", feature = "views")),
        Lang::Thymeleaf | Lang::Jsp | Lang::Freemarker | Lang::GoTemplate | Lang::Handlebars => {
            cfg!(feature = "views")
        }
        Lang::Jinja | Lang::Prisma => true,
    }
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
        Lang::Sql if changelog::is_changelog(source) => changelog::lower(source),
        #[cfg(feature = "sql")]
        Lang::Sql => sql::lower(source),
        #[cfg(feature = "ruby")]
        Lang::Ruby | Lang::Erb | Lang::Haml | Lang::Slim => {
            with_sql(perflint_lower_ruby::lower(source), source)
        }
        #[cfg(feature = "php")]
        Lang::Php | Lang::Blade | Lang::Twig => with_sql(perflint_lower_php::lower(source), source),
        #[cfg(all(feature = "java", feature = "sql"))]
        Lang::Java if mapper::is_mapper(source) => with_sql(mapper::lower(source), source),
        #[cfg(feature = "java")]
        Lang::Java => with_sql(perflint_lower_java::lower(source), source),
        #[cfg(feature = "kotlin")]
        Lang::Kotlin => with_sql(perflint_lower_kotlin::lower(source), source),
        #[cfg(feature = "go")]
        Lang::Go => with_sql(perflint_lower_go::lower(source), source),
        #[cfg(feature = "csharp")]
        Lang::CSharp => with_sql(perflint_lower_csharp::lower(source), source),
        #[cfg(feature = "csharp")]
        Lang::Razor => perflint_lower_csharp::lower(source),
        #[cfg(all(feature = "javascript", feature = "views"))]
        Lang::Ejs | Lang::Pug => javascript::lower_view(source),
        #[cfg(feature = "views")]
        Lang::Thymeleaf | Lang::Jsp | Lang::Freemarker | Lang::GoTemplate | Lang::Handlebars => {
            perflint_lower_views::lower(source)
        }
        Lang::Jinja => templates::jinja::lower(source),
        Lang::Prisma => templates::prisma::lower(source),
        #[allow(unreachable_patterns, reason = "features leave front ends out")]
        _ => with_gap(source, GapKind::Language),
    }
}

/// Lowers a file that a language's own parser gave up, or could not be given, as far as tree-sitter gets.
#[cfg(any(feature = "python", feature = "javascript", feature = "rust"))]
pub(crate) fn give_up(source: Source<'_>, kind: GapKind) -> FileIr {
    #[cfg(feature = "fallback")]
    {
        let _ = kind;
        fallback::lower(source)
    }
    #[cfg(not(feature = "fallback"))]
    with_gap(source, kind)
}

/// Attaches the SQL that stands in the file's strings.
fn with_sql(file: FileIr, source: Source<'_>) -> FileIr {
    #[cfg(feature = "sql")]
    let file = sql::embedded(file, source);
    let _ = source;
    file
}
