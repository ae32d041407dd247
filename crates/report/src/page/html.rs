//! Writes the page.

use std::fmt::Write;

use super::Page;
use super::head::head;
use super::parts::section;
use super::script::scripts;
use crate::Error;
use crate::draw::theme::Theme;
use crate::figure::{Figure, identifier};
use nullcline_core::io::shown::hidden;

const STYLE: &str = concat!(
    include_str!("style.css"),
    include_str!("parts.css"),
    include_str!("tables.css"),
    include_str!("figures.css"),
    include_str!("print.css"),
);

/// The whole HTML file.
///
/// # Errors
/// [`Error::Font`] and [`Error::Png`] if a figure cannot be drawn.
pub fn render(page: &Page) -> Result<String, Error> {
    let mut theme = Theme::default();
    let title = escape(&page.title);
    let body = body(page, &title, &mut theme)?;
    let font = Figure::font(page.sections.iter().flat_map(|s| &s.figures))?;
    Ok(format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n<style>\n{font}{}{STYLE}</style>\n</head>\n{body}",
        theme.style()
    ))
}

fn body(page: &Page, title: &str, theme: &mut Theme) -> Result<String, Error> {
    let mut out = format!(
        "<body>\n<a class=\"skip\" href=\"#main\">Skip to the answer</a>\n<header>\n<h1>{title}</h1>\n"
    );
    if !page.subject.is_empty() {
        let _ = writeln!(out, "<p class=\"subject\">{}</p>", escape(&page.subject));
    }
    out.push_str("</header>\n<main id=\"main\" tabindex=\"-1\">\n");
    head(&mut out, page, theme)?;
    contents(&mut out, page);
    out.push_str("<div class=\"sections\">\n");
    let mut room = super::table::ROOM;
    for s in &page.sections {
        section(&mut out, s, page, theme, &mut room)?;
    }
    if !page.rerun.is_empty() {
        let _ = write!(
            out,
            "<section id=\"again\" aria-labelledby=\"again-title\">\n\
             <h2 id=\"again-title\">How to run this again</h2>\n\
             <pre tabindex=\"0\"><code>{}</code></pre>\n",
            escape(&page.rerun)
        );
        if let Some(next) = &page.next {
            let code = escape(next);
            let _ =
                writeln!(out, "<p>To go on from here:</p>\n<pre tabindex=\"0\"><code>{code}</code></pre>");
        }
        out.push_str("</section>\n");
    }
    let _ = write!(
        out,
        "</div>\n</main>\n<footer>\n<p>nullcline {} · numbers for programs: <a href=\"summary.json\">summary.json</a></p>\n\
         </footer>\n{}</body>\n</html>\n",
        env!("CARGO_PKG_VERSION"),
        scripts()
    );
    Ok(out)
}

fn contents(out: &mut String, page: &Page) {
    if page.sections.len() < 2 {
        return;
    }
    out.push_str("<nav aria-label=\"Contents\">\n<ul>\n");
    for section in &page.sections {
        let (id, title) = (identifier(&section.id), escape(&section.title));
        let _ = writeln!(out, "<li><a href=\"#{id}\">{title}</a></li>");
    }
    if !page.rerun.is_empty() {
        out.push_str("<li><a href=\"#again\">How to run this again</a></li>\n");
    }
    out.push_str("</ul>\n</nav>\n");
}

/// A link to a file of the folder.
pub(super) fn link(relative: &str) -> String {
    format!("<a href=\"{}\">{}</a>", escape(&encode(relative)), escape(relative))
}

/// Percent-encodes what has a meaning in an address; `./` keeps a colon from naming a scheme.
fn encode(path: &str) -> String {
    let mut out = String::new();
    if path.contains(':') || path.starts_with('/') {
        out.push_str("./");
    }
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Text as it stands in HTML, XML and their quoted attributes; control characters become spaces, and others that are not
/// seen are written out.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c if hidden(c) => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}
