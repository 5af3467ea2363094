//! Placeholders of SQL text that stand for several values: `id IN (?)`, `id = ANY($1)`, `id in :ids`.

/// What is given for a placeholder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// The value at this place among those that follow the text.
    Nth(usize),
    /// The value of this name.
    Named(String),
}

/// The placeholders of a text that a column is compared with as one of several.
pub(crate) fn several(text: &str) -> Vec<Given> {
    let mut found = Vec::new();
    let (mut rest, mut asks, mut next) = (text, false, 0);
    while let Some(first) = rest.chars().next() {
        let (given, taken) = placeholder(rest, &mut next);
        if let Some(given) = given {
            found.extend(asks.then_some(given));
            asks = false;
            rest = &rest[taken..];
            continue;
        }
        let word = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
        if word > 0 {
            asks = matches!(rest[..word].to_ascii_lowercase().as_str(), "in" | "any");
            rest = &rest[word..];
        } else {
            asks &= first == '(' || first.is_whitespace();
            rest = &rest[first.len_utf8()..];
        }
    }
    found
}

/// The placeholder that a text starts with, and how long it is. `next` counts those that have no name and no number.
fn placeholder(text: &str, next: &mut usize) -> (Option<Given>, usize) {
    let name = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        &rest[..rest.find(|c: char| !is_part(c)).unwrap_or(rest.len())]
    };
    let named = |from: usize, after: usize| {
        let name = name(from);
        let starts = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
        (starts.then(|| Given::Named(name.to_owned())), from + name.len() + after)
    };
    if text.starts_with('?') || text.starts_with("%s") {
        *next += 1;
        return (Some(Given::Nth(*next - 1)), if text.starts_with('?') { 1 } else { 2 });
    }
    if text.starts_with('$')
        && let Ok(number) = name(1).parse::<usize>()
    {
        return (number.checked_sub(1).map(Given::Nth), 1 + name(1).len());
    }
    if text.starts_with("%(") {
        return named(2, 2);
    }
    // `::` casts.
    if text.starts_with([':', '@']) && !text.starts_with("::") {
        return named(1, 0);
    }
    (None, 0)
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::{Given, several};

    #[test]
    fn placeholders_of_several_values() {
        let named = |name: &str| Given::Named(name.to_owned());
        assert_eq!(several("SELECT 1 FROM a WHERE b = ? AND id IN (?)"), [Given::Nth(1)]);
        assert_eq!(several("SELECT 1 FROM a WHERE id = ANY($2::bigint[]) AND b = $1"), [Given::Nth(1)]);
        assert_eq!(several("select a from A a where a.id in :ids and a.b = :b"), [named("ids")]);
        assert_eq!(several("WHERE id IN @ids"), [named("ids")]);
        assert_eq!(several("WHERE id = ANY(%s) AND x = %s"), [Given::Nth(0)]);
        assert_eq!(several("WHERE id IN %(ids)s"), [named("ids")]);
        assert_eq!(several("WHERE id = ? AND name = :name -- in é"), []);
    }
}
