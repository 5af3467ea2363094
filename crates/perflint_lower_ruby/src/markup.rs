//! HAML and Slim, by a scanner of lines: what is code becomes Ruby, and the end of what is indented becomes `end`.
//!
//! Neither language has a parser outside of Ruby. Only where code stands is of interest: after `-` and `=`, in
//! attributes, in `#{..}`. Blocks are closed by indentation, on an explicit stack.

use crate::walk::Text;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    Haml,
    Slim,
}

/// Words that go on with a block instead of opening one.
const MIDDLE: &[&str] = &["else", "elsif", "when", "in", "rescue", "ensure"];

/// Words that open a block without `do`.
const OPENING: &[&str] = &["if", "unless", "while", "until", "for", "case", "begin"];

/// The Ruby of a HAML template.
pub(crate) fn haml(text: &str) -> Text {
    Scanner::new(text, Dialect::Haml).run()
}

/// The Ruby of a Slim template.
pub(crate) fn slim(text: &str) -> Text {
    Scanner::new(text, Dialect::Slim).run()
}

struct Scanner<'a> {
    text: &'a str,
    dialect: Dialect,
    out: Text,
    /// Indentation of the open blocks, and whether they end with `end`.
    blocks: Vec<(usize, bool)>,
}

/// A line: where it starts in the file, and its text without indentation.
#[derive(Clone, Copy)]
struct Line<'a> {
    at: usize,
    indent: usize,
    text: &'a str,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str, dialect: Dialect) -> Self {
        Self { text, dialect, out: Text::default(), blocks: Vec::new() }
    }

    fn lines(&self) -> Vec<Line<'a>> {
        let mut at = 0;
        let mut out = Vec::new();
        for whole in self.text.split_inclusive('\n') {
            let line = whole.trim_end();
            let text = line.trim_start();
            if !text.is_empty() {
                let indent = line.len() - text.len();
                out.push(Line { at: at + indent, indent, text });
            }
            at += whole.len();
        }
        out
    }

    fn run(mut self) -> Text {
        let lines = self.lines();
        let mut i = 0;
        while i < lines.len() {
            let line = lines[i];
            self.close(line);
            let used = match self.dialect {
                Dialect::Haml => self.haml_line(&lines[i..]),
                Dialect::Slim => self.slim_line(&lines[i..]),
            };
            i += used.max(1);
        }
        while let Some((_, ends)) = self.blocks.pop() {
            if ends {
                self.out.push("\nend\n", self.text.len());
            }
        }
        self.out
    }

    /// Ends the blocks that a line is outside of.
    fn close(&mut self, line: Line<'a>) {
        let middle = is_middle(code_of(line.text));
        while let Some((indent, ends)) = self.blocks.last().copied() {
            if indent < line.indent || (indent == line.indent && middle && line.text.starts_with('-')) {
                break;
            }
            self.blocks.pop();
            if ends {
                self.out.push("\nend\n", line.at);
            }
        }
    }

    /// Code of a line, which may go on in the next ones; how many lines it takes.
    fn code(&mut self, lines: &[Line<'a>], from: usize) -> usize {
        let first = lines[0];
        let mut used = 0;
        let mut code = &first.text[from..];
        let mut at = first.at + from;
        loop {
            used += 1;
            let piped = self.dialect == Dialect::Haml && code.ends_with(" |") && !is_block_opener(code);
            let piece = if piped { &code[..code.len() - 1] } else { code };
            self.out.push(piece, at);
            let goes_on = piped || piece.ends_with(',') || piece.ends_with('\\');
            match lines.get(used) {
                Some(next) if goes_on => {
                    self.out.push("\n", next.at);
                    code = next.text;
                    at = next.at;
                }
                _ => break,
            }
        }
        self.out.push("\n", at + code.len());
        let start = first.text[from..].trim_start();
        let is_code = first.text.starts_with('-');
        if is_code && is_middle(start) {
            match self.blocks.last() {
                Some((indent, _)) if *indent == first.indent => {}
                _ => self.blocks.push((first.indent, false)),
            }
        } else if opens(start) || is_block_opener(code.trim_end()) {
            let has_children = lines.get(used).is_some_and(|next| next.indent > first.indent);
            let same =
                lines.get(used).is_some_and(|n| n.indent == first.indent && is_middle(code_of(n.text)));
            let inline_end = code.trim_end().ends_with(" end");
            if (has_children || same || is_block_opener(code.trim_end())) && !inline_end {
                self.blocks.push((first.indent, true));
            } else if !inline_end && opens(start) {
                self.out.push("\nend\n", at + code.len());
            }
        }
        used
    }

    /// Passes over the lines that are indented deeper than the first.
    fn skip(&mut self, lines: &[Line<'a>]) -> usize {
        let indent = lines[0].indent;
        let inner = lines[1..].iter().take_while(|line| line.indent > indent).count();
        for line in &lines[1..=inner] {
            self.holes(line.text, line.at);
        }
        inner + 1
    }

    /// The code in `#{..}`.
    fn holes(&mut self, text: &str, at: usize) {
        let mut from = 0;
        while let Some(open) = text[from..].find("#{").map(|i| from + i) {
            let Some(close) = matching(text, open + 1) else { return };
            self.out.push(&text[open + 2..close], at + open + 2);
            self.out.push("\n", at + close);
            from = close + 1;
        }
    }

    fn haml_line(&mut self, lines: &[Line<'a>]) -> usize {
        let line = lines[0];
        let text = line.text;
        match text.as_bytes()[0] {
            b'-' if text.starts_with("-#") => {
                let inner = lines[1..].iter().take_while(|l| l.indent > line.indent).count();
                inner + 1
            }
            b'-' | b'~' => self.code(lines, 1),
            b'=' => self.code(lines, 1),
            b'!' | b'&' if text.starts_with("!=") || text.starts_with("&=") => self.code(lines, 2),
            b':' => {
                if text.starts_with(":ruby") {
                    return self.embedded(lines);
                }
                self.skip(lines)
            }
            b'/' => 1,
            b'%' | b'.' | b'#' if !text.starts_with("#{") => self.haml_tag(lines),
            _ => {
                self.holes(text, line.at);
                1
            }
        }
    }

    /// Ruby that stands below a filter.
    fn embedded(&mut self, lines: &[Line<'a>]) -> usize {
        let indent = lines[0].indent;
        let inner = lines[1..].iter().take_while(|line| line.indent > indent).count();
        for line in &lines[1..=inner] {
            self.out.push(line.text, line.at);
            self.out.push("\n", line.at + line.text.len());
        }
        inner + 1
    }

    /// `%tag.class#id{ attributes }= code`.
    fn haml_tag(&mut self, lines: &[Line<'a>]) -> usize {
        let line = lines[0];
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '%' | '.' | '#' | '-' | '_' | ':' | '@');
        let mut at = line.text.find(|c: char| !is_name(c)).unwrap_or(line.text.len());
        let mut used = 1;
        // Attributes may go on in further lines, up to the bracket that closes them.
        while let Some(open @ (b'{' | b'(' | b'[')) = line.text.as_bytes().get(at).copied() {
            let start = line.at + at;
            let rest = &self.text[start..];
            let Some(close) = matching(rest, 0) else { break };
            let attributes = &rest[..=close];
            if open == b'{' {
                self.out.push("_ = ", start);
                self.out.push(attributes, start);
                self.out.push("\n", start + close);
            } else if open == b'(' {
                self.slim_attributes(&attributes[1..close], start + 1);
            }
            let breaks = attributes.matches('\n').count();
            if breaks > 0 {
                let end = start + close + 1;
                let inside = lines.iter().take_while(|l| l.at < end).count();
                let tail_end = self.text[end..].find('\n').map_or(self.text.len(), |i| end + i);
                let tail = self.text[end..tail_end].trim_end();
                let tail_line = Line { at: end, indent: line.indent, text: tail };
                if let Some(code) = tail.strip_prefix('=') {
                    let _ = code;
                    used = inside;
                    let mut rest_lines = vec![tail_line];
                    rest_lines.extend_from_slice(&lines[inside..]);
                    return used + self.code(&rest_lines, 1) - 1;
                }
                return inside;
            }
            at += close + 1;
        }
        let rest = &line.text[at..];
        let marks = rest.len() - rest.trim_start_matches(['<', '>', '/']).len();
        let rest = &rest[marks..];
        let from = at + marks;
        if rest.starts_with("!=") || rest.starts_with("&=") {
            return self.code(lines, from + 2);
        }
        if rest.starts_with(['=', '~']) {
            return self.code(lines, from + 1);
        }
        self.holes(rest, line.at + from);
        used
    }

    fn slim_line(&mut self, lines: &[Line<'a>]) -> usize {
        let line = lines[0];
        let text = line.text;
        match text.as_bytes()[0] {
            b'-' => self.code(lines, 1),
            b'=' => {
                let marks = text.len() - text.trim_start_matches(['=', '<', '>', '\'']).len();
                self.code(lines, marks)
            }
            b'/' => lines[1..].iter().take_while(|l| l.indent > line.indent).count() + 1,
            b'|' | b'\'' => {
                self.holes(text, line.at);
                self.skip(lines)
            }
            b'<' => {
                self.holes(text, line.at);
                1
            }
            _ if text.starts_with("doctype") => 1,
            _ if text.starts_with("ruby:") => self.embedded(lines),
            _ if ["javascript:", "css:", "scss:", "sass:", "coffee:", "markdown:"].contains(&text) => {
                self.skip(lines)
            }
            _ => self.slim_tag(lines),
        }
    }

    /// `tag.class#id attr=code attr="#{..}" = code`.
    fn slim_tag(&mut self, lines: &[Line<'a>]) -> usize {
        let line = lines[0];
        let text = line.text;
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '#' | '-' | '_' | ':' | '@' | '*');
        let mut at = text.find(|c: char| !is_name(c)).unwrap_or(text.len());
        let open = text[at..].chars().next();
        if let Some('[' | '(' | '{') = open
            && let Some(close) = matching(&text[at..], 0)
        {
            self.slim_attributes(&text[at + 1..at + close], line.at + at + 1);
            at += close + 1;
        } else {
            at += self.slim_attributes(&text[at..], line.at + at);
        }
        let rest = &text[at..];
        let inner = rest.trim_start();
        let from = at + (rest.len() - inner.len());
        if let Some(stripped) = inner.strip_prefix('=') {
            let marks = stripped.len() - stripped.trim_start_matches(['=', '<', '>', '\'']).len();
            return self.code(lines, from + 1 + marks);
        }
        self.holes(inner, line.at + from);
        1
    }

    /// Attributes `name=value ..`; how far they go.
    fn slim_attributes(&mut self, text: &str, at: usize) -> usize {
        let mut from = 0;
        loop {
            let rest = &text[from..];
            let inner = rest.trim_start();
            let start = from + (rest.len() - inner.len());
            let name =
                inner.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | ':' | '@' | '.')));
            let Some(name) = name.filter(|n| *n > 0 && inner[*n..].starts_with('=')) else { return from };
            let mut value_at = start + name + 1;
            if text[value_at..].starts_with('=') {
                value_at += 1;
            }
            let value = &text[value_at..];
            let len = value_length(value);
            let code = &value[..len];
            if code.starts_with('"') || code.starts_with('\'') {
                self.holes(code, at + value_at);
            } else if !code.is_empty() {
                self.out.push(code, at + value_at);
                self.out.push("\n", at + value_at + len);
            }
            if len == 0 {
                return from;
            }
            from = value_at + len;
        }
    }
}

/// How long an attribute's value is: up to a space outside of brackets and quotes.
fn value_length(text: &str) -> usize {
    let mut depth = 0usize;
    let mut quote = None;
    for (i, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(q), b) if q == b => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b')' | b']' | b'}') if depth == 0 => return i,
            (None, b')' | b']' | b'}') => depth -= 1,
            (None, b' ' | b'\t') if depth == 0 => return i,
            _ => {}
        }
    }
    text.len()
}

/// The bracket that closes the one at an offset.
fn matching(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut quote = None;
    for (i, byte) in text.bytes().enumerate().skip(open) {
        match (quote, byte) {
            (Some(q), b) if q == b => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') if depth > 0 => quote = Some(byte),
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b')' | b']' | b'}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(i);
                }
            }
            _ => {}
        }
    }
    None
}

/// What follows the mark of a line of code.
fn code_of(text: &str) -> &str {
    text.trim_start_matches(['-', '=']).trim_start()
}

fn first_word(code: &str) -> &str {
    code.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default()
}

fn is_middle(code: &str) -> bool {
    MIDDLE.contains(&first_word(code))
}

fn opens(code: &str) -> bool {
    let assigned = code.split_once(" = ").map(|(_, value)| value);
    OPENING.contains(&first_word(code))
        || assigned.is_some_and(|value| matches!(first_word(value), "case" | "if" | "begin"))
}

/// True for code that ends with the start of a block.
fn is_block_opener(code: &str) -> bool {
    if code.ends_with(" do") || code == "do" {
        return true;
    }
    let Some(inner) = code.strip_suffix('|') else { return false };
    let Some(bar) = inner.rfind('|') else { return false };
    inner[..bar].trim_end().ends_with(" do")
}
