//! Writes the page.

use std::fmt::Write;

use super::claims::claims;
use super::table::table;
use super::{Page, Section};
use crate::Error;
use crate::figure::{Figure, identifier};
use nullcline_core::io::shown::hidden;

const STYLE: &str = include_str!("style.css");

/// The whole HTML file.
///
/// # Errors
/// [`Error::Font`] and [`Error::Png`] if a figure cannot be drawn.
pub fn render(page: &Page) -> Result<String, Error> {
    let mut out = String::new();
    let title = escape(&page.title);
    let font = Figure::font(page.sections.iter().flat_map(|s| &s.figures))?;
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n<style>\n{font}{STYLE}</style>\n</head>\n<body>\n\
         <header>\n<h1>{title}</h1>\n"
    );
    if !page.answer.is_empty() {
        let _ = writeln!(out, "<p class=\"answer\">{}</p>", escape(&page.answer));
    }
    claims(&mut out, &page.claims);
    facts(&mut out, &page.meta);
    notes(&mut out, "warnings", "Warnings", &page.warnings);
    out.push_str("</header>\n");
    contents(&mut out, page);
    out.push_str("<main>\n");
    for section in &page.sections {
        write_section(&mut out, section, page)?;
    }
    if !page.rerun.is_empty() {
        let _ = write!(
            out,
            "<section id=\"again\" aria-labelledby=\"again-title\">\n\
             <h2 id=\"again-title\">How to run this again</h2>\n\
             <pre tabindex=\"0\"><code>{}</code></pre>\n</section>\n",
            escape(&page.rerun)
        );
    }
    let _ = write!(
        out,
        "</main>\n<footer>\n<p>nullcline {} · numbers for programs: <a href=\"summary.json\">summary.json</a></p>\n\
         </footer>\n</body>\n</html>\n",
        env!("CARGO_PKG_VERSION")
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

fn write_section(out: &mut String, section: &Section, page: &Page) -> Result<(), Error> {
    let id = identifier(&section.id);
    let title = escape(&section.title);
    let _ = write!(
        out,
        "<section id=\"{id}\" aria-labelledby=\"{id}-heading\">\n<h2 id=\"{id}-heading\">{title}</h2>\n"
    );
    for paragraph in &section.intro {
        let _ = writeln!(out, "<p>{}</p>", escape(paragraph));
    }
    facts(out, &section.facts);
    notes(out, "notes", "Notes", &section.notes);
    for figure in &section.figures {
        let prefix = format!("{}-{}", section.id, figure.name);
        let svg = figure.inline(&prefix)?;
        let caption = escape(&figure.caption);
        let wide = if figure.size().0 > 300.0 { " wide" } else { "" };
        let extension = page.figures.extensions().next().unwrap_or("svg");
        let file = link(&format!("{}/{}.{extension}", section.id, figure.name));
        let _ = write!(
            out,
            "<figure>\n<div class=\"card{wide}\">\n{svg}</div>\n<figcaption>{caption} {file}</figcaption>\n</figure>\n"
        );
    }
    for shown in &section.tables {
        let file = format!("{}/{}", section.id, shown.file_name(page.tables));
        table(out, shown, &file);
    }
    if !section.files.is_empty() {
        let links: Vec<String> = section.files.iter().map(|f| link(f)).collect();
        let _ = writeln!(out, "<p class=\"files\">Files: {}</p>", links.join(", "));
    }
    out.push_str("</section>\n");
    Ok(())
}

fn facts(out: &mut String, facts: &[(String, String)]) {
    if facts.is_empty() {
        return;
    }
    out.push_str("<dl class=\"facts\">\n");
    for (name, value) in facts {
        let _ = writeln!(out, "<div><dt>{}</dt><dd>{}</dd></div>", escape(name), escape(value));
    }
    out.push_str("</dl>\n");
}

fn notes(out: &mut String, class: &str, label: &str, notes: &[String]) {
    if notes.is_empty() {
        return;
    }
    let _ = write!(
        out,
        "<aside class=\"{class}\" aria-label=\"{label}\">\n<p><strong>{label}</strong></p>\n<ul>\n"
    );
    for note in notes {
        let _ = writeln!(out, "<li>{}</li>", escape(note));
    }
    out.push_str("</ul>\n</aside>\n");
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
