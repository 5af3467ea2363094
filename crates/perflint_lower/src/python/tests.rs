//! Small snippets, one per promise, and inputs that must not break anything.

use crate::Source;
use perflint_ir::{FileIr, GapKind, ItemKind, Lang, OpKind, Role, print, validate};

fn lower(text: &str) -> FileIr {
    let file = super::lower(Source { path: "shop/views.py", lang: Lang::Python, role: Role::App, text });
    assert_eq!(validate(&file), Vec::new(), "{}", print(&file));
    file
}

/// The lines of one body, its header first.
#[track_caller]
fn body(text: &str, index: usize, expected: &[&str]) {
    let printed = print(&lower(text));
    let header = format!("body {index} ");
    let mut lines = printed.lines().skip_while(|line| !line.starts_with(&header));
    let first = lines.next().into_iter();
    let rest = lines.take_while(|line| !line.starts_with("body ") && !line.starts_with("gap "));
    let lines: Vec<&str> = first.chain(rest).map(str::trim).collect();
    assert_eq!(lines, expected, "{printed}");
}

/// The operations of `def f(a, b, c)` with these statements, without the final `return`.
#[track_caller]
fn function(statements: &str, expected: &[&str]) {
    let indented = statements.replace('\n', "\n    ");
    let mut lines = vec!["body 1 Function of item 1 (a, b, c)"];
    lines.extend(expected);
    body(&format!("def f(a, b, c):\n    {indented}\n"), 1, &lines);
}

/// Every line occurs in the printed file.
#[track_caller]
fn has(text: &str, expected: &[&str]) {
    let printed = print(&lower(text));
    for line in expected {
        assert!(printed.lines().any(|found| found.trim() == *line), "no {line:?} in\n{printed}");
    }
}

#[test]
fn imports() {
    has(
        "import a.b.c\nimport d as e\nfrom ..m.n import x as y, z\nfrom . import *\ndef f():\n    import q\n    return q.r",
        &[
            "import Module a .  as a",
            "import Module a.b.c .  as a.b.c",
            "import Module d .  as e",
            "import Item ..m.n . x as y",
            "import Item ..m.n . z as z",
            "import Glob . . * as *",
            "import Module q .  as q",
            "%0 r0 name q",
        ],
    );
    has("if TYPE_CHECKING:\n    from a import B", &["import Item a . B as B"]);
}

#[test]
fn module_variables_are_fields_with_a_value() {
    has(
        "X: int = 1\ntry:\n    Y = g(X)\nexcept E:\n    Y, Z = None\nX += 1\n__all__ = ['X']",
        &[
            "item 1 Field X in 0 -> int init %0",
            "item 2 Field Y in 0 init %3",
            "%3 r0 call Plain %1(%2)",
            "%4 r1 name E",
            "item 3 Field Y in 0 init %7",
            "item 4 Field Z in 0 init %9",
            "%12 r0 Add(%10, %11)",
            "item 5 Field X in 0 init %12",
        ],
    );
}

#[test]
fn loop_variables_of_the_module_are_locals() {
    body(
        "for x in xs:\n    f(x)\n[y.z for y in x]\n",
        0,
        &[
            "body 0 Init of item 0 ()",
            "region 1 in 0: loop For over %0 as x#0",
            "region 2 in 0: loop Comprehension over %4 as y#1",
            "%0 r0 name xs",
            "%1 r1 name f",
            "%2 r1 local x#0",
            "%3 r1 call Plain %1(%2)",
            "%4 r0 local x#0",
            "%5 r2 local y#1",
            "%6 r2 %5.z",
            "%7 r0 list(%6)",
        ],
    );
}

#[test]
fn functions_have_parameters_types_and_markers() {
    has(
        "@app.get('/x')\nasync def f(a, b: 'm.B' = g(), *c, d: Annotated[S, Depends(h)], **e) -> list[R] | None: pass",
        &[
            "item 1 Function f in 0 -> list<R> @app.get=%2 body 1 async",
            "body 1 Function of item 1 (a, b, c, d, e) async",
            "%2 r0 call Plain %0.get(%1)",
            "%4 r0 call Plain %3()",
            "%7 r0 call Plain %5(%6)",
        ],
    );
    let file = lower("def f(d: Annotated[S, Depends(h)] = 1): pass");
    let param = &file.bodies[1].params[0];
    assert_eq!(file.text(param.markers[0].path), "Depends");
    assert!(param.markers[0].value.is_some() && param.default.is_some() && param.ty.is_some());
}

