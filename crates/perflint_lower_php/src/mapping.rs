//! Mappings of entities that stand in XML or YAML beside the classes, rewritten as PHP: `Order.orm.xml` becomes a class with
//! attributes that extends the mapped one, and what it declares belongs to that one.
//!
//! Both say the same in other places: XML names what it declares in an attribute, YAML by the key, in groups of one kind.
//! Words are compared by their letters, as one writes `target-entity` where the other writes `targetEntity`.
//!
//! <https://www.doctrine-project.org/projects/doctrine-orm/en/current/reference/xml-mapping.html>
//! <https://www.doctrine-project.org/projects/doctrine-orm/en/2.20/reference/yaml-mapping.html>

use crate::offsets::Offsets;
use perflint_syntax::Source;
use perflint_syntax::element::{self, Element};

/// What marks a class, by the word for it.
const CLASSES: [(&str, &str); 3] = [
    ("entity", "ORM\\Mapping\\Entity"),
    ("document", "ORM\\Mapping\\Entity"),
    ("mappedsuperclass", "ORM\\Mapping\\MappedSuperclass"),
];

/// What marks a relation, by the word for it.
const RELATIONS: [(&str, &str); 6] = [
    ("onetomany", "ORM\\Mapping\\OneToMany"),
    ("manytomany", "ORM\\Mapping\\ManyToMany"),
    ("manytoone", "ORM\\Mapping\\ManyToOne"),
    ("onetoone", "ORM\\Mapping\\OneToOne"),
    ("referencemany", "ODM\\MongoDB\\Mapping\\Annotations\\ReferenceMany"),
    ("referenceone", "ODM\\MongoDB\\Mapping\\Annotations\\ReferenceOne"),
];

/// What a mapping declares: a class, or a relation of one.
struct Declared<'e> {
    marker: &'static str,
    name: &'e str,
    element: &'e Element,
}

impl<'e> Declared<'e> {
    /// A declaration, if its word is one of those that are known and its name is one.
    fn new(known: &[(&str, &'static str)], word: &str, name: &'e str, element: &'e Element) -> Option<Self> {
        let word = letters(word);
        let (_, marker) = known.iter().find(|(known, _)| *known == word)?;
        let name = name.strip_prefix('\\').unwrap_or(name);
        is_path(name).then_some(Self { marker, name, element })
    }

    /// What it says under a name.
    fn get(&self, name: &str) -> Option<&'e str> {
        let values = self.element.values.iter().filter(|(key, _)| letters(key) == name);
        values.map(|(_, value)| value.as_str()).next()
    }

    /// The full name of a class that it names: one without a namespace stands in that of the mapped class.
    fn class(&self, name: &str, of: &Declared<'_>) -> Option<String> {
        let written = self.get(name)?;
        let full = match (written.strip_prefix('\\'), of.name.rsplit_once('\\')) {
            (Some(full), _) => full.to_owned(),
            (None, Some((namespace, _))) if !written.contains('\\') => format!("{namespace}\\{written}"),
            _ => written.to_owned(),
        };
        is_path(&full).then_some(full)
    }
}

/// A word without what XML and YAML write differently.
fn letters(word: &str) -> String {
    word.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect()
}

/// Whether a text is a name or a path of PHP: anything else would be code.
fn is_path(text: &str) -> bool {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    text.split('\\').all(is_name)
}

/// True for a file that maps entities: it stands for PHP, and is none.
pub(crate) fn is_mapping(source: Source<'_>) -> bool {
    source.lang == perflint_ir::Lang::Php && element::is_document(source.path)
}

/// The mapped classes.
fn classes(root: &Element, xml: bool) -> impl Iterator<Item = Declared<'_>> {
    root.inside.iter().filter_map(move |class| match xml {
        true => Declared::new(&CLASSES, &class.name, class.get("name")?, class),
        false => Declared::new(&CLASSES, class.get("type")?, &class.name, class),
    })
}

/// The relations of a class.
fn relations<'e>(class: &Declared<'e>, xml: bool) -> Vec<Declared<'e>> {
    let inside = class.element.inside.iter();
    match xml {
        true => {
            let named = inside.filter_map(|one| Some((one, one.get("field")?)));
            named.filter_map(|(one, field)| Declared::new(&RELATIONS, &one.name, field, one)).collect()
        }
        false => {
            let grouped = inside.flat_map(|group| group.inside.iter().map(move |one| (group, one)));
            grouped
                .filter_map(|(group, one)| Declared::new(&RELATIONS, &group.name, &one.name, one))
                .collect()
        }
    }
}

