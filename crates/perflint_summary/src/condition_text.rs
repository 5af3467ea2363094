//! Columns of conditions that are written as text: `status = ? AND total > ?`, and of methods whose names say what they find.

use crate::column::{ColumnHow, ColumnUse};
use perflint_ir::Fixed;

/// What a text says.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Said {
    pub(crate) uses: Vec<ColumnUse>,
    pub(crate) partial: bool,
    pub(crate) any: bool,
}

impl Said {
    fn add(&mut self, name: &str, how: ColumnHow, fixed: Option<Fixed>) {
        self.uses.push(ColumnUse::of(name, how).with(fixed));
    }
}

/// The columns of a condition of SQL, or of a query language of objects, whose names may start with the rows' alias.
pub(crate) fn condition(text: &str, alias: Option<&str>) -> Said {
    let mut said = Said::default();
    let words = spaced(text);
    let lower = words.to_ascii_lowercase();
    if lower.contains(" or ") || lower.contains('{') {
        (said.any, said.partial) = (true, true);
        return said;
    }
    let mut from = 0;
    let mut between = false;
    let ends = lower.match_indices(" and ").map(|(at, _)| at).chain([lower.len()]);
    for end in ends {
        let part = words[from..end].trim();
        if part.to_ascii_lowercase().contains(" between ") && !between && end < lower.len() {
            between = true;
            continue;
        }
        between = false;
        from = (end + 5).min(lower.len());
        comparison(part, alias, &mut said);
    }
    said
}

fn comparison(part: &str, alias: Option<&str>, said: &mut Said) {
    let part = part.trim_matches(['(', ')', ' ']);
    let mut words = part.split_whitespace();
    let (Some(name), Some(operator)) = (words.next(), words.next()) else {
        said.partial |= !part.is_empty();
        return;
    };
    let name = name.replace(['`', '"', '[', ']'], "");
    let is_name =
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'));
    let own = match (alias, name.split_once('.')) {
        (Some(alias), Some((first, rest))) if first == alias => rest,
        (Some(_), Some(_)) => {
            said.partial = true;
            return;
        }
        _ => name.as_str(),
    };
    if !is_name || own.starts_with(|c: char| c.is_ascii_digit()) {
        said.partial = true;
        return;
    }
    let given = words.next().unwrap_or_default();
    let how = match operator.to_ascii_lowercase().as_str() {
        "=" | "==" | "in" => ColumnHow::Equal,
        "<" | ">" | "<=" | ">=" | "between" => ColumnHow::Range,
        "<>" | "!=" | "like" | "ilike" | "is" | "not" | "member" => ColumnHow::Other,
        _ => {
            said.partial = true;
            return;
        }
    };
    let rest: Vec<&str> = words.collect();
    let fixed = match operator.to_ascii_lowercase().as_str() {
        "=" | "==" if rest.is_empty() => Fixed::of_sql(given),
        "is" if given.eq_ignore_ascii_case("not") && rest.len() == 1 => {
            Fixed::of_sql(rest[0]).filter(|fixed| *fixed == Fixed::Null).map(|_| Fixed::Present)
        }
        "is" if rest.is_empty() => Fixed::of_sql(given),
        _ => None,
    };
    let constant =
        given.starts_with('\'') || given.starts_with(|c: char| c.is_ascii_digit()) || given == "true";
    said.add(own, how, fixed);
    if let Some(last) = said.uses.last_mut() {
        last.constant |= constant;
    }
}

/// A text with blanks around its operators and one between words.
fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut before = ' ';
    for c in text.chars() {
        let operator = |c: char| matches!(c, '=' | '<' | '>' | '!');
        if operator(c) != operator(before) && !before.is_whitespace() && (operator(c) || operator(before)) {
            out.push(' ');
        }
        out.push(if c.is_whitespace() { ' ' } else { c });
        before = c;
    }
    let words: Vec<&str> = out.split_whitespace().collect();
    words.join(" ")
}

