//! Tokens of SQL in any dialect, with the placeholders of every driver and the holes of string interpolation.

/// Stands for a hole of an interpolated string; no source text that is SQL contains it.
pub(super) const HOLE: char = '\u{1}';
const HOLE_BYTE: u8 = 1;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A keyword or name, possibly with holes in it.
    Word,
    /// A quoted name: `"x"`, `` `x` ``, `[x]`.
    Quoted,
    /// A literal string.
    Str,
    /// A literal number.
    Number,
    /// A placeholder for a value.
    Placeholder,
    /// A hole, which may stand for anything.
    Hole,
    /// Any other character, or `::`.
    Symbol,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its text, quotes included.
    pub text: &'a str,
    /// First byte.
    pub start: usize,
}

impl<'a> Token<'a> {
    /// Is it this keyword?
    pub fn is(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Is it one of these keywords?
    pub fn is_any(&self, words: &[&str]) -> bool {
        self.kind == Kind::Word && words.iter().any(|word| self.text.eq_ignore_ascii_case(word))
    }

    /// Is it this character?
    pub fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == Kind::Symbol && self.text == symbol
    }

    /// One past its last byte.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// The name without quotes.
    pub fn unquoted(&self) -> &'a str {
        match self.kind {
            Kind::Quoted => self.text.get(1..self.text.len() - 1).unwrap_or_default(),
            _ => self.text,
        }
    }
}

/// The tokens of a text; comments and white space are left out.
pub(super) fn lex(text: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer { text, bytes: text.as_bytes(), tokens: Vec::with_capacity(text.len() / 5) };
    let mut at = 0;
    while let Some(start) = lexer.skip(at) {
        let (kind, end) = lexer.token(start);
        let end = lexer.boundary(end.max(start + 1));
        lexer.tokens.push(Token { kind, text: &text[start..end], start });
        at = end;
    }
    lexer.tokens
}

/// The end of white space and comments that start here.
pub(super) fn skip_blank(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    loop {
        let rest = &bytes[at..];
        match rest {
            [b, ..] if b.is_ascii_whitespace() => at += 1,
            [b'-', b'-', ..] => at += memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
            [b'/', b'*', ..] => {
                at += memchr::memmem::find(&rest[2..], b"*/").map_or(rest.len(), |end| end + 4);
            }
            _ => return at,
        }
    }
}

