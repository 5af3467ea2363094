//! Namespaces, imports, constants, attributes.

use crate::names::dotted;
use crate::walk::Php;
use perflint_ir::{CallForm, Callee, Import, ImportKind, Item, ItemId, ItemKind, Marker, OpId};
use php_ast::{
    Attribute, Comment, ConstItem, NamespaceBody, NamespaceDecl, Stmt, StmtKind, UseDecl, UseItem,
};

/// A page of markup that declares nothing: something that is rendered.
pub(crate) fn is_page(stmts: &[Stmt<'_, '_>]) -> bool {
    let mut markup = false;
    for stmt in stmts {
        match &stmt.kind {
            StmtKind::InlineHtml(text) => markup |= text.contains('<'),
            StmtKind::Function(_)
            | StmtKind::Class(_)
            | StmtKind::Interface(_)
            | StmtKind::Trait(_)
            | StmtKind::Enum(_) => {
                return false;
            }
            StmtKind::If(node) => markup |= has_markup(node.then_branch),
            StmtKind::Foreach(node) => markup |= has_markup(node.body),
            StmtKind::While(node) => markup |= has_markup(node.body),
            _ => {}
        }
    }
    markup
}

fn has_markup(stmt: &Stmt<'_, '_>) -> bool {
    match &stmt.kind {
        StmtKind::InlineHtml(text) => text.contains('<'),
        StmtKind::Block(block) => block
            .stmts
            .iter()
            .any(|stmt| matches!(stmt.kind, StmtKind::InlineHtml(text) if text.contains('<'))),
        _ => false,
    }
}

impl Php<'_> {
    pub(crate) fn namespace(&mut self, node: &NamespaceDecl<'_, '_>, at: php_ast::Span) {
        let name = node.name.as_ref().map(dotted).unwrap_or_default();
        let NamespaceBody::Braced(block) = &node.body else {
            self.file.package(&name);
            return;
        };
        let outer = self.owner;
        if !name.is_empty() {
            let span = self.span(at);
            let item = self.file.blank(ItemKind::Module, &name, ItemId(0), span);
            self.owner = self.file.item(item);
        }
        self.statements(&block.stmts);
        self.owner = outer;
    }

    pub(crate) fn imports(&mut self, node: &UseDecl<'_, '_>) {
        for item in &*node.uses {
            self.import(item);
        }
    }

    fn import(&mut self, item: &UseItem<'_, '_>) {
        let path = dotted(&item.name);
        let (module, name) = path.rsplit_once('.').unwrap_or(("", &path));
        let alias = item.alias.and_then(|alias| alias.as_str()).unwrap_or(name);
        let span = self.span(item.span);
        let (module, name, alias) = (self.file.sym(module), self.file.sym(name), self.file.sym(alias));
        self.file.import(Import { module, name, alias, kind: ImportKind::Item, span });
    }

    pub(crate) fn constants(&mut self, items: &[ConstItem<'_, '_>]) {
        for constant in items {
            let init = self.expr(&constant.value);
            let item =
                self.item(ItemKind::Field, constant.name.or_error(), constant.span, constant.name.span);
            self.file.item_mut(item).init = init;
        }
    }

    /// An item of the owner that is open.
    pub(crate) fn item(
        &mut self,
        kind: ItemKind,
        name: &str,
        whole: php_ast::Span,
        at: php_ast::Span,
    ) -> ItemId {
        let span = self.span(whole);
        let name_span = self.span(at);
        let item = self.file.blank(kind, name, self.owner, span);
        self.file.item(Item { name_span, ..item })
    }

    /// Attributes, and the annotations of a comment, as markers.
    pub(crate) fn markers(
        &mut self,
        attributes: &[Attribute<'_, '_>],
        comment: Option<&Comment<'_>>,
    ) -> Vec<Marker> {
        let mut markers: Vec<Marker> = attributes.iter().map(|attribute| self.attribute(attribute)).collect();
        if let Some(comment) = comment {
            self.annotations(comment, &mut markers);
        }
        markers
    }

    fn attribute(&mut self, node: &Attribute<'_, '_>) -> Marker {
        let path = dotted(&node.name);
        let mut value = OpId::NONE;
        if !node.args.is_empty() {
            let callee = self.chain(&path, node.name.span());
            let args = self.args(&node.args);
            value = self.invoke(Callee::Value(callee), args, CallForm::Plain, node.name.span(), node.span);
        }
        let span = self.span(node.span);
        Marker { path: self.file.sym(&path), value, words: Vec::new(), span }
    }
}
