//! What a program learns when it asks of which kind a value is.

use crate::eval::Eval;
use crate::value::{FALSE, SCALAR, TRUE, V, Val};
use perflint_models::Shape;

impl Eval<'_> {
    /// Whether a value is of one of some kinds; what is not known may be.
    pub(crate) fn is_shaped(&self, v: V, shapes: &[Shape]) -> V {
        let asked = |shape: Shape| shapes.contains(&shape);
        let certain = |shape: Shape| if asked(shape) { TRUE } else { FALSE };
        match self.vals.get(v) {
            Val::Null => certain(Shape::Null),
            Val::Int(_) => certain(Shape::Number),
            // A text may be written like a number.
            Val::Str(_) if asked(Shape::Number) && !asked(Shape::Text) => SCALAR,
            Val::Str(_) => certain(Shape::Text),
            Val::List(_) => certain(Shape::List),
            Val::Map(..) if asked(Shape::Object) => SCALAR,
            Val::Map(..) => certain(Shape::Map),
            Val::Closure(..) | Val::Fun(_) | Val::Bound(..) if asked(Shape::Object) => SCALAR,
            Val::Closure(..) | Val::Fun(_) | Val::Bound(..) => certain(Shape::Callable),
            // An instance may be called, and iterated, if its class says how.
            Val::Inst(..) | Val::Row(_) if asked(Shape::Object) => TRUE,
            Val::Inst(..) | Val::Row(_) if !asked(Shape::Callable) => FALSE,
            Val::Union(all) => {
                match all.iter().map(|v| self.is_shaped(*v, shapes)).collect::<Vec<_>>().as_slice() {
                    [first, rest @ ..] if rest.iter().all(|other| other == first) => *first,
                    _ => SCALAR,
                }
            }
            _ => SCALAR,
        }
    }
}
