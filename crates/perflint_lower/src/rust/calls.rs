//! Calls, paths and the types that are passed to them.

use super::Lowerer;
use super::attributes::name;
use super::frame::positional;
use super::types::{angle_args, transparent, type_args};
use perflint_ir::{Arg, CallForm, Callee, OpId, OpKind, Slot, Span};
use syn::{Expr, ExprCall, ExprMethodCall, ExprPath, ExprStruct, Ident, Member, Path, Type};

/// Methods that give the value itself, whatever it is, as types are looked through: those of references, `Option`, `Clone`.
const SAME: &[&str] = &["clone", "as_ref", "as_mut", "as_deref", "as_deref_mut", "unwrap", "to_owned"];

impl Lowerer {
    pub(super) fn method_call(&mut self, call: &ExprMethodCall) -> OpId {
        let recv = self.value(&call.receiver);
        if call.args.is_empty() && call.turbofish.is_none() && SAME.iter().any(|name| call.method == name) {
            return recv;
        }
        let mut args = Vec::with_capacity(call.args.len());
        if let Some(turbofish) = &call.turbofish {
            self.type_arguments(angle_args(turbofish), &mut args);
        }
        args.extend(call.args.iter().map(|arg| positional(self.value(arg))));
        let span = self.between(call.method.span(), call.paren_token.span.close());
        let callee = Callee::Member { recv, name: self.file.sym(&name(&call.method)) };
        self.call(callee, args, CallForm::Plain, span)
    }

    pub(super) fn call_expr(&mut self, call: &ExprCall) -> OpId {
        let mut args = Vec::with_capacity(call.args.len());
        let close = call.paren_token.span.close();
        let (callee, span) = match &*call.func {
            Expr::Path(path) => {
                let start = path.path.segments.last().map_or(close, |last| last.ident.span());
                let callee = self.callee(path);
                for segment in &path.path.segments {
                    self.type_arguments(type_args(&segment.arguments), &mut args);
                }
                (callee, self.between(start, close))
            }
            other => {
                let value = self.value(other);
                let start = self.span_of(value).start;
                (Callee::Value(value), Span::new(start, self.at(close).end()))
            }
        };
        args.extend(call.args.iter().map(|arg| positional(self.value(arg))));
        self.call(callee, args, CallForm::Plain, span)
    }

    fn callee(&mut self, expr: &ExprPath) -> Callee {
        match &expr.qself {
            Some(qself) => {
                let recv = self.type_value(&qself.ty);
                let last = expr.path.segments.last().map(|last| name(&last.ident)).unwrap_or_default();
                Callee::Member { recv, name: self.file.sym(&last) }
            }
            None => self.path_callee(&expr.path),
        }
    }

    /// `a::b::c` as the callee of a call or macro.
    pub(super) fn path_callee(&mut self, path: &Path) -> Callee {
        let count = path.segments.len();
        let Some(last) = path.segments.last().filter(|_| count > 1) else {
            return Callee::Value(self.path_prefix(path, count));
        };
        let recv = self.path_prefix(path, count - 1);
        Callee::Member { recv, name: self.file.sym(&name(&last.ident)) }
    }

    /// Reads the first segments of a path: a name, then attributes. `Self` is the type of the `impl` around; what stands
    /// before `::` is never a local.
    pub(super) fn path_prefix(&mut self, path: &Path, count: usize) -> OpId {
        let own = self.self_ty.clone().filter(|_| path.segments.first().is_some_and(|s| s.ident == "Self"));
        let skipped = usize::from(own.is_some());
        let head: Vec<Ident> = own.iter().flat_map(|own| &own.segments).map(|s| s.ident.clone()).collect();
        let tail = path.segments.iter().take(count).skip(skipped).map(|s| s.ident.clone());
        let idents: Vec<Ident> = head.into_iter().chain(tail).collect();
        let mut value = OpId::NONE;
        for ident in &idents {
            let text = name(ident);
            let span =
                self.at(path.segments.first().filter(|_| own.is_some()).map_or(ident, |s| &s.ident).span());
            value = match value.is_some() {
                true => self.get(value, &text, span),
                false if idents.len() == 1 && path.segments.len() == 1 => self.read(&text, span),
                false => {
                    let sym = self.file.sym(&text);
                    self.free_name(sym, span)
                }
            };
        }
        value
    }

    /// `T { a, b: x, ..rest }`: a call of the type.
    pub(super) fn struct_literal(&mut self, literal: &ExprStruct) -> OpId {
        let callee = self.path_prefix(&literal.path, literal.path.segments.len());
        let mut args = Vec::with_capacity(literal.fields.len());
        for field in &literal.fields {
            let key = match &field.member {
                Member::Named(ident) => name(ident),
                Member::Unnamed(index) => index.index.to_string(),
            };
            let value = self.value(&field.expr);
            args.push(Arg { slot: Slot::Key(self.file.sym(&key)), value });
        }
        if let Some(rest) = &literal.rest {
            args.push(Arg { slot: Slot::KeyRest, value: self.value(rest) });
        }
        let last = literal.path.segments.last().map(|last| last.ident.span());
        let close = literal.brace_token.span.close();
        let span = self.between(last.unwrap_or(close), close);
        self.call(Callee::Value(callee), args, CallForm::New, span)
    }

    fn type_arguments(&mut self, types: Vec<&Type>, args: &mut Vec<Arg>) {
        for ty in types {
            let key = self.file.sym(&format!("<{}>", args.len()));
            args.push(Arg { slot: Slot::Key(key), value: self.type_value(ty) });
        }
    }

    /// A type as a value: the names that it is reached by.
    fn type_value(&mut self, ty: &Type) -> OpId {
        self.nested(Span::default(), |l| l.type_value_inside(ty))
            .unwrap_or_else(|| self.unknown(&[], Span::default()))
    }

    fn type_value_inside(&mut self, ty: &Type) -> OpId {
        match ty {
            Type::Reference(inner) => self.type_value(&inner.elem),
            Type::Paren(inner) => self.type_value(&inner.elem),
            Type::Group(inner) => self.type_value(&inner.elem),
            Type::Path(path) => match transparent(&path.path) {
                Some(inner) => self.type_value(inner),
                None => self.path_prefix(&path.path, path.path.segments.len()),
            },
            Type::Infer(infer) => {
                let name = self.file.sym("_");
                let span = self.at(infer.underscore_token.span);
                self.op(OpKind::Name(name), span)
            }
            Type::Tuple(tuple) => {
                let parts: Vec<OpId> = tuple.elems.iter().map(|ty| self.type_value(ty)).collect();
                let span = self.at(tuple.paren_token.span.open());
                self.unknown(&parts, span)
            }
            _ => self.unknown(&[], Span::default()),
        }
    }
}
