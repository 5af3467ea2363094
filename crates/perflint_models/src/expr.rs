//! The small expression language of model rows: `recv`, `arg0.include`, `elem(recv)`, `new(requests.Session)`.

use crate::Shape;
use serde::Deserialize;
use std::fmt;

/// An expression over the values of a call.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Expr {
    /// The receiver; for a static method the class.
    Recv,
    /// Positional argument `n`.
    Arg(u8),
    /// All arguments from position `n` on.
    ArgsFrom(u8),
    /// The named argument.
    Key(Box<str>),
    /// A field of a literal map or an attribute: `arg0.include`.
    Field(Box<Expr>, Box<str>),
    /// An element of a collection, or a row of a query.
    Elem(Box<Expr>),
    /// One row of the entity that a query, class or row stands for.
    Row(Box<Expr>),
    /// One row of the same that was made, not read: no query could have loaded what it refers to.
    Made(Box<Expr>),
    /// One row of the same that surrounds every request: wherever it is asked for, it is the same one.
    Ambient(Box<Expr>),
    /// The rows of a query as a list in memory.
    Rows(Box<Expr>),
    /// A query over the entity that a class, row or other query stands for.
    Query(Box<Expr>),
    /// The same query for a part of its rows: a batch.
    Part(Box<Expr>),
    /// A list of such elements, as long as the receiver.
    List(Box<Expr>),
    /// A map whose values are such, under keys that nobody knows.
    Map(Box<Expr>),
    /// The value that a map has at the key that is walked; of a pair its second, of anything else an element.
    Value(Box<Expr>),
    /// The elements of a collection, or those of its elements that are collections or queries themselves.
    Flat(Box<Expr>),
    /// The map that the receiver is, with the entries of the arguments.
    Merged,
    /// The second, where the first is there: what a call gives if it has a block.
    Given(Box<Expr>, Box<Expr>),
    /// What the callback's parameter `n` holds when it returns.
    Left(u8),
    /// The same query with the methods of another type: `as(sqlalchemy.Result, arg0)`.
    As(Box<str>, Box<Expr>),
    /// Whether a value is of one of some kinds, as far as it is known: `is(list or map, arg0)`.
    Is(Box<[Shape]>, Box<Expr>),
    /// The value, if it is an instance of a library type: `of(io.StringIO, arg0)`.
    Of(Box<str>, Box<Expr>),
    /// An instance of a library type.
    New(Box<str>),
    /// What the invoked callback, or a callable value, returns.
    Result(Box<Expr>),
    /// Explicit type argument `n` of the call, or of the receiver's type.
    TypeArg(u8),
    /// What a promise resolves to.
    Awaited(Box<Expr>),
    /// A promise of a value.
    Future(Box<Expr>),
    /// Relation paths written as strings joined by `__` (Django); `Prefetch` values are understood.
    Dunder(Box<Expr>),
    /// Relation paths written as strings joined by dots, alone or in lists.
    Dotted(Box<Expr>),
    /// A tree of relations as keys: `{ posts: { include: { tags: true } } }`.
    Tree(Box<Expr>),
    /// All relation paths that a call is given, as names, lists and trees of both: `includes(:author, items: { product: :photo })`.
    Nested,
    /// Relation attributes (`User.posts`), entities, or values that are relation paths already.
    Paths(Box<Expr>),
    /// The relations that conditions equate to one object, `Order.customer == customer`: what is reached by them is at hand.
    Equated(Box<Expr>),
    /// The relations whose key, or which themselves, conditions say to be null: reading them asks for nothing.
    Absent(Box<Expr>),
    /// Column paths that alone are loaded; reading another column of the row runs a query.
    Columns(Box<Expr>),
    /// Column paths that are left out; reading one runs a query.
    Deferred(Box<Expr>),
    /// The names of the named arguments, as attributes that the query fills.
    Filled,
    /// The attributes that hold what a query computes of relations, by a pattern of their names: `computed({relation}_{function})`.
    Computed(Box<str>),
    /// The entity class that a string names: `app.Model`, `Model`, in any case.
    Class(Box<Expr>),
    /// Several values at once, as a function with several results gives them.
    Tuple(Vec<Expr>),
    /// What the declared result of the called method says, with rows of the query that runs.
    Declared,
    /// An argument of a marker of the called method: the first or `value` (`marked(org.x.Query)`), or a named one
    /// (`marked(org.x.EntityGraph, attributePaths)`).
    Marked(Box<str>, Option<Box<str>>),
    /// What a marker of an entity's class says under a name: `noted(org.x.NamedQuery, query, arg0)` is the `query` of the one whose
    /// `name` the value is.
    Noted(Box<str>, Box<str>, Box<Expr>),
    /// The query, as the rows of the relation see it that a text names: what is loaded with it from here on is loaded below them.
    Below(Box<Expr>),
    /// Relation paths that a query in JPA's language fetches: `select o from Order o join fetch o.items`.
    Fetched(Box<Expr>),
    /// Relation paths that continue the one that was loaded last: `ThenInclude(c => c.Writer)`.
    Further(Box<Expr>),
    /// The relation path that a join names, if what it calls the joined rows is among what another call is given to select:
    /// `leftJoin('o.customer', 'c')` before `addSelect('c')`.
    Joined(Box<Expr>, Box<Expr>),
    /// The object that queries over an entity are asked of: its own class, where it names one, else a type of the library.
    Repository(Box<str>, Box<Expr>),
    /// What is selected besides the rows that a query starts from: the relation paths that a text of Doctrine's query language
    /// joins and selects, or anything at all, if names are selected that no join of the same function introduces.
    Selected(Box<Expr>),
    /// The same for a call that replaces what is selected: where the rows that the query starts from are not among it, the
    /// query gives others, of which nothing is known.
    Reselected(Box<Expr>),
    /// One, if texts select nothing but what is computed from all rows, `COUNT(o.id)`, and the same function makes no groups.
    Aggregated(Box<Expr>),
    /// A text of Doctrine's query language, if it has a condition.
    Condition(Box<Expr>),
    /// The class that a text of Doctrine's query language starts from: `SELECT o FROM App\Entity\Order o`.
    From(Box<Expr>),
    /// The object that a container has under a name: of the class that the name is, or that the end of the name spells:
    /// `app.order_exporter` is the one `OrderExporter`.
    Service(Box<Expr>),
    /// True if the receiver is a row that was loaded with the relation of this name.
    Loaded(Box<Expr>),
    /// The function that a text names; any other value itself.
    Function(Box<Expr>),
    /// A value that nothing is known of and that holds no rows: a number, a flag, a string.
    Scalar,
    /// The first argument of the call of this name that the receiver was built with: `told(Model)`.
    Told(Box<str>),
    /// What the code calls a thing, in its last word: a table that a constant of generated code stands for.
    Spelled(Box<Expr>),
    /// A truth: what a service that is in use answers, `production?`.
    Truth(bool),
    /// Whether a value, if it is a known text, is this one.
    Says(Box<str>, Box<Expr>),
    /// A constant number.
    Number(u32),
    /// A constant string.
    Text(Box<str>),
    /// The first of several that is present.
    First(Vec<Expr>),
}

