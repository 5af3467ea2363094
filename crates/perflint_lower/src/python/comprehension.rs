//! Comprehensions and generator expressions: loops whose result is a literal.

use super::frame::Binding;
use super::{Lower, collect, span};
use perflint_ir::{Arg, LoopSource, OpId, OpKind, RegionId, RegionKind, Shape, Slot, Span};
use ruff_python_ast::{Comprehension, Expr, ExprDictComp};
use ruff_text_size::{Ranged, TextRange};

/// The names that a comprehension hides, with what they meant before.
type Hidden<'a> = Vec<(&'a str, Option<Binding>)>;

impl<'a> Lower<'a> {
    pub(super) fn comprehension(
        &mut self,
        generators: &'a [Comprehension],
        element: &'a Expr,
        at: TextRange,
    ) -> OpId {
        self.around_element(generators, Shape::List, at, |lower| lower.expr(element))
    }

    pub(super) fn dict_comprehension(&mut self, node: &'a ExprDictComp) -> OpId {
        self.around_element(&node.generators, Shape::Map, node.range, |lower| {
            if let Some(key) = node.key.as_deref() {
                lower.expr(key);
            }
            lower.expr(&node.value)
        })
    }

    fn around_element(
        &mut self,
        generators: &'a [Comprehension],
        shape: Shape,
        at: TextRange,
        element: impl FnOnce(&mut Self) -> OpId,
    ) -> OpId {
        let outside = self.here.body.region();
        let mut hidden = Hidden::new();
        for generator in generators {
            self.generator(generator, &mut hidden);
        }
        let value = element(self);
        self.here.body.leave(outside);
        for (name, before) in hidden.into_iter().rev() {
            match before {
                Some(binding) => self.here.names.insert(name, binding),
                None => self.here.names.remove(name),
            };
        }
        self.here.body.make(shape, vec![Arg { slot: Slot::Pos, value }], span(at))
    }

    /// Enters the loop of one `for` and the regions of its conditions.
    fn generator(&mut self, node: &'a Comprehension, hidden: &mut Hidden<'a>) {
        let over = self.expr(&node.iter);
        collect::target_names(&node.target, &mut |name| {
            hidden.push((name, self.here.names.get(name).copied()));
            self.declare(name);
        });
        self.enter_loop(over, &node.target, LoopSource::Comprehension, span(node.range));
        for test in &node.ifs {
            let cond = self.expr(test);
            self.here.body.enter(RegionKind::Branch { cond, arm: 0, last: false }, span(test.range()));
        }
    }

    /// Enters a loop and binds its target; returns the region around it.
    pub(super) fn enter_loop(
        &mut self,
        over: OpId,
        target: &'a Expr,
        source: LoopSource,
        at: Span,
    ) -> RegionId {
        let named = self.target_local(target);
        let item = named.unwrap_or_else(|| self.temporary());
        let before = self.here.body.enter(RegionKind::Loop { over, item, source }, at);
        if named.is_none() {
            let value = self.op(OpKind::Local(item), target.range());
            self.bind_target(target, value);
        }
        before
    }
}
