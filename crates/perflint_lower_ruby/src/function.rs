//! Methods and closures: their parameters and what they give back.

use crate::literal::literal_text;
use crate::walk::{BLOCK, Inside, Ruby, name_of};
use perflint_ir::{
    Arg, BinOp, BodyKind, CallForm, ExitKind, ItemId, ItemKind, LocalId, Marker, OpId, OpKind, ParamKind,
    Slot, Span,
};
use perflint_syntax::Place;
use ruby_prism::{DefNode, Node, ParametersNode};

/// What stands outside of a method for a parameter that may be left out.
struct Outside {
    name: String,
    op: OpId,
    /// It is the default itself.
    is_plain: bool,
}

impl Ruby<'_> {
    /// A method; as a value it is its name.
    pub(crate) fn def(&mut self, node: &Node<'_>, at: Span) -> OpId {
        if let Some(def) = node.as_def_node() {
            self.define(&def, at);
            return self.string(&name_of(&def.name()), at);
        }
        self.unknown(&[], at)
    }

    fn define(&mut self, def: &DefNode<'_>, at: Span) {
        let name = name_of(&def.name());
        let name_span = self.span(&def.name_loc());
        let item = self.method_item(&name, at, name_span);
        if let Some(word) = self.open_class().word.take() {
            let path = self.sym(&word);
            let marker = Marker { path, value: OpId::NONE, words: Vec::new(), span: at };
            self.file.item_mut(item).markers.push(marker);
        }
        if def.receiver().is_some() {
            self.file.item_mut(item).flags.is_static = true;
        }
        let takes_block = def.location().as_slice().windows(5).any(|word| word == b"yield");
        let outside = self.literal_defaults(def);
        let body = self.scopes.open(&mut self.file, Place::Function, item, BodyKind::Function, at);
        self.file.item_mut(item).body = Some(body);
        let mut inside = Inside { method: name, ..Inside::default() };
        self.parameters(def.parameters(), &mut inside.params, &outside);
        if takes_block && !inside.params.iter().any(|(_, kind)| *kind == ParamKind::Block) {
            self.param(BLOCK, ParamKind::Block);
        }
        self.inside.push(inside);
        self.result(def.body().as_ref(), at);
        self.inside.pop();
        self.scopes.close(&mut self.file);
    }

    /// The defaults that mean the same outside of the method: literals, as operations of the owner's initialiser. Of any
    /// other, a null says that the argument was left out.
    fn literal_defaults(&mut self, def: &DefNode<'_>) -> Vec<Outside> {
        let mut out = Vec::new();
        let Some(params) = def.parameters() else { return out };
        if !self.in_class_body() || self.scopes.here.item != self.owner() {
            return out;
        }
        let optional = params.optionals();
        let keywords = params.keywords();
        for param in optional.iter().chain(keywords.iter()) {
            let (name, value) =
                match (param.as_optional_parameter_node(), param.as_optional_keyword_parameter_node()) {
                    (Some(p), _) => (p.name(), p.value()),
                    (_, Some(p)) => (p.name(), p.value()),
                    _ => continue,
                };
            let is_plain = matches!(
                value,
                Node::NilNode { .. }
                    | Node::TrueNode { .. }
                    | Node::FalseNode { .. }
                    | Node::IntegerNode { .. }
                    | Node::StringNode { .. }
                    | Node::SymbolNode { .. }
            );
            let op = if is_plain { self.expr(&value) } else { self.null(self.at(&value)) };
            out.push(Outside { name: name_of(&name), op, is_plain });
        }
        out
    }

    /// A default that is evaluated when the method is called without the argument.
    fn default_inside(&mut self, local: LocalId, value: &Node<'_>) {
        let at = self.at(value);
        let given = self.op(OpKind::Local(local), at);
        let null = self.null(at);
        let left_out = self.op(OpKind::Binary { op: BinOp::LeftOut, lhs: given, rhs: null }, at);
        self.arm(left_out, 0, true, at, |ruby| {
            let default = ruby.expr(value);
            ruby.bind(local, default, at);
        });
    }

    /// An item for a method of the open class.
    pub(crate) fn method_item(&mut self, name: &str, at: Span, name_span: Span) -> ItemId {
        let open = self.open_class();
        let (owner, is_static, is_private) = (open.item, open.is_static, open.is_private);
        let mut item = self.file.blank(ItemKind::Function, name, owner, at);
        item.name_span = name_span;
        item.flags.is_static = is_static;
        item.flags.is_public = !is_private;
        item.flags.is_constructor = name == "initialize" && !is_static;
        let id = self.file.item(item);
        self.open_class().methods.push((name.to_owned(), id));
        id
    }

    /// A method whose code is built by a step, which gives the result.
    pub(crate) fn made_method(
        &mut self,
        name: &str,
        at: Span,
        step: impl FnOnce(&mut Self) -> OpId,
    ) -> ItemId {
        let item = self.method_item(name, at, at);
        let body = self.scopes.open(&mut self.file, Place::Function, item, BodyKind::Function, at);
        self.file.item_mut(item).body = Some(body);
        self.inside.push(Inside { method: name.to_owned(), ..Inside::default() });
        let result = step(self);
        self.scopes.here.body.exit(ExitKind::Return, result, at);
        self.inside.pop();
        self.scopes.close(&mut self.file);
        item
    }

    /// `alias new old` as a method that calls the other.
    pub(crate) fn alias(&mut self, node: &Node<'_>, at: Span) -> OpId {
        let names = node
            .as_alias_method_node()
            .and_then(|n| Some((literal_text(&n.new_name())?, literal_text(&n.old_name())?)));
        if let Some((new, old)) = names {
            self.alias_of(&new, &old, at);
        }
        self.null(at)
    }

    pub(crate) fn alias_of(&mut self, new: &str, old: &str, at: Span) {
        self.made_method(new, at, |ruby| {
            let rest = ruby.param("*", ParamKind::Rest);
            let recv = ruby.op(OpKind::SelfRef, at);
            let rest = ruby.op(OpKind::Local(rest), at);
            ruby.member(recv, old, vec![Arg { slot: Slot::Rest, value: rest }], CallForm::Plain, at)
        });
    }

    /// A method made from a block: `define_method(:name) { |x| .. }`.
    pub(crate) fn method_of_block(
        &mut self,
        name: &str,
        params: Option<Node<'_>>,
        body: Option<Node<'_>>,
        at: Span,
    ) {
        self.made_method(name, at, |ruby| {
            let pending = ruby.block_parameters(params, at);
            ruby.take_apart(&pending, at);
            ruby.part(body.as_ref()).unwrap_or_else(|| ruby.null(at))
        });
    }

    /// The statements of a body, whose last value it gives back.
    fn result(&mut self, body: Option<&Node<'_>>, at: Span) {
        let Some(value) = self.part(body) else { return };
        if !matches!(self.scopes.here.body.peek(value).kind, OpKind::Exit { .. }) {
            let at = self.scopes.here.body.peek(value).span;
            self.scopes.here.body.exit(ExitKind::Return, value, at);
        }
        let _ = at;
    }

    pub(crate) fn lambda(&mut self, node: &Node<'_>, at: Span) -> OpId {
        match node.as_lambda_node() {
            Some(n) => self.closure(n.parameters(), n.body(), false, at),
            None => self.unknown(&[], at),
        }
    }

    /// A block or lambda.
    pub(crate) fn closure(
        &mut self,
        params: Option<Node<'_>>,
        body: Option<Node<'_>>,
        is_block: bool,
        at: Span,
    ) -> OpId {
        let item = self.scopes.here.item;
        let id = self.scopes.open(&mut self.file, Place::Closure, item, BodyKind::Closure, at);
        self.inside.push(Inside { is_block, ..Inside::default() });
        let pending = self.block_parameters(params, at);
        self.take_apart(&pending, at);
        self.result(body.as_ref(), at);
        self.inside.pop();
        self.scopes.close(&mut self.file);
        self.op(OpKind::Lambda(id), at)
    }

    /// Declares what a block takes; parameters that destructure are given back with their local.
    fn block_parameters<'n>(&mut self, params: Option<Node<'n>>, _at: Span) -> Vec<(LocalId, Node<'n>)> {
        let Some(params) = params else { return Vec::new() };
        if let Some(numbered) = params.as_numbered_parameters_node() {
            for i in 1..=numbered.maximum() {
                self.param(&format!("_{i}"), ParamKind::Normal);
            }
            return Vec::new();
        }
        if params.as_it_parameters_node().is_some() {
            self.param("it", ParamKind::Normal);
            return Vec::new();
        }
        let Some(block) = params.as_block_parameters_node() else { return Vec::new() };
        let mut ignored = Vec::new();
        let pending = self.parameters(block.parameters(), &mut ignored, &[]);
        for local in block.locals().iter() {
            if let Some(local) = local.as_block_local_variable_node() {
                self.scopes.declare(&mut self.file, &name_of(&local.name()));
            }
        }
        pending
    }

    fn take_apart(&mut self, pending: &[(LocalId, Node<'_>)], _at: Span) {
        for (local, target) in pending {
            let at = self.at(target);
            let value = self.op(OpKind::Local(*local), at);
            self.assign(target, value);
        }
    }

    /// Declares parameters. Defaults are evaluated once all of them are known.
    fn parameters<'n>(
        &mut self,
        node: Option<ParametersNode<'n>>,
        names: &mut Vec<(String, ParamKind)>,
        outside: &[Outside],
    ) -> Vec<(LocalId, Node<'n>)> {
        let mut pending = Vec::new();
        let Some(node) = node else { return pending };
        let mut defaults: Vec<(LocalId, Node<'n>)> = Vec::new();
        for required in node.requireds().iter() {
            self.positional(required, names, &mut pending);
        }
        for optional in node.optionals().iter() {
            let Some(optional) = optional.as_optional_parameter_node() else { continue };
            let name = name_of(&optional.name());
            let known = outside.iter().find(|known| known.name == name);
            let local = self.param_with(&name, ParamKind::Normal, known.map_or(OpId::NONE, |known| known.op));
            if !known.is_some_and(|known| known.is_plain) {
                defaults.push((local, optional.value()));
            }
            names.push((name, ParamKind::Normal));
        }
        if let Some(rest) = node.rest().as_ref().and_then(Node::as_rest_parameter_node) {
            let name = rest.name().map_or_else(|| "*".to_owned(), |name| name_of(&name));
            self.param(&name, ParamKind::Rest);
            names.push((name, ParamKind::Rest));
        }
        for post in node.posts().iter() {
            self.positional(post, names, &mut pending);
        }
        for keyword in node.keywords().iter() {
            if let Some(required) = keyword.as_required_keyword_parameter_node() {
                let name = name_of(&required.name());
                self.param(&name, ParamKind::KeyOnly);
                names.push((name, ParamKind::KeyOnly));
            } else if let Some(optional) = keyword.as_optional_keyword_parameter_node() {
                let name = name_of(&optional.name());
                let known = outside.iter().find(|known| known.name == name);
                let local =
                    self.param_with(&name, ParamKind::KeyOnly, known.map_or(OpId::NONE, |known| known.op));
                if !known.is_some_and(|known| known.is_plain) {
                    defaults.push((local, optional.value()));
                }
                names.push((name, ParamKind::KeyOnly));
            }
        }
        self.trailing(&node, names);
        for (local, value) in defaults {
            self.default_inside(local, &value);
        }
        pending
    }

    fn positional<'n>(
        &mut self,
        node: Node<'n>,
        names: &mut Vec<(String, ParamKind)>,
        pending: &mut Vec<(LocalId, Node<'n>)>,
    ) {
        match node.as_required_parameter_node() {
            Some(required) => {
                let name = name_of(&required.name());
                self.param(&name, ParamKind::Normal);
                names.push((name, ParamKind::Normal));
            }
            None => {
                let local = self.param("", ParamKind::Normal);
                pending.push((local, node));
            }
        }
    }

    fn trailing(&mut self, node: &ParametersNode<'_>, names: &mut Vec<(String, ParamKind)>) {
        match node.keyword_rest().as_ref() {
            Some(Node::ForwardingParameterNode { .. }) => {
                for (name, kind) in
                    [("*", ParamKind::Rest), ("**", ParamKind::KeyRest), (BLOCK, ParamKind::Block)]
                {
                    self.param(name, kind);
                    names.push((name.to_owned(), kind));
                }
                return;
            }
            Some(rest) => {
                if let Some(rest) = rest.as_keyword_rest_parameter_node() {
                    let name = rest.name().map_or_else(|| "**".to_owned(), |name| name_of(&name));
                    self.param(&name, ParamKind::KeyRest);
                    names.push((name, ParamKind::KeyRest));
                }
            }
            None => {}
        }
        if let Some(block) = node.block().as_ref().and_then(Node::as_block_parameter_node) {
            let name = block.name().map_or_else(|| BLOCK.to_owned(), |name| name_of(&name));
            let local = self.param(&name, ParamKind::Block);
            self.scopes.name(BLOCK, local);
            names.push((name, ParamKind::Block));
        }
    }

    /// What `attr_reader` makes.
    pub(crate) fn reader(&mut self, name: &str, at: Span) {
        let item = self.made_method(name, at, |ruby| {
            let base = ruby.op(OpKind::SelfRef, at);
            ruby.get(base, &format!("@{name}"), at)
        });
        let flags = &mut self.file.item_mut(item).flags;
        flags.is_property = !flags.is_static;
    }

    /// The constructor of a class whose members are its parameters: `Struct.new(:a, :b)`.
    pub(crate) fn member_constructor(&mut self, members: &[String], at: Span) {
        self.made_method("initialize", at, |ruby| {
            let locals: Vec<LocalId> =
                members.iter().map(|name| ruby.param(name, ParamKind::Normal)).collect();
            for (name, local) in members.iter().zip(locals) {
                let base = ruby.op(OpKind::SelfRef, at);
                let value = ruby.op(OpKind::Local(local), at);
                ruby.put(base, &format!("@{name}"), value, at);
            }
            ruby.null(at)
        });
    }
}
