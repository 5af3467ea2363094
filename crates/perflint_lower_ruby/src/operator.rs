//! Operators, which Ruby's parser reads as methods.

use perflint_ir::BinOp;

/// The meaning of a binary operator.
pub(crate) fn binary(name: &str) -> BinOp {
    match name {
        "+" => BinOp::Add,
        "%" => BinOp::Mod,
        "==" | "===" | "=~" | "eql?" => BinOp::Eq,
        "<" | ">" | "<=" | ">=" => BinOp::Order,
        "|" => BinOp::BitOr,
        _ => BinOp::Other,
    }
}

/// True for a method with one argument that is an operator.
pub(crate) fn is_binary(name: &str) -> bool {
    matches!(
        name,
        "+" | "-"
            | "*"
            | "/"
            | "**"
            | "%"
            | "=="
            | "==="
            | "=~"
            | "<"
            | ">"
            | "<="
            | ">="
            | "<=>"
            | "|"
            | "&"
            | "^"
            | ">>"
    )
}
