//! Mappings of entities that stand in XML beside the classes, rewritten as PHP: `Order.orm.xml` becomes a class with attributes
//! that extends the mapped one, and what it declares belongs to that one.
//!
//! <https://www.doctrine-project.org/projects/doctrine-orm/en/current/reference/xml-mapping.html>

use crate::offsets::Offsets;

/// Endings of the names of such files.
const ENDINGS: [&str; 3] = [".orm.xml", ".dcm.xml", ".mapped-superclass.xml"];

/// True for a file that maps entities.
pub(crate) fn is_mapping(path: &str) -> bool {
    ENDINGS.iter().any(|ending| path.ends_with(ending))
}

/// One tag: its name, its attributes as written, and where it starts.
struct Tag<'t> {
    name: &'t str,
    attributes: &'t str,
    at: usize,
}

impl<'t> Tag<'t> {
    /// The value of an attribute, if it is a name or a path: anything else would not be PHP.
    fn get(&self, name: &str) -> Option<&'t str> {
        let mut rest = self.attributes;
        loop {
            let (before, after) = rest.split_once('=')?;
            let after = after.trim_start();
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let (value, next) = after[1..].split_once(quote)?;
            if before.split_whitespace().next_back() == Some(name) {
                let is_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | '\\');
                return Some(value).filter(|value| !value.is_empty() && value.chars().all(is_path));
            }
            rest = next;
        }
    }
}

/// The tags of a text, comments left out.
fn tags(text: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + text[at..].find('<')?;
            if text[start..].starts_with("<!--") {
                at = start + text[start..].find("-->")? + 3;
                continue;
            }
            let end = start + text[start..].find('>')?;
            at = end + 1;
            let inner = text[start + 1..end].trim_end_matches('/');
            let split = inner.find(char::is_whitespace).unwrap_or(inner.len());
            let (name, attributes) = inner.split_at(split);
            return Some(Tag { name, attributes, at: start });
        }
    })
}

/// PHP that says what a mapping says.
pub(crate) fn to_php(text: &str) -> Offsets<'_> {
    let mut out = Offsets::made();
    out.push("<?php\n", 0);
    let mut open = false;
    for tag in tags(text) {
        match tag.name {
            "entity" | "mapped-superclass" | "document" => {
                let Some(class) = tag.get("name").map(|name| name.trim_start_matches('\\')) else { continue };
                if open {
                    out.push("}\n", tag.at);
                }
                let marker = if tag.name == "mapped-superclass" { "MappedSuperclass" } else { "Entity" };
                let repository = tag.get("repository-class").map(|name| name.trim_start_matches('\\'));
                let repository =
                    repository.map_or(String::new(), |name| format!("repositoryClass: \\{name}::class"));
                let short = class.rsplit('\\').next().unwrap_or(class);
                let line = format!(
                    "#[\\Doctrine\\ORM\\Mapping\\{marker}({repository})]\nclass {short} extends \\{class} {{\n"
                );
                out.push(&line, tag.at);
                open = true;
            }
            "one-to-many" | "many-to-many" | "many-to-one" | "one-to-one" if open => {
                let marker = marker(tag.name);
                let (Some(field), Some(target)) = (tag.get("field"), tag.get("target-entity")) else {
                    continue;
                };
                let target = target.trim_start_matches('\\');
                let fetch = tag.get("fetch").map_or(String::new(), |fetch| format!(", fetch: '{fetch}'"));
                let line = format!(
                    "#[\\Doctrine\\ORM\\Mapping\\{marker}(targetEntity: \\{target}::class{fetch})] private ${field};\n"
                );
                out.push(&line, tag.at);
            }
            _ => {}
        }
    }
    if open {
        out.push("}\n", text.len());
    }
    out
}

fn marker(tag: &str) -> &'static str {
    match tag {
        "one-to-many" => "OneToMany",
        "many-to-many" => "ManyToMany",
        "many-to-one" => "ManyToOne",
        _ => "OneToOne",
    }
}

#[cfg(test)]
mod tests {
    use super::to_php;

    #[test]
    fn relations_are_attributes() {
        let xml = "<doctrine-mapping><!-- <entity name=\"No\"> --><entity name=\"Shop\\Order\" repository-class=\"Shop\\Orders\">\n<one-to-many field=\"items\" target-entity='Shop\\Item' mapped-by=\"order\"/></entity></doctrine-mapping>";
        let offsets = to_php(xml);
        let php = offsets.text();
        assert!(php.contains(
            "Entity(repositoryClass: \\Shop\\Orders::class)]\nclass Order extends \\Shop\\Order {"
        ));
        assert!(php.contains("OneToMany(targetEntity: \\Shop\\Item::class)] private $items;"));
        assert!(!php.contains("No"));
    }

    #[test]
    fn what_is_no_name_is_left_out() {
        assert!(!to_php("<entity name=\"a{}\"><entity name='").text().contains("class"));
    }
}
