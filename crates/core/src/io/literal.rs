//! Python literals, as they stand in the headers of npy files.

/// A literal.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    Text(String),
    Bool(bool),
    Whole(i128),
    None,
    /// A tuple or a list.
    Row(Vec<Literal>),
    Dict(Vec<(Literal, Literal)>),
}

/// Lists in lists are read so deep.
const DEEPEST: usize = 32;

impl Literal {
    /// The literal that `text` is, with blanks around it or not.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut reader = Reader { rest: text };
        let literal = reader.literal(0)?;
        reader.peek().is_none().then_some(literal)
    }

    /// The value of a key of a dictionary.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Dict(entries) = self else { return None };
        entries.iter().rev().find(|(k, _)| k.text() == Some(key)).map(|(_, value)| value)
    }

    pub(crate) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(crate) fn row(&self) -> Option<&[Self]> {
        if let Self::Row(row) = self { Some(row) } else { None }
    }

    pub(crate) fn size(&self) -> Option<usize> {
        if let Self::Whole(size) = self { usize::try_from(*size).ok() } else { None }
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\0');
        self.rest.chars().next()
    }

    fn take(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        if found {
            self.rest = &self.rest[c.len_utf8()..];
        }
        found
    }

    fn literal(&mut self, depth: usize) -> Option<Literal> {
        if depth > DEEPEST {
            return None;
        }
        match self.peek()? {
            '{' => self.dict(depth),
            '(' => self.row('(', ')', depth),
            '[' => self.row('[', ']', depth),
            '\'' | '"' => self.text().map(Literal::Text),
            // Prefixes of byte and of Unicode strings.
            'b' | 'u' if self.rest[1..].starts_with(['\'', '"']) => {
                self.rest = &self.rest[1..];
                self.text().map(Literal::Text)
            }
            c if c.is_ascii_digit() || c == '-' || c == '+' => self.whole(),
            _ => self.word(),
        }
    }

    fn dict(&mut self, depth: usize) -> Option<Literal> {
        self.take('{');
        let mut entries = Vec::new();
        while !self.take('}') {
            let key = self.literal(depth + 1)?;
            if !self.take(':') {
                return None;
            }
            entries.push((key, self.literal(depth + 1)?));
            if !self.take(',') && self.peek() != Some('}') {
                return None;
            }
        }
        Some(Literal::Dict(entries))
    }

    fn row(&mut self, open: char, close: char, depth: usize) -> Option<Literal> {
        self.take(open);
        let (mut row, mut commas) = (Vec::new(), 0);
        while !self.take(close) {
            row.push(self.literal(depth + 1)?);
            match self.take(',') {
                true => commas += 1,
                false if self.peek() != Some(close) => return None,
                false => {}
            }
        }
        // Brackets around one value alone are no tuple.
        match (open, commas, row.len()) {
            ('(', 0, 1) => row.pop(),
            _ => Some(Literal::Row(row)),
        }
    }

    fn text(&mut self) -> Option<String> {
        let mut chars = self.rest.char_indices();
        let (_, quote) = chars.next()?;
        let mut text = String::new();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => match chars.next()?.1 {
                    'n' => text.push('\n'),
                    't' => text.push('\t'),
                    kept @ ('\\' | '\'' | '"') => text.push(kept),
                    digits @ ('x' | 'u' | 'U') => {
                        let length = match digits {
                            'x' => 2,
                            'u' => 4,
                            _ => 8,
                        };
                        let code: String = (0..length).map_while(|_| chars.next().map(|(_, c)| c)).collect();
                        text.push(char::from_u32(u32::from_str_radix(&code, 16).ok()?)?);
                    }
                    _ => return None,
                },
                c if c == quote => {
                    self.rest = &self.rest[at + c.len_utf8()..];
                    return Some(text);
                }
                c => text.push(c),
            }
        }
        None
    }

    fn whole(&mut self) -> Option<Literal> {
        let sign = usize::from(self.rest.starts_with(['-', '+']));
        let digits = self.rest[sign..].find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len() - sign);
        let (number, rest) = self.rest.split_at(sign + digits);
        // Python 2 wrote long integers `3L`.
        self.rest = rest.strip_prefix('L').unwrap_or(rest);
        number.parse().ok().map(Literal::Whole)
    }

    fn word(&mut self) -> Option<Literal> {
        let words = [("True", Literal::Bool(true)), ("False", Literal::Bool(false)), ("None", Literal::None)];
        let (word, literal) = words.into_iter().find(|(word, _)| self.rest.starts_with(word))?;
        self.rest = &self.rest[word.len()..];
        Some(literal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_of_every_writer() {
        let header = Literal::parse("{ \"shape\" : ( 3L , 4 ) ,'fortran_order':False,'descr': [(('t', 'a'), '<f8', (2,)), (u'b', b'|u1')] }  \n").unwrap();
        let text = |t: &str| Literal::Text(t.into());
        let row = |r: &[Literal]| Literal::Row(r.to_vec());
        let whole = Literal::Whole;
        assert_eq!(header.get("shape"), Some(&row(&[whole(3), whole(4)])));
        assert_eq!(header.get("fortran_order"), Some(&Literal::Bool(false)));
        let fields = [
            row(&[row(&[text("t"), text("a")]), text("<f8"), row(&[whole(2)])]),
            row(&[text("b"), text("|u1")]),
        ];
        assert_eq!(header.get("descr"), Some(&row(&fields)));
        assert_eq!(Literal::parse("()"), Some(row(&[])));
        assert_eq!(Literal::parse("(5)"), Some(whole(5)));
        assert_eq!(Literal::parse("(5,)"), Some(row(&[whole(5)])));
        assert_eq!(Literal::parse(r"'a\'\x41\u00b5'"), Some(text("a'Aµ")));
        for wrong in
            ["", "{", "{'a'}", "(1", "'a", "1 2", "[1 2]", "__import__('os')", "{'a':1 'b':2}", "0x1", "1.5"]
        {
            assert_eq!(Literal::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Literal::parse(&"[".repeat(100_000)), None);
    }
}