/// PHP that says what a mapping says, if that can be read.
pub(crate) fn to_php(source: Source<'_>) -> Option<Offsets<'_>> {
    let root = element::read(source.path, source.text)?;
    let xml = element::is_xml(source.path);
    let mut out = Offsets::made();
    out.push("<?php\n", 0);
    for class in classes(&root, xml) {
        let repository = class.class("repositoryclass", &class);
        let repository = repository.map_or(String::new(), |name| format!("repositoryClass: \\{name}::class"));
        let (marker, name) = (class.marker, class.name);
        let short = name.rsplit('\\').next().unwrap_or(name);
        let line = format!("#[\\Doctrine\\{marker}({repository})]\nclass {short} extends \\{name} {{\n");
        out.push(&line, class.element.at as usize);
        for relation in relations(&class, xml) {
            let target =
                ["targetentity", "targetdocument"].iter().find_map(|key| relation.class(key, &class));
            let Some(target) = target else { continue };
            let fetch = relation.get("fetch").filter(|fetch| is_path(fetch));
            let fetch = fetch.map_or(String::new(), |fetch| format!(", fetch: '{fetch}'"));
            let (marker, field) = (relation.marker, relation.name);
            let line = format!(
                "#[\\Doctrine\\{marker}(targetEntity: \\{target}::class{fetch})] private ${field};\n"
            );
            out.push(&line, relation.element.at as usize);
        }
        out.push("}\n", class.element.at as usize);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use perflint_ir::{Lang, Role};
    use perflint_syntax::Source;

    fn to_php(path: &str, text: &str) -> Option<String> {
        let source = Source { path, lang: Lang::Php, role: Role::App, text };
        super::to_php(source).map(|offsets| offsets.text().to_owned())
    }

    #[test]
    fn xml_and_yaml_say_the_same() {
        let xml = r#"<doctrine-mapping><!-- <entity name="No"/> -->
            <entity name="Shop\Order" repository-class="Shop\Repository\Orders">
            <one-to-many field="items" target-entity='Shop\Item' mapped-by="order" fetch="EAGER"/>
            <many-to-one field="buyer" target-entity="Customer"><join-column name="buyer_id"/></many-to-one>
            </entity></doctrine-mapping>"#;
        let yaml = "# No: {type: entity}\nShop\\Order:\n  type: entity\n  repositoryClass: Shop\\Repository\\Orders\n  \
            fields: {code: {type: string}}\n  oneToMany:\n    items:\n      targetEntity: \\Shop\\Item\n      \
            mappedBy: order\n      fetch: EAGER\n  manyToOne:\n    buyer:\n      targetEntity: Customer\n      \
            joinColumn: {name: buyer_id}\n";
        let php = to_php("Order.orm.xml", xml).expect("a mapping");
        assert_eq!(Some(&php), to_php("Order.orm.yml", yaml).as_ref());
        for line in [
            "Entity(repositoryClass: \\Shop\\Repository\\Orders::class)]\nclass Order extends \\Shop\\Order {",
            "OneToMany(targetEntity: \\Shop\\Item::class, fetch: 'EAGER')] private $items;",
            "ManyToOne(targetEntity: \\Shop\\Customer::class)] private $buyer;",
        ] {
            assert!(php.contains(line), "{php}");
        }
    }

    #[test]
    fn what_is_no_name_is_left_out() {
        for (path, text) in [
            ("a.orm.xml", r#"<m><entity name="a{}"/><entity/></m>"#),
            (
                "a.orm.yml",
                "a{}: {type: entity}\nb: {type: [entity]}\nc: entity\nd: {type: service}\n1: {type: entity}",
            ),
            ("a.orm.yml", "- type: entity\n- entity"),
            ("a.orm.yml", ""),
        ] {
            assert_eq!(to_php(path, text).as_deref(), Some("<?php\n"), "{text}");
        }
        let odd = "A\\B: {type: entity, oneToMany: {c: d, e: [f], 'g;': {targetEntity: H}, i: {targetEntity: 'J{'}}}";
        assert_eq!(to_php("a.orm.yml", odd).map(|php| php.contains("private")), Some(false));
    }

    #[test]
    fn what_cannot_be_read_is_a_gap() {
        assert_eq!(to_php("a.orm.xml", "<entity name='"), None);
        assert_eq!(to_php("a.orm.yml", "a: [b"), None);
    }
}