/// An expression that does not parse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExprError {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub what: String,
}

impl fmt::Display for ExprError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.text, self.what)
    }
}

impl std::error::Error for ExprError {}

impl TryFrom<String> for Expr {
    type Error = ExprError;

    fn try_from(text: String) -> Result<Self, ExprError> {
        Self::parse(&text)
    }
}

impl Expr {
    /// True for what stands in an options object, which may be unknown as a whole.
    pub fn needs_options(&self) -> bool {
        match self {
            Self::Field(..) => true,
            Self::First(all) => all.iter().any(Self::needs_options),
            _ => false,
        }
    }

    /// True for a list of what a callback gives: somebody will wait for them all.
    pub fn collects_results(&self) -> bool {
        match self {
            Self::List(of) => {
                matches!(&**of, Self::Result(_))
                    || matches!(&**of, Self::Awaited(of) | Self::Elem(of) if matches!(**of, Self::Result(_)))
            }
            Self::Future(of) | Self::As(_, of) => of.collects_results(),
            Self::First(all) => all.iter().any(Self::collects_results),
            _ => false,
        }
    }

    /// The markers whose arguments it reads.
    pub fn markers(&self) -> Vec<&str> {
        match self {
            Self::Marked(path, _) => vec![path],
            Self::Noted(path, _, of) => std::iter::once(&**path).chain(of.markers()).collect(),
            Self::First(all) => all.iter().flat_map(Self::markers).collect(),
            Self::Fetched(of) | Self::Dotted(of) => of.markers(),
            _ => Vec::new(),
        }
    }

