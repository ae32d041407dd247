//! The claims of a study: verdicts at a glance, reasons beside them.

use std::fmt::Write;

use super::ClaimRow;
use super::html::{escape, link};

pub(super) fn claims(out: &mut String, rows: &[ClaimRow]) {
    if rows.is_empty() {
        return;
    }
    out.push_str("<section id=\"claims\" aria-label=\"Claims\">\n<p class=\"tally\">");
    tally(out, rows, false);
    if rows.iter().any(|r| r.check) {
        out.push_str("</p>\n<p class=\"tally\"><small>Checks of the code, no claims:</small> ");
        tally(out, rows, true);
    }
    let _ = write!(
        out,
        "</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table of claims\">\n\
         <table class=\"claims\">\n<thead><tr><th scope=\"col\">Verdict</th><th scope=\"col\">Claim</th>\
         <th scope=\"col\" class=\"n\">Published</th><th scope=\"col\" class=\"n\">Predicted</th>\
         <th scope=\"col\" class=\"n\">Measured</th></tr></thead>\n<tbody>\n"
    );
    let (claims, checks): (Vec<&ClaimRow>, Vec<&ClaimRow>) = rows.iter().partition(|r| !r.check);
    for row in claims {
        line(out, row);
    }
    if !checks.is_empty() {
        out.push_str(
            "</tbody>\n<tbody class=\"checks\">\n<tr><td></td><th colspan=\"4\" \
         scope=\"rowgroup\">Checks: identities that the code must obey</th></tr>\n",
        );
    }
    for row in checks {
        line(out, row);
    }
    let _ = write!(
        out,
        "</tbody>\n</table>\n</div>\n<p class=\"files\">± one standard error; ? where it is not known. \
         Files: {}</p>\n</section>\n",
        link("claims.csv")
    );
}

/// How many have which verdict.
fn tally(out: &mut String, rows: &[ClaimRow], check: bool) {
    for verdict in ["holds", "differs", "undecided", "not tested"] {
        let n = rows.iter().filter(|r| r.verdict == verdict && r.check == check).count();
        if n > 0 {
            let _ = write!(out, "{} {n} ", badge(verdict));
        }
    }
}

fn line(out: &mut String, row: &ClaimRow) {
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
    let numbers = [("published", &row.published), ("predicted", &row.predicted), ("measured", &row.measured)];
    for (name, value) in numbers {
        let _ = match value.is_empty() {
            true => write!(out, "<td class=\"n none\">–</td>"),
            false => write!(out, "<td class=\"n\" data-label=\"{name}\">{}</td>", escape(value)),
        };
    }
    out.push_str("</tr>\n");
    if !row.reason.is_empty() {
        let reason = escape(&row.reason);
        let _ = writeln!(out, "<tr><td></td><td colspan=\"4\"><p class=\"reason\">{reason}</p></td></tr>");
    }
}

/// A mark, a word and a colour, so that no one of them is needed.
fn badge(verdict: &str) -> String {
    let (class, mark) = match verdict {
        "holds" => ("holds", "✓"),
        "differs" => ("differs", "✗"),
        "undecided" => ("open", "?"),
        _ => ("open", "○"),
    };
    format!("<span class=\"verdict {class}\">{mark} {}</span>", escape(verdict))
}
