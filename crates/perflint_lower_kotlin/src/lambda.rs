//! Closures: lambdas, anonymous functions, references to functions.

use crate::types::type_in;
use crate::{Kotlin, has_word, parts};
use perflint_ir::{BodyKind, ExitKind, OpId, OpKind, ParamKind};
use perflint_syntax::Place;
use perflint_syntax::tree::{child_of_kind, span};
use tree_sitter::Node;

impl Kotlin<'_> {
    /// `{ a, (b, c) -> .. }`; without parameters it has `it`. Its result is its last value.
    pub(crate) fn lambda(&mut self, node: Node<'_>) -> OpId {
        let list = child_of_kind(node, "lambda_parameters").map(parts);
        let item = self.low.scopes.here.item;
        let types: Vec<_> = list.iter().flatten().map(|p| type_in(*p).map(|ty| self.ty(ty))).collect();
        let body = self.low.open(Place::Closure, item, BodyKind::Closure, node);
        match &list {
            Some(list) => {
                let mut split = Vec::new();
                for (param, ty) in list.iter().zip(types) {
                    match child_of_kind(*param, "simple_identifier") {
                        Some(name) if param.kind() == "variable_declaration" => {
                            let name = self.ident(name);
                            self.low.param(name, ty, ParamKind::Normal);
                        }
                        _ => {
                            let local = self.low.param("", None, ParamKind::Normal);
                            split.push((local, *param));
                        }
                    }
                }
                for (local, names) in split {
                    let value = self.low.op(OpKind::Local(local), names);
                    self.destructure(names, value);
                }
            }
            None if has_word(node, "->") => {}
            None => {
                self.low.param("it", None, ParamKind::Normal);
            }
        }
        if let Some(statements) = child_of_kind(node, "statements") {
            let value = self.statements(statements);
            if value.is_some() {
                self.low.scopes.here.body.exit(ExitKind::Return, value, span(statements));
            }
        }
        self.low.close();
        self.low.op(OpKind::Lambda(body), node)
    }

    /// `fun(x: T) = ..` as a value.
    pub(crate) fn anonymous_function(&mut self, node: Node<'_>) -> OpId {
        let list = child_of_kind(node, "function_value_parameters");
        let params = list.map(|list| self.declared(list)).unwrap_or_default();
        let item = self.low.scopes.here.item;
        let body = self.low.open(Place::Closure, item, BodyKind::Closure, node);
        self.open_params(params);
        if let Some(code) = child_of_kind(node, "function_body") {
            self.function_body(code);
        }
        self.low.close();
        self.low.op(OpKind::Lambda(body), node)
    }

    /// `Dto::from` is the member, `::f` the function or class, `Foo::class` the class.
    pub(crate) fn reference(&mut self, node: Node<'_>) -> OpId {
        let base = child_of_kind(node, "type_identifier");
        let name = child_of_kind(node, "simple_identifier");
        match (base, name) {
            (Some(base), Some(name)) => {
                let text = self.ident(base);
                let value = self.low.read(text, base);
                let name = self.ident(name);
                self.low.get(value, name, node)
            }
            (Some(only), None) | (None, Some(only)) => {
                let text = self.ident(only);
                self.low.read(text, only)
            }
            (None, None) => self.low.unknown(&[], node),
        }
    }
}
