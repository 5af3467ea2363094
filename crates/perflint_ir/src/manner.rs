//! How languages go about what differs between them, as far as linking and the analysis of costs have to know. A new language
//! says here what it is like. A property is asked for by name, even where one language alone has it: whoever reads the question
//! learns what it is about, and the next language that is so needs one word.

use crate::{Lang, NAMESPACED};

impl Lang {
    /// True if full names, not files, say what belongs together: namespaces, packages, modules that can be reopened.
    pub fn has_namespaces(self) -> bool {
        NAMESPACED.contains(&self.family())
    }

    /// True if a bare name may be a member of the receiver.
    pub fn has_implicit_receiver(self) -> bool {
        matches!(self.family(), "ruby" | "java" | "csharp")
    }

    /// True if whatever is called on a class is static: Java's `Order.class.getName()` asks an object about the class, not the
    /// class's own method of that name.
    pub fn calls_statics_on_classes(self) -> bool {
        self == Self::Java
    }

    /// True if a method that takes a number is always given one: a limit that seems to be null is one that nobody could follow.
    pub fn gives_numbers(self) -> bool {
        matches!(self.family(), "java" | "csharp")
    }

    /// True if what has methods and remembers is there as long as the program: no framework makes it anew for each request.
    pub fn keeps_receivers(self) -> bool {
        self == Self::Go
    }

    /// True if async code and handlers share one pool of threads: whoever waits in one of them for a promise holds a thread that
    /// the promise may need.
    pub fn shares_threads(self) -> bool {
        self.family() == "csharp"
    }

    /// True if the objects that serve requests are there before and after them: what one request made them remember, the next
    /// one finds.
    pub fn keeps_services(self) -> bool {
        matches!(self.family(), "csharp" | "java" | "go")
    }

    /// True if what suspends gives its value where it is called, without a word for waiting: Kotlin's `suspend` functions.
    pub fn awaits_by_itself(self) -> bool {
        self == Self::Kotlin
    }

    /// True if what suspends gives the language's one kind of promise. Publishers are a matter of libraries in Java, and of
    /// several kinds.
    pub fn promises_what_suspends(self) -> bool {
        self.family() != "java"
    }

    /// True if a request has a process for itself: whoever waits in it, waits for one visitor and holds a worker.
    pub fn waits_alone(self) -> bool {
        self == Self::Php
    }

    /// True if variables are written apart from all other names and stand in no namespace: PHP's `$x`.
    pub fn marks_variables(self) -> bool {
        self.family() == "php"
    }

    /// True if a method that is named without a call is no value: a field may have its name.
    pub fn reads_no_methods(self) -> bool {
        matches!(self, Self::Java | Self::Kotlin | Self::Php)
    }

    /// True if a class shows what its fields hold by properties.
    pub fn has_properties(self) -> bool {
        self.family() == "csharp"
    }

    /// True if methods of one name are told apart by their parameters.
    pub fn has_overloads(self) -> bool {
        matches!(self.family(), "java" | "csharp")
    }

    /// True if a function need not say that it gives a value: the compiler finds it out.
    pub fn infers_results(self) -> bool {
        self == Self::Kotlin
    }

    /// True if reading an attribute calls the accessor of that name: Kotlin's `order.total` is `getTotal()`, and so is Twig's.
    pub fn reads_accessors(self) -> bool {
        self.family() == "java" || self == Self::Twig
    }

    /// True if that is so of rows as well, where no field has the name: to a template, a property is what has an accessor.
    pub fn reads_properties(self) -> bool {
        matches!(self, Self::Twig | Self::Jsp | Self::Thymeleaf | Self::Freemarker)
    }

    /// True if a function may be declared for, or a closure be given, a receiver of any type, whose members are bare names in it.
    pub fn receives_anything(self) -> bool {
        self == Self::Kotlin
    }

    /// True if an attribute of a library's object is what its accessor gives: Kotlin reads `page.content` of `getContent()`.
    pub fn reads_library_accessors(self) -> bool {
        self.reads_properties() || self == Self::Kotlin
    }

    /// True if the size of a library's collection is a property without an accessor: Kotlin's `rows.size`.
    pub fn reads_plain_sizes(self) -> bool {
        self == Self::Kotlin
    }