#[test]
fn annotated_aliases_keep_type_and_markers() {
    has("Dep = Annotated[Session, Depends(get)]", &["item 1 Field Dep in 0 -> Session @Depends=%2 init %3"]);
}

#[test]
fn types() {
    let source = "class A:\n    a: Optional['Order']\n    b: Mapped[list[\"m.Item\"] | None]\n    c: Union[A, B, None]\n    d: A | B | C\n    e: Literal['x']\n    f: Callable[[int], str]\n    g: None\n    h: 'list[Order]'\n    i: dict[str, a.b.C]\n";
    has(
        source,
        &[
            "item 2 Field a in 1 -> Order",
            "item 3 Field b in 1 -> Mapped<list<m.Item>>",
            "item 4 Field c in 1 -> A | B",
            "item 5 Field d in 1 -> A | B | C",
            "item 6 Field e in 1 -> ?",
            "item 7 Field f in 1 -> Callable<?, str>",
            "item 8 Field g in 1",
            "item 9 Field h in 1 -> list<Order>",
            "item 10 Field i in 1 -> dict<str, a.b.C>",
        ],
    );
}

#[test]
fn classes_have_bases_fields_and_methods() {
    let source = "\
@deco(1)
class A(Base[Model], m.B, make(C), table=True, metaclass=M):
    '''Doc.'''
    name = CharField(max_length=3)
    items: Mapped[List['Item']] = relationship()
    class Meta:
        ordering = []
    def __init__(self, x):
        self.x: X = x
        super().__init__(x)
    @property
    def p(self): return self.x.y
    @p.setter
    def p(self, v): pass
    @classmethod
    def c(cls): return cls.objects
    @staticmethod
    def s(a): return a
    @abc.abstractmethod
    async def t(self): ...
    key = lambda self: self.x
";
    has(
        source,
        &[
            "item 1 Class A in 0 : Base<Model> : m.B : make<C> @deco=%2 @class \"table=True\" \"metaclass=M\" body 1",
            "item 2 Field name in 1 init %2",
            "item 3 Field items in 1 -> Mapped<List<Item>> init %4",
            "item 4 Class Meta in 1 body 2",
            "item 5 Field ordering in 4 init %0",
            "item 6 Function __init__ in 1 body 3 constructor",
            "item 7 Field x in 1 -> X",
            "item 8 Function p in 1 @property=%5 body 4 property",
            "item 9 Function p in 1 @p.setter=%7 body 5",
            "item 10 Function c in 1 @classmethod=%8 body 6 classmethod",
            "item 11 Function s in 1 @staticmethod=%9 body 7 static",
            "item 12 Function t in 1 @abc.abstractmethod=%11 body 8 async abstract",
            "item 13 Function key in 1 body 9",
            "body 3 Function of item 6 (x)",
            "%1 r0 self",
            "%2 r0 %1.x = %0",
            "%3 r0 super",
            "%5 r0 call Plain %3.__init__(%4)",
            "body 7 Function of item 11 (a)",
        ],
    );
}

#[test]
fn classes_in_functions_belong_to_the_function() {
    has(
        "def f():\n    class A(B):\n        x = 1\n    return A",
        &["item 2 Class A in 1 : B body 2", "item 3 Field x in 2 init %0", "%0 r0 name A", "%1 r0 Return %0"],
    );
}

#[test]
fn module_lambdas_are_functions() {
    has(
        "f = lambda x: x",
        &["item 1 Function f in 0 body 1", "body 1 Function of item 1 (x)", "%1 r0 Return %0"],
    );
}

