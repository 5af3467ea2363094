//! Expressions.

use crate::Go;
use perflint_ir::{Arg, BinOp, BodyKind, CallForm, Callee, OpId, OpKind, Shape, Slot, TypeExpr};
use perflint_syntax::lowering::{pos, type_arg};
use perflint_syntax::tree::{child_of_kind, children};
use perflint_syntax::{Fields, Place, Walk};
use tree_sitter::Node;

impl Go<'_> {
    pub(crate) fn expr(&mut self, node: Node<'_>) -> OpId {
        self.deeper(node, |go| go.expr_inner(node)).unwrap_or_else(|| self.low.unknown(&[], node))
    }

    fn expr_inner(&mut self, node: Node<'_>) -> OpId {
        let field = |name: &str| node.field(name);
        match node.kind() {
            "identifier" | "type_identifier" | "package_identifier" => self.identifier(node),
            "interpreted_string_literal" | "raw_string_literal" => {
                let text = literal(self.low.text(node));
                self.low.string(&text, node)
            }
            "int_literal" => {
                let n = self.low.text(node).replace('_', "").parse::<i64>().unwrap_or(i64::MAX);
                self.low.op(OpKind::Int(i32::try_from(n).unwrap_or(i32::MAX)), node)
            }
            "nil" => self.low.op(OpKind::Null, node),
            "true" | "false" => self.low.op(OpKind::Bool(node.kind() == "true"), node),
            "parenthesized_expression" | "expression_list" | "literal_element" | "expression_statement" => {
                self.last_of(node)
            }
            "selector_expression" => {
                let base = field("operand").map_or(OpId::NONE, |operand| self.expr(operand));
                let name = field("field").map_or("", |name| self.low.text(name));
                let name = self.low.file.sym(name);
                self.low.op(OpKind::Get { base, name }, node)
            }
            "call_expression" => self.call(node),
            "index_expression" => {
                let base = field("operand").map_or(OpId::NONE, |operand| self.expr(operand));
                let key = field("index").map_or(OpId::NONE, |index| self.expr(index));
                self.low.op(OpKind::Index { base, key }, node)
            }
            "slice_expression" => {
                let base = field("operand").map_or(OpId::NONE, |operand| self.expr(operand));
                let limit = field("end").map_or(OpId::NONE, |end| self.expr(end));
                self.low.op(OpKind::Slice { base, limit }, node)
            }
            "unary_expression" => self.unary(node),
            "binary_expression" => self.binary(node),
            "composite_literal" => self.composite(node),
            "literal_value" => self.elements(node, None),
            "func_literal" => self.closure(node),
            // `Repo[User](db)`: what looks like a conversion to a generic type is a call nearly always.
            "type_conversion_expression" if field("type").is_some_and(|ty| ty.kind() == "generic_type") => {
                self.generic_call(node)
            }
            "type_assertion_expression" | "type_conversion_expression" => {
                let value = field("operand").map_or(OpId::NONE, |operand| self.expr(operand));
                let ty =
                    field("type").map(|ty| self.ty(ty)).unwrap_or_else(|| self.low.file.ty(TypeExpr::Other));
                self.low.op(OpKind::Cast { value, ty }, node)
            }
            "type_instantiation_expression" => match field("type") {
                Some(ty) => self.expr(ty),
                None => self.low.unknown(&[], node),
            },
            "variadic_argument" => self.last_of(node),
            "comment" => OpId::NONE,
            _ => self.shapeless(node),
        }
    }

    fn last_of(&mut self, node: Node<'_>) -> OpId {
        let values: Vec<OpId> = children(node).into_iter().map(|child| self.expr(child)).collect();
        values.into_iter().rfind(|value| value.is_some()).unwrap_or_else(|| self.low.unknown(&[], node))
    }

    fn identifier(&mut self, node: Node<'_>) -> OpId {
        let name = self.low.text(node);
        if self.low.scopes.is_receiver(name) {
            return self.low.op(OpKind::SelfRef, node);
        }
        self.low.read(name, node)
    }

    fn unary(&mut self, node: Node<'_>) -> OpId {
        let value = node.field("operand").map_or(OpId::NONE, |operand| self.expr(operand));
        match node.field("operator").map_or("", |op| op.kind()) {
            "!" => self.low.op(OpKind::Not(value), node),
            "&" | "*" => value,
            _ => self.low.unknown(&[value], node),
        }
    }

    fn closure(&mut self, node: Node<'_>) -> OpId {
        let (_, results) = self.result(node.field("result"));
        let item = self.low.scopes.here.item;
        let body = self.low.open(Place::Closure, item, BodyKind::Closure, node);
        self.params(node.field("parameters"));
        self.named_results(node);
        self.results.push(results);
        if let Some(block) = node.field("body") {
            self.block(block);
        }
        self.results.pop();
        self.low.close();
        self.low.op(OpKind::Lambda(body), node)
    }

    fn call(&mut self, node: Node<'_>) -> OpId {
        let Some(mut function) = node.field("function") else {
            return self.low.unknown(&[], node);
        };
        while function.kind() == "parenthesized_expression"
            && let Some(inner) = function.named_child(0)
        {
            function = inner;
        }
        let list = node.field("arguments").map(children).unwrap_or_default();
        if function.kind() == "identifier"
            && let Some(value) = self.builtin(node, self.low.text(function), &list)
        {
            return value;
        }
        // A conversion to a type that only a type can be.
        if matches!(function.kind(), "slice_type" | "map_type" | "pointer_type" | "array_type") {
            let value = list.first().map_or(OpId::NONE, |arg| self.expr(*arg));
            let ty = self.ty(function);
            return self.low.op(OpKind::Cast { value, ty }, node);
        }
        let (callee, at) = self.callee(function);
        let mut args = self.arguments(&list);
        self.type_arguments(node.field("type_arguments"), &mut args);
        self.low.invoke(callee, args, CallForm::Plain, at, node)
    }

    fn generic_call(&mut self, node: Node<'_>) -> OpId {
        let Some(generic) = node.field("type") else { return self.low.unknown(&[], node) };
        let Some(function) = generic.field("type") else { return self.low.unknown(&[], node) };
        let (callee, at) = match function.kind() {
            "qualified_type" => {
                let part = |name: &str| function.field(name);
                let recv = part("package").map_or(OpId::NONE, |package| self.expr(package));
                let name = part("name").unwrap_or(function);
                (Callee::Member { recv, name: self.low.file.sym(self.low.text(name)) }, name)
            }
            _ => (Callee::Value(self.expr(function)), function),
        };
        let operand = node.field("operand").map(|operand| self.expr(operand));
        let mut args: Vec<Arg> = operand.into_iter().map(pos).collect();
        self.type_arguments(generic.field("type_arguments"), &mut args);
        self.low.invoke(callee, args, CallForm::Plain, at, node)
    }

    fn type_arguments(&mut self, list: Option<Node<'_>>, args: &mut Vec<Arg>) {
        for (i, ty) in list.map(children).unwrap_or_default().into_iter().enumerate() {
            let value = self.type_value(ty);
            args.push(type_arg(&mut self.low.file, i, value));
        }
    }

    fn callee<'t>(&mut self, function: Node<'t>) -> (Callee, Node<'t>) {
        let field = |name: &str| function.field(name);
        if let ("selector_expression", Some(operand), Some(name)) =
            (function.kind(), field("operand"), field("field"))
        {
            let recv = self.expr(operand);
            let text = self.low.text(name);
            return (Callee::Member { recv, name: self.low.file.sym(text) }, name);
        }
        (Callee::Value(self.expr(function)), function)
    }

    fn arguments(&mut self, list: &[Node<'_>]) -> Vec<Arg> {
        let mut args = Vec::new();
        for arg in list {
            let slot = if arg.kind() == "variadic_argument" { Slot::Rest } else { Slot::Pos };
            let value = match arg.kind() {
                "comment" => continue,
                kind if kind.ends_with("_type") => self.type_value(*arg),
                _ => self.expr(*arg),
            };
            args.push(Arg { slot, value });
        }
        args
    }

    /// A type as a value: the class that it names.
    fn type_value(&mut self, node: Node<'_>) -> OpId {
        let name = self.type_name(node).to_owned();
        self.low.path(&name, node)
    }

    /// `append` adds lists, `make` gives an empty one, `new` an instance, or where a value is.
    fn builtin(&mut self, node: Node<'_>, name: &str, list: &[Node<'_>]) -> Option<OpId> {
        if self.low.scopes.find(&mut self.low.file, name).is_some() {
            return None;
        }
        match (name, list) {
            ("append", [first, rest @ ..]) => {
                let lhs = self.expr(*first);
                let args = self.arguments(rest);
                let rhs = match args[..] {
                    [Arg { slot: Slot::Rest, value }] => value,
                    _ => self.low.make(Shape::List, args, node),
                };
                Some(self.low.op(OpKind::Binary { op: BinOp::Add, lhs, rhs }, node))
            }
            ("make", [ty, ..]) => {
                let shape = if ty.kind() == "map_type" { Shape::Map } else { Shape::List };
                list[1..].iter().for_each(|arg| {
                    self.expr(*arg);
                });
                let made = (ty.kind() != "channel_type").then(|| self.low.make(shape, Vec::new(), node))?;
                Some(self.typed(made, *ty, node))
            }
            ("new", [value]) if self.is_value(*value) => Some(self.value(*value)),
            ("new", [ty]) => {
                let class = self.type_value(*ty);
                Some(self.low.invoke(Callee::Value(class), Vec::new(), CallForm::New, node, node))
            }
            _ => None,
        }
    }

    /// False for a type: what is given to `new` is either, and a name may be both.
    fn is_value(&mut self, node: Node<'_>) -> bool {
        let name = match node.kind() {
            "type_identifier" => node,
            "qualified_type" => node.field("package").unwrap_or(node),
            kind => return !kind.ends_with("_type"),
        };
        let name = self.low.text(name);
        matches!(name, "true" | "false") || self.low.scopes.find(&mut self.low.file, name).is_some()
    }

    /// A value, though the grammar took it for a type.
    fn value(&mut self, node: Node<'_>) -> OpId {
        match (self.low.text(node), node.field("package"), node.field("name")) {
            (text @ ("true" | "false"), ..) => self.low.op(OpKind::Bool(text == "true"), node),
            (_, Some(base), Some(name)) if node.kind() == "qualified_type" => {
                let base = self.expr(base);
                let name = self.low.text(name);
                self.low.get(base, name, node)
            }
            _ => self.expr(node),
        }
    }

    /// A list or map without elements tells by its type what it will hold: `make([]Order, 0)`, `map[int]Order{}`.
    fn typed(&mut self, value: OpId, ty: Node<'_>, node: Node<'_>) -> OpId {
        if !matches!(ty.kind(), "slice_type" | "map_type") {
            return value;
        }
        let ty = self.ty(ty);
        self.low.op(OpKind::Cast { value, ty }, node)
    }

    fn composite(&mut self, node: Node<'_>) -> OpId {
        let ty = node.field("type");
        match node.field("body") {
            Some(body) => self.elements(body, ty),
            None => self.low.unknown(&[], node),
        }
    }

    /// The value of `{ .. }`: of a slice a list, of a map a map, of a struct an instance.
    fn elements(&mut self, node: Node<'_>, ty: Option<Node<'_>>) -> OpId {
        let inner = ty.and_then(|ty| ty.field(if ty.kind() == "map_type" { "value" } else { "element" }));
        let class =
            ty.filter(|ty| matches!(ty.kind(), "type_identifier" | "qualified_type" | "generic_type"));
        let class = class.map(|ty| self.type_value(ty));
        let mut args = Vec::new();
        for element in children(node) {
            match element.kind() {
                "keyed_element" => {
                    let part = |name: &str| element.field(name);
                    let (Some(key), Some(value)) = (part("key"), part("value")) else { continue };
                    let slot = self.key(key, class.is_some());
                    let value = self.element(value, inner);
                    args.push(Arg { slot, value });
                }
                "comment" => {}
                _ => args.push(pos(self.element(element, inner))),
            }
        }
        match (class, ty.map(|ty| ty.kind())) {
            (Some(class), _) => self.low.invoke(Callee::Value(class), args, CallForm::New, node, node),
            (None, Some("slice_type" | "array_type" | "implicit_length_array_type")) => {
                let empty = args.is_empty();
                let list =
                    self.low.make(Shape::List, args.into_iter().map(|arg| pos(arg.value)).collect(), node);
                match ty.filter(|_| empty) {
                    Some(ty) => self.typed(list, ty, node),
                    None => list,
                }
            }
            (None, Some("map_type")) if args.is_empty() => {
                let map = self.low.make(Shape::Map, args, node);
                ty.map_or(map, |ty| self.typed(map, ty, node))
            }
            _ => self.low.make(Shape::Map, args, node),
        }
    }

    fn element(&mut self, node: Node<'_>, ty: Option<Node<'_>>) -> OpId {
        match child_of_kind(node, "literal_value") {
            Some(value) => self.elements(value, ty),
            None => self.expr(node),
        }
    }

    fn key(&mut self, node: Node<'_>, is_field: bool) -> Slot {
        let inner = node.named_child(0).unwrap_or(node);
        match inner.kind() {
            "identifier" if is_field => Slot::Key(self.low.file.sym(self.low.text(inner))),
            "interpreted_string_literal" | "raw_string_literal" => {
                let text = literal(self.low.text(inner));
                Slot::Key(self.low.file.sym(&text))
            }
            _ => {
                self.expr(node);
                Slot::Pos
            }
        }
    }
}

/// The text of a string literal.
fn literal(text: &str) -> String {
    if let Some(raw) = text.strip_prefix('`') {
        return raw.trim_end_matches('`').to_owned();
    }
    let inner = text.strip_prefix('"').unwrap_or(text);
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    inner.replace("\\n", "\n").replace("\\t", "\t").replace("\\\"", "\"").replace("\\\\", "\\")
}
