//! What stands at the top of a file or namespace: imports, exports and the declarations that become items.

use super::context::{Lowerer, span};
use super::declare::{declared, written_class};
use super::function::Callable;
use oxc_ast::ast::{
    BindingPattern, Declaration, ExportAllDeclaration, ExportDefaultDeclaration,
    ExportDefaultDeclarationKind, ExportFromDeclaration, Expression, Function, ImportDeclaration,
    ImportDeclarationSpecifier, Statement, TSTypeAnnotation, VariableDeclarator,
};
use perflint_ir::{Import, ImportKind, Item, ItemFlags, ItemId, ItemKind, OpId, Span, Sym};

/// The name of a default export.
pub(super) const DEFAULT: &str = "default";

impl<'a> Lowerer<'a> {
    pub(super) fn top_level(&mut self, statements: &[Statement<'a>]) {
        let mut statements = statements.iter().peekable();
        while let Some(statement) = statements.next() {
            if !is_overload(statement, statements.peek().copied()) {
                self.top_statement(statement);
            }
        }
    }

    fn top_statement(&mut self, statement: &Statement<'a>) {
        match statement {
            Statement::ImportDeclaration(import) => self.import_statement(import),
            Statement::ExportAllDeclaration(export) => self.export_all(export),
            Statement::ExportDefaultDeclaration(export) => self.export_default(export),
            Statement::ExportDeclaration(export) => self.top_declaration(&export.declaration, true),
            Statement::ExportNamedDeclaration(export) => {
                for specifier in &export.specifiers {
                    let local = self.sym(specifier.local.name().as_str());
                    self.export(specifier.exported.name().as_str(), local);
                }
            }
            Statement::ExportFromDeclaration(export) => self.export_from(export),
            Statement::TSExportAssignment(export) => {
                self.export_whole(&export.expression);
            }
            Statement::TSNamespaceExportDeclaration(_) => {}
            other => match other.as_declaration() {
                Some(declaration) => self.top_declaration(declaration, false),
                None => self.stmt(other),
            },
        }
    }

    fn top_declaration(&mut self, declaration: &Declaration<'a>, exported: bool) {
        match declaration {
            Declaration::VariableDeclaration(variables) => {
                for declarator in &variables.declarations {
                    self.top_variable(declarator, exported);
                }
            }
            Declaration::FunctionDeclaration(function) => {
                if let Some(id) = &function.id {
                    self.top_function(function, (id.name.as_str(), span(id)), exported);
                }
            }
            Declaration::ClassDeclaration(class) => {
                self.class(class, None, exported);
            }
            other => self.type_declaration(other, exported),
        }
        if let Some(id) = declared(declaration).filter(|_| exported) {
            let name = self.sym(id.name.as_str());
            self.export(id.name.as_str(), name);
        }
    }

    fn top_function(&mut self, function: &Function<'a>, name: (&str, Span), exported: bool) {
        let flags = ItemFlags { is_public: exported, ..ItemFlags::default() };
        let owner = self.here.owner;
        let at = span(function);
        match Callable::of(function) {
            Some(callable) => self.function_item(name, callable, owner, (flags, Vec::new()), at),
            None => self.signature_item(name, function.return_type.as_deref(), owner, flags, at),
        };
    }

    fn top_variable(&mut self, declarator: &VariableDeclarator<'a>, exported: bool) {
        if exported {
            for id in declarator.id.get_binding_identifiers() {
                let name = self.sym(id.name.as_str());
                self.export(id.name.as_str(), name);
            }
        }
        if self.require_binding(declarator) || self.own_binding(declarator) {
            return;
        }
        let init = declarator.init.as_ref();
        let BindingPattern::BindingIdentifier(id) = &declarator.id else {
            if let Some(init) = init {
                let value = self.expr(init);
                self.bind_pattern(&declarator.id, value);
            }
            return;
        };
        let name = (id.name.as_str(), span(&id.span));
        if let Some(init) = init
            && self.callable_item(name, init, exported, span(declarator))
        {
            return;
        }
        let value = init.map_or(OpId::NONE, |init| self.expr(init));
        let name = self.sym(id.name.as_str());
        self.variable_item(name, span(&id.span), declarator.type_annotation.as_deref(), value, exported);
    }

    /// Adds a function or class item for a value that is one; false for other values.
    pub(super) fn callable_item(
        &mut self,
        name: (&str, Span),
        value: &Expression<'a>,
        exported: bool,
        whole: Span,
    ) -> bool {
        if let Some(callable) = Callable::written(value) {
            let flags = ItemFlags { is_public: exported, ..ItemFlags::default() };
            self.function_item(name, callable, self.here.owner, (flags, Vec::new()), whole);
            return true;
        }
        if let Some(class) = written_class(value) {
            self.class(class, Some(name), exported);
            return true;
        }
        false
    }

    /// Adds a variable of the module.
    pub(super) fn variable_item(
        &mut self,
        name: Sym,
        name_span: Span,
        ty: Option<&TSTypeAnnotation<'a>>,
        init: OpId,
        exported: bool,
    ) {
        let ty = ty.and_then(|ty| self.annotation(ty));
        let owner = self.here.owner;
        let blank = self.blank(ItemKind::Field, "", owner, name_span);
        let flags = ItemFlags { is_public: exported, ..ItemFlags::default() };
        let item = self.file.item(Item { name, ty, init, flags, ..blank });
        if !init.is_some() {
            self.unset.insert((owner, name), item);
        }
    }

    /// Gives a variable of the module a value: the one that it was declared without, or one more.
    pub(super) fn set_variable(&mut self, name: Sym, value: OpId, at: Span) {
        match self.unset.remove(&(self.here.owner, name)) {
            Some(item) => self.file.item_mut(item).init = value,
            None => self.variable_item(name, at, None, value, false),
        }
    }

    /// Adds an import.
    pub(super) fn import(&mut self, module: &str, name: &str, alias: Sym, kind: ImportKind, at: Span) {
        let (module, name) = (self.file.sym(module), self.file.sym(name));
        self.file.import(Import { module, name, alias, kind, span: at });
    }

    /// A local name that no source text can contain.
    pub(super) fn hidden(&mut self, text: &str) -> Sym {
        self.file.sym(&format!("\u{0}{text}"))
    }

    /// Adds an export of the file; namespaces export to nobody but their file.
    pub(super) fn export(&mut self, name: &str, local: Sym) {
        if self.here.owner == ItemId(0) {
            self.exported.insert(local);
            let text = self.file.text(local).to_owned();
            self.file.export(name, &text);
        }
    }

    fn import_statement(&mut self, import: &ImportDeclaration<'a>) {
        let module = import.source.value.as_str();
        let Some(specifiers) = &import.specifiers else {
            let alias = self.hidden(module);
            return self.import(module, "", alias, ImportKind::Module, span(import));
        };
        for specifier in specifiers {
            let (name, local, kind) = match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(one) => {
                    (one.imported.name().as_str(), &one.local, ImportKind::Item)
                }
                ImportDeclarationSpecifier::ImportDefaultSpecifier(one) => {
                    (DEFAULT, &one.local, ImportKind::Item)
                }
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(one) => {
                    ("", &one.local, ImportKind::Module)
                }
            };
            let alias = self.sym(local.name.as_str());
            self.import(module, name, alias, kind, span(specifier));
        }
    }

