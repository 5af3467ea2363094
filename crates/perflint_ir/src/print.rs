//! A printer for people and for snapshot tests.

use crate::op::{Arg, Body, Callee, LocalId, OpId, OpKind, RegionKind, Shape, Slot};
use crate::{FileIr, ItemId, TypeExpr, TypeId};
use std::fmt::Write as _;

/// The whole file as text, one item or operation a line; names must not have been re-indexed yet.
pub fn print(file: &FileIr) -> String {
    let mut out = String::new();
    if !file.text(file.package).is_empty() {
        let _ = writeln!(out, "package {}", file.text(file.package));
    }
    for import in &file.imports {
        let (module, name, alias) =
            (file.text(import.module), file.text(import.name), file.text(import.alias));
        let _ = writeln!(out, "import {:?} {module} . {name} as {alias}", import.kind);
    }
    for export in &file.exports {
        let _ = writeln!(out, "export {} = {}", file.text(export.name), file.text(export.local));
    }
    for (index, item) in file.items.iter().enumerate() {
        let _ = write!(out, "item {index} {:?} {}", item.kind, file.text(item.name));
        if let Some(ItemId(owner)) = item.owner {
            let _ = write!(out, " in {owner}");
        }
        for base in &item.bases {
            let _ = write!(out, " : {}", type_text(file, *base));
        }
        if let Some(ty) = item.ty {
            let _ = write!(out, " -> {}", type_text(file, ty));
        }
        for marker in &item.markers {
            let _ = write!(out, " @{}", file.text(marker.path));
            if marker.value.is_some() {
                let _ = write!(out, "=%{}", marker.value.0);
            }
            for word in &marker.words {
                let _ = write!(out, " {:?}", file.text(*word));
            }
        }
        if let Some(body) = item.body {
            let _ = write!(out, " body {}", body.0);
        }
        if item.init.is_some() {
            let _ = write!(out, " init %{}", item.init.0);
        }
        let flags = &item.flags;
        for (on, name) in [
            (flags.is_async, "async"),
            (flags.is_static, "static"),
            (flags.is_property, "property"),
            (flags.is_abstract, "abstract"),
            (flags.is_class_method, "classmethod"),
            (flags.is_constructor, "constructor"),
            (flags.is_open, "open"),
        ] {
            if on {
                let _ = write!(out, " {name}");
            }
        }
        out.push('\n');
    }
    for (index, body) in file.bodies.iter().enumerate() {
        let names: Vec<&str> = body.params.iter().map(|p| file.text(p.name)).collect();
        let _ = write!(out, "body {index} {:?} of item {} ({})", body.kind, body.owner.0, names.join(", "));
        if body.is_async {
            out.push_str(" async");
        }
        if body.is_generator {
            out.push_str(" generator");
        }
        for capture in &body.captures {
            let _ = write!(out, " [{} <- {}]", capture.inner.0, capture.outer.0);
        }
        out.push('\n');
        print_body(file, body, &mut out);
    }
    for facts in &file.sql {
        for s in &facts.statements {
            let place = facts.place.map(|(b, o)| format!(" at {}:%{}", b.0, o.0)).unwrap_or_default();
            let _ = writeln!(
                out,
                "sql {:?} {:?} star={} filtered={} limit={:?}{place}",
                s.verb, s.tables, s.star, s.filtered, s.limit
            );
        }
    }
    for gap in &file.gaps {
        let _ = writeln!(out, "gap {:?} at {}", gap.kind, gap.span.start);
    }
    out
}

fn print_body(file: &FileIr, body: &Body, out: &mut String) {
    for (index, region) in body.regions.iter().enumerate().skip(1) {
        let what = match region.kind {
            RegionKind::Root => "root".to_owned(),
            RegionKind::Loop { over, item, source } => {
                format!("loop {source:?} over {} as {}", value(over), local(file, body, item))
            }
            RegionKind::Branch { cond, arm, last } => {
                format!("branch on {} arm {arm}{}", value(cond), if last { " last" } else { "" })
            }
            RegionKind::Handler => "handler".to_owned(),
            RegionKind::Scope { resource } => format!("scope of {}", value(resource)),
        };
        let _ = writeln!(out, "  region {index} in {}: {what}", region.parent.0);
    }
    for (index, op) in body.ops.iter().enumerate() {
        let _ = writeln!(out, "  %{index} r{} {}", op.region.0, op_text(file, body, op.kind));
    }
}

