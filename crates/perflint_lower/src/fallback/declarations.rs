//! Declarations: items with their markers, parameters and types.

use super::frame::{Frame, Purpose};
use super::grammar::{Field, Shape, child, child_like, children, text};
use super::walker::{Step, Walker, span};
use perflint_ir::{
    BodyBuilder, BodyKind, Import, Item, ItemId, ItemKind, Marker, OpId, OpKind, Param, ParamKind, Span,
    TypeExpr, TypeId,
};
use rustc_hash::FxHashMap;
use tree_sitter::Node;

/// Types that are looked through to their first argument.
const TRANSPARENT: &[&str] = &["Option", "Optional", "Result", "Box", "Arc", "Rc", "Awaitable", "Promise"];

impl<'t> Walker<'t, '_> {
    pub fn property(&mut self, node: Node<'t>, name: Field, ty: Field, init: OpId) -> OpId {
        let Some(name) = child(node, name) else { return OpId::NONE };
        let ty = child(node, ty).map(|ty| self.ty(text(ty, self.source)));
        let item = self.file.blank(ItemKind::Field, text(name, self.source), self.owner, span(node));
        let markers = std::mem::take(&mut self.markers);
        self.file.item(Item { ty, init, markers, name_span: span(name), ..item });
        OpId::NONE
    }

    pub fn decorator(&mut self, node: Node<'t>, value: OpId) -> OpId {
        let full = text(node, self.source).trim_start_matches('@');
        let path = full.split('(').next().unwrap_or_default().trim();
        let path = self.file.sym(path);
        self.markers.push(Marker { path, value, words: Vec::new(), span: span(node) });
        OpId::NONE
    }

    /// `#[path(word, key = "value")]`.
    pub fn attribute(&mut self, node: Node<'t>) -> OpId {
        let inner = text(node, self.source).trim_start_matches("#[").trim_end_matches(']');
        let (path, args) = inner.split_once('(').unwrap_or((inner, ""));
        let path = path.trim().replace("::", ".");
        self.skip_next |= path == "test" || path.ends_with(".test") || inner == "cfg(test)";
        let words = args
            .trim_end_matches(')')
            .split(',')
            .map(|word| word.trim().replace('"', "").replace(" = ", "="));
        let words: Vec<String> = words.filter(|word| !word.is_empty()).collect();
        let derive = path == "derive";
        let mark = |walker: &mut Self, path: &str, words: &[String]| {
            let words = words.iter().map(|word| walker.file.sym(word)).collect();
            let path = walker.file.sym(path);
            walker.markers.push(Marker { path, value: OpId::NONE, words, span: span(node) });
        };
        if derive {
            words.iter().for_each(|word| mark(self, &format!("derive.{}", word.replace("::", ".")), &[]));
        } else {
            mark(self, &path, &words);
        }
        OpId::NONE
    }

    pub fn import(&mut self, node: Node<'t>) -> OpId {
        for one in (self.grammar.imports)(node, self.source) {
            let (module, name, alias) =
                (self.file.sym(&one.module), self.file.sym(&one.name), self.file.sym(&one.alias));
            self.file.import(Import { module, name, alias, kind: one.kind, span: span(node) });
        }
        OpId::NONE
    }

    pub fn export(&mut self, node: Node<'t>) -> OpId {
        for (name, local) in (self.grammar.exports)(node, self.source) {
            self.file.export(&name, &local);
        }
        if child(node, "source").is_some() { self.import(node) } else { OpId::NONE }
    }

    /// A type as far as its text tells.
    fn ty(&mut self, written: &str) -> TypeId {
        let mut rest =
            written.trim_start_matches([':', '-', '>', '&', ' ', '"', '\'']).trim_start_matches("mut ");
        while let Some((name, inner)) = rest.split_once(['<', '['])
            && TRANSPARENT.contains(&name.rsplit([':', '.']).next().unwrap_or_default())
        {
            rest = inner
                .split(',')
                .next()
                .unwrap_or_default()
                .trim_end_matches(['>', ']'])
                .trim_start_matches(['&', ' ']);
        }
        let name =
            rest.split(['<', '[', '|', ' ']).next().unwrap_or_default().trim_matches(['"', '\'', '>', ']']);
        if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | ':')) {
            return self.file.ty(TypeExpr::Other);
        }
        self.file.named_type(&name.replace("::", "."), Vec::new())
    }

    /// Opens a declaration.
    pub fn open(&mut self, node: Node<'t>) {
        if std::mem::take(&mut self.skip_next) {
            self.markers.clear();
            return self.steps.push(Step::Nothing);
        }
        match self.grammar.shape(node) {
            Shape::Function { name, params, body, result } => {
                let name =
                    child(node, name).map_or(("", span(node)), |name| (text(name, self.source), span(name)));
                self.open_function(node, name, [params, body, result]);
            }
            Shape::Class { kind, name, bases, body } => {
                let name =
                    child(node, name).map_or(("", span(node)), |name| (text(name, self.source), span(name)));
                let bases = child_like(node, bases).map(children).unwrap_or_default();
                self.open_type(kind, node, name, bases, child(node, body));
            }
            Shape::Extension { ty, base, body } => {
                let name = child(node, ty).map_or(("", span(node)), |ty| (text(ty, self.source), span(ty)));
                let bases = [child(node, ty), child(node, base)].into_iter().flatten().collect();
                self.open_type(ItemKind::Extension, node, name, bases, child(node, body));
            }
            Shape::Module { name, body } => {
                let name =
                    child(node, name).map_or(("", span(node)), |name| (text(name, self.source), span(name)));
                self.open_type(ItemKind::Module, node, name, Vec::new(), child(node, body));
            }
            _ => self.steps.push(Step::Nothing),
        }
    }

    fn open_type(
        &mut self,
        kind: ItemKind,
        node: Node<'t>,
        (name, name_span): (&str, Span),
        bases: Vec<Node<'t>>,
        body: Option<Node<'t>>,
    ) {
        let bases = bases
            .into_iter()
            .flat_map(|base| if base.kind().ends_with("_clause") { children(base) } else { vec![base] });
        let bases =
            bases.filter(|base| !matches!(base.kind(), "comment" | "type_arguments" | "keyword_argument"));
        let bases = bases.map(|base| self.ty(text(base, self.source))).collect();
        let markers = std::mem::take(&mut self.markers);
        let item = self.file.blank(kind, name.split('<').next().unwrap_or_default(), self.owner, span(node));
        let id = self.file.item(Item { bases, markers, name_span, ..item });
        let frame = self.frame(id, BodyKind::Init, Purpose::Item, span(node));
        self.file.item_mut(id).body = Some(frame.id);
        let owner = std::mem::replace(&mut self.owner, id);
        self.start(frame, span(node), Some(owner), body);
    }

    fn frame(&mut self, owner: ItemId, kind: BodyKind, purpose: Purpose, span: Span) -> Frame {
        Frame {
            id: self.file.reserve_body(),
            body: BodyBuilder::new(owner, kind, span),
            purpose,
            receiver: None,
            declares_fields: kind == BodyKind::Init,
            names: FxHashMap::default(),
        }
    }

    fn start(&mut self, frame: Frame, span: Span, owner: Option<ItemId>, body: Option<Node<'t>>) {
        let outer = std::mem::replace(&mut self.frames.current, frame);
        self.frames.outer.push(outer);
        self.steps.push(Step::Close { span, owner });
        self.steps.push(body.map_or(Step::Nothing, Step::Visit));
    }

    /// A function: an item where items are declared, otherwise a closure bound to its name.
    pub fn open_function(
        &mut self,
        node: Node<'t>,
        (name, name_span): (&str, Span),
        [params, body, result]: [Field; 3],
    ) {
        let place = span(node);
        let params = child(node, params).or_else(|| child(node, "parameter"));
        let head_end = params.map_or(node.end_byte(), |params| params.start_byte());
        let head = self.source.get(node.start_byte()..head_end).unwrap_or_default();
        let is_async = head.split_whitespace().any(|word| word == "async");
        let mut frame = if self.frames.current.declares_fields {
            let ty = child(node, result).map(|ty| self.ty(text(ty, self.source)));
            let markers = std::mem::take(&mut self.markers);
            let item = self.file.blank(ItemKind::Function, name, self.owner, place);
            let id = self.file.item(Item { markers, ty, name_span, ..item });
            let frame = self.frame(id, BodyKind::Function, Purpose::Item, place);
            let item = self.file.item_mut(id);
            item.body = Some(frame.id);
            item.flags.is_async = is_async;
            item.flags.is_abstract = child(node, body).is_none();
            item.flags.is_constructor = matches!(name, "constructor" | "__init__");
            frame
        } else {
            let local = (!name.is_empty()).then(|| self.declare(name));
            let owner = self.frames.current.body.body().owner;
            self.frame(owner, BodyKind::Closure, Purpose::Closure { name: local }, place)
        };
        frame.body.set_async(is_async);
        self.parameters(&mut frame, params);
        self.start(frame, place, None, child(node, body));
    }

    /// A function without a name.
    pub fn open_lambda(&mut self, node: Node<'t>, params: Field, body: Field) {
        let place = span(node);
        let params = child(node, params).or_else(|| child(node, "parameter"));
        let owner = self.frames.current.body.body().owner;
        let mut frame = self.frame(owner, BodyKind::Closure, Purpose::Closure { name: None }, place);
        frame.body.set_async(text(node, self.source).starts_with("async"));
        self.parameters(&mut frame, params);
        self.start(frame, place, None, child(node, body));
    }

    fn parameters(&mut self, frame: &mut Frame, params: Option<Node<'t>>) {
        let list = match params {
            Some(single) if self.grammar.shape(single) == Shape::Name => vec![single],
            Some(list) => children(list),
            None => Vec::new(),
        };
        let mut receiver = self.grammar.first_is_receiver && self.is_method(frame);
        let mut normal = ParamKind::Normal;
        let mut parts = Vec::new();
        for node in list.into_iter().filter(|node| self.grammar.shape(*node) != Shape::Skip) {
            if node.kind() == "keyword_separator" {
                normal = ParamKind::KeyOnly;
                continue;
            }
            let names = self.parameter_names(node);
            let name = self.file.sym(if let [one] = names.as_slice() { one } else { "" });
            if std::mem::take(&mut receiver) {
                frame.receiver = Some(name);
                continue;
            }
            let ty = node.child_by_field_name("type").map(|ty| self.ty(text(ty, self.source)));
            let kind = match node.kind() {
                "list_splat_pattern" | "rest_pattern" => ParamKind::Rest,
                "dictionary_splat_pattern" => ParamKind::KeyRest,
                _ => normal,
            };
            let local = frame.body.param(Param { name, ty, default: OpId::NONE, kind, markers: Vec::new() });
            if names.len() == 1 {
                frame.names.insert(name, local);
            } else {
                parts.push((local, names));
            }
        }
        for (local, names) in parts {
            let value = frame.body.op(OpKind::Local(local), Span::default());
            for name in names {
                let name = self.file.sym(&name);
                let value = frame.body.op(OpKind::Get { base: value, name }, Span::default());
                let local = frame.body.local(name);
                frame.body.op(OpKind::Bind { local, value }, Span::default());
                frame.names.insert(name, local);
            }
        }
    }

    /// Is the body that of a function with a receiver?
    fn is_method(&self, frame: &Frame) -> bool {
        let file = self.file.peek();
        let function = file.item(frame.body.body().owner);
        let in_class = function.owner.is_some_and(|owner| file.item(owner).kind == ItemKind::Class);
        let is_static = function.markers.iter().any(|marker| file.text(marker.path) == "staticmethod");
        in_class && !is_static && !frame.is_closure()
    }

    fn parameter_names(&self, node: Node<'t>) -> Vec<String> {
        let named = ["name", "pattern", "left"].into_iter().find_map(|field| node.child_by_field_name(field));
        match named {
            Some(named) => self.names_in(named),
            None if node.child_by_field_name("type").is_some() => {
                node.named_child(0).map(|first| self.names_in(first)).unwrap_or_default()
            }
            None => self.names_in(node),
        }
    }
}
