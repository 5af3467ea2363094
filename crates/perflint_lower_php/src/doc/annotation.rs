//! Annotations in comments: `@ORM\OneToMany(targetEntity="Item", mappedBy="order")` has the shape of an attribute.

use crate::walk::{Php, pos};
use perflint_ir::{Arg, CallForm, Callee, Marker, OpId, OpKind, Shape, Slot};

/// How deep annotations may nest.
const MAX_NESTING: usize = 16;

/// Tags of documentation, which no framework hangs meaning on.
const DOCUMENTATION: &[&str] = &[
    "param",
    "return",
    "returns",
    "var",
    "throws",
    "see",
    "link",
    "author",
    "package",
    "subpackage",
    "since",
    "version",
    "deprecated",
    "todo",
    "inheritdoc",
    "inheritDoc",
    "internal",
    "api",
    "license",
    "copyright",
    "example",
    "uses",
    "property",
    "method",
    "mixin",
    "template",
    "extends",
    "implements",
    "global",
    "ignore",
    "access",
    "category",
    "note",
];

/// An annotation's text being read.
struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// Where the text starts in the PHP.
    start: u32,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn skip(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || c == '*').len();
    }

    fn eat(&mut self, mark: char) -> bool {
        self.skip();
        let found = self.rest().starts_with(mark);
        if found {
            self.at += mark.len_utf8();
        }
        found
    }

    fn word(&mut self) -> &'t str {
        self.skip();
        let rest = self.rest();
        let end = rest
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '\\' | ':' | '-' | '.')))
            .unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn quoted(&mut self) -> &'t str {
        let rest = self.rest();
        let end = rest.find('"').unwrap_or(rest.len());
        self.at = (self.at + end + 1).min(self.text.len());
        &rest[..end]
    }

    fn span(&self, from: usize) -> php_ast::Span {
        php_ast::Span::new(self.start + from as u32, self.start + self.at as u32)
    }
}

impl Php<'_> {
    /// The annotations of a comment. Their values belong to the initialiser that is open.
    pub(crate) fn annotations(&mut self, comment: &php_ast::Comment<'_>, markers: &mut Vec<Marker>) {
        let text = comment.text;
        let mut line = 0;
        while line < text.len() {
            let end = text[line..].find('\n').map_or(text.len(), |at| line + at + 1);
            let skipped =
                text[line..end].len() - text[line..end].trim_start_matches(['/', '*', ' ', '\t']).len();
            let mut reader = Reader { text, at: line + skipped, start: comment.span.start };
            line = end;
            if !reader.eat('@') {
                continue;
            }
            let start = reader.at;
            let name = reader.word().trim_end_matches(['.', ':', '-']);
            reader.at = start + name.len();
            if name.is_empty()
                || DOCUMENTATION.contains(&name)
                || name.contains('-')
                || name.starts_with("phpstan")
                || name.starts_with("psalm")
            {
                continue;
            }
            markers.push(self.annotation(&mut reader, name, start, 0));
            line = line.max(reader.at);
        }
    }

    fn annotation(&mut self, reader: &mut Reader<'_>, name: &str, start: usize, depth: usize) -> Marker {
        let path = name.trim_start_matches('\\').replace('\\', ".");
        let mut value = OpId::NONE;
        let at = reader.span(start);
        if reader.rest().starts_with('(') {
            reader.at += 1;
            let args = self.annotation_args(reader, ')', depth);
            let callee = self.chain(&path, at);
            value = self.invoke(Callee::Value(callee), args, CallForm::Plain, at, reader.span(start));
        }
        let span = self.span(reader.span(start));
        Marker { path: self.file.sym(&path), value, words: Vec::new(), span }
    }

    fn annotation_args(&mut self, reader: &mut Reader<'_>, close: char, depth: usize) -> Vec<Arg> {
        let mut args = Vec::new();
        while !reader.eat(close) && !reader.rest().is_empty() {
            let before = reader.at;
            let mut key = None;
            let word = if reader.eat('"') { reader.quoted() } else { reader.word() };
            reader.skip();
            let is_key = reader.rest().starts_with('=') || close == '}' && reader.rest().starts_with(':');
            if is_key && !word.is_empty() {
                reader.at += 1;
                key = Some(self.file.sym(word));
            } else {
                reader.at = before;
            }
            if let Some(value) = self.annotation_value(reader, depth + 1) {
                args.push(match key {
                    Some(key) => Arg { slot: Slot::Key(key), value },
                    None => pos(value),
                });
            }
            reader.eat(',');
            if reader.at == before {
                reader.at += reader.rest().chars().next().map_or(1, char::len_utf8);
            }
        }
        args
    }

    fn annotation_value(&mut self, reader: &mut Reader<'_>, depth: usize) -> Option<OpId> {
        if depth > MAX_NESTING {
            return None;
        }
        reader.skip();
        let start = reader.at;
        if reader.eat('"') {
            let text = reader.quoted();
            return Some(self.str(&text.replace('\\', "."), reader.span(start)));
        }
        if reader.eat('{') {
            let args = self.annotation_args(reader, '}', depth);
            let keyed = args.iter().any(|arg| arg.slot != Slot::Pos);
            let at = self.span(reader.span(start));
            let shape = if keyed { Shape::Map } else { Shape::List };
            return Some(self.scopes.here.body.make(shape, args, at));
        }
        if reader.eat('@') {
            let start = reader.at;
            let name = reader.word().to_owned();
            return self.annotation(reader, &name, start, depth + 1).value.some();
        }
        let word = reader.word();
        let at = reader.span(start);
        Some(match word.to_ascii_lowercase().as_str() {
            "" => return None,
            "true" => self.op(OpKind::Bool(true), at),
            "false" => self.op(OpKind::Bool(false), at),
            "null" => self.op(OpKind::Null, at),
            _ => match (word.parse::<i32>(), word.split_once("::")) {
                (Ok(number), _) => self.op(OpKind::Int(number), at),
                (_, Some((class, "class"))) => self.chain(&class.replace('\\', "."), at),
                (_, Some((class, constant))) => {
                    self.chain(&format!("{}.{constant}", class.replace('\\', ".")), at)
                }
                _ => self.chain(&word.replace('\\', "."), at),
            },
        })
    }
}