#[test]
fn nested_functions_capture_through_every_level() {
    let source = "\
class A:
    def m(self, a):
        g()
        def g(b):
            return lambda c: (self, a, b, c)
";
    body(
        source,
        2,
        &[
            "body 2 Function of item 2 (a)",
            "%0 r0 lambda body 3",
            "%1 r0 g#1 = %0",
            "%2 r0 local g#1",
            "%3 r0 call Plain %2()",
        ],
    );
    has(source, &["body 3 Closure of item 2 (b) [1 <- 0]", "body 4 Closure of item 2 (c) [1 <- 1] [2 <- 0]"]);
    has(source, &["%0 r0 self", "%1 r0 local a#1", "%2 r0 local b#2", "%3 r0 local c#0"]);
}

#[test]
fn decorated_nested_functions_are_passed_to_their_decorator() {
    function(
        "@a\n@b(1)\ndef g(): pass\nreturn g",
        &[
            "%0 r0 local a#0",
            "%1 r0 local b#1",
            "%2 r0 1",
            "%3 r0 call Plain %1(%2)",
            "%4 r0 lambda body 2",
            "%5 r0 call Plain %3(%4)",
            "%6 r0 call Plain %0(%5)",
            "%7 r0 g#3 = %6",
            "%8 r0 local g#3",
            "%9 r0 Return %8",
        ],
    );
}

#[test]
fn nonlocal_and_global_assign_outside() {
    has(
        "def f():\n    x = 1\n    def g():\n        nonlocal x\n        global y\n        x = 2\n        y = 3\n",
        &["body 2 Closure of item 1 () [0 <- 0]", "%1 r0 x#0 = %0", "%4 r0 unknown(%3, %2)"],
    );
}

#[test]
fn calls_start_at_the_called_name() {
    let text = "x = (Order.objects\n  .filter(a=1, *b, **c)\n  .all())\nf(1)\n";
    let file = lower(text);
    let calls = file.bodies[0].ops.iter().filter(|op| matches!(op.kind, OpKind::Call(_)));
    let shown: Vec<&str> = calls.map(|op| &text[op.span.start as usize..op.span.end() as usize]).collect();
    assert_eq!(shown, ["filter(a=1, *b, **c)", "all()", "f(1)"]);
    has(text, &["%5 r0 call Plain %1.filter(*%2, a: %3, **%4)"]);
}

#[test]
fn loops() {
    function(
        "for i, (x, *y) in a:\n    continue\nelse:\n    b\nwhile b:\n    break",
        &[
            "region 1 in 0: loop For over %0 as #6",
            "region 2 in 0: loop While over %14 as _",
            "%0 r0 local a#0",
            "%1 r1 local #6",
            "%2 r1 0",
            "%3 r1 %1[%2]",
            "%4 r1 i#3 = %3",
            "%5 r1 1",
            "%6 r1 %1[%5]",
            "%7 r1 0",
            "%8 r1 %6[%7]",
            "%9 r1 x#4 = %8",
            "%10 r1 %6[.._]",
            "%11 r1 y#5 = %10",
            "%12 r1 Continue _",
            "%13 r0 local b#1",
            "%14 r0 local b#1",
            "%15 r2 Break _",
        ],
    );
}

#[test]
fn comprehensions_are_loops_before_a_literal() {
    function(
        "return [x.y for x in a if x.z for w in x]",
        &[
            "region 1 in 0: loop Comprehension over %0 as x#3",
            "region 2 in 1: branch on %2 arm 0",
            "region 3 in 2: loop Comprehension over %3 as w#4",
            "%0 r0 local a#0",
            "%1 r1 local x#3",
            "%2 r1 %1.z",
            "%3 r2 local x#3",
            "%4 r3 local x#3",
            "%5 r3 %4.y",
            "%6 r0 list(%5)",
            "%7 r0 Return %6",
        ],
    );
    function(
        "return {a: b for a in c}",
        &[
            "region 1 in 0: loop Comprehension over %0 as a#3",
            "%0 r0 local c#2",
            "%1 r1 local a#3",
            "%2 r1 local b#1",
            "%3 r0 map(%2)",
            "%4 r0 Return %3",
        ],
    );
}

