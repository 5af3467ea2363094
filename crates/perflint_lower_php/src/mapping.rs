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

/// What marks a column.
const COLUMN: &str = "ORM\\Mapping\\Column";

/// What marks a column or a relation, by the word for it, or for a group of them.
const MEMBERS: [(&str, &str); 9] = [
    ("id", COLUMN),
    ("field", COLUMN),
    ("fields", COLUMN),
    ("onetomany", "ORM\\Mapping\\OneToMany"),
    ("manytomany", "ORM\\Mapping\\ManyToMany"),
    ("manytoone", "ORM\\Mapping\\ManyToOne"),
    ("onetoone", "ORM\\Mapping\\OneToOne"),
    ("referencemany", "ODM\\MongoDB\\Mapping\\Annotations\\ReferenceMany"),
    ("referenceone", "ODM\\MongoDB\\Mapping\\Annotations\\ReferenceOne"),
];

/// What marks an index of a class, by the word for a group of them.
const INDEXES: [(&str, &str); 2] =
    [("indexes", "ORM\\Mapping\\Index"), ("uniqueconstraints", "ORM\\Mapping\\UniqueConstraint")];

/// What a mapping declares: a class, a column or relation of one.
struct Declared<'e> {
    word: String,
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
        is_path(name).then_some(Self { word, marker, name, element })
    }

    /// What it says under a name.
    fn get(&self, name: &str) -> Option<&'e str> {
        said(self.element, name)
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

/// The columns and relations of a class.
fn members<'e>(class: &Declared<'e>, xml: bool) -> Vec<Declared<'e>> {
    let inside = class.element.inside.iter();
    match xml {
        true => {
            let named = inside.filter_map(|one| Some((one, one.get("field").or_else(|| one.get("name"))?)));
            named.filter_map(|(one, name)| Declared::new(&MEMBERS, &one.name, name, one)).collect()
        }
        false => {
            let grouped = inside.flat_map(|group| group.inside.iter().map(move |one| (group, one)));
            grouped.filter_map(|(group, one)| Declared::new(&MEMBERS, &group.name, &one.name, one)).collect()
        }
    }
}

/// What an element says under a name.
fn said<'e>(element: &'e Element, name: &str) -> Option<&'e str> {
    let values = element.values.iter().filter(|(key, _)| letters(key) == name);
    values.map(|(_, value)| value.as_str()).next()
}

/// The elements in another whose names are such.
fn within<'e>(element: &'e Element, name: &'e str) -> impl Iterator<Item = &'e Element> {
    element.inside.iter().filter(move |inner| letters(&inner.name) == name)
}

/// A marker with those of its arguments that are known.
fn marked(marker: &str, arguments: impl IntoIterator<Item = Option<String>>) -> String {
    let arguments: Vec<String> = arguments.into_iter().flatten().collect();
    format!("#[\\Doctrine\\{marker}({})] ", arguments.join(", "))
}

/// A text as PHP writes it, if it is one which names may be.
fn quoted(value: &str) -> Option<String> {
    let value = value.trim().trim_matches('`');
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
    (!value.is_empty() && value.chars().all(is_name)).then(|| format!("'{value}'"))
}

/// A named argument that is such a text.
fn text(name: &str, value: Option<&str>) -> Option<String> {
    Some(format!("{name}: {}", quoted(value?)?))
}

/// A named argument that is true or not.
fn flag(name: &str, value: Option<&str>) -> Option<String> {
    let value = value?.to_ascii_lowercase();
    matches!(value.as_str(), "true" | "false").then(|| format!("{name}: {value}"))
}

/// The markers of a class.
fn class_markers(class: &Declared<'_>) -> String {
    let repository = class.class("repositoryclass", class);
    let repository = repository.map(|name| format!("repositoryClass: \\{name}::class"));
    let mut out = marked(class.marker, [repository]);
    if let Some(name) = text("name", class.get("table")) {
        out += &marked("ORM\\Mapping\\Table", [Some(name)]);
    }
    for (group, marker) in INDEXES {
        for index in within(class.element, group).flat_map(|group| &group.inside) {
            let listed =
                within(index, "columns").flat_map(|list| &list.values).map(|(_, name)| name.as_str());
            let written = said(index, "columns").into_iter().flat_map(|text| text.split(','));
            let names: Option<Vec<String>> = written.chain(listed).map(quoted).collect();
            let Some(names) = names.filter(|names| !names.is_empty()) else { continue };
            let columns = names.join(", ");
            let name = text("name", said(index, "name"));
            out += &marked(marker, [Some(format!("columns: [{columns}]")), name]);
        }
    }
    out
}

