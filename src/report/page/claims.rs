//! The claims of a study: verdicts at a glance, reasons beside them.

use std::fmt::Write;

use super::ClaimRow;
use super::html::{escape, link};

pub(super) fn claims(out: &mut String, rows: &[ClaimRow]) {
    if rows.is_empty() {
        return;
    }
    let count = |verdict: &str| rows.iter().filter(|r| r.verdict == verdict).count();
    out.push_str("<section id=\"claims\" aria-label=\"Claims\">\n<p class=\"tally\">");
    for verdict in ["holds", "differs", "not tested"] {
        if count(verdict) > 0 {
            let _ = write!(out, "{} {} ", badge(verdict), count(verdict));
        }
    }
    let _ = write!(
        out,
        "</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table of claims\">\n\
         <table class=\"claims\">\n<thead><tr><th scope=\"col\">Verdict</th><th scope=\"col\">Claim</th>\
         <th scope=\"col\" class=\"n\">Published</th><th scope=\"col\" class=\"n\">Predicted</th>\
         <th scope=\"col\" class=\"n\">Measured</th></tr></thead>\n<tbody>\n"
    );
    for row in rows {
        let mut detail = vec![escape(&row.detail)];
        for (name, value) in [("n", &row.n), ("tolerance", &row.tolerance)] {
            if !value.is_empty() {
                detail.push(format!("{name} {}", escape(value)));
            }
        }
        let _ = write!(
            out,
            "<tr{}><td>{}</td><td>{}<br><small>{}</small></td>",
            if row.reason.is_empty() { "" } else { " class=\"explained\"" },
            badge(row.verdict),
            escape(&row.claim),
            detail.join(" · ")
        );
        for value in [&row.published, &row.predicted, &row.measured] {
            let shown = if value.is_empty() { "–".into() } else { escape(value) };
            let _ = write!(out, "<td class=\"n\">{shown}</td>");
        }
        out.push_str("</tr>\n");
        if !row.reason.is_empty() {
            let reason = escape(&row.reason);
            let _ =
                writeln!(out, "<tr><td></td><td colspan=\"4\"><p class=\"reason\">{reason}</p></td></tr>");
        }
    }
    let _ = write!(
        out,
        "</tbody>\n</table>\n</div>\n<p class=\"files\">± one standard error. Files: {}</p>\n</section>\n",
        link("claims.csv")
    );
}

/// A mark, a word and a colour, so that no one of them is needed.
fn badge(verdict: &str) -> String {
    let (class, mark) = match verdict {
        "holds" => ("holds", "✓"),
        "differs" => ("differs", "✗"),
        _ => ("open", "○"),
    };
    format!("<span class=\"verdict {class}\">{mark} {}</span>", escape(verdict))
}
