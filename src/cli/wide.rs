//! Words wrapped at the width of the terminal.

use terminal_size::{Width, terminal_size_of};

/// Columns below which nothing is wrapped, and beyond which lines would be hard to read.
const SENSIBLE: [usize; 2] = [20, 100];

/// The columns of the output, if it is a terminal.
pub(super) fn of_output() -> Option<usize> {
    terminal_size_of(std::io::stdout()).map(|(Width(w), _)| usize::from(w))
}

/// The columns of the error stream, if it is a terminal.
pub(super) fn of_errors() -> Option<usize> {
    terminal_size_of(std::io::stderr()).map(|(Width(w), _)| usize::from(w))
}

/// `text` with each of its lines wrapped between words at `width`, further lines two columns in; as it is where nobody sees a width.
pub(super) fn wrapped(text: &str, width: Option<usize>) -> String {
    filled(text, width, |indent| indent + 2)
}

/// The same, further lines at the column where the texts of a list begin.
pub(super) fn hanging(text: &str, width: Option<usize>, column: usize) -> String {
    filled(text, width, |_| column)
}

fn filled(text: &str, width: Option<usize>, further: impl Fn(usize) -> usize) -> String {
    let [least, most] = SENSIBLE;
    let Some(width) = width.filter(|w| *w >= least) else { return text.to_owned() };
    let one = |line: &str| {
        let indent = " ".repeat(line.len() - line.trim_start().len());
        let further = " ".repeat(further(indent.len()));
        let options = textwrap::Options::new(width.min(most))
            .initial_indent(&indent)
            .subsequent_indent(&further)
            // A path or a name is whole.
            .break_words(false)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        textwrap::fill(line.trim_start(), options)
    };
    text.split('\n').map(one).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_wrap_and_paths_do_not() {
        let text = "GRU network\n  It has 8 stable points, one for each pattern.\nopen /a/very/long/path/that/is/whole";
        let shown = "GRU network\n  It has 8 stable\n    points, one for\n    each pattern.\nopen\n  /a/very/long/path/that/is/whole";
        assert_eq!(wrapped(text, Some(20)), shown);
        assert_eq!(wrapped(text, None), text);
        let list = "studies:\n  one/fig1  A title of some words\n  two/fig2  Short";
        let shown = "studies:\n  one/fig1  A title of\n            some words\n  two/fig2  Short";
        assert_eq!(hanging(list, Some(24), 12), shown);
        assert!(wrapped(&"word ".repeat(100), Some(300)).lines().all(|l| l.len() <= 100));
    }
}
