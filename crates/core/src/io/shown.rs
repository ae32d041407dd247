//! Texts of others, such as names and values out of files, made fit for a terminal.

/// Characters of a name.
const NAME: usize = 80;
/// Characters without a space or slash that are shown: no system has longer names of files.
const WORD: usize = 255;
/// What ends a word.
const ENDS: [char; 3] = [' ', '/', '\\'];
/// Characters of a line.
const LINE: usize = 10_000;

/// Whether a character is not seen, or changes how others are: control characters, and those that set the direction of
/// text, part lines or have no width.
pub fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A name or a value as part of a message: hidden characters as escapes, the middle left out of a long one.
///
/// ```
/// use nullcline_core::io::shown::name;
///
/// assert_eq!(name("weight_hh"), "weight_hh");
/// assert!(!name("evil\u{1b}[2J").contains('\u{1b}'));
/// assert!(name(&"x".repeat(1000)).chars().count() <= 80);
/// ```
pub fn name(text: &str) -> String {
    cut(&escaped(text), NAME)
}

/// A message, all of it on one line: hidden characters as escapes; of words longer than any file's name, and of the
/// whole, the middle is left out.
pub fn line(text: &str) -> String {
    let text = escaped(text);
    let part = |part: &str| {
        let word = part.trim_end_matches(ENDS);
        if word.len() > WORD { cut(word, NAME) + &part[word.len()..] } else { part.to_owned() }
    };
    cut(&text.split_inclusive(ENDS).map(part).collect::<String>(), LINE)
}

/// Lines that are ours to end, each as by [`line()`].
pub fn lines(text: &str) -> String {
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// Names as a sentence ends with them, `word` before the last: a, b or c.
pub fn list(names: &[&str], word: &str) -> String {
    match names {
        [most @ .., last] if !most.is_empty() => format!("{} {word} {last}", most.join(", ")),
        _ => names.concat(),
    }
}

/// A count with its noun, the plural by an s.
pub fn count(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

fn escaped(text: &str) -> String {
    let one = |c: char| match hidden(c) {
        true => c.escape_default().to_string(),
        false => c.to_string(),
    };
    text.chars().map(one).collect()
}

/// At most `most` characters: both ends, with an ellipsis between them.
fn cut(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let (head, tail) = (most / 2, most - most / 2 - 1);
    text.chars().take(head).chain(['…']).chain(text.chars().skip(count - tail)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_a_terminal_is_written_out() {
        for (text, shown) in [
            ("plain, größe, 名前", "plain, größe, 名前"),
            ("\u{1b}[31mred", r"\u{1b}[31mred"),
            ("a\rb\nc\td", r"a\rb\nc\td"),
            ("\u{202e}txt.\u{2066}", r"\u{202e}txt.\u{2066}"),
            ("w\u{200b}\u{feff}\u{9b}", r"w\u{200b}\u{feff}\u{9b}"),
        ] {
            assert_eq!((name(text), line(text)), (shown.to_owned(), shown.to_owned()));
        }
        assert_eq!(lines("a\r\nb\u{7}\n"), "a\\r\nb\\u{7}\n");
    }

    #[test]
    fn long_texts_lose_their_middle() {
        let long = format!("start{}end", "ü".repeat(300));
        let shown = name(&long);
        assert_eq!(shown.chars().count(), 80);
        assert!(shown.starts_with("start") && shown.ends_with("end") && shown.contains('…'));
        assert_eq!(line(&format!("tensor {long} is odd")), format!("tensor {shown} is odd"));
        // A path is whole.
        let path = format!("open /{}/{}/report.html", "a".repeat(250), "b".repeat(250));
        assert_eq!(line(&path), path);
        assert_eq!(line(&"ab ".repeat(100_000)).chars().count(), LINE);
    }
}