#[test]
fn comprehension_variables_end_with_it() {
    function(
        "g(a for a in b)\nreturn a",
        &[
            "region 1 in 0: loop Comprehension over %1 as a#3",
            "%0 r0 name g",
            "%1 r0 local b#1",
            "%2 r1 local a#3",
            "%3 r0 list(%2)",
            "%4 r0 call Plain %0(%3)",
            "%5 r0 local a#0",
            "%6 r0 Return %5",
        ],
    );
}

#[test]
fn decisions() {
    function(
        "if a:\n    1\nelif b:\n    2\nelse:\n    3\nreturn 4 if a else 5",
        &[
            "region 1 in 0: branch on %0 arm 0",
            "region 2 in 0: branch on %0 arm 1",
            "region 3 in 0: branch on %0 arm 2 last",
            "region 4 in 0: branch on %5 arm 0",
            "region 5 in 0: branch on %5 arm 1 last",
            "%0 r0 local a#0",
            "%1 r1 1",
            "%2 r0 local b#1",
            "%3 r2 2",
            "%4 r3 3",
            "%5 r0 local a#0",
            "%6 r4 4",
            "%7 r5 5",
            "%8 r0 join(%6, %7)",
            "%9 r0 Return %8",
        ],
    );
}

#[test]
fn right_sides_of_short_circuits_stand_in_branches() {
    function(
        "a and b(1)\na or (b)",
        &[
            "region 1 in 0: branch on %0 arm 0",
            "region 2 in 0: branch on %5 arm 1 last",
            "%0 r0 local a#0",
            "%1 r1 local b#1",
            "%2 r1 1",
            "%3 r1 call Plain %1(%2)",
            "%4 r0 join(%0, %3)",
            "%5 r0 local a#0",
            "%6 r2 local b#1",
            "%7 r0 join(%5, %6)",
        ],
    );
}

#[test]
fn matches_bind_parts_of_the_subject() {
    function(
        "match a:\n    case {'k': v}: v\n    case P(x, y=z) if z: 1\n    case [w, *_] | 7: 2\n    case _: 3",
        &[
            "region 1 in 0: branch on %0 arm 0",
            "region 2 in 0: branch on %0 arm 1",
            "region 3 in 2: branch on %11 arm 0",
            "region 4 in 0: branch on %0 arm 2",
            "region 5 in 0: branch on %0 arm 3 last",
            "%0 r0 local a#0",
            "%1 r1 \"k\"",
            "%2 r1 %0[%1]",
            "%3 r1 v#3 = %2",
            "%4 r1 local v#3",
            "%5 r2 name P",
            "%6 r2 0",
            "%7 r2 %0[%6]",
            "%8 r2 x#4 = %7",
            "%9 r2 %0.y",
            "%10 r2 z#5 = %9",
            "%11 r2 local z#5",
            "%12 r3 1",
            "%13 r4 0",
            "%14 r4 %0[%13]",
            "%15 r4 w#6 = %14",
            "%16 r4 %0[.._]",
            "%17 r4 7",
            "%18 r4 2",
            "%19 r5 3",
        ],
    );
}

#[test]
fn try_and_with() {
    function(
        "try:\n    1\nexcept E as e:\n    raise X from e\nelse:\n    2\nfinally:\n    3\nwith a as x, b:\n    4",
        &[
            "region 1 in 0: handler",
            "region 2 in 0: scope of %9",
            "region 3 in 2: scope of %11",
            "%0 r0 1",
            "%1 r1 name E",
            "%2 r1 unknown(%1)",
            "%3 r1 e#3 = %2",
            "%4 r1 name X",
            "%5 r1 local e#3",
            "%6 r1 Raise %4",
            "%7 r0 2",
            "%8 r0 3",
            "%9 r0 local a#0",
            "%10 r0 x#4 = %9",
            "%11 r2 local b#1",
            "%12 r3 4",
        ],
    );
}

