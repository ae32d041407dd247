//! The answer, with the figure that shows it beside it.

use std::fmt::Write;

use super::Page;
use super::claims::claims;
use super::html::escape;
use super::parts::{facts, figure, list, notes};
use crate::Error;
use crate::draw::theme::Theme;

/// Warnings that are seen at once; the others unfold.
const SEEN: usize = 3;

/// What the page says first.
pub(super) fn head(out: &mut String, page: &Page, theme: &mut Theme) -> Result<(), Error> {
    out.push_str("<div class=\"top\">\n");
    answer(out, page);
    if let Some([section, name]) = &page.lead {
        let lead = page.sections.iter().filter(|s| s.id == *section).flat_map(|s| &s.figures);
        for f in lead.filter(|f| f.name == *name) {
            figure(out, section, f, page, theme)?;
        }
    }
    out.push_str("</div>\n<div class=\"about\">\n");
    claims(out, &page.claims);
    let (seen, more) = page.warnings.split_at(page.warnings.len().min(SEEN));
    notes(out, "warnings", "Warnings", seen, more);
    if !page.meta.is_empty() {
        out.push_str("<details>\n<summary>About this run</summary>\n");
        facts(out, &page.meta);
        out.push_str("</details>\n");
    }
    out.push_str("</div>\n");
    Ok(())
}

fn answer(out: &mut String, page: &Page) {
    if page.answer.is_empty() {
        return;
    }
    out.push_str("<section class=\"answer\" aria-label=\"Answer\">\n");
    if let [one] = &page.answer[..] {
        let _ = writeln!(out, "<p>{}</p>", escape(one));
    } else {
        list(out, &page.answer);
    }
    if !page.scope.is_empty() {
        let _ = writeln!(out, "<p class=\"scope\">{}</p>", escape(&page.scope));
    }
    out.push_str("</section>\n");
}
