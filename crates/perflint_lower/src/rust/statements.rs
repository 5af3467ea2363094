//! Blocks and statements.

use super::Lowerer;
use super::attributes::{is_test, name};
use perflint_ir::{ItemId, ItemKind, OpId, RegionKind, Span};
use syn::{Block, Expr, Item, Local, Stmt};

impl Lowerer {
    /// Lowers a block; its value is that of its last expression, or none.
    pub(super) fn block(&mut self, block: &Block) -> OpId {
        self.scoped(|l| l.block_statements(&block.stmts))
    }

    /// The block of a body. A body that only returns a future is an async one: it runs where its result is awaited, once
    /// per call, and not where somebody takes the future apart.
    pub(super) fn body_block(&mut self, block: &Block) -> OpId {
        match block.stmts.split_last() {
            Some((Stmt::Expr(last, None), before)) if future(last).is_some() => self.scoped(|l| {
                l.block_statements(before);
                l.body_value(last)
            }),
            _ => self.block(block),
        }
    }

    /// The value of a body without braces.
    pub(super) fn body_value(&mut self, expr: &Expr) -> OpId {
        match future(expr) {
            Some(block) => {
                self.frame.body.set_async(true);
                self.block(block)
            }
            None => self.expr(expr),
        }
    }

    fn block_statements(&mut self, statements: &[Stmt]) -> OpId {
        for statement in statements {
            if let Stmt::Item(Item::Fn(function)) = statement
                && !is_test(&function.attrs)
            {
                self.local_function(function);
            }
        }
        let mut value = OpId::NONE;
        for (index, statement) in statements.iter().enumerate() {
            let last = index + 1 == statements.len();
            let here = self.statement(statement);
            value = if last { here } else { OpId::NONE };
        }
        value
    }

    /// Lowers a statement; the value is that of an expression without a semicolon.
    fn statement(&mut self, statement: &Stmt) -> OpId {
        match statement {
            Stmt::Local(local) => {
                self.let_statement(local);
                OpId::NONE
            }
            Stmt::Item(item) => {
                self.local_item(item);
                OpId::NONE
            }
            Stmt::Expr(expr, semicolon) => {
                let value = self.expr(expr);
                if semicolon.is_none() { value } else { OpId::NONE }
            }
            Stmt::Macro(statement) => {
                let value = self.macro_call(&statement.mac);
                if statement.semi_token.is_none() { value } else { OpId::NONE }
            }
        }
    }

    fn local_item(&mut self, item: &Item) {
        let (ident, expr) = match item {
            Item::Fn(_) => return,
            Item::Const(item) => (&item.ident, &item.expr),
            Item::Static(item) => (&item.ident, &item.expr),
            Item::Use(item) if !is_test(&item.attrs) => return self.local_use(item),
            other => {
                let owner = self.enclosing_module();
                return self.item(other, owner);
            }
        };
        let value = self.value(expr);
        let span = self.at(ident.span());
        self.bind(&name(ident), value, span);
    }

    fn enclosing_module(&self) -> ItemId {
        let file = self.file.peek();
        let mut id = self.owner();
        while file.item(id).kind != ItemKind::Module
            && let Some(owner) = file.item(id).owner
        {
            id = owner;
        }
        id
    }

    fn let_statement(&mut self, local: &Local) {
        let Some(init) = &local.init else {
            return self.declare_pattern(&local.pat);
        };
        let value = self.value(&init.expr);
        if let Some((token, otherwise)) = &init.diverge {
            self.diverging(otherwise, value, self.at(token.span));
        }
        self.bind_pattern(&local.pat, value);
    }

    /// The `else` of a `let`, which leaves the block.
    fn diverging(&mut self, otherwise: &Expr, value: OpId, span: Span) {
        let cond = self.matched(value);
        let kind = RegionKind::Branch { cond, arm: 1, last: false };
        self.in_region(kind, span, |l| l.expr(otherwise));
    }
}

/// The block of an async block, also of one that is boxed: `Box::pin(async ..)`, `async { .. }.boxed()`.
fn future(expr: &Expr) -> Option<&Block> {
    match expr {
        Expr::Async(block) => Some(&block.block),
        Expr::MethodCall(call) if call.args.is_empty() => match &*call.receiver {
            Expr::Async(block) => Some(&block.block),
            _ => None,
        },
        Expr::Call(call) if call.args.len() == 1 => match (&*call.func, call.args.first()) {
            (Expr::Path(path), Some(Expr::Async(block)))
                if path.path.segments.last().is_some_and(|last| last.ident == "pin") =>
            {
                Some(&block.block)
            }
            _ => None,
        },
        _ => None,
    }
}
