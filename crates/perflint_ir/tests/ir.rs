//! The promises of the representation, through its public interface.

use perflint_ir::{
    Arg, BinOp, BodyBuilder, BodyKind, CallForm, Callee, ExitKind, FileBuilder, FileIr, GapKind, Import,
    ImportKind, ItemId, ItemKind, Lang, LocalId, LoopSource, Marker, Op, OpId, OpKind, Param, ParamKind,
    RegionKind, Role, Shape, Slot, Span, Sym, decode, print, validate,
};

const HERE: Span = Span { start: 0, len: 0 };

fn builder() -> FileBuilder {
    FileBuilder::new("app/a.py", Lang::Python, Role::App)
}

/// `def total(orders): return sum(order.price for order in orders)`, and something of every kind that holds a name.
fn sample() -> FileIr {
    let mut file = builder();
    let [module, name, alias] = ["decimal", "Decimal", "D"].map(|text| file.sym(text));
    file.import(Import { module, name, alias, kind: ImportKind::Item, span: HERE });
    file.export("total", "total");
    let orders = file.sym("orders");
    let mut body = BodyBuilder::new(ItemId(1), BodyKind::Function, HERE);
    body.param(Param {
        name: orders,
        ty: None,
        default: OpId::NONE,
        kind: ParamKind::Normal,
        markers: Vec::new(),
    });
    let order = body.local(file.sym("order"));
    let over = body.op(OpKind::Local(LocalId(0)), HERE);
    let before = body.enter(RegionKind::Loop { over, item: order, source: LoopSource::Comprehension }, HERE);
    let row = body.op(OpKind::Local(order), HERE);
    let price = body.op(OpKind::Get { base: row, name: file.sym("price") }, HERE);
    body.leave(before);
    let list = body.make(Shape::List, vec![Arg { slot: Slot::Pos, value: price }], HERE);
    let sum = body.op(OpKind::Name(file.sym("sum")), HERE);
    let key = Arg { slot: Slot::Key(file.sym("start")), value: over };
    let total =
        body.call(Callee::Value(sum), vec![Arg { slot: Slot::Pos, value: list }, key], CallForm::Plain, HERE);
    let text = body.op(OpKind::Str(file.sym("total")), HERE);
    body.put(total, file.sym("label"), text, HERE);
    let rounded =
        body.call(Callee::Member { recv: total, name: file.sym("round") }, Vec::new(), CallForm::Plain, HERE);
    body.exit(ExitKind::Return, rounded, HERE);
    let id = file.reserve_body();
    file.set_body(id, body.finish());
    let ty = file.named_type("Decimal", Vec::new());
    let mut item = file.blank(ItemKind::Function, "total", ItemId(0), HERE);
    let marker =
        Marker { path: file.sym("app.get"), value: OpId::NONE, words: vec![file.sym("cached")], span: HERE };
    item.markers.push(marker);
    (item.body, item.ty) = (Some(id), Some(ty));
    file.item(item);
    file.finish()
}

#[test]
fn operations_stay_small() {
    assert!(size_of::<OpKind>() <= 12, "{}", size_of::<OpKind>());
    assert!(size_of::<Op>() <= 24, "{}", size_of::<Op>());
}

#[test]
fn equal_names_have_equal_indices() {
    let mut file = builder();
    let (a, b) = (file.sym("orders"), file.sym("customers"));
    assert_ne!(a, b);
    assert_eq!(a, file.sym("orders"));
    assert_eq!(file.text(b), "customers");
}

#[test]
fn a_file_starts_with_its_module() {
    let file = builder().finish();
    assert_eq!(file.items.len(), 1);
    assert_eq!((file.item(ItemId(0)).kind, file.bodies.len()), (ItemKind::Module, 1));
    assert_eq!(file.item(ItemId(0)).body.map(|body| file.body(body).kind), Some(BodyKind::Init));
}

#[test]
fn what_the_builders_make_is_valid() {
    assert_eq!(validate(&sample()), []);
}

#[test]
fn loops_stay_structured() {
    let text = print(&sample());
    assert!(text.contains("region 1 in 0: loop Comprehension over %0 as order#1"), "{text}");
    assert!(text.contains("%2 r1 %1.price"), "{text}");
    assert!(text.contains("%3 r0 list(%2)"), "the comprehension's value is made after the loop: {text}");
    assert!(text.contains("item 1 Function total in 0 -> Decimal @app.get \"cached\" body 1"), "{text}");
}

