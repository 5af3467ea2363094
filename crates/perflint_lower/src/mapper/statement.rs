//! The SQL of a statement in XML, whose parts depend on what it is given.

use super::DEEPEST;
use roxmltree::Node;

/// What a statement says.
#[derive(Debug, Default)]
pub(super) struct Text {
    /// Its SQL, with everything that may be in it.
    pub(super) sql: String,
    /// Some of it is left out at times.
    pub(super) varies: bool,
    /// Elements read so far: parts may include each other many times.
    read: usize,
}

/// Most elements of one statement.
const MOST: usize = 2_000;

/// The SQL of a statement, with the parts that it includes from the same file.
pub(super) fn text(statement: Node<'_, '_>) -> Text {
    let mut text = Text::default();
    add(statement, &mut text, 0);
    text
}

fn add(element: Node<'_, '_>, out: &mut Text, depth: usize) {
    out.read += 1;
    if depth > DEEPEST || out.read > MOST {
        return;
    }
    for node in element.children() {
        if let Some(text) = node.text().filter(|_| node.is_text()) {
            out.sql.push_str(text);
            continue;
        }
        let get = |name: &str| node.attribute(name).unwrap_or_default();
        match node.tag_name().name() {
            "where" => surround(node, "WHERE", "", out, depth),
            "set" => surround(node, "SET", "", out, depth),
            "trim" => surround(node, get("prefix"), get("suffix"), out, depth),
            "foreach" => {
                out.varies = true;
                surround(node, get("open"), get("close"), out, depth);
            }
            "include" => match part(node, get("refid")) {
                Some(part) => add(part, out, depth + 1),
                None => out.varies = true,
            },
            "if" | "when" | "otherwise" => {
                out.varies = true;
                add(node, out, depth + 1);
            }
            "choose" => add(node, out, depth + 1),
            _ => {}
        }
    }
}

/// What is put around parts, if there are any: their first `AND` or `OR`, and their last comma, go.
fn surround(node: Node<'_, '_>, before: &str, after: &str, out: &mut Text, depth: usize) {
    let mut inner = Text { read: out.read, ..Text::default() };
    add(node, &mut inner, depth + 1);
    (out.varies, out.read) = (out.varies || inner.varies, inner.read);
    let sql = inner.sql.trim().trim_end_matches(',');
    let joined = ["and ", "or "].iter().find_map(|word| {
        sql.get(..word.len())
            .filter(|start| start.eq_ignore_ascii_case(word))
            .and_then(|_| sql.get(word.len()..))
    });
    let sql = joined.unwrap_or(sql);
    if !sql.is_empty() {
        out.sql.push_str(&format!(" {before} {sql} {after} "));
    }
}

/// The part of the same file that has a name.
fn part<'a, 't>(node: Node<'a, 't>, id: &str) -> Option<Node<'a, 't>> {
    let mut parts = node.document().root_element().children().filter(|part| part.has_tag_name("sql"));
    let own = id.rsplit('.').next().unwrap_or(id);
    parts.find(|part| part.attribute("id") == Some(own))
}

#[cfg(test)]
mod tests {
    use super::text;
    use roxmltree::Document;

    fn sql(inner: &str) -> (String, bool) {
        let document = format!("<mapper><sql id='cols'>id, name</sql><select>{inner}</select></mapper>");
        let document = Document::parse(&document).unwrap();
        let select = document.root_element().last_element_child().unwrap();
        let text = text(select);
        (text.sql.split_whitespace().collect::<Vec<_>>().join(" "), text.varies)
    }

    #[test]
    fn dynamic_parts_are_there() {
        assert_eq!(
            sql("select <include refid='cols'/> from t <where><if test='a'>and a = 1</if></where> limit 3"),
            ("select id, name from t WHERE a = 1 limit 3".to_owned(), true)
        );
        assert_eq!(
            sql("select 1 <!-- no --><![CDATA[where a < 2]]>"),
            ("select 1 where a < 2".to_owned(), false)
        );
    }

    #[test]
    fn parts_that_include_themselves_end() {
        let document = Document::parse(
            "<m><sql id='a'>x<include refid='a'/></sql><select><include refid='a'/></select></m>",
        );
        let document = document.unwrap();
        assert!(text(document.root_element().last_element_child().unwrap()).sql.len() < 64);
    }
}