#[test]
fn assignments() {
    function(
        "x = y = 1\na.n = x\na[0] = x\nx += 2\na.n += 3\ndel x, a.n\nassert a, b\n(w := b)",
        &[
            "%0 r0 1",
            "%1 r0 x#3 = %0",
            "%2 r0 y#4 = %0",
            "%3 r0 local x#3",
            "%4 r0 local a#0",
            "%5 r0 %4.n = %3",
            "%6 r0 local x#3",
            "%7 r0 local a#0",
            "%8 r0 0",
            "%9 r0 store(%7, %8, %6)",
            "%10 r0 local x#3",
            "%11 r0 2",
            "%12 r0 Add(%10, %11)",
            "%13 r0 x#3 = %12",
            "%14 r0 local a#0",
            "%15 r0 %14.n",
            "%16 r0 3",
            "%17 r0 Add(%15, %16)",
            "%18 r0 %14.n = %17",
            "%19 r0 local x#3",
            "%20 r0 local a#0",
            "%21 r0 %20.n",
            "%22 r0 unknown(%19, %21)",
            "%23 r0 local a#0",
            "%24 r0 local b#1",
            "%25 r0 unknown(%23, %24)",
            "%26 r0 local b#1",
            "%27 r0 w#5 = %26",
        ],
    );
}

#[test]
fn operators_and_slices() {
    function(
        "a < 1 < 2\na not in b\n-3\nnot a\na[:20]\na[1:b]\na | b % c",
        &[
            "%0 r0 local a#0",
            "%1 r0 1",
            "%2 r0 Order(%0, %1)",
            "%3 r0 2",
            "%4 r0 Order(%1, %3)",
            "%5 r0 And(%2, %4)",
            "%6 r0 local a#0",
            "%7 r0 local b#1",
            "%8 r0 In(%6, %7)",
            "%9 r0 not %8",
            "%10 r0 -3",
            "%11 r0 local a#0",
            "%12 r0 not %11",
            "%13 r0 local a#0",
            "%14 r0 20",
            "%15 r0 %13[..%14]",
            "%16 r0 local a#0",
            "%17 r0 1",
            "%18 r0 local b#1",
            "%19 r0 %16[..%18]",
            "%20 r0 local a#0",
            "%21 r0 local b#1",
            "%22 r0 local c#2",
            "%23 r0 Mod(%21, %22)",
            "%24 r0 BitOr(%20, %23)",
        ],
    );
}

#[test]
fn strings_and_literals() {
    function(
        "'documentation'\na = 'x' \"y\"\nf'p{a!r:>{b}}q' 'r'\nf'z'\nb'n', 1.5, ..., None\n{'k': 1, b: 2, **c}\n{1, *a}",
        &[
            "%0 r0 \"xy\"",
            "%1 r0 a#0 = %0",
            "%2 r0 \"p\"",
            "%3 r0 local a#0",
            "%4 r0 local b#1",
            "%5 r0 \"qr\"",
            "%6 r0 text(%2, %3, %4, %5)",
            "%7 r0 \"z\"",
            "%8 r0 unknown()",
            "%9 r0 unknown()",
            "%10 r0 unknown()",
            "%11 r0 null",
            "%12 r0 tuple(%8, %9, %10, %11)",
            "%13 r0 1",
            "%14 r0 local b#1",
            "%15 r0 2",
            "%16 r0 local c#2",
            "%17 r0 map(k: %13, %15, **%16)",
            "%18 r0 1",
            "%19 r0 local a#0",
            "%20 r0 list(%18, *%19)",
        ],
    );
}

#[test]
fn generators_and_coroutines() {
    body(
        "async def f(a):\n    yield await a\n    yield from a\n    async with a as b:\n        pass",
        1,
        &[
            "body 1 Function of item 1 (a) async generator",
            "region 1 in 0: loop For over %3 as #2",
            "region 2 in 0: scope of %6",
            "%0 r0 local a#0",
            "%1 r0 await %0",
            "%2 r0 yield %1",
            "%3 r0 local a#0",
            "%4 r1 local #2",
            "%5 r1 yield %4",
            "%6 r0 local a#0",
            "%7 r0 b#1 = %6",
        ],
    );
}

#[test]
fn a_receiver_that_is_assigned_is_a_local() {
    has(
        "class A:\n    def m(self):\n        self = self.x\n",
        &["%0 r0 self", "%1 r0 self#0 = %0", "%2 r0 local self#0"],
    );
}