/// A name that the linker forgets to re-index is another name: the worst kind of wrong answer, because it is confident.
#[test]
fn renaming_reaches_every_name() {
    let mut file = sample();
    let count = file.names.len() as u32;
    let new: Vec<Sym> = (0..count).map(|index| Sym(index + 1_000)).collect();
    file.rename(&new);
    assert!(file.names.is_empty());
    let text = format!("{file:?}");
    let indices = text.split("Sym(").skip(1).filter_map(|rest| rest.split(')').next()?.parse::<u32>().ok());
    let indices: Vec<u32> = indices.collect();
    assert!(indices.len() > 15, "{indices:?}");
    assert!(indices.iter().all(|index| *index >= 1_000), "{text}");
}

#[test]
fn members_are_what_an_item_contains_directly() {
    let mut file = builder();
    let class = file.blank(ItemKind::Class, "Order", ItemId(0), HERE);
    let class = file.item(class);
    for name in ["total", "customer"] {
        let method = file.blank(ItemKind::Function, name, class, HERE);
        file.item(method);
    }
    let file = file.finish();
    let names: Vec<&str> = file.members(class).map(|(_, item)| file.text(item.name)).collect();
    assert_eq!(names, ["total", "customer"]);
}

/// Every fault that a front end can make, and the words that name it.
#[test]
fn broken_promises_are_found() {
    type Break = fn(&mut BodyBuilder);
    let faults: &[(&str, Break)] = &[
        ("op 0 uses op 7 before it is evaluated", |body| {
            body.op(OpKind::Await(OpId(7)), HERE);
        }),
        ("op 0 uses op 0 before it is evaluated", |body| {
            body.op(OpKind::Binary { op: BinOp::Add, lhs: OpId(0), rhs: OpId::NONE }, HERE);
        }),
        ("names a local that does not exist", |body| {
            body.op(OpKind::Local(LocalId(3)), HERE);
        }),
        ("names a body that does not exist", |body| {
            body.op(OpKind::Lambda(perflint_ir::BodyId(9)), HERE);
        }),
        ("a loop runs over an operation that does not exist", |body| {
            body.enter(
                RegionKind::Loop { over: OpId(5), item: LocalId::NONE, source: LoopSource::For },
                HERE,
            );
        }),
        ("a loop binds a local that does not exist", |body| {
            body.enter(
                RegionKind::Loop { over: OpId::NONE, item: LocalId(5), source: LoopSource::For },
                HERE,
            );
        }),
    ];
    for (words, break_it) in faults {
        let mut file = builder();
        let mut body = BodyBuilder::new(ItemId(0), BodyKind::Init, HERE);
        break_it(&mut body);
        file.set_body(perflint_ir::BodyId(0), body.finish());
        let found: Vec<String> = validate(&file.finish()).iter().map(ToString::to_string).collect();
        assert!(found.iter().any(|fault| fault.contains(words)), "{words}: {found:?}");
    }
}

#[test]
fn regions_beyond_the_cap_lose_their_nesting_only() {
    let mut body = BodyBuilder::new(ItemId(0), BodyKind::Init, HERE);
    for _ in 0..70_000 {
        body.enter(RegionKind::Handler, HERE);
        body.op(OpKind::Null, HERE);
    }
    assert!(body.overflowed());
    let mut file = builder();
    file.set_body(perflint_ir::BodyId(0), body.finish());
    file.gap(GapKind::Size, HERE);
    let file = file.finish();
    assert_eq!(file.bodies[0].ops.len(), 70_000, "no operation is lost");
    assert_eq!(validate(&file), []);
}

#[test]
fn spans_saturate() {
    let span = Span::new(10, 1_000_000);
    assert_eq!((span.start, span.len), (10, u16::MAX));
    assert_eq!(Span::new(10, 5), Span { start: 10, len: 0 });
}

#[test]
fn decoding_keeps_offsets() {
    for (bytes, text) in [
        (&b"x = 1\n"[..], Some("x = 1\n")),
        (b"\xef\xbb\xbfx", Some("x")),
        (b"caf\xe9 \xff\xfe!", Some("caf? ??!")),
        (b"\xc3", Some("?")),
        ("é😀".as_bytes(), Some("é😀")),
        (b"", Some("")),
        (b"a\0b", None),
        (b"\xff\xfea\0", None),
        (b"\xfe\xff\0a", None),
    ] {
        assert_eq!(decode(bytes).as_deref(), text, "{bytes:?}");
    }
    let late = [vec![b' '; 9_000], vec![0]].concat();
    assert!(decode(&late).is_some(), "only the beginning is looked at for a NUL");
}

#[test]
fn the_printer_shows_gaps() {
    let mut file = builder();
    file.gap(GapKind::Syntax, Span::new(17, 20));
    assert!(print(&file.finish()).contains("gap Syntax at 17"));
}
