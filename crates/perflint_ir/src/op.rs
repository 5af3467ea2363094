//! Bodies: the operations of one function, closure, template or initialiser, and the regions around them.

/// A name: an index into [`crate::FileIr::names`], or into the program's table once the file has been linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sym(pub u32);

macro_rules! index {
    ($(#[$doc:meta])* $name:ident, $width:ty) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub $width);
        impl $name {
            /// Stands for "there is none".
            pub const NONE: Self = Self(<$width>::MAX);
            /// The index as a `usize`, for looking it up.
            pub fn at(self) -> usize { self.0 as usize }
            /// False for [`Self::NONE`].
            pub fn is_some(self) -> bool { self != Self::NONE }
            /// `None` for [`Self::NONE`].
            pub fn some(self) -> Option<Self> { self.is_some().then_some(self) }
        }
    };
}

index!(
    /// A body of a file.
    BodyId, u32);
index!(
    /// An operation of a body, and the value that it yields.
    OpId, u32);
index!(
    /// A local variable of a body; parameters come first.
    LocalId, u32);
index!(
    /// A call of a body.
    CallId, u32);
index!(
    /// An attribute assignment of a body.
    PutId, u32);
index!(
    /// A region of a body; 0 is the body itself.
    RegionId, u16);

/// A place in a file: a byte offset and a length (saturating at 65,535 bytes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// Bytes covered.
    pub len: u16,
}

impl Span {
    /// A span from two byte offsets; the length saturates.
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, len: u16::try_from(end.saturating_sub(start)).unwrap_or(u16::MAX) }
    }

    /// One past the last byte.
    pub fn end(self) -> u32 {
        self.start + u32::from(self.len)
    }
}

/// What kind of code a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BodyKind {
    /// A named function or method.
    Function,
    /// A lambda, arrow function, block or nested function.
    Closure,
    /// The statements of a module or class, run once.
    Init,
    /// A template; its one parameter is the context that it is rendered with.
    Template,
}

/// The code of one function, closure, template or initialiser.
#[derive(Clone, Debug, PartialEq)]
pub struct Body {
    /// The item this body belongs to; for a closure, the item it is written in.
    pub owner: crate::ItemId,
    /// What kind of code it is.
    pub kind: BodyKind,
    /// `async`: calling it yields a promise of its value.
    pub is_async: bool,
    /// Contains `yield`: calling it yields the values lazily.
    pub is_generator: bool,
    /// Parameters, without the receiver; parameter `i` is local `i`.
    pub params: Vec<Param>,
    /// Names of all locals, parameters first. A temporary has an empty name.
    pub locals: Vec<Sym>,
    /// Locals that a closure takes over from the body it is written in.
    pub captures: Vec<Capture>,
    /// Regions; the first is the body itself.
    pub regions: Vec<Region>,
    /// Operations in evaluation order.
    pub ops: Vec<Op>,
    /// Calls, referred to by [`OpKind::Call`].
    pub calls: Vec<Call>,
    /// Attribute assignments, referred to by [`OpKind::Put`].
    pub puts: Vec<(Sym, OpId)>,
    /// Pool of arguments, referred to by [`Args`].
    pub args: Vec<Arg>,
    /// Pool of children, referred to by [`Kids`].
    pub kids: Vec<OpId>,
    /// Where the body stands.
    pub span: Span,
}

/// A closure's local that starts with the value of a local of the enclosing body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capture {
    /// The local of the enclosing body.
    pub outer: LocalId,
    /// The closure's own local.
    pub inner: LocalId,
}

/// A declared parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Its name.
    pub name: Sym,
    /// Its declared type.
    pub ty: Option<crate::TypeId>,
    /// The value it has when no argument is given, as an operation of the owner's initialiser or of this body.
    pub default: OpId,
    /// How arguments reach it.
    pub kind: ParamKind,
    /// Decorations, such as NestJS's `@Query()` or FastAPI's `Depends` in `Annotated`.
    pub markers: Vec<crate::Marker>,
}

/// How arguments reach a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    /// By position or name.
    Normal,
    /// By name only.
    KeyOnly,
    /// Takes the remaining positional arguments.
    Rest,
    /// Takes the remaining named arguments.
    KeyRest,
    /// Takes the block of the call (Ruby's `&block`, a trailing lambda).
    Block,
}

/// A part of a body that runs under one condition or multiplicity.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// What the part is.
    pub kind: RegionKind,
    /// The region around it; the root is its own parent.
    pub parent: RegionId,
    /// Where it stands; for a loop, its header.
    pub span: Span,
}