fn op_text(file: &FileIr, body: &Body, kind: OpKind) -> String {
    let list = |ids: &[OpId]| ids.iter().map(|id| value(*id)).collect::<Vec<_>>().join(", ");
    match kind {
        OpKind::Null => "null".to_owned(),
        OpKind::Bool(b) => b.to_string(),
        OpKind::Int(n) => n.to_string(),
        OpKind::Str(s) => format!("{:?}", file.text(s)),
        OpKind::Text(kids) => format!("text({})", list(body.kids(kids))),
        OpKind::Local(id) => format!("local {}", local(file, body, id)),
        OpKind::SelfRef => "self".to_owned(),
        OpKind::SuperRef => "super".to_owned(),
        OpKind::Name(s) => format!("name {}", file.text(s)),
        OpKind::Get { base, name } => format!("{}.{}", value(base), file.text(name)),
        OpKind::Index { base, key } => format!("{}[{}]", value(base), value(key)),
        OpKind::Slice { base, limit } => format!("{}[..{}]", value(base), value(limit)),
        OpKind::Call(id) => {
            let call = body.call(id);
            let callee = match call.callee {
                Callee::Value(v) => value(v),
                Callee::Member { recv, name } => format!("{}.{}", value(recv), file.text(name)),
            };
            format!("call {:?} {callee}({})", call.form, args_text(file, body.args(call.args)))
        }
        OpKind::Lambda(id) => format!("lambda body {}", id.0),
        OpKind::Await(v) => format!("await {}", value(v)),
        OpKind::Yield(v) => format!("yield {}", value(v)),
        OpKind::Bind { local: id, value: v } => format!("{} = {}", local(file, body, id), value(v)),
        OpKind::Put { base, put } => {
            let (name, v) = body.puts[put.at()];
            format!("{}.{} = {}", value(base), file.text(name), value(v))
        }
        OpKind::Make(shape, args) => {
            let shape = match shape {
                Shape::List => "list",
                Shape::Tuple => "tuple",
                Shape::Map => "map",
            };
            format!("{shape}({})", args_text(file, body.args(args)))
        }
        OpKind::Store(kids) => format!("store({})", list(body.kids(kids))),
        OpKind::Cast { value: v, ty } => format!("{} as {}", value(v), type_text(file, ty)),
        OpKind::Not(v) => format!("not {}", value(v)),
        OpKind::Join(kids) => format!("join({})", list(body.kids(kids))),
        OpKind::Binary { op, lhs, rhs } => format!("{op:?}({}, {})", value(lhs), value(rhs)),
        OpKind::Exit { how, value: v } => format!("{how:?} {}", value(v)),
        OpKind::Unknown(kids) => format!("unknown({})", list(body.kids(kids))),
    }
}

fn args_text(file: &FileIr, args: &[Arg]) -> String {
    let one = |arg: &Arg| match arg.slot {
        Slot::Pos => value(arg.value),
        Slot::Key(key) => format!("{}: {}", file.text(key), value(arg.value)),
        Slot::Rest => format!("*{}", value(arg.value)),
        Slot::KeyRest => format!("**{}", value(arg.value)),
        Slot::Block => format!("&{}", value(arg.value)),
    };
    args.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn value(id: OpId) -> String {
    id.some().map_or_else(|| "_".to_owned(), |id| format!("%{}", id.0))
}

fn local(file: &FileIr, body: &Body, id: LocalId) -> String {
    id.some().map_or_else(
        || "_".to_owned(),
        |id| format!("{}#{}", body.locals.get(id.at()).map_or("", |s| file.text(*s)), id.0),
    )
}

fn type_text(file: &FileIr, id: TypeId) -> String {
    match &file.types[id.0 as usize] {
        TypeExpr::Path { name, args } if args.is_empty() => file.text(*name).to_owned(),
        TypeExpr::Path { name, args } => {
            let args: Vec<String> = args.iter().map(|a| type_text(file, *a)).collect();
            format!("{}<{}>", file.text(*name), args.join(", "))
        }
        TypeExpr::Union(types) => types.iter().map(|t| type_text(file, *t)).collect::<Vec<_>>().join(" | "),
        TypeExpr::Other => "?".to_owned(),
    }
}