    /// Parses an expression; `a | b` takes the first that is present.
    ///
    /// # Errors
    /// Names the text and what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, ExprError> {
        let fail = |what: &str| ExprError { text: text.to_owned(), what: what.to_owned() };
        let alternatives = split_top(text, '|');
        if alternatives.len() > 1 {
            return alternatives.into_iter().map(Self::parse).collect::<Result<_, _>>().map(Self::First);
        }
        let text_trimmed = text.trim();
        if let Some(word) = text_trimmed.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            return Ok(Self::Text(word.into()));
        }
        if let Ok(number) = text_trimmed.parse() {
            return Ok(Self::Number(number));
        }
        if let Some(open) = text_trimmed.find('(') {
            let close = matching(text_trimmed, open).ok_or_else(|| fail("unbalanced parentheses"))?;
            let inner = &text_trimmed[open + 1..close];
            let call = Self::call(&text_trimmed[..open], inner).map_err(|what| fail(&what))?;
            return Self::fields(call, &text_trimmed[close + 1..])
                .ok_or_else(|| fail("expected `.field` after `)`"));
        }
        let (head, rest) = text_trimmed.split_at(text_trimmed.find('.').unwrap_or(text_trimmed.len()));
        let base =
            Self::word(head).ok_or_else(|| fail("expected recv, arg0.., args, scalar, or a function"))?;
        Self::fields(base, rest).ok_or_else(|| fail("empty field name"))
    }

    fn word(word: &str) -> Option<Self> {
        match word {
            "recv" => Some(Self::Recv),
            "args" => Some(Self::ArgsFrom(0)),
            "scalar" => Some(Self::Scalar),
            "true" => Some(Self::Truth(true)),
            "false" => Some(Self::Truth(false)),
            "filled" => Some(Self::Filled),
            "nested" => Some(Self::Nested),
            "declared" => Some(Self::Declared),
            "merged" => Some(Self::Merged),
            _ => {
                if let Some(n) = word.strip_prefix("args") {
                    return n.parse().ok().map(Self::ArgsFrom);
                }
                word.strip_prefix("arg").and_then(|n| n.parse().ok()).map(Self::Arg)
            }
        }
    }

    fn call(name: &str, inner: &str) -> Result<Self, String> {
        let nested = || Self::parse(inner).map(Box::new).map_err(|e| e.to_string());
        Ok(match name.trim() {
            "elem" => Self::Elem(nested()?),
            "row" => Self::Row(nested()?),
            "made" => Self::Made(nested()?),
            "ambient" => Self::Ambient(nested()?),
            "rows" => Self::Rows(nested()?),
            "query" => Self::Query(nested()?),
            "list" => Self::List(nested()?),
            "map" => Self::Map(nested()?),
            "value" => Self::Value(nested()?),
            "flat" => Self::Flat(nested()?),
            "left" => Self::Left(inner.trim().parse().map_err(|_| "left(n) takes a number".to_owned())?),
            "part" => Self::Part(nested()?),
            "result" => Self::Result(nested()?),
            "awaited" => Self::Awaited(nested()?),
            "future" => Self::Future(nested()?),
            "dunder" => Self::Dunder(nested()?),
            "dotted" => Self::Dotted(nested()?),
            "tree" => Self::Tree(nested()?),
            "paths" => Self::Paths(nested()?),
            "equated" => Self::Equated(nested()?),
            "absent" => Self::Absent(nested()?),
            "columns" => Self::Columns(nested()?),
            "deferred" => Self::Deferred(nested()?),
            "class" => Self::Class(nested()?),
            "tuple" => {
                let parts = split_top(inner, ',').into_iter().map(Self::parse).collect::<Result<_, _>>();
                Self::Tuple(parts.map_err(|e| e.to_string())?)
            }
            "marked" => match inner.split_once(',') {
                Some((path, key)) => Self::Marked(path.trim().into(), Some(key.trim().into())),
                None => Self::Marked(inner.trim().into(), None),
            },
            "noted" => {
                let parts = split_top(inner, ',');
                let &[path, key, name] = parts.as_slice() else {
                    return Err("noted(MARKER, key, name) takes three".into());
                };
                let name = Self::parse(name).map_err(|e| e.to_string())?;
                Self::Noted(path.trim().into(), key.trim().into(), Box::new(name))
            }
            "below" => Self::Below(nested()?),
            "fetched" => Self::Fetched(nested()?),
            "further" => Self::Further(nested()?),
            "computed" => Self::Computed(inner.trim().into()),
            "joined" => {
                let (path, alias) = inner.split_once(',').ok_or("joined(path, alias) takes two")?;
                let part = |text: &str| Self::parse(text).map(Box::new).map_err(|e| e.to_string());
                Self::Joined(part(path)?, part(alias)?)
            }
            "given" => {
                let parts = split_top(inner, ',');
                let &[what, value] = parts.as_slice() else {
                    return Err("given(what, value) takes two".into());
                };
                let part = |text: &str| Self::parse(text).map(Box::new).map_err(|e| e.to_string());
                Self::Given(part(what)?, part(value)?)
            }
            "repository" => {
                let (ty, value) = inner.split_once(',').ok_or("repository(TYPE, value) takes two")?;
                Self::Repository(ty.trim().into(), Box::new(Self::parse(value).map_err(|e| e.to_string())?))
            }
            "selected" => Self::Selected(nested()?),
            "reselected" => Self::Reselected(nested()?),
            "aggregated" => Self::Aggregated(nested()?),
            "condition" => Self::Condition(nested()?),
            "from" => Self::From(nested()?),
            "service" => Self::Service(nested()?),
            "loaded" => Self::Loaded(nested()?),
            "function" => Self::Function(nested()?),
            "told" => Self::Told(inner.trim().into()),
            "spelled" => Self::Spelled(nested()?),
            "key" => Self::Key(inner.trim().into()),
            "new" => Self::New(inner.trim().into()),
            "type" if inner.trim() == "last" => Self::TypeArg(u8::MAX),
            "type" => Self::TypeArg(inner.trim().parse().map_err(|_| "type(n) takes a number".to_owned())?),
            "as" => {
                let (ty, value) = inner.split_once(',').ok_or("as(TYPE, value) takes two")?;
                Self::As(ty.trim().into(), Box::new(Self::parse(value).map_err(|e| e.to_string())?))
            }
            "of" => {
                let (ty, value) = inner.split_once(',').ok_or("of(TYPE, value) takes two")?;
                Self::Of(ty.trim().into(), Box::new(Self::parse(value).map_err(|e| e.to_string())?))
            }
            "says" => {
                let (text, value) = inner.split_once(',').ok_or("says(text, value) takes two")?;
                Self::Says(text.trim().into(), Box::new(Self::parse(value).map_err(|e| e.to_string())?))
            }
            "is" => {
                let (kinds, value) = inner.split_once(',').ok_or("is(KIND, value) takes two")?;
                let shape = |word| Shape::named(word).ok_or_else(|| format!("no kind `{word}`"));
                let shapes = kinds.split(" or ").map(shape).collect::<Result<_, _>>()?;
                Self::Is(shapes, Box::new(Self::parse(value).map_err(|e| e.to_string())?))
            }
            other => return Err(format!("no function `{other}`")),
        })
    }

    fn fields(mut base: Self, rest: &str) -> Option<Self> {
        if rest.is_empty() {
            return Some(base);
        }
        for name in rest.strip_prefix('.')?.split('.') {
            if name.is_empty() {
                return None;
            }
            base = Self::Field(Box::new(base), name.into());
        }
        Some(base)
    }
}