/// What a region is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegionKind {
    /// The body itself.
    Root,
    /// Runs once per element or per iteration.
    Loop {
        /// The iterated value, evaluated before the loop; the condition's value for `while`; `NONE` for `loop {}`.
        over: OpId,
        /// The local that holds the element; `NONE` if it is not named.
        item: LocalId,
        /// How the loop is written.
        source: LoopSource,
    },
    /// One arm of a decision. Arms of the same decision share `cond` and are consecutive.
    Branch {
        /// The value decided on, evaluated before the arms.
        cond: OpId,
        /// 0 for the first arm.
        arm: u16,
        /// This arm is an `else` or a wildcard: together the arms cover every case.
        last: bool,
    },
    /// Runs when something failed.
    Handler,
    /// Runs while a resource is held (`with`, `using`, a transaction).
    Scope {
        /// The resource.
        resource: OpId,
    },
}

/// How a loop is written. Never a method name: whether `.map` loops is a model's knowledge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LoopSource {
    /// Over the elements of a value.
    For,
    /// As long as a condition holds, or for ever.
    While,
    /// A comprehension or generator expression.
    Comprehension,
    /// A template's loop tag.
    Template,
}

/// One operation. Its index in [`Body::ops`] is also the value that it yields.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Op {
    /// What it does.
    pub kind: OpKind,
    /// The region it stands in.
    pub region: RegionId,
    /// Where it stands. For a call this is the call's own name and arguments' start: see [`crate::BodyBuilder::call`].
    pub span: Span,
}

/// What an operation does. Twelve bytes: a large repository has millions of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OpKind {
    /// `None`, `null`, `undefined`, `()`.
    Null,
    /// A truth value.
    Bool(bool),
    /// An integer literal, saturating.
    Int(i32),
    /// A literal string.
    Str(Sym),
    /// A string with holes, or a concatenation: literal parts are [`OpKind::Str`].
    Text(Kids),
    /// Reads a local or parameter.
    Local(LocalId),
    /// The receiver of the method.
    SelfRef,
    /// The receiver seen as an instance of its base class.
    SuperRef,
    /// A name that is not local: of the module, an import, a builtin. One segment; the rest are [`OpKind::Get`].
    Name(Sym),
    /// Reads an attribute. Not free: it may be a lazy relation or a property.
    Get {
        /// The object.
        base: OpId,
        /// The attribute.
        name: Sym,
    },
    /// Reads an element.
    Index {
        /// The container.
        base: OpId,
        /// The key; `NONE` for a slice whose bounds are kept by [`OpKind::Slice`].
        key: OpId,
    },
    /// A sub-range `base[..limit]`; `limit` is `NONE` where there is none.
    Slice {
        /// The sequence.
        base: OpId,
        /// Upper bound.
        limit: OpId,
    },
    /// A call; see [`Body::calls`].
    Call(CallId),
    /// A closure, or a nested function.
    Lambda(BodyId),
    /// Waits for a promise.
    Await(OpId),
    /// Hands a value to the consumer of a generator.
    Yield(OpId),
    /// Assigns to a local.
    Bind {
        /// The local.
        local: LocalId,
        /// Its new value.
        value: OpId,
    },
    /// Assigns to an attribute: `base.name = value`, with name and value in [`Body::puts`].
    Put {
        /// The object.
        base: OpId,
        /// Name and value.
        put: PutId,
    },
    /// A literal list, tuple, set or map; for a map the keys are [`Slot::Key`], for other keys [`Slot::Pos`].
    Make(Shape, Args),
    /// Assigns to an element: `base[key] = value`, as three children.
    Store(Kids),
    /// A value that the source says the type of: a cast, a variable with a declared type. Where the value is known, that
    /// is what counts.
    Cast {
        /// The value.
        value: OpId,
        /// The type.
        ty: crate::TypeId,
    },
    /// Logical negation.
    Not(OpId),
    /// One of several values: a conditional expression, `a or b`, a match.
    Join(Kids),
    /// An operator.
    Binary {
        /// Which.
        op: BinOp,
        /// Left operand.
        lhs: OpId,
        /// Right operand.
        rhs: OpId,
    },
    /// Leaves the body, loop or iteration.
    Exit {
        /// Which way.
        how: ExitKind,
        /// The value returned or raised.
        value: OpId,
    },
    /// Anything else; the children were evaluated.
    Unknown(Kids),
}

/// Shapes of literals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Ordered, or a set.
    List,
    /// Fixed length, heterogeneous.
    Tuple,
    /// Keys and values: dict, object literal, struct literal.
    Map,
}

/// Operators that matter; the rest are [`BinOp::Other`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinOp {
    /// Addition or concatenation.
    Add,
    /// `%` in Python: string formatting too.
    Mod,
    /// `==` and its kin.
    Eq,
    /// `<`, `<=`, `>`, `>=`.
    Order,
    /// Membership: `x in xs`.
    In,
    /// `a and b`, `a && b`.
    And,
    /// True if the left side, a parameter, was left out by the caller: a null that is given is none.
    LeftOut,
    /// Union or bitwise or (`Q(..) | Q(..)`, `a | filter`).
    BitOr,
    /// Anything else.
    Other,
}

/// Ways out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExitKind {
    /// Leaves the body.
    Return,
    /// Leaves the loop; in a callback outside of loops, what calls it back, with a value.
    Break,
    /// Starts the next iteration.
    Continue,
    /// Raises.
    Raise,
}

