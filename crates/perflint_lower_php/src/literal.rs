//! Literals: strings with holes, arrays.

use crate::walk::Php;
use perflint_ir::{Arg, OpId, OpKind, Shape, Slot};
use php_ast::{ArrayElement, ArrayElementKind, Expr, ExprKind, Span, StringPart};

impl Php<'_> {
    pub(crate) fn int(&mut self, value: i64, at: Span) -> OpId {
        let value = i32::try_from(value).unwrap_or(if value < 0 { i32::MIN } else { i32::MAX });
        self.op(OpKind::Int(value), at)
    }

    /// A string with holes.
    pub(crate) fn interpolated(&mut self, parts: &[StringPart<'_, '_>], at: Span) -> OpId {
        let mut values = Vec::with_capacity(parts.len());
        for part in parts {
            values.push(match part {
                StringPart::Literal(text) => self.str(&text.to_string_lossy(), at),
                StringPart::Expr(value) => self.expr(value),
                _ => continue,
            });
        }
        match values[..] {
            [single] if matches!(parts[0], StringPart::Literal(_)) => single,
            _ => {
                let at = self.span(at);
                self.scopes.here.body.text(&values, at)
            }
        }
    }

    /// `[$this, 'name']` and `[Order::class, 'name']` are what they call; anything else is a list or a map.
    pub(crate) fn array(&mut self, elements: &[ArrayElement<'_, '_>], at: Span) -> OpId {
        if let [object, method] = elements
            && let Some(name) = callable(object, method)
        {
            let base = self.expr(object.value());
            let name = self.file.sym(&name);
            return self.op(OpKind::Get { base, name }, at);
        }
        let keyed = elements.iter().any(|element| element.key.is_some());
        let mut args = Vec::with_capacity(elements.len());
        for element in elements {
            if matches!(element.value().kind, ExprKind::Omit) {
                continue;
            }
            let slot = match &element.key {
                None => {
                    if element.is_spread() {
                        if keyed { Slot::KeyRest } else { Slot::Rest }
                    } else {
                        Slot::Pos
                    }
                }
                Some(key) => match &key.kind {
                    ExprKind::String(text) => Slot::Key(self.file.sym(&text.to_string_lossy())),
                    _ => {
                        self.expr(key);
                        Slot::Pos
                    }
                },
            };
            let value = self.expr(element.value());
            args.push(Arg { slot, value });
        }
        let at = self.span(at);
        // Elements without a key before those with one: a list that ends with a map.
        let mixed = keyed && elements.iter().any(|element| element.key.is_none() && !element.is_spread());
        if mixed {
            let (named, mut listed): (Vec<Arg>, Vec<Arg>) =
                args.into_iter().partition(|arg| matches!(arg.slot, Slot::Key(_) | Slot::KeyRest));
            let map = self.scopes.here.body.make(Shape::Map, named, at);
            listed.push(crate::walk::pos(map));
            return self.scopes.here.body.make(Shape::List, listed, at);
        }
        self.scopes.here.body.make(if keyed { Shape::Map } else { Shape::List }, args, at)
    }

    /// An empty array that the code after it fills under names is a map.
    pub(crate) fn empty_array(&mut self, variable: &str, at: Span) -> OpId {
        const AHEAD: usize = 4_000;
        let rest = self.offsets.text().as_bytes().get(at.end as usize..).unwrap_or_default();
        let rest = &rest[..rest.len().min(AHEAD)];
        let filled = format!("${variable}[");
        let next = rest.windows(filled.len()).position(|text| text == filled.as_bytes());
        let first = next.and_then(|from| rest.get(from + filled.len()));
        let shape = if matches!(first, Some(b'\'' | b'"')) { Shape::Map } else { Shape::List };
        let at = self.span(at);
        self.scopes.here.body.make(shape, Vec::new(), at)
    }

    /// Binds the parts of a value: `[$a, $b] = ..`, `['id' => $id] = ..`, `list($a, , $b) = ..`.
    pub(crate) fn unpack(&mut self, elements: &[ArrayElement<'_, '_>], value: OpId) {
        for (position, element) in elements.iter().enumerate() {
            let target = match &element.kind {
                ArrayElementKind::Value(target) | ArrayElementKind::ByRef(target) => target,
                _ => continue,
            };
            if matches!(target.kind, ExprKind::Omit) {
                continue;
            }
            let key = match &element.key {
                Some(key) => self.expr(key),
                None => self.int(position as i64, target.span),
            };
            let part = self.op(OpKind::Index { base: value, key }, target.span);
            self.assign_to(target, part);
        }
    }
}

/// The global variable that `$GLOBALS['name']` reads.
pub(crate) fn global(array: &Expr<'_, '_>, index: Option<&Expr<'_, '_>>) -> Option<String> {
    let (ExprKind::Variable(base), ExprKind::String(name)) = (&array.kind, &index?.kind) else { return None };
    (base.as_str() == "GLOBALS").then(|| name.to_string_lossy().into_owned())
}

/// The name of the method if two elements are a callable.
fn callable(object: &ArrayElement<'_, '_>, method: &ArrayElement<'_, '_>) -> Option<String> {
    if object.key.is_some() || method.key.is_some() {
        return None;
    }
    let is_object = match &object.value().kind {
        ExprKind::Variable(name) => name.as_str() == "this",
        ExprKind::ClassConstAccess(node) => is_class_word(node.member),
        _ => false,
    };
    match &method.value().kind {
        ExprKind::String(text) if is_object => {
            let text = text.to_string_lossy();
            let is_name = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            is_name.then(|| text.into_owned())
        }
        _ => None,
    }
}

/// The `class` of `Order::class`.
pub(crate) fn is_class_word(member: &Expr<'_, '_>) -> bool {
    crate::names::class_path(member).is_some_and(|name| name.eq_ignore_ascii_case("class"))
}
