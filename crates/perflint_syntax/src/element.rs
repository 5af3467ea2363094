//! Documents of data, XML or YAML, as one tree: mappings of entities and change logs of databases are written in either.

mod xml;
mod yaml;

/// How deep elements nest. What is deeper is left out of XML and makes YAML unreadable.
const DEEPEST: usize = 64;

/// How many elements a document has.
pub const MOST: usize = 200_000;

/// An element with what it says: attributes of XML, plain values of YAML's maps. A key of YAML is an element, whatever it holds.
#[derive(Debug, Default)]
pub struct Element {
    /// The tag, or the key.
    pub name: String,
    /// Attributes; entries of a list have no name.
    pub values: Vec<(String, String)>,
    /// The elements in it, in order.
    pub inside: Vec<Element>,
    /// Text between the tags, or the value of a key.
    pub text: String,
    /// The byte where it starts.
    pub at: u32,
}

/// The root of a document, by the ending of its path; `None` if it cannot be read.
pub fn read(path: &str, text: &str) -> Option<Element> {
    match is_xml(path) {
        true => xml::read(text),
        false => yaml::read(text),
    }
}

/// Whether a path is that of such a document.
pub fn is_document(path: &str) -> bool {
    is_xml(path) || ends(path, ".yml") || ends(path, ".yaml")
}

/// Whether a path is that of XML.
pub fn is_xml(path: &str) -> bool {
    ends(path, ".xml")
}

fn ends(path: &str, ending: &str) -> bool {
    let start = path.len().checked_sub(ending.len());
    start.and_then(|start| path.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(ending))
}

impl Element {
    /// An attribute that says something.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// An attribute that is true or not.
    pub fn is(&self, name: &str) -> Option<bool> {
        self.get(name).map(|value| value.eq_ignore_ascii_case("true"))
    }

    /// Elements of a name right inside, or inside the list that YAML puts them in.
    pub fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> {
        let lists = self.inside.iter().filter(move |inner| inner.name != name).flat_map(|list| &list.inside);
        self.inside.iter().chain(lists).filter(move |inner| inner.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::{DEEPEST, is_document, read};

    #[test]
    fn both_say_the_same() {
        let xml =
            read("a.xml", "<!-- é --><root><order table='orders'><items target='Item'/></order></root>");
        let yaml = read("a.yml", "# é\norder:\n  table: orders\n  items: {target: Item}\n");
        for (root, at) in [(xml, 17), (yaml, 5)] {
            let root = root.expect("a document");
            let order = root.all("order").next().expect("an element");
            assert_eq!((order.at, order.get("table")), (at, Some("orders")));
            assert_eq!(order.all("items").next().and_then(|items| items.get("target")), Some("Item"));
        }
    }

    #[test]
    fn what_no_document_is() {
        for text in ["<a", "<a></b>", "<!DOCTYPE a [<!ENTITY b \"&b;\">]><a>&b;</a>"] {
            assert!(read("a.xml", text).is_none(), "{text}");
        }
        let deep = "a:\n".to_owned() + &(1..500).map(|n| " ".repeat(n) + "a:\n").collect::<String>();
        for text in [deep.as_str(), "a: [b", "a: {b: }}", &"[".repeat(DEEPEST * 2), "a: &b\n  c: *b\n  - d"] {
            assert!(read("a.yml", text).is_none(), "{text}");
        }
    }

    #[test]
    fn what_yaml_may_hold() {
        for text in [
            "",
            "a",
            "- a\n- b",
            "? {a: b}\n: c",
            "a: *b",
            "a: ~",
            "[[a], {b: c}]",
            "a: &x [*x, *x]",
            "--- a\n--- b",
        ] {
            let _ = read("a.yml", text);
        }
        let list = read("a.yml", "a: [b, c]").expect("a document");
        let entries: Vec<_> =
            list.all("a").flat_map(|a| &a.values).map(|(_, value)| value.as_str()).collect();
        assert_eq!(entries, ["b", "c"]);
    }

    #[test]
    fn by_ending() {
        assert!(is_document("a/b.orm.XML") && is_document("a.yaml") && is_document("a.yml"));
        assert!(!is_document("a.php") && !is_document("yml"));
    }
}
