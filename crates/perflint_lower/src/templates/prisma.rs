//! Prisma schemas: models as classes, their columns and relations as fields, attributes as markers.
//!
//! The language is small and line-based, and a scanner that skips what it does not know reads every version of it.

use crate::Source;
use perflint_ir::{FileBuilder, FileIr, GapKind, Item, ItemFlags, ItemId, ItemKind, Marker, Span, TypeId};

pub(crate) fn lower(source: Source<'_>) -> FileIr {
    let file = FileBuilder::new(source.path, source.lang, source.role);
    let mut reader = Reader { file, text: source.text, at: 0 };
    reader.schema();
    reader.file.finish()
}

struct Reader<'a> {
    file: FileBuilder,
    text: &'a str,
    at: usize,
}

/// An attribute's name and arguments as written, without `@` and parentheses.
struct Attribute<'a> {
    name: &'a str,
    args: &'a str,
    span: Span,
}

impl<'a> Reader<'a> {
    fn schema(&mut self) {
        loop {
            self.skip_space(true);
            let start = self.at;
            let keyword = self.word();
            if keyword.is_empty() {
                if self.peek().is_none() {
                    return;
                }
                self.at = self.next_char();
                continue;
            }
            self.skip_space(false);
            let name_start = self.at;
            let name = self.word();
            let name_span = self.span_from(name_start);
            self.skip_space(true);
            if !name.is_empty() && self.eat("{") {
                self.block(keyword, (name, name_span), start);
            }
        }
    }

    fn block(&mut self, keyword: &str, (name, name_span): (&str, Span), start: usize) {
        let path = match keyword {
            "enum" => "prisma.enum",
            "datasource" | "generator" => "prisma.datasource",
            "type" => "prisma.type",
            _ => "prisma.model",
        };
        let kind = Marker {
            path: self.file.sym(path),
            value: perflint_ir::OpId::NONE,
            words: Vec::new(),
            span: name_span,
        };
        let blank = self.file.blank(ItemKind::Class, name, ItemId(0), name_span);
        let flags = ItemFlags { is_public: true, ..ItemFlags::default() };
        let class = self.file.item(Item { markers: vec![kind], flags, ..blank });
        loop {
            self.skip_space(true);
            if self.eat("}") {
                break;
            }
            if self.peek().is_none() {
                let at = self.span_from(start);
                self.file.gap(GapKind::Syntax, at);
                break;
            }
            if self.eat("@@") {
                let attribute = self.attribute(self.at - 2);
                let marker = self.marker(&attribute, true);
                self.file.item_mut(class).markers.push(marker);
            } else if path == "prisma.datasource" {
                self.setting(class);
            } else {
                self.field(class, keyword == "enum");
            }
        }
        self.file.item_mut(class).span = self.span_from(start);
    }

    /// `key = value` of a data source or generator.
    fn setting(&mut self, class: ItemId) {
        let key = self.word();
        let value = self.rest_of_line();
        if let Some(value) = value.trim().strip_prefix('=').filter(|_| !key.is_empty()) {
            let word = self.file.sym(&format!("{key}={}", unquoted(value)));
            if let Some(marker) = self.file.item_mut(class).markers.first_mut() {
                marker.words.push(word);
            }
        }
    }

    fn field(&mut self, class: ItemId, is_variant: bool) {
        let start = self.at;
        let name = self.word();
        if name.is_empty() {
            self.at = self.next_char();
            return;
        }
        let name_span = self.span_from(start);
        self.skip_space(false);
        let ty = if is_variant { None } else { self.ty() };
        let mut markers = Vec::new();
        if self.text.as_bytes().get(self.at.wrapping_sub(1)) == Some(&b'?') {
            let path = self.file.sym("prisma.optional");
            markers.push(Marker { path, value: perflint_ir::OpId::NONE, words: Vec::new(), span: name_span });
        }
        loop {
            self.skip_space(false);
            if !self.eat("@") {
                break;
            }
            let attribute = self.attribute(self.at - 1);
            markers.push(self.marker(&attribute, false));
        }
        let blank = self.file.blank(ItemKind::Field, name, class, self.span_from(start));
        let flags = ItemFlags { is_public: true, ..ItemFlags::default() };
        self.file.item(Item { name_span, ty, markers, flags, ..blank });
    }

    /// `Post`, `Post?`, `Post[]`, `Unsupported("..")`.
    fn ty(&mut self) -> Option<TypeId> {
        let name = self.word();
        if name.is_empty() {
            return None;
        }
        if self.peek() == Some(b'(') {
            self.arguments();
        }
        let ty = self.file.named_type(name, Vec::new());
        let ty = if self.eat("[]") { self.file.named_type("Array", vec![ty]) } else { ty };
        self.eat("?");
        Some(ty)
    }

