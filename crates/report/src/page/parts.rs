//! A section of the page: what was found, its figures, and what unfolds.

use std::fmt::Write;

use super::html::{escape, link};
use super::script::data;
use super::table::table;
use super::{Page, Section};
use crate::Error;
use crate::draw::theme::Theme;
use crate::figure::{Figure, identifier};

/// Columns and rows of a first table that is seen at once, at most.
const SEEN: (usize, usize) = (14, 60);
/// Width above which a figure is moved to and fro on a phone, in points.
const WIDE: f64 = 300.0;

pub(super) fn section(
    out: &mut String,
    s: &Section,
    page: &Page,
    theme: &mut Theme,
    room: &mut usize,
) -> Result<(), Error> {
    let id = identifier(&s.id);
    let title = escape(&s.title);
    let _ = write!(
        out,
        "<section id=\"{id}\" aria-labelledby=\"{id}-heading\">\n<h2 id=\"{id}-heading\">{title}</h2>\n"
    );
    paragraphs(out, &s.intro);
    let (checks, results): (Vec<_>, Vec<_>) =
        s.facts.iter().cloned().partition(|(name, _)| name.starts_with("Check"));
    facts(out, &results);
    notes(out, "notes", "Notes", &s.notes, &[]);
    for f in &s.figures {
        match &page.lead {
            Some([section, name]) if *section == s.id && *name == f.name => {
                let (title, id) = (escape(&f.title), place(&s.id, f));
                let _ =
                    writeln!(out, "<p class=\"above\">{title}: <a href=\"#{id}\">beside the answer</a>.</p>");
            }
            _ => figure(out, &s.id, f, page, theme)?,
        }
    }
    if !s.method.is_empty() || !checks.is_empty() {
        let summary = if checks.is_empty() { "How this was found" } else { "How this was found, and checks" };
        let _ = writeln!(out, "<details>\n<summary>{summary}</summary>");
        paragraphs(out, &s.method);
        facts(out, &checks);
        out.push_str("</details>\n");
    }
    for (k, shown) in s.tables.iter().enumerate() {
        let file = format!("{}/{}", s.id, shown.file_name(page.tables));
        let open = k == 0 && shown.columns.len() <= SEEN.0 && shown.rows() <= SEEN.1;
        table(out, shown, &file, &format!("{id}-{}", identifier(&shown.name)), open, room);
    }
    if !s.files.is_empty() {
        let links: Vec<String> = s.files.iter().map(|f| link(f)).collect();
        let _ = writeln!(out, "<p class=\"files\">Files: {}</p>", links.join(", "));
    }
    out.push_str("</section>\n");
    Ok(())
}

/// The identifier of a figure.
fn place(section: &str, f: &Figure) -> String {
    identifier(&format!("{section}-{}", f.name))
}

/// A figure with its caption; one with nothing to see is a sentence.
pub(super) fn figure(
    out: &mut String,
    section: &str,
    f: &Figure,
    page: &Page,
    theme: &mut Theme,
) -> Result<(), Error> {
    let extension = page.figures.extensions().next().unwrap_or("svg");
    let file = link(&format!("{section}/{}.{extension}", f.name));
    let id = place(section, f);
    if let Some(sentence) = f.instead() {
        let _ = writeln!(out, "<p id=\"{id}\" class=\"instead\">{} {file}</p>", escape(sentence));
        return Ok(());
    }
    let mut card = "card".to_owned();
    if f.size().0 > WIDE {
        let _ = write!(card, " wide\" tabindex=\"0\" role=\"group\" aria-label=\"{}", escape(&f.title));
    }
    let caption = escape(&f.caption);
    let svg = f.themed(&id, theme)?;
    let _ = write!(
        out,
        "<figure id=\"{id}\">\n<div class=\"{card}\">\n{svg}</div>\n{}<figcaption id=\"{id}-caption\">{caption} {file}</figcaption>\n\
         </figure>\n",
        f.view().map_or_else(String::new, data),
    );
    Ok(())
}

fn paragraphs(out: &mut String, all: &[String]) {
    for paragraph in all {
        let _ = writeln!(out, "<p>{}</p>", escape(paragraph));
    }
}

pub(super) fn list(out: &mut String, all: &[String]) {
    out.push_str("<ul>\n");
    for one in all {
        let _ = writeln!(out, "<li>{}</li>", escape(one));
    }
    out.push_str("</ul>\n");
}

pub(super) fn facts(out: &mut String, facts: &[(String, String)]) {
    if facts.is_empty() {
        return;
    }
    out.push_str("<dl class=\"facts\">\n");
    for (name, value) in facts {
        let _ = writeln!(out, "<div><dt>{}</dt><dd>{}</dd></div>", escape(name), escape(value));
    }
    out.push_str("</dl>\n");
}

/// Remarks in a box; `more` of them unfold.
pub(super) fn notes(out: &mut String, class: &str, label: &str, notes: &[String], more: &[String]) {
    if notes.is_empty() {
        return;
    }
    let _ = writeln!(out, "<div class=\"{class}\" role=\"note\">\n<p><strong>{label}</strong></p>");
    list(out, notes);
    if !more.is_empty() {
        let _ = writeln!(out, "<details>\n<summary>{} more</summary>", more.len());
        list(out, more);
        out.push_str("</details>\n");
    }
    out.push_str("</div>\n");
}