    fn export_from(&mut self, export: &ExportFromDeclaration<'a>) {
        for specifier in &export.specifiers {
            let exported = specifier.exported.name();
            let alias = self.hidden(exported.as_str());
            let name = specifier.local.name();
            self.import(
                export.source.value.as_str(),
                name.as_str(),
                alias,
                ImportKind::Item,
                span(specifier),
            );
            self.export(exported.as_str(), alias);
        }
    }

    fn export_all(&mut self, export: &ExportAllDeclaration<'a>) {
        let module = export.source.value.as_str();
        let Some(name) = &export.exported else {
            let alias = self.sym("");
            return self.import(module, "", alias, ImportKind::Glob, span(export));
        };
        let alias = self.hidden(name.name().as_str());
        self.import(module, "", alias, ImportKind::Module, span(export));
        self.export(name.name().as_str(), alias);
    }

    fn export_default(&mut self, export: &ExportDefaultDeclaration<'a>) {
        let at = span(export);
        let local = match &export.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(function) => {
                let name = function.id.as_ref().map_or((DEFAULT, at), |id| (id.name.as_str(), span(id)));
                self.top_function(function, name, true);
                self.sym(name.0)
            }
            ExportDefaultDeclarationKind::ClassDeclaration(class) => {
                let name = class.id.is_none().then_some((DEFAULT, at));
                self.class(class, name, true)
            }
            ExportDefaultDeclarationKind::TSInterfaceDeclaration(interface) => {
                self.interface(interface, true);
                self.sym(interface.id.name.as_str())
            }
            other => {
                self.export_default_value(other.to_expression(), at);
                return;
            }
        };
        self.export(DEFAULT, local);
    }

    fn export_default_value(&mut self, value: &Expression<'a>, at: Span) {
        if let Expression::Identifier(name) = value.get_inner_expression() {
            let local = self.sym(name.name.as_str());
            self.export(DEFAULT, local);
            return;
        }
        let local = self.sym(DEFAULT);
        self.export(DEFAULT, local);
        if !self.callable_item((DEFAULT, at), value, true, at) {
            let value = self.expr(value);
            self.variable_item(local, at, None, value, true);
        }
    }
}

/// A signature of a function whose next signature or code follows.
fn is_overload(statement: &Statement<'_>, next: Option<&Statement<'_>>) -> bool {
    let Some((function, next)) = function_of(statement).zip(next.and_then(function_of)) else { return false };
    function.body.is_none() && function.id.is_some() && function.name() == next.name()
}

fn function_of<'s, 'a>(statement: &'s Statement<'a>) -> Option<&'s Function<'a>> {
    match statement {
        Statement::FunctionDeclaration(function) => Some(function),
        Statement::ExportDeclaration(export) => match &export.declaration {
            Declaration::FunctionDeclaration(function) => Some(function),
            _ => None,
        },
        Statement::ExportDefaultDeclaration(export) => match &export.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(function) => Some(function),
            _ => None,
        },
        _ => None,
    }
}
