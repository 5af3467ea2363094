//! Annotations, base classes and decorators: expressions of which the names matter.

use super::{LONG_CHAIN, Lower};
use perflint_ir::{Marker, Span, TypeExpr, TypeId};
use ruff_python_ast::{Expr, ExprSubscript, Operator};
use ruff_text_size::Ranged;
use std::borrow::Cow;

impl<'a> Lower<'a> {
    /// The type that an annotation names; `None` for null.
    pub(super) fn ty(&mut self, expr: &Expr) -> Option<TypeId> {
        match expr {
            Expr::NoneLiteral(_) => None,
            Expr::Name(_) | Expr::Attribute(_) => Some(self.path_type(expr)),
            Expr::StringLiteral(node) => self.quoted_type(node.value.to_str()),
            Expr::Subscript(node) => self.nested(node.range, |lower| lower.subscript_type(node))?,
            Expr::BinOp(node) if node.op == Operator::BitOr => {
                self.nested(node.range, |lower| lower.union_type(alternatives(expr)))?
            }
            _ => Some(self.file.ty(TypeExpr::Other)),
        }
    }

    fn ty_or_other(&mut self, expr: &Expr) -> TypeId {
        match self.ty(expr) {
            Some(ty) => ty,
            None => self.file.ty(TypeExpr::Other),
        }
    }

    fn path_type(&mut self, expr: &Expr) -> TypeId {
        match dotted(expr) {
            Some(name) => self.file.named_type(&name, Vec::new()),
            None => self.file.ty(TypeExpr::Other),
        }
    }

    /// `"Order"`, `"list[Order]"`.
    fn quoted_type(&mut self, text: &str) -> Option<TypeId> {
        let text = text.trim();
        if text == "None" {
            return None;
        }
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_');
        if text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && text.bytes().all(is_part)
        {
            return Some(self.file.named_type(text, Vec::new()));
        }
        match ruff_python_parser::parse_expression(text) {
            // A quote inside a quote is no type.
            Ok(parsed) if !parsed.expr().is_string_literal_expr() => self.ty(parsed.expr()),
            _ => Some(self.file.ty(TypeExpr::Other)),
        }
    }

    fn subscript_type(&mut self, node: &ExprSubscript) -> Option<TypeId> {
        let Some(name) = dotted(&node.value) else { return Some(self.file.ty(TypeExpr::Other)) };
        let args = subscript_args(node);
        match last_segment(&name) {
            "Optional" => self.union_type(args.iter().collect()),
            "Union" => self.union_type(args.iter().flat_map(alternatives).collect()),
            "Annotated" => self.ty(args.first()?),
            "Literal" => Some(self.file.ty(TypeExpr::Other)),
            _ => {
                let args = args.iter().map(|arg| self.ty_or_other(arg)).collect();
                Some(self.file.named_type(&name, args))
            }
        }
    }

    fn union_type(&mut self, members: Vec<&Expr>) -> Option<TypeId> {
        self.deep |= members.len() > LONG_CHAIN;
        let mut types: Vec<TypeId> = members.into_iter().filter_map(|member| self.ty(member)).collect();
        match types.len() {
            0 | 1 => types.pop(),
            _ => Some(self.file.ty(TypeExpr::Union(types))),
        }
    }

    /// A base class; `make(Base)` is the path `make` with `Base` as argument.
    pub(super) fn base_type(&mut self, base: &Expr) -> TypeId {
        let Expr::Call(call) = base else { return self.ty_or_other(base) };
        let Some(name) = dotted(&call.func) else { return self.file.ty(TypeExpr::Other) };
        let args = call.arguments.args.iter().map(|arg| self.ty_or_other(arg)).collect();
        self.file.named_type(&name, args)
    }

    /// The name of a type with a path.
    pub(super) fn type_name(&self, ty: TypeId) -> &str {
        match self.file.peek().types.get(ty.0 as usize) {
            Some(TypeExpr::Path { name, .. }) => self.file.text(*name),
            _ => "",
        }
    }

    /// What `Annotated[T, ..]` says beside the type.
    pub(super) fn annotation_markers(&mut self, annotation: &'a Expr) -> Vec<Marker> {
        let Expr::Subscript(node) = annotation else { return Vec::new() };
        let Some(name) = dotted(&node.value) else { return Vec::new() };
        if last_segment(&name) != "Annotated" {
            return Vec::new();
        }
        let mut markers = Vec::new();
        for word in subscript_args(node).iter().skip(1) {
            markers.push(self.marker(word, super::span(word.range())));
        }
        markers
    }

    /// A decorator, evaluated in the body under construction.
    pub(super) fn marker(&mut self, expr: &'a Expr, span: Span) -> Marker {
        let path = called_path(expr);
        let path = self.file.sym(&path);
        Marker { path, value: self.expr(expr), words: Vec::new(), span }
    }
}

fn subscript_args(node: &ExprSubscript) -> &[Expr] {
    match &*node.slice {
        Expr::Tuple(tuple) => &tuple.elts,
        single => std::slice::from_ref(single),
    }
}

/// The members of `A | B | C`, which leans to the left.
fn alternatives(expr: &Expr) -> Vec<&Expr> {
    let mut members = Vec::new();
    let mut rest = expr;
    while let Expr::BinOp(node) = rest
        && node.op == Operator::BitOr
    {
        members.push(&*node.right);
        rest = &node.left;
    }
    members.push(rest);
    members.reverse();
    members
}

fn last_segment(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// The text of names joined with dots; `None` for anything else.
fn dotted(expr: &Expr) -> Option<Cow<'_, str>> {
    if let Expr::Name(name) = expr {
        return Some(Cow::Borrowed(name.id.as_str()));
    }
    let mut segments = Vec::new();
    let mut rest = expr;
    loop {
        match rest {
            Expr::Attribute(node) => {
                segments.push(node.attr.as_str());
                rest = &node.value;
            }
            Expr::Name(name) => {
                segments.push(name.id.as_str());
                return Some(Cow::Owned(join_reversed(&segments)));
            }
            _ => return None,
        }
    }
}

/// The dotted names of a decorator, whatever is called or indexed between them.
fn called_path(expr: &Expr) -> Cow<'_, str> {
    if let Expr::Name(name) = expr {
        return Cow::Borrowed(name.id.as_str());
    }
    let mut segments = Vec::new();
    let mut rest = expr;
    loop {
        rest = match rest {
            Expr::Call(node) => &node.func,
            Expr::Subscript(node) => &node.value,
            Expr::Attribute(node) => {
                segments.push(node.attr.as_str());
                &node.value
            }
            Expr::Name(name) => {
                segments.push(name.id.as_str());
                break;
            }
            _ => break,
        };
    }
    Cow::Owned(join_reversed(&segments))
}

fn join_reversed(segments: &[&str]) -> String {
    let mut path = String::with_capacity(segments.iter().map(|segment| segment.len() + 1).sum());
    for segment in segments.iter().rev() {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(segment);
    }
    path
}