/// The markers of a column or a relation; a relation to nobody has none.
fn member_markers(member: &Declared<'_>, class: &Declared<'_>) -> Option<String> {
    if member.marker == COLUMN {
        let is_key = member.word == "id" || member.get("id") == Some("true");
        let key = if is_key { marked("ORM\\Mapping\\Id", []) } else { String::new() };
        let flags = ["nullable", "unique"].map(|name| flag(name, member.get(name)));
        let kind = member.get("type").and_then(|kind| kind.split('(').next());
        let names = [text("name", member.get("column")), text("type", kind)];
        return Some(key + &marked(COLUMN, names.into_iter().chain(flags)));
    }
    let target = ["targetentity", "targetdocument"].iter().find_map(|key| member.class(key, class))?;
    let target = Some(format!("targetEntity: \\{target}::class"));
    let texts = [text("fetch", member.get("fetch")), text("mappedBy", member.get("mappedby"))];
    let mut out = marked(member.marker, std::iter::once(target).chain(texts));
    for table in within(member.element, "jointable") {
        out += &marked("ORM\\Mapping\\JoinTable", [text("name", said(table, "name"))]);
    }
    let several = within(member.element, "joincolumns").flat_map(|columns| &columns.inside);
    if let Some(column) = within(member.element, "joincolumn").chain(several).next() {
        // YAML names those of a group by their keys.
        let key = Some(column.name.as_str()).filter(|name| letters(name) != "joincolumn");
        let name = text("name", said(column, "name").or(key));
        out += &marked("ORM\\Mapping\\JoinColumn", [name, flag("nullable", said(column, "nullable"))]);
    }
    Some(out)
}

/// PHP that says what a mapping says, if that can be read.
pub(crate) fn to_php(source: Source<'_>) -> Option<Offsets<'_>> {
    let root = element::read(source.path, source.text)?;
    let xml = element::is_xml(source.path);
    let mut out = Offsets::made();
    out.push("<?php\n", 0);
    for class in classes(&root, xml) {
        let name = class.name;
        let short = name.rsplit('\\').next().unwrap_or(name);
        let line = format!("{}\nclass {short} extends \\{name} {{\n", class_markers(&class));
        out.pin(&line, class.element.at as usize);
        for member in members(&class, xml) {
            let markers = member_markers(&member, &class).filter(|_| !member.name.contains('\\'));
            let Some(markers) = markers else { continue };
            out.pin(&format!("{markers}private ${};\n", member.name), member.element.at as usize);
        }
        out.pin("}\n", class.element.at as usize);
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
            <entity name="Shop\Order" repository-class="Shop\Repository\Orders" table="`shop_orders`">
            <indexes><index name="by_code" columns="code, buyer_id"/></indexes>
            <id name="id" type="integer"/><field name="code" column="the_code" type="string" nullable="true"/>
            <one-to-many field="items" target-entity='Shop\Item' mapped-by="order" fetch="EAGER"/>
            <many-to-one field="buyer" target-entity="Customer"><join-column name="buyer_id" nullable="true"/></many-to-one>
            </entity></doctrine-mapping>"#;
        let yaml = "# No: {type: entity}\nShop\\Order:\n  type: entity\n  repositoryClass: Shop\\Repository\\Orders\n  \
            table: shop_orders\n  indexes: {by: {name: by_code, columns: [code, buyer_id]}}\n  \
            id: {id: {type: integer}}\n  fields:\n    code: {type: string(80), column: the_code, nullable: true}\n  oneToMany:\n    items:\n      targetEntity: \\Shop\\Item\n      \
            mappedBy: order\n      fetch: EAGER\n  manyToOne:\n    buyer:\n      targetEntity: Customer\n      \
            joinColumn: {name: buyer_id, nullable: true}\n";
        let php = to_php("Order.orm.xml", xml).expect("a mapping");
        assert_eq!(Some(&php), to_php("Order.orm.yml", yaml).as_ref());
        for line in [
            "Entity(repositoryClass: \\Shop\\Repository\\Orders::class)]",
            "Table(name: 'shop_orders')]",
            "Index(columns: ['code', 'buyer_id'], name: 'by_code')] \nclass Order extends \\Shop\\Order {",
            "Id()] #[\\Doctrine\\ORM\\Mapping\\Column(type: 'integer')] private $id;",
            "Column(name: 'the_code', type: 'string', nullable: true)] private $code;",
            "OneToMany(targetEntity: \\Shop\\Item::class, fetch: 'EAGER', mappedBy: 'order')] private $items;",
            "ManyToOne(targetEntity: \\Shop\\Customer::class)]",
            "JoinColumn(name: 'buyer_id', nullable: true)] private $buyer;",
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