/// The columns of a query in a language like SQL over classes: `select o from Order o where o.status = :s order by o.placedAt desc`.
pub(crate) fn query(text: &str) -> Option<Said> {
    let words = spaced(text);
    let lower = words.to_ascii_lowercase();
    let find = |word: &str, from: usize| lower[from..].find(word).map(|at| at + from);
    let start = find("from ", 0)?;
    let mut after = words[start + 5..].split_whitespace().skip(1);
    let alias = after.next().filter(|word| !word.eq_ignore_ascii_case("as")).or_else(|| after.next());
    let alias = alias.filter(|word| word.chars().all(char::is_alphanumeric));
    let condition_at = find(" where ", start);
    let order_at = find(" order by ", start);
    let group_at = find(" group by ", start);
    let ends = [order_at, group_at].into_iter().flatten().min().unwrap_or(words.len());
    // A query inside the query says where something else comes from.
    let nested = lower.matches("select ").count() > 1;
    let mut said = match condition_at.filter(|at| at + 7 <= ends) {
        Some(at) if !nested => condition(&words[at + 7..ends], alias),
        Some(_) => Said { partial: true, any: true, ..Said::default() },
        None => Said::default(),
    };
    if let Some(at) = order_at.filter(|_| !nested) {
        for part in words[at + 10..].split(',') {
            let mut words = part.split_whitespace();
            let name = words.next().unwrap_or_default();
            let own = match (alias, name.split_once('.')) {
                (Some(alias), Some((first, rest))) if first == alias => rest,
                (_, None) => name,
                _ => {
                    said.partial = true;
                    continue;
                }
            };
            let falls = words.next().is_some_and(|word| word.eq_ignore_ascii_case("desc"));
            said.add(own, if falls { ColumnHow::Descending } else { ColumnHow::Ascending }, None);
        }
    }
    Some(said)
}

/// Endings of a property's name in a method's that say how it is compared; the longest that fits counts.
const ENDINGS: &[(&str, Option<ColumnHow>)] = &[
    ("IsNotNull", None),
    ("NotNull", None),
    ("IsNull", None),
    ("Null", None),
    ("NotIn", None),
    ("IsIn", Some(ColumnHow::Equal)),
    ("In", Some(ColumnHow::Equal)),
    ("Between", Some(ColumnHow::Range)),
    ("LessThanEqual", Some(ColumnHow::Range)),
    ("LessThan", Some(ColumnHow::Range)),
    ("GreaterThanEqual", Some(ColumnHow::Range)),
    ("GreaterThan", Some(ColumnHow::Range)),
    ("After", Some(ColumnHow::Range)),
    ("Before", Some(ColumnHow::Range)),
    ("NotLike", None),
    ("Like", None),
    ("StartingWith", None),
    ("StartsWith", None),
    ("EndingWith", None),
    ("EndsWith", None),
    ("NotContaining", None),
    ("Containing", None),
    ("Contains", None),
    ("IgnoreCase", None),
    ("IgnoringCase", None),
    ("IsNot", None),
    ("Not", None),
    ("Equals", Some(ColumnHow::Equal)),
    ("Is", Some(ColumnHow::Equal)),
];

/// The columns of a method like `findByOwnerIdAndStatusOrderByCreatedAtDesc`.
pub(crate) fn derived(name: &str) -> Option<Said> {
    let start = name.find("By").filter(|at| !name[..*at].ends_with("Order"))?;
    let rest = &name[start + 2..];
    let (conditions, order) = match rest.find("OrderBy") {
        Some(at) => (&rest[..at], Some(&rest[at + 7..])),
        None => (rest, None),
    };
    let mut said = Said::default();
    if split_words(conditions, "Or").len() > 1 {
        (said.any, said.partial) = (true, true);
    }
    for part in split_words(conditions, "And") {
        if said.any || part.is_empty() {
            break;
        }
        let flag = ["IsTrue", "IsFalse", "True", "False"].iter().find_map(|word| part.strip_suffix(word));
        if let Some(name) = flag.filter(|name| !name.is_empty()) {
            let holds = part.ends_with("True");
            said.add(&small(name), ColumnHow::Equal, Some(Fixed::Flag(holds)));
            continue;
        }
        let ending = ENDINGS.iter().find(|(word, _)| part.len() > word.len() && part.ends_with(word));
        let (name, how) = match ending {
            Some((word, how)) => (&part[..part.len() - word.len()], how.unwrap_or(ColumnHow::Other)),
            None => (part, ColumnHow::Equal),
        };
        let fixed = match ending {
            Some(("IsNull" | "Null", _)) => Some(Fixed::Null),
            Some(("IsNotNull" | "NotNull", _)) => Some(Fixed::Present),
            _ => None,
        };
        said.add(&small(name), how, fixed);
    }
    for part in order.map(|order| split_order(order)).unwrap_or_default() {
        match part {
            (name, true) => said.add(&small(name), ColumnHow::Descending, None),
            (name, false) => said.add(&small(name), ColumnHow::Ascending, None),
        }
    }
    Some(said)
}

