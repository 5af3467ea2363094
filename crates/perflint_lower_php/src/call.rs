//! Calls.

use crate::names::class_path;
use crate::walk::Php;
use perflint_ir::{Arg, CallForm, Callee, OpId, OpKind, Shape, Slot};
use php_ast::{
    ArgKind, CallableCreateKind, ClassDecl, Expr, ExprKind, FunctionCallExpr, MethodCallExpr, NewExpr, Span,
    StaticMethodCallExpr,
};

/// Arguments as parsed.
type Args<'e, 'arena, 'src> = &'e [php_ast::Arg<'arena, 'src>];

impl Php<'_> {
    pub(crate) fn call_like(&mut self, expr: &Expr<'_, '_>) -> OpId {
        let at = expr.span;
        match &expr.kind {
            ExprKind::FunctionCall(node) => self.function_call(node, at),
            ExprKind::MethodCall(node) | ExprKind::NullsafeMethodCall(node) => self.method_call(node, at),
            ExprKind::StaticMethodCall(node) => self.static_call(node, at),
            ExprKind::StaticMethodCallDynamic(node) => {
                let class = self.class_ref(node.class);
                let method = self.expr(node.method);
                let args = self.args(&node.args);
                let children: Vec<OpId> =
                    [class, method].into_iter().chain(args.iter().map(|arg| arg.value)).collect();
                self.unknown(&children, at)
            }
            ExprKind::New(node) => self.new_object(node, at),
            ExprKind::CallableCreate(node) => self.callable(&node.kind, at),
            _ => self.other(expr),
        }
    }

    pub(crate) fn args(&mut self, args: Args<'_, '_, '_>) -> Vec<Arg> {
        let mut out = Vec::with_capacity(args.len());
        for arg in args {
            let (value, spread) = match &arg.kind {
                ArgKind::Value(value) | ArgKind::ByRef(value) => (self.expr(value), false),
                ArgKind::Spread(value) => (self.expr(value), true),
                _ => continue,
            };
            let slot = match &arg.name {
                _ if spread => Slot::Rest,
                Some(name) => Slot::Key(self.file.sym(&crate::names::dotted(name))),
                None => Slot::Pos,
            };
            out.push(Arg { slot, value });
        }
        out
    }

    fn function_call(&mut self, node: &FunctionCallExpr<'_, '_>, at: Span) -> OpId {
        let name = class_path(node.name);
        match name.as_deref() {
            Some("compact") => return self.compact(&node.args, at),
            Some("get_defined_vars") => {
                let vars = self.variables(at);
                let at = self.span(at);
                return self.scopes.here.body.make(Shape::Map, vars, at);
            }
            Some(crate::blade::INCLUDE) => return self.include_call(&node.args, true, at),
            Some(crate::blade::COMPONENT) => return self.include_call(&node.args, false, at),
            Some(name) if name.starts_with(crate::twig::FILTER) => {
                let args = self.args(&node.args);
                return self.call_named(
                    &format!("|{}", &name[crate::twig::FILTER.len()..]),
                    args,
                    CallForm::Tag,
                    at,
                );
            }
            _ => {}
        }
        let callee = self.expr(node.name);
        let args = self.args(&node.args);
        self.invoke(Callee::Value(callee), args, CallForm::Plain, node.name.span, at)
    }

    /// A template that is rendered in place: with what it is given, and with the variables in scope if it sees them.
    fn include_call(&mut self, args: Args<'_, '_, '_>, sees: bool, at: Span) -> OpId {
        let mut out = Vec::new();
        for (position, arg) in args.iter().filter_map(|arg| arg.value()).enumerate() {
            let value = self.expr(arg);
            out.push(Arg { slot: if position == 0 { Slot::Pos } else { Slot::KeyRest }, value });
        }
        if sees {
            out.extend(self.variables(at));
        }
        self.call_named("include", out, CallForm::Tag, at)
    }

    /// `compact('orders', 'total')` is a map of the variables of these names.
    fn compact(&mut self, args: Args<'_, '_, '_>, at: Span) -> OpId {
        let mut entries = Vec::new();
        for arg in args.iter().filter_map(|arg| arg.value()) {
            self.compact_names(arg, &mut entries);
        }
        let at = self.span(at);
        self.scopes.here.body.make(Shape::Map, entries, at)
    }

    fn compact_names(&mut self, value: &Expr<'_, '_>, entries: &mut Vec<Arg>) {
        match &value.kind {
            ExprKind::String(name) => {
                let name = name.to_string_lossy().into_owned();
                let value = self.read_variable(&name, value.span);
                let key = self.file.sym(&name);
                entries.push(Arg { slot: Slot::Key(key), value });
            }
            ExprKind::Array(elements) => {
                self.deeper(value.span, |php| {
                    elements.iter().for_each(|element| php.compact_names(element.value(), entries));
                });
            }
            _ => {
                self.expr(value);
            }
        }
    }

    fn method_call(&mut self, node: &MethodCallExpr<'_, '_>, at: Span) -> OpId {
        let recv = self.expr(node.object);
        match class_path(node.method) {
            Some(name) => {
                let args = self.args(&node.args);
                let name = self.file.sym(&name);
                self.invoke(Callee::Member { recv, name }, args, CallForm::Plain, node.method.span, at)
            }
            None => self.dynamic_call(recv, node, at),
        }
    }

    /// `$this->$method(..)`, `($this->action)(..)`
    fn dynamic_call(&mut self, recv: OpId, node: &MethodCallExpr<'_, '_>, at: Span) -> OpId {
        let method = self.expr(node.method);
        let args = self.args(&node.args);
        let children: Vec<OpId> =
            [recv, method].into_iter().chain(args.iter().map(|arg| arg.value)).collect();
        self.unknown(&children, at)
    }

    fn static_call(&mut self, node: &StaticMethodCallExpr<'_, '_>, at: Span) -> OpId {
        let recv = self.called_class(node.class);
        let Some(name) = class_path(node.method) else {
            let args = self.args(&node.args);
            let children: Vec<OpId> = std::iter::once(recv).chain(args.iter().map(|arg| arg.value)).collect();
            return self.unknown(&children, at);
        };
        let args = self.args(&node.args);
        let name = self.file.sym(&name);
        self.invoke(Callee::Member { recv, name }, args, CallForm::Plain, node.method.span, at)
    }

    fn new_object(&mut self, node: &NewExpr<'_, '_>, at: Span) -> OpId {
        if let ExprKind::AnonymousClass(class) = &node.class.kind {
            let args = self.args(&node.args);
            let name = self.anonymous_class(class, node.class.span);
            let callee = self.chain(&name, at);
            return self.invoke(Callee::Value(callee), args, CallForm::New, node.class.span, at);
        }
        let callee = self.called_class(node.class);
        let args = self.args(&node.args);
        self.invoke(Callee::Value(callee), args, CallForm::New, node.class.span, at)
    }

    /// The class that is called or made. Which one `static` is, is known when it runs.
    fn called_class(&mut self, class: &Expr<'_, '_>) -> OpId {
        if class_path(class).is_some_and(|path| path.eq_ignore_ascii_case("static")) {
            let name = self.file.sym("static");
            return self.op(OpKind::Name(name), class.span);
        }
        self.class_ref(class)
    }

    /// A class without a name: one of the file, called by a name that nobody else has.
    pub(crate) fn anonymous_class(&mut self, node: &ClassDecl<'_, '_>, at: Span) -> String {
        let owner = std::mem::replace(&mut self.owner, perflint_ir::ItemId(0));
        let id = self.class_decl(node, at);
        self.owner = owner;
        let name = self.file.peek().item(id).name;
        self.file.text(name).to_owned()
    }

    /// `f(...)`, `$this->f(...)`, `A::f(...)`
    fn callable(&mut self, kind: &CallableCreateKind<'_, '_>, at: Span) -> OpId {
        let (base, method) = match kind {
            CallableCreateKind::Function(name) => return self.expr(name),
            CallableCreateKind::Method { object, method }
            | CallableCreateKind::NullsafeMethod { object, method } => (self.expr(object), method),
            CallableCreateKind::StaticMethod { class, method } => (self.class_ref(class), method),
            _ => return self.unknown(&[], at),
        };
        match class_path(method) {
            Some(name) => {
                let name = self.file.sym(&name);
                self.op(OpKind::Get { base, name }, at)
            }
            None => self.unknown(&[base], at),
        }
    }
}
