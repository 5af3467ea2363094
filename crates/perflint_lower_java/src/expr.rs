//! Expressions.

use crate::Java;
use crate::types::is_type;
use perflint_ir::{
    Arg, BinOp, BodyKind, CallForm, Callee, ExitKind, LocalId, OpId, OpKind, ParamKind, RegionKind, Shape,
};
use perflint_syntax::lowering::{pos, type_arg};
use perflint_syntax::tree::{child_of_kind, children, span};
use perflint_syntax::{Fields, Place, Walk};
use tree_sitter::Node;

impl Java<'_> {
    pub(crate) fn expr(&mut self, node: Node<'_>) -> OpId {
        self.deeper(node, |java| java.expr_inner(node)).unwrap_or_else(|| self.low.unknown(&[], node))
    }

    fn expr_inner(&mut self, node: Node<'_>) -> OpId {
        let field = |name: &str| node.field(name);
        match node.kind() {
            "identifier" | "type_identifier" => {
                let name = self.low.text(node);
                self.low.read(name, node)
            }
            "scoped_identifier" | "scoped_type_identifier" => {
                let path = self.low.text(node).to_owned();
                self.low.path(&path, node)
            }
            "string_literal" => self.text_literal(node),
            "decimal_integer_literal" | "hex_integer_literal" => {
                let text = self.low.text(node).replace('_', "");
                let n = text.trim_end_matches(['l', 'L']).parse::<i64>().unwrap_or(i64::MAX);
                self.low.op(OpKind::Int(i32::try_from(n).unwrap_or(i32::MAX)), node)
            }
            "null_literal" => self.low.op(OpKind::Null, node),
            "true" | "false" => self.low.op(OpKind::Bool(node.kind() == "true"), node),
            "this" => self.this(node),
            "super" => self.low.op(OpKind::SuperRef, node),
            "parenthesized_expression" => match node.named_child(0) {
                Some(inner) => self.expr(inner),
                None => self.low.unknown(&[], node),
            },
            "field_access" => {
                let base = field("object").map_or(OpId::NONE, |object| self.expr(object));
                let name = field("field").map_or("", |name| self.low.text(name));
                if name == "this" {
                    return self.this(node);
                }
                self.low.get(base, name, node)
            }
            "class_literal" => match node.named_child(0) {
                Some(ty) => self.type_value(ty),
                None => self.low.unknown(&[], node),
            },
            "array_access" => {
                let base = field("array").map_or(OpId::NONE, |array| self.expr(array));
                let key = field("index").map_or(OpId::NONE, |index| self.expr(index));
                self.low.op(OpKind::Index { base, key }, node)
            }
            "method_invocation" => self.call(node),
            "explicit_constructor_invocation" => self.constructor_call(node),
            "object_creation_expression" => self.creation(node),
            "array_creation_expression" => match field("value") {
                Some(value) => self.expr(value),
                None => self.low.make(Shape::List, Vec::new(), node),
            },
            "array_initializer" | "element_value_array_initializer" => {
                let values = children(node).into_iter().map(|child| pos(self.expr(child))).collect();
                self.low.make(Shape::List, values, node)
            }
            "annotation" | "marker_annotation" => self.annotation_value(node),
            "lambda_expression" => self.lambda(node),
            "method_reference" => self.reference(node),
            "assignment_expression" => self.assignment(node),
            "binary_expression" => self.binary(node),
            "unary_expression" => {
                let value = field("operand").map_or(OpId::NONE, |operand| self.expr(operand));
                match field("operator").map_or("", |operator| operator.kind()) {
                    "!" => self.low.op(OpKind::Not(value), node),
                    _ => self.low.unknown(&[value], node),
                }
            }
            "ternary_expression" => self.ternary(node),
            "cast_expression" => {
                let value = field("value").map_or(OpId::NONE, |value| self.expr(value));
                match field("type") {
                    Some(ty) => {
                        let ty = self.ty(ty);
                        self.low.op(OpKind::Cast { value, ty }, node)
                    }
                    None => value,
                }
            }
            "instanceof_expression" => self.instance_of(node),
            "switch_expression" => self.switch(node),
            "line_comment" | "block_comment" => OpId::NONE,
            _ => self.shapeless(node),
        }
    }

    fn text_literal(&mut self, node: Node<'_>) -> OpId {
        let raw = self.low.text(node);
        let inner = match raw.strip_prefix("\"\"\"") {
            Some(block) => block.strip_suffix("\"\"\"").unwrap_or(block),
            None => raw.trim_matches('"'),
        };
        let text = inner.replace("\\n", "\n").replace("\\t", "\t").replace("\\\"", "\"");
        self.low.string(&text, node)
    }

    /// A type as a value: the class that it names.
    pub(crate) fn type_value(&mut self, node: Node<'_>) -> OpId {
        let name = self.type_name(node).to_owned();
        self.low.path(&name, node)
    }

    pub(crate) fn arguments(&mut self, list: Node<'_>) -> Vec<Arg> {
        let args = children(list).into_iter().filter(|arg| !arg.kind().ends_with("comment"));
        args.map(|arg| pos(self.expr(arg))).collect()
    }

    fn with_types(&mut self, list: Option<Node<'_>>, args: &mut Vec<Arg>) {
        let types = list.map(children).unwrap_or_default();
        for (i, ty) in types.into_iter().filter(|ty| is_type(*ty)).enumerate() {
            let value = self.type_value(ty);
            args.push(type_arg(&mut self.low.file, i, value));
        }
    }

    fn call(&mut self, node: Node<'_>) -> OpId {
        let Some(name) = node.field("name") else { return self.low.unknown(&[], node) };
        let text = self.low.text(name).to_owned();
        let callee = match node.field("object") {
            Some(object) => {
                let recv = self.expr(object);
                Callee::Member { recv, name: self.low.file.sym(&text) }
            }
            None => Callee::Value(self.low.name(&text, name)),
        };
        let list = node.field("arguments");
        let mut args = list.map(|list| self.arguments(list)).unwrap_or_default();
        self.with_types(node.field("type_arguments"), &mut args);
        self.low.invoke(callee, args, CallForm::Plain, name, node)
    }

    /// `super(..)` and `this(..)`.
    fn constructor_call(&mut self, node: Node<'_>) -> OpId {
        let list = node.field("arguments");
        let args = list.map(|list| self.arguments(list)).unwrap_or_default();
        let callee = match node.field("constructor").map(|name| name.kind()) {
            Some("super") => self.low.op(OpKind::SuperRef, node),
            _ => {
                let values: Vec<OpId> = args.iter().map(|arg| arg.value).collect();
                return self.low.unknown(&values, node);
            }
        };
        self.low.invoke(Callee::Value(callee), args, CallForm::Plain, node, node)
    }

    fn creation(&mut self, node: Node<'_>) -> OpId {
        let Some(ty) = node.field("type") else { return self.low.unknown(&[], node) };
        let list = node.field("arguments");
        let mut args = list.map(|list| self.arguments(list)).unwrap_or_default();
        let class = match child_of_kind(node, "class_body") {
            Some(_) => {
                let base = self.ty(ty);
                let name = self.anonymous(node, base);
                self.low.name(&name, node)
            }
            None => self.type_value(ty),
        };
        if ty.kind() == "generic_type" {
            self.with_types(child_of_kind(ty, "type_arguments"), &mut args);
        }
        self.low.invoke(Callee::Value(class), args, CallForm::New, ty, node)
    }

    fn lambda(&mut self, node: Node<'_>) -> OpId {
        let params = node.field("parameters");
        let mut declared = Vec::new();
        match params.map(|params| (params.kind(), params)) {
            Some(("identifier", name)) => declared.push((self.low.text(name).to_owned(), None)),
            Some(("inferred_parameters", list)) => {
                declared
                    .extend(children(list).into_iter().map(|name| (self.low.text(name).to_owned(), None)));
            }
            Some((_, list)) => {
                for param in children(list) {
                    let name = param.field("name").map_or("", |name| self.low.text(name)).to_owned();
                    let ty = param.field("type").filter(|ty| self.low.text(*ty) != "var");
                    declared.push((name, ty.map(|ty| self.ty(ty))));
                }
            }
            None => {}
        }
        let item = self.low.scopes.here.item;
        let body = self.low.open(Place::Closure, item, BodyKind::Closure, node);
        for (name, ty) in declared {
            self.low.param(&name, ty, ParamKind::Normal);
        }
        match node.field("body") {
            Some(block) if block.kind() == "block" => self.block(block),
            Some(value) => {
                let result = self.expr(value);
                self.low.scopes.here.body.exit(ExitKind::Return, result, span(value));
            }
            None => {}
        }
        self.low.close();
        self.low.op(OpKind::Lambda(body), node)
    }

    /// `Dto::from` is the member, `Foo::new` the class.
    fn reference(&mut self, node: Node<'_>) -> OpId {
        let parts = children(node);
        let Some(first) = parts.first() else { return self.low.unknown(&[], node) };
        let base = if is_type(*first) { self.type_value(*first) } else { self.expr(*first) };
        match parts.last().filter(|last| parts.len() > 1 && last.kind() == "identifier") {
            Some(name) => {
                let name = self.low.text(*name);
                self.low.get(base, name, node)
            }
            None => base,
        }
    }

    fn assignment(&mut self, node: Node<'_>) -> OpId {
        let side = |name: &str| node.field(name);
        let (Some(left), Some(right)) = (side("left"), side("right")) else {
            return self.low.unknown(&[], node);
        };
        let mut value = self.expr(right);
        match side("operator").map_or("=", |operator| operator.kind()) {
            "=" => {}
            operator => {
                let lhs = self.expr(left);
                let op = if operator == "+=" { BinOp::Add } else { BinOp::Other };
                value = self.low.op(OpKind::Binary { op, lhs, rhs: value }, node);
            }
        }
        self.assign(left, value, node);
        value
    }

    fn assign(&mut self, target: Node<'_>, value: OpId, node: Node<'_>) {
        match target.kind() {
            "identifier" => {
                let name = self.low.text(target);
                match self.low.scopes.find(&mut self.low.file, name) {
                    Some(local) => self.low.bind(local, value, target),
                    None => {
                        let base = self.this(target);
                        let name = self.low.file.sym(name);
                        self.low.scopes.here.body.put(base, name, value, span(target));
                    }
                }
            }
            "field_access" => {
                let base = target.field("object").map_or(OpId::NONE, |object| self.expr(object));
                let name = target.field("field").map_or("", |name| self.low.text(name));
                let name = self.low.file.sym(name);
                self.low.scopes.here.body.put(base, name, value, span(target));
            }
            "array_access" => {
                let base = target.field("array").map_or(OpId::NONE, |array| self.expr(array));
                let key = target.field("index").map_or(OpId::NONE, |index| self.expr(index));
                self.low.scopes.here.body.store(base, key, value, span(node));
            }
            _ => {
                self.expr(target);
            }
        }
    }

    fn ternary(&mut self, node: Node<'_>) -> OpId {
        let cond = node.field("condition").map_or(OpId::NONE, |cond| self.expr(cond));
        let mut values = Vec::new();
        for (arm, name) in [(0, "consequence"), (1, "alternative")] {
            let Some(value) = node.field(name) else { continue };
            let before = self.low.enter(RegionKind::Branch { cond, arm, last: arm == 1 }, value);
            values.push(self.expr(value));
            self.low.leave(before);
        }
        self.low.scopes.here.body.join(&values, span(node))
    }

    /// `x instanceof Order o`: `o` is `x` as an order, from here on.
    fn instance_of(&mut self, node: Node<'_>) -> OpId {
        let value = node.field("left").map_or(OpId::NONE, |left| self.expr(left));
        if let (Some(ty), Some(name)) = (node.field("right"), node.field("name")) {
            let ty = self.ty(ty);
            let cast = self.low.op(OpKind::Cast { value, ty }, name);
            let text = self.low.text(name);
            let _: LocalId = self.low.declare(text, cast, name);
        }
        self.low.unknown(&[value], node)
    }
}
