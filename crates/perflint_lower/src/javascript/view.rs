//! Scripts that stand for templates: one body, whose free names are attributes of what the template is rendered with.

use super::context::{Lowerer, span};
use super::scope::is_global;
use oxc_ast::ast::{Argument, CallExpression, Expression, Function, Program, Statement};
use perflint_ir::{
    Arg, BodyKind, CallForm, Callee, ItemId, ItemKind, LocalId, OpId, OpKind, Param, ParamKind, Slot, Span,
    Sym,
};
use perflint_lower_views::{INCLUDE, MIXIN, PRINT};

/// The name of the context among locals.
const CONTEXT: &str = "\u{0}context";

impl<'a> Lowerer<'a> {
    /// Lowers the statements of a program as a template, and each mixin at its top as a part that other files may call.
    pub(super) fn view(&mut self, program: &Program<'a>, path: &str) {
        let whole = span(program);
        self.file.item_mut(ItemId(0)).span = whole;
        self.in_view = true;
        let name = path.rsplit('/').next().unwrap_or(path);
        self.open_view(name, whole);
        let mark = self.scopes.mark();
        self.function_statements(&program.body, mark);
        self.close();
        for statement in &program.body {
            if let Statement::FunctionDeclaration(function) = statement {
                self.part(function);
            }
        }
    }

    fn open_view(&mut self, name: &str, at: Span) {
        let mut item = self.blank(ItemKind::Template, name, ItemId(0), at);
        item.flags.is_public = true;
        let item = self.file.item(item);
        let body = self.open(BodyKind::Template, item, at, false);
        self.file.item_mut(item).body = Some(body);
        let name = self.file.sym("context");
        let param =
            Param { name, ty: None, default: OpId::NONE, kind: ParamKind::Normal, markers: Vec::new() };
        let local = self.here.body.param(param);
        let hidden = self.sym(CONTEXT);
        self.bind(hidden, local);
    }

    fn part(&mut self, function: &Function<'a>) {
        let name = function.id.as_ref().and_then(|id| id.name.as_str().strip_prefix(MIXIN));
        let (Some(name), Some(body)) = (name, function.body.as_ref()) else { return };
        let params = self.params(&function.params);
        self.open_view(name, span(function));
        let mark = self.scopes.mark();
        self.enter_params(&function.params, params, false);
        self.function_statements(&body.statements, mark);
        self.close();
    }

    fn context(&mut self) -> Option<LocalId> {
        let hidden = self.sym(CONTEXT);
        self.resolve(hidden)
    }

    /// A free name of a template.
    pub(super) fn free_name(&mut self, sym: Sym, name: &str, at: Span) -> Option<OpId> {
        if !self.in_view || is_global(name) {
            return None;
        }
        let context = self.context()?;
        let context = self.op(OpKind::Local(context), at);
        if name == "locals" {
            return Some(context);
        }
        Some(self.op(OpKind::Get { base: context, name: sym }, at))
    }

    /// A call of what the template language knows.
    pub(super) fn view_call(&mut self, call: &CallExpression<'a>) -> Option<OpId> {
        let Expression::Identifier(callee) = &call.callee else { return None };
        let name = callee.name.as_str();
        let sym = self.sym(name);
        if !self.in_view || self.is_local(sym) {
            return None;
        }
        let at = span(call);
        let mixin = name.strip_prefix(MIXIN);
        if name == PRINT {
            let kids: Vec<OpId> =
                call.arguments.iter().map(|argument| self.argument(argument).value).collect();
            return Some(self.unknown(&kids, at));
        }
        if name != INCLUDE && mixin.is_none() {
            return None;
        }
        let mut args = Vec::new();
        if let Some(name) = mixin {
            args.push(Arg { slot: Slot::Pos, value: self.str(&format!(":: {name}"), at) });
        }
        for argument in &call.arguments {
            let argument = self.argument(argument);
            args.push(argument);
        }
        if let Some(context) = self.context() {
            args.push(Arg { slot: Slot::KeyRest, value: self.op(OpKind::Local(context), at) });
        }
        let with = if mixin.is_some() { "pug:mixin" } else { INCLUDE };
        let with = self.file.sym(with);
        let callee = self.op(OpKind::Name(with), span(callee.as_ref()));
        Some(self.here.body.call(Callee::Value(callee), args, CallForm::Tag, at))
    }

    fn argument(&mut self, argument: &Argument<'a>) -> Arg {
        match argument {
            Argument::SpreadElement(spread) => Arg { slot: Slot::Rest, value: self.expr(&spread.argument) },
            other => Arg { slot: Slot::Pos, value: self.expr(other.to_expression()) },
        }
    }
}
