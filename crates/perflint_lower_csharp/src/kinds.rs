//! Node kinds and fields of the grammar as numbers, looked up once: comparing their names at every node costs more than
//! the walk itself.

use std::sync::LazyLock;
use tree_sitter::{Language, Node};

macro_rules! kinds {
    ($($kind:ident $name:literal,)*) => {
        /// The kinds of nodes that mean something to the walk.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum K {
            $(#[doc = $name] $kind,)*
            /// Anything else.
            Other,
        }

        const NAMES: &[(&str, K)] = &[$(($name, K::$kind),)*];
    };
}

macro_rules! fields {
    ($($field:ident)*) => {
        /// The fields of the grammar that the walk reads.
        pub(crate) struct Fields {
            $(pub(crate) $field: u16,)*
        }

        fn fields(language: &Language) -> Fields {
            let id = |name: &str| language.field_id_for_name(name).map_or(0, |id| id.get());
            Fields { $($field: id(stringify!($field).trim_start_matches("r#")),)* }
        }
    };
}

kinds! {
    AccessorDeclaration "accessor_declaration",
    AccessorList "accessor_list",
    AliasQualifiedName "alias_qualified_name",
    AnonymousMethod "anonymous_method_expression",
    AnonymousObject "anonymous_object_creation_expression",
    AndPattern "and_pattern",
    Argument "argument",
    ArgumentList "argument_list",
    ArrayCreation "array_creation_expression",
    ArrayType "array_type",
    ArrowClause "arrow_expression_clause",
    AsExpression "as_expression",
    Assignment "assignment_expression",
    Attribute "attribute",
    AttributeArgument "attribute_argument",
    AttributeArgumentList "attribute_argument_list",
    AttributeList "attribute_list",
    Await "await_expression",
    BaseList "base_list",
    Binary "binary_expression",
    Block "block",
    Boolean "boolean_literal",
    BracketedArgumentList "bracketed_argument_list",
    Break "break_statement",
    Cast "cast_expression",
    CatchClause "catch_clause",
    CatchDeclaration "catch_declaration",
    CatchFilter "catch_filter_clause",
    Character "character_literal",
    Checked "checked_expression",
    CheckedStatement "checked_statement",
    Class "class_declaration",
    CollectionElement "collection_element",
    CollectionExpression "collection_expression",
    ConditionalAccess "conditional_access_expression",
    Conditional "conditional_expression",
    ConstantPattern "constant_pattern",
    Constructor "constructor_declaration",
    ConstructorInitializer "constructor_initializer",
    Continue "continue_statement",
    ConversionOperator "conversion_operator_declaration",
    DeclarationExpression "declaration_expression",
    DeclarationList "declaration_list",
    DeclarationPattern "declaration_pattern",
    Default "default_expression",
    Delegate "delegate_declaration",
    Destructor "destructor_declaration",
    Discard "discard",
    Do "do_statement",
    ElementAccess "element_access_expression",
    ElementBinding "element_binding_expression",
    Enum "enum_declaration",
    EnumMember "enum_member_declaration",
    EnumMemberList "enum_member_declaration_list",
    Event "event_declaration",
    EventField "event_field_declaration",
    EscapeSequence "escape_sequence",
    ExpressionElement "expression_element",
    ExpressionStatement "expression_statement",
    Field "field_declaration",
    FileScopedNamespace "file_scoped_namespace_declaration",
    Finally "finally_clause",
    Fixed "fixed_statement",
    Foreach "foreach_statement",
    For "for_statement",
    FromClause "from_clause",
    GenericName "generic_name",
    GlobalStatement "global_statement",
    Goto "goto_statement",
    GroupClause "group_clause",
    Identifier "identifier",
    If "if_statement",
    ImplicitArray "implicit_array_creation_expression",
    ImplicitObject "implicit_object_creation_expression",
    ImplicitParameter "implicit_parameter",
    ImplicitStackalloc "implicit_stackalloc_expression",
    ImplicitType "implicit_type",
    Indexer "indexer_declaration",
    Initializer "initializer_expression",
    Integer "integer_literal",
    Interface "interface_declaration",
    InterpolatedString "interpolated_string_expression",
    Interpolation "interpolation",
    Invocation "invocation_expression",
    Is "is_expression",
    IsPattern "is_pattern_expression",
    JoinClause "join_clause",
    JoinIntoClause "join_into_clause",
    Labeled "labeled_statement",
    Lambda "lambda_expression",
    LetClause "let_clause",
    ListPattern "list_pattern",
    LocalDeclaration "local_declaration_statement",
    LocalFunction "local_function_statement",
    Lock "lock_statement",
    MemberAccess "member_access_expression",
    MemberBinding "member_binding_expression",
    Method "method_declaration",
    Modifier "modifier",
    Namespace "namespace_declaration",
    NegatedPattern "negated_pattern",
    NullLiteral "null_literal",
    NullableType "nullable_type",
    ObjectCreation "object_creation_expression",
    Operator "operator_declaration",
    OrPattern "or_pattern",
    OrderBy "order_by_clause",
    Parameter "parameter",
    ParameterList "parameter_list",
    Parenthesized "parenthesized_expression",
    ParenthesizedPattern "parenthesized_pattern",
    Designation "parenthesized_variable_designation",
    PositionalPattern "positional_pattern_clause",
    PostfixUnary "postfix_unary_expression",
    PredefinedType "predefined_type",
    PrefixUnary "prefix_unary_expression",
    PreprocElif "preproc_elif",
    PreprocElse "preproc_else",
    PreprocIf "preproc_if",
    PrimaryBase "primary_constructor_base_type",
    Property "property_declaration",
    PropertyPattern "property_pattern_clause",
    QualifiedName "qualified_name",
    Query "query_expression",
    Range "range_expression",
    RawString "raw_string_literal",
    RawStringContent "raw_string_content",
    Real "real_literal",
    Record "record_declaration",
    RecursivePattern "recursive_pattern",
    RefExpression "ref_expression",
    RefType "ref_type",
    RelationalPattern "relational_pattern",
    Return "return_statement",
    ScopedType "scoped_type",
    SelectClause "select_clause",
    SpreadElement "spread_element",
    Stackalloc "stackalloc_expression",
    StringLiteral "string_literal",
    StringContent "string_content",
    Struct "struct_declaration",
    Subpattern "subpattern",
    SwitchArm "switch_expression_arm",
    SwitchBody "switch_body",
    SwitchExpression "switch_expression",
    SwitchSection "switch_section",
    Switch "switch_statement",
    Throw "throw_statement",
    ThrowExpression "throw_expression",
    Try "try_statement",
    TupleElement "tuple_element",
    TupleExpression "tuple_expression",
    TuplePattern "tuple_pattern",
    TupleType "tuple_type",
    TypeArgumentList "type_argument_list",
    TypeParameters "type_parameter_list",
    TypeConstraint "type_parameter_constraint",
    TypeConstraints "type_parameter_constraints_clause",
    TypePattern "type_pattern",
    Typeof "typeof_expression",
    Unsafe "unsafe_statement",
    UsingDirective "using_directive",
    Using "using_statement",
    VarPattern "var_pattern",
    VariableDeclaration "variable_declaration",
    VariableDeclarator "variable_declarator",
    VerbatimString "verbatim_string_literal",
    WhenClause "when_clause",
    WhereClause "where_clause",
    While "while_statement",
    With "with_expression",
    WithInitializer "with_initializer",
    Yield "yield_statement",
    Base "base",
    This "this",
    Error "ERROR",
}

fields! {
    accessors alternative arguments body condition consequence expression function initializer left name operator
    parameters pattern right returns subscript r#type value
}

struct Tables {
    kinds: Vec<K>,
    fields: Fields,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let language: Language = tree_sitter_c_sharp::LANGUAGE.into();
    let kind = |id: usize| {
        let name = u16::try_from(id).ok().and_then(|id| language.node_kind_for_id(id)).unwrap_or_default();
        NAMES.iter().find(|(known, _)| *known == name).map_or(K::Other, |(_, kind)| *kind)
    };
    Tables { kinds: (0..language.node_kind_count()).map(kind).collect(), fields: fields(&language) }
});

/// A node's kind.
pub(crate) fn kind(node: Node<'_>) -> K {
    if node.is_error() {
        return K::Error;
    }
    TABLES.kinds.get(usize::from(node.kind_id())).copied().unwrap_or(K::Other)
}

/// The field ids.
pub(crate) fn f() -> &'static Fields {
    &TABLES.fields
}

/// A node's child of a field.
pub(crate) fn field(node: Node<'_>, id: u16) -> Option<Node<'_>> {
    node.child_by_field_id(id)
}