#[test]
fn syntax_errors_leave_the_rest() {
    let file = lower("def f(:\n    g(1)\n\nx = = 2\nh(3)\n");
    assert!(file.gaps.iter().all(|gap| gap.kind == GapKind::Syntax) && !file.gaps.is_empty());
    assert!(print(&file).contains("name h"));
}

#[test]
fn line_endings_and_empty_files() {
    assert_eq!(lower("").items.len(), 1);
    has("def f():\r\n    return 1\r\n", &["%1 r0 Return %0"]);
}

/// Runs on a stack like the ones that workers have.
fn on_a_large_stack(run: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(256 << 20).spawn(run).unwrap().join().unwrap();
}

#[test]
fn brackets_beyond_reason_are_left_to_others() {
    let deep = format!("x = {}1{}\ndef after():\n    pass\n", "(".repeat(100_000), ")".repeat(100_000));
    let file = lower(&deep);
    assert_eq!(file.gaps[0].kind, GapKind::Fallback);
    assert!(file.items.iter().any(|item| item.kind == ItemKind::Function), "what stands around is read");
}

#[test]
fn long_chains_are_lowered_whole() {
    on_a_large_stack(|| {
        let sum = lower(&format!("x = 1{}", " + 1".repeat(100_000)));
        assert_eq!((sum.bodies[0].ops.len(), sum.gaps.len()), (200_001, 0));
        let calls = lower(&format!("x = a{}", ".b().c()".repeat(12_000)));
        assert_eq!((calls.bodies[0].calls.len(), calls.gaps.len()), (24_000, 0));
        lower(&format!("x: a{} = 1", " | a".repeat(20_000)));
        lower(&format!("x: '{}' = 1", "a.".repeat(20_000) + "b"));
    });
}

#[test]
fn deep_nesting_is_cut_off() {
    on_a_large_stack(|| {
        let n = 100_000;
        for text in [
            format!("x = {}1", "not ".repeat(n)),
            format!("x = {}1", "-".repeat(n)),
            format!("x = {}1", "lambda: ".repeat(n)),
            format!("x = {}1", "1 if a else ".repeat(n)),
            format!("x = {}1", "1 ** ".repeat(n)),
            format!("x = {}1", "a = ".repeat(n)),
            (0..3_500).map(|i| format!("{0}if a:\n{0} b()\n{0}else:\n", " ".repeat(i))).collect::<String>()
                + &" ".repeat(3_500)
                + "c()\n",
        ] {
            let file = lower(&text);
            let is_flat = text.starts_with("x = a = ");
            assert_eq!(file.gaps.iter().any(|gap| gap.kind == GapKind::Depth), !is_flat, "{}", &text[..20]);
        }
        let flat = lower(&("if a: b()\n".to_owned() + &"elif a: b()\n".repeat(3_500)));
        assert_eq!((flat.gaps.len(), flat.bodies[0].calls.len()), (0, 3_501));
    });
}

#[test]
fn too_many_regions_are_reported() {
    let file = lower(&"if a: b()\n".repeat(70_000));
    assert_eq!(file.gaps[0].kind, GapKind::Size);
}

#[test]
fn random_input_is_survived() {
    on_a_large_stack(|| {
        let words = [
            "def ", "class ", "f", "(", ")", ":", "\n", "    ", "if ", "for ", " in ", "x", "=", ",", "'",
            "f'", "{", "}", "[", "]", "lambda ", "match ", "case ", "*", "@", "é", ".", "\r\n", "async ",
            "with ", " as ", "try:", "\t",
        ];
        let mut state = 11u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as usize
        };
        for _ in 0..300 {
            lower(&(0..200).map(|_| words[next() % words.len()]).collect::<String>());
            lower(&(0..200).map(|_| char::from(next() as u8)).collect::<String>());
        }
    });
}

#[test]
fn type_arguments_of_a_called_class_say_nothing() {
    has("x = models.ForeignKey[\"Order\"](a)\n", &["%2 r0 call Plain %0.ForeignKey(%1)"]);
    has("x = Box[int](a)\n", &["%2 r0 call Plain %0(%1)"]);
    has("x = handlers[key](a)\n", &["%2 r0 %0[%1]"]);
}