/// A range of [`Body::kids`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kids {
    /// First index.
    pub start: u32,
    /// How many.
    pub len: u16,
}

/// A range of [`Body::args`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Args {
    /// First index.
    pub start: u32,
    /// How many.
    pub len: u16,
}

/// A call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Call {
    /// What is called.
    pub callee: Callee,
    /// With what.
    pub args: Args,
    /// How it is written.
    pub form: CallForm,
}

/// What a call calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callee {
    /// A value: a name, a local, the result of another call.
    Value(OpId),
    /// A method: `recv.name(..)`. A module's function is this too, with the module's name as receiver.
    Member {
        /// The receiver.
        recv: OpId,
        /// The method.
        name: Sym,
    },
}

/// How a call is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallForm {
    /// `f(x)`.
    Plain,
    /// `new F(x)`.
    New,
    /// A tag of a template or JSX element.
    Tag,
    /// A macro: `f!(x)`.
    Macro,
    /// A template's variable: called only if it can be, as Django does.
    Auto,
}

/// An argument, or an element of a literal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arg {
    /// How it is passed.
    pub slot: Slot,
    /// The value.
    pub value: OpId,
}

/// How an argument is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// By position.
    Pos,
    /// By name.
    Key(Sym),
    /// `*xs`, `...xs`.
    Rest,
    /// `**kw`, `...obj` in an object.
    KeyRest,
    /// A trailing block.
    Block,
}

impl Body {
    /// The operation with this index.
    pub fn op(&self, id: OpId) -> &Op {
        &self.ops[id.at()]
    }

    /// The call with this index.
    pub fn call(&self, id: CallId) -> &Call {
        &self.calls[id.at()]
    }

    /// The arguments in a range.
    pub fn args(&self, range: Args) -> &[Arg] {
        &self.args[range.start as usize..range.start as usize + usize::from(range.len)]
    }

    /// The children in a range.
    pub fn kids(&self, range: Kids) -> &[OpId] {
        &self.kids[range.start as usize..range.start as usize + usize::from(range.len)]
    }

    /// The region with this index.
    pub fn region(&self, id: RegionId) -> &Region {
        &self.regions[usize::from(id.0)]
    }

    /// The values that a variable is given in this body, in their order.
    pub fn bindings(&self, local: LocalId) -> impl DoubleEndedIterator<Item = OpId> {
        bindings(&self.ops, local)
    }

    /// The regions in which a variable is given its values, in their order.
    pub fn binding_regions(&self, local: LocalId) -> impl Iterator<Item = RegionId> {
        self.ops.iter().filter_map(move |op| match op.kind {
            OpKind::Bind { local: bound, .. } if bound == local => Some(op.region),
            _ => None,
        })
    }

    /// The name of what a call calls: of the method, or the last word of the path.
    pub fn called_name(&self, call: &Call) -> Option<Sym> {
        match call.callee {
            Callee::Member { name, .. } => Some(name),
            Callee::Value(value) => match self.ops.get(value.at())?.kind {
                OpKind::Name(name) | OpKind::Get { name, .. } => Some(name),
                _ => None,
            },
        }
    }

    /// The value that a variable was given last before an operation.
    pub fn binding_before(&self, local: LocalId, op: OpId) -> Option<OpId> {
        bindings(&self.ops[..op.at()], local).next_back()
    }

    /// The value of a variable that is given one at one place only.
    pub fn bound_once(&self, local: LocalId) -> Option<OpId> {
        let mut bindings = self.bindings(local);
        bindings.next().filter(|_| bindings.next().is_none())
    }

    /// The parts of `a and b`: each runs where the one before it holds.
    pub fn conjuncts(&self, op: OpId) -> Option<&[OpId]> {
        let OpKind::Join(kids) = self.ops.get(op.at())?.kind else { return None };
        let kids = self.kids(kids);
        let follows = |pair: &[OpId]| match *pair {
            [before, part] if part.is_some() => matches!(
                self.region(self.op(part).region).kind,
                RegionKind::Branch { cond, arm: 0, .. } if cond == before
            ),
            _ => false,
        };
        (kids.len() > 1 && kids.windows(2).all(follows)).then_some(kids)
    }

    /// The regions around a region, itself first, the root last.
    pub fn enclosing(&self, id: RegionId) -> impl Iterator<Item = (RegionId, &Region)> {
        let mut next = Some(id);
        std::iter::from_fn(move || {
            let here = next?;
            let region = self.region(here);
            next = (region.parent != here).then_some(region.parent);
            Some((here, region))
        })
    }
}

fn bindings(ops: &[Op], local: LocalId) -> impl DoubleEndedIterator<Item = OpId> {
    ops.iter().filter_map(move |op| match op.kind {
        OpKind::Bind { local: bound, value } if bound == local => Some(value),
        _ => None,
    })
}

const _: () = assert!(size_of::<Op>() <= 24);
