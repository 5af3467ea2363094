//! Statements of mappers that stand in XML beside the interfaces, as the markers that would say the same at the interfaces' methods.
//!
//! A statement and a map of its result are declarations in the namespace of [`Marker::ELSEWHERE`], under the name by which the
//! XML itself refers to them.
//!
//! <https://mybatis.org/mybatis-3/sqlmap-xml.html>

mod statement;

use crate::Source;
use perflint_ir::{
    Arg, BodyBuilder, BodyId, BodyKind, CallForm, Callee, FileBuilder, FileIr, GapKind, ItemId, ItemKind,
    Marker, OpId, OpKind, Slot, Span,
};
use roxmltree::{Document, Node, ParsingOptions};

/// Where the markers are declared that these files stand for.
const MARKERS: &str = "org.apache.ibatis.annotations";
/// How deep elements nest.
const DEEPEST: usize = 32;

/// True for a file of statements among those of the language.
pub(crate) fn is_mapper(source: Source<'_>) -> bool {
    source.path.ends_with(".xml")
}

/// Lowers a file of statements.
pub(crate) fn lower(source: Source<'_>) -> FileIr {
    let mut file = FileBuilder::new(source.path, source.lang, source.role);
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let Ok(document) = Document::parse_with_options(source.text, options) else {
        file.gap(GapKind::Failed, Span::new(0, 0));
        return file.finish();
    };
    let root = document.root_element();
    let Some(namespace) = root.attribute("namespace").filter(|_| root.has_tag_name("mapper")) else {
        return file.finish();
    };
    file.package(&format!("{}.{namespace}", Marker::ELSEWHERE));
    let whole = Span::new(0, u32::try_from(source.text.len()).unwrap_or(u32::MAX));
    let body = BodyBuilder::new(ItemId(0), BodyKind::Init, whole);
    let mut mapper = Mapper { file, body, namespace };
    for element in root.children().filter(Node::is_element) {
        match element.tag_name().name() {
            "resultMap" => mapper.result(element),
            "select" => mapper.statement(element, "Select"),
            "insert" => mapper.statement(element, "Insert"),
            "update" => mapper.statement(element, "Update"),
            "delete" => mapper.statement(element, "Delete"),
            _ => {}
        }
    }
    let Mapper { mut file, body, .. } = mapper;
    file.set_body(BodyId(0), body.finish());
    file.finish()
}

/// One file under construction.
struct Mapper<'t> {
    file: FileBuilder,
    body: BodyBuilder,
    namespace: &'t str,
}

