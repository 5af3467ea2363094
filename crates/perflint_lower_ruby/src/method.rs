//! Methods, blocks and their parameters.

use crate::{Ruby, text};
use perflint_ir::{BodyKind, ExitKind, ItemKind, LocalId, OpId, OpKind, Param, ParamKind, Span};
use perflint_syntax::Place;
use ruby_prism::{BlockNode, DefNode, Node, ParametersNode};

/// The name of the parameter that holds a block nobody named.
pub(crate) const BLOCK: &str = "&";

impl Ruby<'_> {
    pub(crate) fn method(&mut self, def: &DefNode<'_>) {
        let name = text(def.name().as_slice());
        let at = self.span(&def.location());
        let is_static = self.is_static || def.receiver().is_some_and(|of| of.as_self_node().is_some());
        let mut item = self.file.blank(ItemKind::Function, name, self.owner, at);
        item.name_span = self.span(&def.name_loc());
        item.flags.is_public = !self.is_private;
        item.flags.is_static = is_static;
        item.flags.is_constructor = name == "initialize";
        let id = self.file.item(item);
        let code = self.scopes.open(&mut self.file, Place::Function, id, BodyKind::Function, at);
        let context = self.context.take();
        self.parameters(def.parameters());
        self.returned(def.body(), at);
        self.context = context;
        self.scopes.close(&mut self.file);
        self.file.item_mut(id).body = Some(code);
    }

    /// `define_method(:x) { .. }`.
    pub(crate) fn defined_method(&mut self, name: &str, block: &BlockNode<'_>, at: Span) {
        let item = self.file.blank(ItemKind::Function, name, self.owner, at);
        let id = self.file.item(item);
        let code = self.scopes.open(&mut self.file, Place::Function, id, BodyKind::Function, at);
        self.block_parameters(block.parameters());
        self.returned(block.body(), at);
        self.scopes.close(&mut self.file);
        let is_static = self.is_static;
        let item = self.file.item_mut(id);
        item.body = Some(code);
        item.flags.is_static = is_static;
    }

    /// A body whose last value is what it gives.
    fn returned(&mut self, body: Option<Node<'_>>, at: Span) {
        if let Some(body) = body {
            let value = self.expr(&body);
            self.scopes.here.body.exit(ExitKind::Return, value, at);
        }
    }

    pub(crate) fn param(&mut self, name: &str, kind: ParamKind, default: OpId) -> LocalId {
        let sym = self.file.sym(name);
        let local =
            self.scopes.here.body.param(Param { name: sym, ty: None, default, kind, markers: Vec::new() });
        self.scopes.name(name, local);
        local
    }

    /// Parameters; a method that takes no named block has one all the same, for `yield`.
    fn parameters(&mut self, params: Option<ParametersNode<'_>>) {
        let mut unpacked = Vec::new();
        let mut named_block = false;
        if let Some(params) = &params {
            let leading = params.requireds().iter().chain(params.optionals().iter()).collect::<Vec<_>>();
            for param in leading {
                self.required(&param, &mut unpacked);
            }
            if let Some(rest) = params.rest().and_then(|rest| rest.as_rest_parameter_node()) {
                let name = rest.name().map(|name| text(name.as_slice()).to_owned()).unwrap_or_default();
                self.param(&name, ParamKind::Rest, OpId::NONE);
            }
            for param in &params.posts() {
                self.required(&param, &mut unpacked);
            }
            for param in &params.keywords() {
                let name = match (
                    param.as_required_keyword_parameter_node(),
                    param.as_optional_keyword_parameter_node(),
                ) {
                    (Some(required), _) => text(required.name().as_slice()).to_owned(),
                    (_, Some(optional)) => text(optional.name().as_slice()).to_owned(),
                    _ => continue,
                };
                self.param(name.trim_end_matches(':'), ParamKind::KeyOnly, OpId::NONE);
            }
            if let Some(rest) = params.keyword_rest().and_then(|rest| rest.as_keyword_rest_parameter_node()) {
                let name = rest.name().map(|name| text(name.as_slice()).to_owned()).unwrap_or_default();
                self.param(&name, ParamKind::KeyRest, OpId::NONE);
            }
            if let Some(block) = params.block().and_then(|block| block.as_block_parameter_node()) {
                let name = block.name().map(|name| text(name.as_slice()).to_owned());
                let local = self.param(name.as_deref().unwrap_or(BLOCK), ParamKind::Block, OpId::NONE);
                self.scopes.name(BLOCK, local);
                named_block = true;
            }
        }
        if !named_block {
            self.param(BLOCK, ParamKind::Block, OpId::NONE);
        }
        for (local, targets, at) in unpacked {
            let value = self.op(OpKind::Local(local), at);
            self.unpack(&targets, value, at);
        }
    }

    fn required<'n>(&mut self, param: &Node<'n>, unpacked: &mut Vec<(LocalId, Vec<Node<'n>>, Span)>) {
        if let Some(required) = param.as_required_parameter_node() {
            self.param(text(required.name().as_slice()), ParamKind::Normal, OpId::NONE);
        } else if let Some(optional) = param.as_optional_parameter_node() {
            self.param(text(optional.name().as_slice()), ParamKind::Normal, OpId::NONE);
        } else if let Some(multi) = param.as_multi_target_node() {
            let local = self.param("", ParamKind::Normal, OpId::NONE);
            unpacked.push((local, multi.lefts().iter().collect(), self.span(&param.location())));
        }
    }

    /// The parameters of a block or lambda, numbered ones included.
    fn block_parameters(&mut self, params: Option<Node<'_>>) {
        let Some(params) = params else { return };
        if let Some(declared) = params.as_block_parameters_node() {
            let mut unpacked = Vec::new();
            let Some(list) = declared.parameters() else { return };
            for param in list.requireds().iter().chain(list.optionals().iter()).collect::<Vec<_>>() {
                self.required(&param, &mut unpacked);
            }
            if let Some(rest) = list.rest().and_then(|rest| rest.as_rest_parameter_node()) {
                let name = rest.name().map(|name| text(name.as_slice()).to_owned()).unwrap_or_default();
                self.param(&name, ParamKind::Rest, OpId::NONE);
            }
            for (local, targets, at) in unpacked {
                let value = self.op(OpKind::Local(local), at);
                self.unpack(&targets, value, at);
            }
        } else if let Some(numbered) = params.as_numbered_parameters_node() {
            for n in 1..=numbered.maximum() {
                self.param(&format!("_{n}"), ParamKind::Normal, OpId::NONE);
            }
        } else if params.as_it_parameters_node().is_some() {
            self.param("it", ParamKind::Normal, OpId::NONE);
        }
    }

    /// A block or lambda as a value.
    pub(crate) fn closure(&mut self, params: Option<Node<'_>>, body: Option<Node<'_>>, at: Span) -> OpId {
        let item = self.scopes.here.item;
        let context = self.context;
        let id = self.scopes.open(&mut self.file, Place::Closure, item, BodyKind::Closure, at);
        self.block_parameters(params);
        self.returned(body, at);
        self.scopes.close(&mut self.file);
        self.context = context;
        self.op(OpKind::Lambda(id), at)
    }

    /// `&:name`: a closure that calls the method of what it is given.
    pub(crate) fn caller(&mut self, name: &str, at: Span) -> OpId {
        let item = self.scopes.here.item;
        let id = self.scopes.open(&mut self.file, Place::Closure, item, BodyKind::Closure, at);
        let local = self.param("it", ParamKind::Normal, OpId::NONE);
        let recv = self.op(OpKind::Local(local), at);
        let callee = perflint_ir::Callee::Member { recv, name: self.file.sym(name) };
        let value = self.scopes.here.body.call(callee, Vec::new(), perflint_ir::CallForm::Auto, at);
        self.scopes.here.body.exit(ExitKind::Return, value, at);
        self.scopes.close(&mut self.file);
        self.op(OpKind::Lambda(id), at)
    }
}
