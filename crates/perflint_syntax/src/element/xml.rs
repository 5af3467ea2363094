//! Elements of XML.

use super::{DEEPEST, Element};
use roxmltree::{Document, Node};

/// The root of a document, if it is one.
pub(super) fn read(text: &str) -> Option<Element> {
    let document = Document::parse(text).ok()?;
    Some(element(document.root_element(), 0))
}

fn element(node: Node<'_, '_>, depth: usize) -> Element {
    let mut made = Element {
        name: node.tag_name().name().to_owned(),
        values: node.attributes().map(|a| (a.name().to_owned(), a.value().to_owned())).collect(),
        inside: Vec::new(),
        text: node.text().unwrap_or_default().to_owned(),
        at: node.range().start as u32,
    };
    if depth < DEEPEST {
        made.inside =
            node.children().filter(Node::is_element).map(|inner| element(inner, depth + 1)).collect();
    }
    made
}