impl Mapper<'_> {
    /// A map of rows: what further statements fill in, and the maps that it has more from.
    fn result(&mut self, element: Node<'_, '_>) {
        let mut parts = Vec::new();
        let mut others: Vec<&str> = element.attribute("extends").into_iter().collect();
        self.parts(element, &mut parts, &mut others, 0);
        let mut markers = Vec::new();
        if !parts.is_empty() {
            markers.push(self.marker("Results", parts, element));
        }
        markers.extend(others.into_iter().map(|id| self.reference(id, element)));
        self.declare(element, markers);
    }

    /// The associations and collections in an element that further statements fill, also inside those that the rows hold.
    fn parts<'e>(
        &mut self,
        element: Node<'e, '_>,
        parts: &mut Vec<Arg>,
        others: &mut Vec<&'e str>,
        depth: usize,
    ) {
        for inner in element.children().filter(Node::is_element) {
            let word = match inner.tag_name().name() {
                "association" => "One",
                "collection" => "Many",
                _ => continue,
            };
            if let Some(select) = inner.attribute("select") {
                let select = self.full(select);
                let value = self.part(inner, word, &select);
                parts.push(Arg { slot: Slot::Pos, value });
            }
            others.extend(inner.attribute("resultMap"));
            if depth < DEEPEST {
                self.parts(inner, parts, others, depth + 1);
            }
        }
    }

    /// `Result(property, one = One(select, fetchType))`.
    fn part(&mut self, element: Node<'_, '_>, word: &str, select: &str) -> OpId {
        let mut args = vec![self.named("select", select, element)];
        args.extend(element.attribute("fetchType").map(|loading| self.named("fetchType", loading, element)));
        let value = self.call(word, args, element);
        let slot = Slot::Key(self.file.sym(&word.to_ascii_lowercase()));
        let mut args = vec![Arg { slot, value }];
        args.extend(element.attribute("property").map(|name| self.named("property", name, element)));
        self.call("Result", args, element)
    }

    /// A statement with the maps of its result.
    fn statement(&mut self, element: Node<'_, '_>, word: &str) {
        let text = statement::text(element);
        let value = self.text(&text.sql, text.varies, element);
        let mut markers = vec![self.marker(word, vec![Arg { slot: Slot::Pos, value }], element)];
        let maps = element.attribute("resultMap").unwrap_or_default().split(',').map(str::trim);
        markers.extend(maps.filter(|id| !id.is_empty()).map(|id| self.reference(id, element)));
        self.declare(element, markers);
    }

    /// A text, of which some parts may be left out.
    fn text(&mut self, text: &str, varies: bool, element: Node<'_, '_>) -> OpId {
        let sym = self.file.sym(text);
        let whole = self.body.op(OpKind::Str(sym), span(element));
        if !varies {
            return whole;
        }
        // Ahead of the text, where nothing that follows tells what it does not hold.
        let part = self.body.unknown(&[], span(element));
        self.body.text(&[part, whole], span(element))
    }

    fn reference(&mut self, id: &str, element: Node<'_, '_>) -> Marker {
        let full = self.full(id);
        let value = self.text(&full, false, element);
        self.marker("ResultMap", vec![Arg { slot: Slot::Pos, value }], element)
    }

    /// The name of a statement or map as other files say it.
    fn full(&self, id: &str) -> String {
        if id.contains('.') { id.to_owned() } else { format!("{}.{id}", self.namespace) }
    }

    fn named(&mut self, name: &str, text: &str, element: Node<'_, '_>) -> Arg {
        let value = self.text(text, false, element);
        Arg { slot: Slot::Key(self.file.sym(name)), value }
    }

    fn marker(&mut self, word: &str, args: Vec<Arg>, element: Node<'_, '_>) -> Marker {
        let value = self.call(word, args, element);
        let path = self.file.sym(&format!("{MARKERS}.{word}"));
        Marker { path, value, words: Vec::new(), span: span(element) }
    }

    fn call(&mut self, word: &str, args: Vec<Arg>, element: Node<'_, '_>) -> OpId {
        let name = self.file.sym(word);
        let callee = Callee::Value(self.body.op(OpKind::Name(name), span(element)));
        self.body.call(callee, args, CallForm::Plain, span(element))
    }

    fn declare(&mut self, element: Node<'_, '_>, markers: Vec<Marker>) {
        let Some(id) = element.attribute("id") else { return };
        let item = self.file.blank(ItemKind::Field, id, ItemId(0), span(element));
        self.file.item(perflint_ir::Item { markers, ..item });
    }
}

/// Where an element begins.
fn span(element: Node<'_, '_>) -> Span {
    let start = u32::try_from(element.range().start).unwrap_or(u32::MAX);
    let name = u32::try_from(element.tag_name().name().len()).unwrap_or(0);
    Span::new(start, start.saturating_add(name).saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::lower;
    use crate::Source;
    use perflint_ir::{FileIr, Lang, Role};

    fn file(text: &str) -> FileIr {
        lower(Source { path: "m/OrderMapper.xml", lang: Lang::Java, role: Role::App, text })
    }

    fn markers(file: &FileIr) -> Vec<(&str, &str)> {
        let items = file.items.iter().skip(1);
        items
            .flat_map(|i| {
                i.markers
                    .iter()
                    .map(|m| (file.text(i.name), file.text(m.path).rsplit('.').next().unwrap_or("")))
            })
            .collect()
    }

    #[test]
    fn statements_and_maps_have_markers() {
        let file = file(
            r#"<?xml version="1.0"?><!DOCTYPE mapper PUBLIC "-//mybatis.org//DTD Mapper 3.0//EN" "http://mybatis.org/dtd/mybatis-3-mapper.dtd">
            <mapper namespace="shop.OrderMapper"><resultMap id="full" extends="shop.Base.plain" type="Order">
            <association property="customer"><collection property="tags" select="tagsOf" column="id"/></association></resultMap>
            <select id="all" resultMap="full, other">select * from orders</select><delete id="drop">delete from orders</delete></mapper>"#,
        );
        assert_eq!(
            markers(&file),
            [
                ("full", "Results"),
                ("full", "ResultMap"),
                ("all", "Select"),
                ("all", "ResultMap"),
                ("all", "ResultMap"),
                ("drop", "Delete")
            ]
        );
        assert_eq!(file.text(file.package), "elsewhere.shop.OrderMapper");
    }

    #[test]
    fn what_is_no_mapper_is_left_alone() {
        assert_eq!(file("<mapper namespace='a'><x>").gaps.len(), 1);
        assert_eq!(file("<beans namespace='a'/>").items.len(), 1);
        assert_eq!(file("<mapper><select id='a'/></mapper>").items.len(), 1);
    }
}