    /// True if methods are given blocks: closures that share the variables around them, run on the receiver around them, and
    /// take a list apart over their parameters.
    pub fn has_blocks(self) -> bool {
        self.family() == "ruby"
    }

    /// True if a bare name may be a message to the receiver, whatever class, module or view it has it from.
    pub fn sends_to_self(self) -> bool {
        self.family() == "ruby"
    }

    /// True if closures are objects with one method, and calling that method, whatever it is called, calls the closure. What an
    /// object that nobody knows gives for one is something of the object's, and not the closure.
    pub fn has_functional_interfaces(self) -> bool {
        self == Self::Java
    }

    /// The method that calls a closure, beside calling it as such.
    pub fn closure_method(self) -> Option<&'static str> {
        (self == Self::Kotlin).then_some("invoke")
    }

    /// True if a function is converted to a type of functions by calling the type, and stays what it is: `HandlerFunc(f)`.
    pub fn converts_functions(self) -> bool {
        self == Self::Go
    }

    /// True if fields may have numbers for names: those of tuple structs, of which the first stands for the whole.
    pub fn numbers_fields(self) -> bool {
        self == Self::Rust
    }

    /// True if the class above is asked for by calling a function: `super().save()`.
    pub fn calls_for_its_parent(self) -> bool {
        self == Self::Python
    }

    /// True if a method of an object's own wins over one that extends its class from outside.
    pub fn prefers_own_methods(self) -> bool {
        self == Self::CSharp
    }

    /// True if programs gather all implementations of an interface in a list: by injection, or by registering them.
    pub fn collects_services(self) -> bool {
        matches!(self, Self::CSharp | Self::Go)
    }

    /// Calls that ask for a library by its name, where no statement of the language does.
    pub fn requiring_calls(self) -> &'static [&'static str] {
        if self.family() == "ruby" { &["require", "gem"] } else { &[] }
    }

    /// True if a bare `super(..)` calls the method of the same name, not only a constructor.
    pub fn supers_by_name(self) -> bool {
        self.family() == "ruby"
    }

    /// True if making an object is a method of its class: `Order.new`.
    pub fn makes_by_method(self) -> bool {
        self.family() == "ruby"
    }

    /// True if a namespace can be declared again, and what is not declared there is still what it was.
    pub fn reopens_namespaces(self) -> bool {
        self.family() == "ruby"
    }

    /// True if a memo that a marker makes of a method belongs to the receiver.
    pub fn memoises_per_receiver(self) -> bool {
        self.family() == "ruby"
    }

    /// True if named arguments become a map for a function that names none: `def render(order, options = {})`.
    pub fn gathers_options(self) -> bool {
        self.family() == "ruby"
    }

    /// The method by which the values in a text are asked for their form as text, for languages in which classes tell it often.
    pub fn text_form(self) -> Option<&'static str> {
        match self.models() {
            "ruby" => Some("to_s"),
            "python" => Some("__str__"),
            "php" => Some("__toString"),
            _ => None,
        }
    }

    /// True if a variable that is called like an entity holds one of its rows, where nothing else tells.
    pub fn names_tell_rows(self) -> bool {
        self.family() == "ruby"
    }

    /// True if a name that is spelled like an entity's is its class, where nothing else tells.
    pub fn names_tell_classes(self) -> bool {
        self.family() == "javascript"
    }

    /// True if a query is used like the list of its rows, which it keeps once they were fetched.
    pub fn keeps_rows_in_queries(self) -> bool {
        self.family() == "ruby"
    }

    /// True if a loop over a query may run it. Where a library cannot say what iterating its types does, a query that is walked is
    /// its text.
    pub fn walks_queries(self) -> bool {
        self.family() != "go"
    }

    /// True if an action shows what it leaves in its fields, whatever its result is.
    pub fn shows_fields(self) -> bool {
        self.family() == "ruby"
    }

    /// True if an object that nobody knows holds what was put into its fields.
    pub fn fills_unknown_objects(self) -> bool {
        matches!(self.family(), "go" | "ruby")
    }

    /// True if functions fill variables that they are given the address of.
    pub fn fills_arguments(self) -> bool {
        self.family() == "go"
    }

    /// True if calls change the very object that a query is built with, whoever holds it.
    pub fn builds_in_place(self) -> bool {
        matches!(self.family(), "php" | "java")
    }

    /// True if lists are put together by hand: made as long as they will be and filled by index, or added to in a loop.
    pub fn builds_lists_by_hand(self) -> bool {
        self.family() == "go"
    }

    /// True if lists and maps are one thing: what has one value under a computed key is a list of one.
    pub fn lists_by_key(self) -> bool {
        self.family() == "php"
    }

    /// True if a loop over the keys of a map looks like one over the messages of a channel.
    pub fn ranges_over_maps(self) -> bool {
        self.family() == "go"
    }

    /// True if what surrounds a request is asked of a context, and may be missing there.
    pub fn asks_contexts(self) -> bool {
        self.family() == "go"
    }

    /// True if a literal of named fields makes a record, whoever declares its type.
    pub fn writes_records(self) -> bool {
        self.family() == "go"
    }

    /// True if functions have types with methods, which call them: `http.HandlerFunc(f).ServeHTTP(w, r)`.
    pub fn types_functions(self) -> bool {
        self.family() == "go"
    }

    /// True if a query is a promise: it runs when it is awaited, or where an async function gives it.
    pub fn awaits_queries(self) -> bool {
        self.family() == "javascript"
    }

    /// True if all code of a process runs in one thread.
    pub fn has_one_thread(self) -> bool {
        self.family() == "javascript"
    }

    /// True if a module can be one value: `module.exports = f`.
    pub fn exports_one_value(self) -> bool {
        self.family() == "javascript"
    }

    /// True if an argument that is left out is null.
    pub fn leaves_out_null(self) -> bool {
        self.family() == "javascript"
    }

    /// True if a list that is spread into a call may have names, which become named arguments.
    pub fn spreads_names(self) -> bool {
        self.family() == "php"
    }

    /// True if a method that is called by its class keeps the receiver: `self::format($x)`, `parent::format($x)`.
    pub fn keeps_receiver_by_class(self) -> bool {
        self.family() == "php"
    }

    /// True if an enumeration lists its constants: `State.values()`.
    pub fn lists_constants(self) -> bool {
        self.family() == "java"
    }

    /// True if an attribute of a row may be read by a method of its name alone: `order.total()`.
    pub fn reads_fluently(self) -> bool {
        self.family() == "java"
    }

    /// True if a package is a folder, whatever its files say.
    pub fn packs_by_folder(self) -> bool {
        self.family() == "go"
    }

    /// True if a type implements every interface whose methods it has.
    pub fn implements_by_shape(self) -> bool {
        self.family() == "go"
    }

    /// True if a class's own methods are apart from those of its objects: `find` of the class says nothing of its objects.
    pub fn parts_class_methods(self) -> bool {
        self.family() == "ruby"
    }

    /// True if imports name files as Node does: with an index for a folder, and a module that may be one value.
    pub fn imports_like_node(self) -> bool {
        self.family() == "javascript"
    }

    /// True if a plain value that is to load a relation can only be the text of its path.
    pub fn has_text_paths(self) -> bool {
        self.family() == "csharp"
    }

    /// The attribute by which a value that may be null tells whether it is there.
    pub fn asks_presence(self) -> Option<&'static str> {
        (self.family() == "csharp").then_some("HasValue")
    }

    /// True if a type is one whose values are there unless the type says that they may be null.
    pub fn is_value_type(self, name: &str) -> bool {
        const VALUES: &[&str] = &[
            "int",
            "long",
            "short",
            "byte",
            "uint",
            "ulong",
            "ushort",
            "bool",
            "decimal",
            "double",
            "float",
            "char",
            "Guid",
            "DateTime",
            "DateOnly",
            "DateTimeOffset",
            "TimeSpan",
        ];
        self.family() == "csharp" && VALUES.contains(&name)
    }

    /// True if bare names may be methods of a class of a library that the receiver's class extends.
    pub fn inherits_from_libraries(self) -> bool {
        matches!(self.family(), "csharp" | "java")
    }
}