    /// An attribute whose `@` has been read.
    fn attribute(&mut self, start: usize) -> Attribute<'a> {
        let name = self.word();
        let args = if self.peek() == Some(b'(') { self.arguments() } else { "" };
        Attribute { name, args, span: self.span_from(start) }
    }

    /// A block's attribute lists its columns first, whether or not they are named `fields`.
    fn marker(&mut self, attribute: &Attribute<'_>, of_block: bool) -> Marker {
        let mut words = Vec::new();
        for argument in split(attribute.args) {
            let (key, value) = match argument.split_once(':') {
                Some((key, value)) if key.trim().bytes().all(is_word) => (key.trim(), value.trim()),
                _ => ("", argument),
            };
            let list = value.strip_prefix('[').map(|list| list.strip_suffix(']').unwrap_or(list));
            let values = list.map_or_else(|| vec![value], split);
            for value in values {
                let value = if list.is_some() { value.split('(').next().unwrap_or(value) } else { value };
                let value = unquoted(value);
                let bare = key.is_empty() || (of_block && key == "fields");
                let word = if bare { self.file.sym(value) } else { self.file.sym(&format!("{key}={value}")) };
                words.push(word);
            }
        }
        let path = self.file.sym(&format!("prisma.{}", attribute.name));
        Marker { path, value: perflint_ir::OpId::NONE, words, span: attribute.span }
    }

    /// The text between balanced parentheses.
    fn arguments(&mut self) -> &'a str {
        let start = self.at + 1;
        let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                _ if quoted => {}
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return self.text.get(start..self.at - 1).unwrap_or("");
            }
        }
        self.text.get(start..).unwrap_or("")
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next_char(&self) -> usize {
        let width = self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
        self.at + width
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.text.as_bytes()[self.at..].starts_with(token.as_bytes());
        if found {
            self.at += token.len();
        }
        found
    }

    /// A name, with the dots of a qualified one.
    fn word(&mut self) -> &'a str {
        let start = self.at;
        while self.peek().is_some_and(is_word) {
            self.at += 1;
        }
        self.text.get(start..self.at).unwrap_or("")
    }

    fn rest_of_line(&mut self) -> &'a str {
        let rest = self.text.get(self.at..).unwrap_or("");
        let line = rest.lines().next().unwrap_or("");
        self.at += line.len().max(1).min(rest.len());
        line.split(" //").next().unwrap_or(line)
    }

    /// Skips blanks and comments, and line ends too if asked.
    fn skip_space(&mut self, lines: bool) {
        while let Some(byte) = self.peek() {
            match byte {
                b'\n' if !lines => return,
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b'/' if self.text.as_bytes()[self.at..].starts_with(b"//") => {
                    while self.peek().is_some_and(|byte| byte != b'\n') {
                        self.at += 1;
                    }
                }
                b'/' if self.text.as_bytes()[self.at..].starts_with(b"/*") => {
                    let rest = self.text.get(self.at..).unwrap_or("");
                    self.at += rest.find("*/").map_or(rest.len(), |end| end + 2);
                }
                _ => return,
            }
        }
    }

    fn span_from(&self, start: usize) -> Span {
        Span::new(start as u32, self.at as u32)
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-') || byte >= 0x80
}

/// Splits at the commas outside brackets and strings.
fn split(args: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut quoted) = (Vec::new(), 0, 0usize, false);
    for (at, byte) in args.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                parts.push(args[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(args[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

fn unquoted(value: &str) -> &str {
    let value = value.trim();
    value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::lower;
    use crate::Source;
    use perflint_ir::{Lang, Role, print, validate};

    const SCHEMA: &str = r#"
// a comment with { braces }
datasource db {
  provider = "postgresql" // the database
  url      = env("DATABASE_URL")
}
/// Documentation.
model User {
  id    Int     @id @default(autoincrement())
  email String? @unique @db.VarChar(255)
  posts Post[]
  role  Role    @default(USER)
  @@index([email, createdAt(sort: Desc)], name: "by_email")
  @@map("users")
}
model Post {
  id       Int
  author   User? @relation("Written", fields: [authorId], references: [id], onDelete: Cascade)
  authorId Int
  @@id(fields: [id, authorId])
  @@unique([id])
}
enum Role {
  USER
  ADMIN @map("admin")
}
view Totals { n Int }
"#;

    fn lowered(text: &str) -> String {
        let file = lower(Source { path: "schema.prisma", lang: Lang::Prisma, role: Role::App, text });
        assert_eq!(validate(&file), []);
        print(&file)
    }

    #[test]
    fn models_have_columns_relations_and_indexes() {
        let text = lowered(SCHEMA);
        for line in [
            r#"Class db in 0 @prisma.datasource "provider=postgresql" "url=env(\"DATABASE_URL\")""#,
            r#"Class User in 0 @prisma.model @prisma.index "email" "createdAt" "name=by_email" @prisma.map "users""#,
            r#"Field id in 2 -> Int @prisma.id @prisma.default "autoincrement()""#,
            r#"Field email in 2 -> String @prisma.optional @prisma.unique @prisma.db.VarChar "255""#,
            "Field posts in 2 -> Array<Post>",
            r#"-> User @prisma.optional @prisma.relation "Written" "fields=authorId" "references=id" "onDelete=Cascade""#,
            r#"Class Post in 0 @prisma.model @prisma.id "id" "authorId" @prisma.unique "id""#,
            "Class Role in 0 @prisma.enum",
            r#"Field ADMIN in 11 @prisma.map "admin""#,
            "Class Totals in 0 @prisma.model",
            "Field n in 14 -> Int",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }

    #[test]
    fn the_same_with_carriage_returns() {
        assert_eq!(lowered(SCHEMA), lowered(&SCHEMA.replace('\n', "\r\n")));
    }

    #[test]
    fn broken_schemas_never_fail() {
        for end in 0..SCHEMA.len() {
            lowered(&SCHEMA[..end]);
            lowered(&SCHEMA[end..]);
        }
        for text in
            ["", "model", "model {", "model é { é é @é(", "}}}}", "model X { a B @@ @ ( ) [ \"", "\u{0}é/*"]
        {
            lowered(text);
        }
        lowered(&"(".repeat(100_000));
        lowered(&format!("model X {{ a B @c{} }}", "(".repeat(100_000)));
    }
}