/// One past a quoted text that starts here; a doubled quote and an escaped one go on.
pub(super) fn quoted_end(bytes: &[u8], start: usize) -> usize {
    let quote = bytes[start];
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote != b'`' && escapes(bytes, at, quote) => at += 2,
            b if b == quote && bytes.get(at + 1) == Some(&quote) => at += 2,
            b if b == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Whether a backslash escapes the quote after it. MySQL says yes, standard SQL no: `'\'` followed by what ends a value
/// is a complete string.
fn escapes(bytes: &[u8], at: usize, quote: u8) -> bool {
    match (bytes.get(at + 1), bytes.get(at + 2)) {
        (Some(b), after) if *b == quote => !matches!(after, None | Some(b',' | b')' | b';')),
        (Some(b'\\'), _) => true,
        _ => false,
    }
}

/// One past a dollar-quoted text, if one starts here.
pub(super) fn dollar_quoted_end(bytes: &[u8], start: usize) -> Option<usize> {
    let tag = bytes[start + 1..].iter().position(|b| !b.is_ascii_alphanumeric() && *b != b'_')?;
    let open = start + tag + 2;
    if bytes.get(open - 1) != Some(&b'$') || bytes.get(start + 1).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let close = memchr::memmem::find(&bytes[open..], &bytes[start..open])?;
    Some(open + close + (open - start))
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    tokens: Vec<Token<'a>>,
}

impl Lexer<'_> {
    fn skip(&self, at: usize) -> Option<usize> {
        let mut at = skip_blank(self.text, at);
        while self.bytes.get(at) == Some(&b'#')
            && self.bytes.get(at + 1) != Some(&b'{')
            && self.line_start(at)
        {
            at += memchr::memchr(b'\n', &self.bytes[at..]).unwrap_or(self.bytes.len() - at);
            at = skip_blank(self.text, at);
        }
        (at < self.bytes.len()).then_some(at)
    }

    /// MySQL's `#` comments are told from Postgres' operators by standing after white space.
    fn line_start(&self, at: usize) -> bool {
        at == 0 || self.bytes[at - 1].is_ascii_whitespace()
    }

    fn boundary(&self, mut at: usize) -> usize {
        at = at.min(self.bytes.len());
        while !self.text.is_char_boundary(at) {
            at += 1;
        }
        at
    }

    fn token(&self, start: usize) -> (Kind, usize) {
        let next = self.bytes.get(start + 1).copied().unwrap_or(0);
        match self.bytes[start] {
            b'\'' => (Kind::Str, quoted_end(self.bytes, start)),
            b'"' | b'`' => (Kind::Quoted, quoted_end(self.bytes, start)),
            b'[' => self.bracket(start),
            b'0'..=b'9' => (Kind::Number, self.run(start, |b| b.is_ascii_alphanumeric() || b == b'.')),
            b':' if next == b':' => (Kind::Symbol, start + 2),
            b':' | b'@' if is_word(next) && next != HOLE_BYTE => {
                (Kind::Placeholder, self.run(start + 1, is_word))
            }
            b'@' if next == b'@' => (Kind::Word, self.run(start + 2, is_word)),
            b'?' => (Kind::Placeholder, self.run(start + 1, |b| b.is_ascii_digit())),
            b'$' => self.dollar(start),
            b'%' => self
                .percent(start)
                .map_or((Kind::Symbol, start + 1), |end| self.word_or(Kind::Placeholder, start, end)),
            b'{' | b'#' => self
                .brace(start)
                .map_or((Kind::Symbol, start + 1), |end| self.word_or(Kind::Hole, start, end)),
            HOLE_BYTE => self.word_or(Kind::Hole, start, start + 1),
            b if is_word(b) => (Kind::Word, self.word_end(start)),
            _ => (Kind::Symbol, start + 1),
        }
    }

    /// A hole or placeholder that goes on as a name is a name.
    fn word_or(&self, kind: Kind, start: usize, end: usize) -> (Kind, usize) {
        match self.word_end(end) {
            longer if longer > end && self.bytes[start] != b'%' => (Kind::Word, longer),
            _ => (kind, end),
        }
    }

    fn word_end(&self, mut at: usize) -> usize {
        loop {
            at = self.run(at, is_word);
            let hole = match self.bytes.get(at) {
                Some(b'{' | b'#') => self.brace(at),
                Some(b'%') => self.percent(at),
                _ => None,
            };
            match hole {
                Some(end) => at = end,
                None => return at,
            }
        }
    }

    fn run(&self, start: usize, inside: impl Fn(u8) -> bool) -> usize {
        self.bytes[start..].iter().position(|b| !inside(*b)).map_or(self.bytes.len(), |len| start + len)
    }

    /// `[name]` quotes a name in T-SQL; after a name or value it is an index.
    fn bracket(&self, start: usize) -> (Kind, usize) {
        let indexed = self.tokens.last().is_some_and(|t| {
            t.end() == start
                && (matches!(t.kind, Kind::Word | Kind::Quoted) || t.is_symbol("]") || t.is_symbol(")"))
        });
        let inner = self.run(start + 1, |b| is_word(b) || b == b' ' || b == b'-');
        let named = self.bytes.get(start + 1).is_some_and(|b| is_word(*b) && !b.is_ascii_digit());
        match self.bytes.get(inner) {
            Some(b']') if named && !indexed => (Kind::Quoted, inner + 1),
            _ => (Kind::Symbol, start + 1),
        }
    }

    fn dollar(&self, start: usize) -> (Kind, usize) {
        if let Some(end) = self.brace(start + 1) {
            return self.word_or(Kind::Hole, start, end);
        }
        match dollar_quoted_end(self.bytes, start) {
            Some(end) => (Kind::Str, end),
            None => (Kind::Placeholder, self.run(start + 1, is_word)),
        }
    }

    /// One past a printf-style placeholder: `%s`, `%(name)s`, `%1$s`.
    fn percent(&self, start: usize) -> Option<usize> {
        let mut at = start + 1;
        if self.bytes.get(at) == Some(&b'(') {
            at = self.run(at + 1, is_word);
            if self.bytes.get(at) != Some(&b')') {
                return None;
            }
            at += 1;
        } else {
            at = self.run(at, |b| b.is_ascii_digit() || b == b'$');
        }
        let letter =
            matches!(self.bytes.get(at), Some(b's' | b'd' | b'i' | b'r' | b'f' | b'v' | b'q' | b'I' | b'L'));
        let ends = self.bytes.get(at + 1).is_none_or(|b| !b.is_ascii_alphanumeric());
        (letter && ends).then_some(at + 1)
    }

    /// One past a format hole: `{}`, `{name}`, `{0}`, `{x:?}`, `#{x}`; JSON and ODBC braces have other contents.
    fn brace(&self, start: usize) -> Option<usize> {
        let open = start + usize::from(self.bytes.get(start) == Some(&b'#'));
        if self.bytes.get(open) != Some(&b'{') {
            return None;
        }
        let inside = |b: u8| is_word(b) || matches!(b, b'.' | b':' | b'?' | b'!' | b'[' | b']');
        let close = self.run(open + 1, inside);
        (self.bytes.get(close) == Some(&b'}')).then_some(close + 1)
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80 || byte == b'$' || byte == HOLE_BYTE
}
