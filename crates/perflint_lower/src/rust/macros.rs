//! Macro calls: their tokens are read as expressions as far as they are some.

use super::Lowerer;
use super::attributes::{name, path_text};
use super::frame::positional;
use perflint_ir::{Arg, CallForm, ExitKind, OpId, OpKind, Shape, Slot, Span};
use proc_macro2::{TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Ident, Lit, Macro, Token};

/// Macros that leave the function.
const RAISING: &[&str] = &["panic", "todo", "unimplemented", "unreachable", "bail"];

/// How deep the tokens of a macro of unknown grammar are searched.
const SEARCH_DEPTH: usize = 32;

/// An argument of a macro.
struct MacroArg {
    key: Option<String>,
    expr: Expr,
}

impl Lowerer {
    /// Lowers a macro call.
    pub(super) fn macro_call(&mut self, call: &Macro) -> OpId {
        let last = call.path.segments.last().map(|last| last.ident.span());
        let close = call.delimiter.span().close();
        let span = self.between(last.unwrap_or(close), close);
        let path = path_text(&call.path, ".");
        let base = path.rsplit('.').next().unwrap_or_default();
        let parsed = arguments.parse2(call.tokens.clone()).ok();
        match (base, parsed) {
            ("format" | "format_args", Some(args)) => self.formatted(&args, span),
            ("vec", Some(args)) => {
                let elements = args.iter().map(|arg| positional(self.value(&arg.expr))).collect();
                self.frame.body.make(Shape::List, elements, span)
            }
            (_, parsed) => {
                let callee = self.path_callee(&call.path);
                let args = match parsed {
                    Some(args) => args.iter().map(|arg| self.macro_arg(arg)).collect(),
                    None => self.search(call.tokens.clone()),
                };
                let value = self.call(callee, args, CallForm::Macro, span);
                if !RAISING.contains(&base) {
                    return value;
                }
                self.exit(ExitKind::Raise, value, span);
                OpId::NONE
            }
        }
    }

    fn macro_arg(&mut self, arg: &MacroArg) -> Arg {
        let value = self.value(&arg.expr);
        let slot = arg.key.as_ref().map_or(Slot::Pos, |key| Slot::Key(self.file.sym(key)));
        Arg { slot, value }
    }

    /// Tokens that are no list of expressions: every piece between separators that is an expression counts.
    fn search(&mut self, tokens: TokenStream) -> Vec<Arg> {
        let mut found = Vec::new();
        let mut todo = vec![(tokens, 0)];
        while let Some((tokens, depth)) = todo.pop() {
            for piece in pieces(tokens).into_iter().rev() {
                match syn::parse2::<Expr>(piece.clone()) {
                    Ok(expr) => found.push(expr),
                    Err(_) if depth < SEARCH_DEPTH => {
                        let groups = piece.into_iter().filter_map(|token| match token {
                            TokenTree::Group(group) => Some((group.stream(), depth + 1)),
                            _ => None,
                        });
                        todo.extend(groups);
                    }
                    Err(_) => {}
                }
            }
        }
        found.iter().rev().map(|expr| positional(self.value(expr))).collect()
    }

    /// `format!("a {x} {}", y)` is text with holes.
    fn formatted(&mut self, args: &[MacroArg], span: Span) -> OpId {
        let Some((MacroArg { expr: Expr::Lit(template), .. }, rest)) = args.split_first() else {
            let parts: Vec<OpId> = args.iter().map(|arg| self.value(&arg.expr)).collect();
            return self.unknown(&parts, span);
        };
        let Lit::Str(template) = &template.lit else { return self.unknown(&[], span) };
        let values: Vec<OpId> = rest.iter().map(|arg| self.value(&arg.expr)).collect();
        let template = template.value();
        let mut parts = Vec::new();
        let mut next = 0;
        for piece in template_pieces(&template) {
            let part = match piece {
                Piece::Literal(text) => self.string(&text, span),
                Piece::Hole(hole) => {
                    let position = if hole.is_empty() { Some(next) } else { hole.parse().ok() };
                    next += usize::from(hole.is_empty());
                    let position =
                        position.or_else(|| rest.iter().position(|arg| arg.key.as_deref() == Some(hole)));
                    match position {
                        Some(position) => values.get(position).copied().unwrap_or(OpId::NONE),
                        None => self.read(hole, span),
                    }
                }
            };
            parts.extend(part.some());
        }
        match parts.as_slice() {
            [] => self.string("", span),
            [one] if values.is_empty() && matches!(self.frame.body.peek(*one).kind, OpKind::Str(_)) => *one,
            _ => self.frame.body.text(&parts, span),
        }
    }
}

enum Piece<'a> {
    Literal(String),
    Hole(&'a str),
}

/// The pieces of a format string.
fn template_pieces(template: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, found) = rest.split_at(at);
        literal.push_str(before);
        if found.starts_with("{{") || found.starts_with("}}") {
            literal.push_str(&found[..1]);
            rest = &found[2..];
        } else if let (true, Some(close)) = (found.starts_with('{'), found.find('}')) {
            if !literal.is_empty() {
                pieces.push(Piece::Literal(std::mem::take(&mut literal)));
            }
            let hole = found[1..close].split(':').next().unwrap_or_default();
            pieces.push(Piece::Hole(hole.trim()));
            rest = &found[close + 1..];
        } else {
            rest = &found[1..];
        }
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    pieces
}

/// Expressions separated by commas or semicolons, perhaps named.
fn arguments(input: ParseStream<'_>) -> syn::Result<Vec<MacroArg>> {
    let mut args = Vec::new();
    while !input.is_empty() {
        args.push(argument(input)?);
        if !input.is_empty() {
            separator(input)?;
        }
    }
    Ok(args)
}

fn argument(input: ParseStream<'_>) -> syn::Result<MacroArg> {
    let named = input.peek(Ident::peek_any)
        && input.peek2(Token![=])
        && !input.peek2(Token![==])
        && !input.peek2(Token![=>]);
    let key = if named {
        let key = name(&input.call(Ident::parse_any)?);
        input.parse::<Token![=]>()?;
        Some(key)
    } else {
        None
    };
    if input.peek(Token![%]) {
        input.parse::<Token![%]>()?;
    } else if input.peek(Token![?]) {
        input.parse::<Token![?]>()?;
    }
    Ok(MacroArg { key, expr: input.parse()? })
}

fn separator(input: ParseStream<'_>) -> syn::Result<()> {
    if input.peek(Token![;]) {
        input.parse::<Token![;]>()?;
    } else {
        input.parse::<Token![,]>()?;
    }
    Ok(())
}

/// Runs of tokens between separators; a block also ends one.
fn pieces(tokens: TokenStream) -> Vec<TokenStream> {
    let mut pieces = vec![Vec::new()];
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let separates = match &token {
            TokenTree::Punct(punct) => match punct.as_char() {
                ',' | ';' => true,
                ':' => punct.spacing() == proc_macro2::Spacing::Alone && !follows_colon(&pieces),
                '=' => matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '>'),
                _ => false,
            },
            _ => false,
        };
        if separates {
            if matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '=') {
                tokens.next();
            }
            pieces.push(Vec::new());
        } else if let Some(piece) = pieces.last_mut() {
            piece.push(token);
        }
    }
    pieces.into_iter().filter(|piece| !piece.is_empty()).map(|piece| piece.into_iter().collect()).collect()
}

/// The second colon of `::` stands alone.
fn follows_colon(pieces: &[Vec<TokenTree>]) -> bool {
    matches!(pieces.last().and_then(|piece| piece.last()), Some(TokenTree::Punct(punct)) if punct.as_char() == ':')
}