fn split_top(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0i32, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            c if c == separator && depth == 0 => {
                parts.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn matching(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0i32;
    for (at, c) in text[open..].char_indices() {
        match c {
            '(' => depth += 1,
            ')' => {
                depth -= 1;
                if depth == 0 {
                    return Some(open + at);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::Expr;

    #[test]
    fn parses_what_models_write() {
        let parse = |text: &str| Expr::parse(text).unwrap();
        assert_eq!(parse("recv"), Expr::Recv);
        assert_eq!(parse("arg0.include"), Expr::Field(Box::new(Expr::Arg(0)), "include".into()));
        assert_eq!(parse("elem(recv)"), Expr::Elem(Box::new(Expr::Recv)));
        assert_eq!(parse("new(requests.Session)"), Expr::New("requests.Session".into()));
        assert_eq!(parse("arg0 | key(to)"), Expr::First(vec![Expr::Arg(0), Expr::Key("to".into())]));
        assert_eq!(
            parse("as(a.B, query(arg1))"),
            Expr::As("a.B".into(), Box::new(Expr::Query(Box::new(Expr::Arg(1)))))
        );
        assert_eq!(parse("args2"), Expr::ArgsFrom(2));
        for bad in ["", "elem(", "nope(recv)", "recv.", "argx", "elem(recv)x"] {
            assert!(Expr::parse(bad).is_err(), "{bad}");
        }
    }
}