/// Parts of a name between words that start a new one: `And` of `OwnerIdAndStatus`, not that of `Brand` or `AndroidId`.
fn split_words<'t>(text: &'t str, word: &str) -> Vec<&'t str> {
    let mut parts = Vec::new();
    let mut from = 0;
    for (at, _) in text.match_indices(word) {
        let after = text[at + word.len()..].chars().next();
        if at > from && after.is_some_and(char::is_uppercase) {
            parts.push(&text[from..at]);
            from = at + word.len();
        }
    }
    parts.push(&text[from..]);
    parts
}

fn split_order(text: &str) -> Vec<(&str, bool)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() && parts.len() < 8 {
        let next = ["Desc", "Asc"]
            .iter()
            .filter_map(|word| {
                let at = rest.find(word)?;
                let after = rest[at + word.len()..].chars().next();
                (at > 0 && after.is_none_or(char::is_uppercase)).then_some((at, *word))
            })
            .min();
        match next {
            Some((at, word)) => {
                parts.push((&rest[..at], word == "Desc"));
                rest = &rest[at + word.len()..];
            }
            None => {
                parts.push((rest, false));
                rest = "";
            }
        }
    }
    parts
}

fn small(name: &str) -> String {
    crate::words::small_start(name).replace('_', ".")
}

#[cfg(test)]
mod tests {
    use super::{condition, derived, query};
    use crate::column::ColumnHow;

    fn told(said: &super::Said) -> Vec<(&str, ColumnHow)> {
        said.uses.iter().map(|used| (used.name.as_str(), used.how)).collect()
    }

    #[test]
    fn conditions_of_sql() {
        let said = condition("status=? AND `created_at` >= ? and deleted_at IS NULL", None);
        let expected = [
            ("status", ColumnHow::Equal),
            ("created_at", ColumnHow::Range),
            ("deleted_at", ColumnHow::Other),
        ];
        assert_eq!(told(&said), expected);
        assert!(!said.partial);
        let said = condition("o.total BETWEEN ? AND ? AND o.kind = 'x'", Some("o"));
        assert_eq!(told(&said), [("total", ColumnHow::Range), ("kind", ColumnHow::Equal)]);
        assert!(said.uses[1].constant);
        assert!(condition("a = ? OR b = ?", None).any);
        assert!(condition("lower(name) = ?", None).partial);
        assert!(condition("c.name = ?", Some("o")).partial);
    }

    #[test]
    fn queries_over_classes() {
        let text = "SELECT o FROM Order o JOIN o.customer c WHERE o.status = :s AND o.customer.id IN :ids ORDER BY o.placedAt DESC";
        let said = query(text).unwrap_or_default();
        let expected = [
            ("status", ColumnHow::Equal),
            ("customer.id", ColumnHow::Equal),
            ("placedAt", ColumnHow::Descending),
        ];
        assert_eq!(told(&said), expected);
    }

    #[test]
    fn names_of_methods() {
        let said = derived("findTop10ByOwnerIdAndBrandInAndActiveTrueOrderByCreatedAtDescNameAsc")
            .unwrap_or_default();
        let expected = [
            ("ownerId", ColumnHow::Equal),
            ("brand", ColumnHow::Equal),
            ("active", ColumnHow::Equal),
            ("createdAt", ColumnHow::Descending),
            ("name", ColumnHow::Ascending),
        ];
        assert_eq!(told(&said), expected);
        assert!(derived("findByNameOrCode").is_some_and(|said| said.any));
        assert_eq!(derived("findAll"), None);
        let said = derived("existsByPlacedAtAfterAndNoteIsNull").unwrap_or_default();
        assert_eq!(told(&said), [("placedAt", ColumnHow::Range), ("note", ColumnHow::Other)]);
    }
}
