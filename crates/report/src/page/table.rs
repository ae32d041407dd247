//! A table on the page: its first rows, numbers aligned, and where the rest is.

use std::fmt::Write;

use super::html::{escape, link};
use crate::axes::ticks::{power_of_ten, signed};
use crate::tables::{Cells, TableOut};

const SHOWN: usize = 20;

pub(super) fn table(out: &mut String, table: &TableOut, file: &str) {
    let rows = table.columns.iter().map(|c| c.1.len()).min().unwrap_or(0);
    let shown = rows.min(SHOWN);
    let (name, caption) = (escape(&table.name), escape(&table.caption));
    let _ = write!(
        out,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table {name}\">\n<table>\n\
         <caption><span>{caption} {}</span></caption>\n<thead><tr>",
        link(file)
    );
    for (name, cells) in &table.columns {
        let _ = write!(out, "<th scope=\"col\"{}>{}</th>", class(cells), escape(name));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    let columns: Vec<(&Cells, Vec<String>)> =
        table.columns.iter().map(|(_, cells)| (cells, texts(cells, shown))).collect();
    for row in 0..shown {
        out.push_str("<tr>");
        for (cells, texts) in &columns {
            let _ = write!(out, "<td{}>{}</td>", class(cells), escape(&texts[row]));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
    if rows > shown {
        let _ = writeln!(out, "<p class=\"more\">… {} more in {}</p>", rows - shown, link(file));
    }
}

fn class(cells: &Cells) -> &'static str {
    match cells {
        Cells::Float(_) | Cells::Int(_) => " class=\"n\"",
        Cells::Text(_) | Cells::Bool(_) => "",
    }
}

fn texts(cells: &Cells, rows: usize) -> Vec<String> {
    match cells {
        Cells::Float(v) => floats(&v[..rows]),
        Cells::Int(v) => v[..rows].iter().map(|v| signed(v.to_string())).collect(),
        Cells::Text(v) => v[..rows].to_vec(),
        Cells::Bool(v) => v[..rows].iter().map(|v| if *v { "yes" } else { "no" }.into()).collect(),
    }
}

/// Equal decimals down a column of like sizes, powers of ten where sizes differ widely.
fn floats(values: &[f64]) -> Vec<String> {
    let sizes = || values.iter().map(|v| v.abs()).filter(|v| *v > 0.0 && v.is_finite());
    let (lo, hi) = (sizes().fold(f64::INFINITY, f64::min), sizes().fold(0.0, f64::max));
    let alike = hi < 1e6 && (lo >= 1e-4 || hi <= 0.0) && hi / lo < 1e6;
    let decimals = (4.0 - hi.max(1e-4).log10().floor().max(-1.0)).clamp(0.0, 6.0) as usize;
    let whole = values.iter().all(|v| !v.is_finite() || v.fract().abs() <= 0.0);
    let decimals = if whole { 0 } else { decimals };
    let text = |v: &f64| {
        if !v.is_finite() {
            "–".to_string()
        } else if alike {
            signed(format!("{v:.decimals$}"))
        } else if v.abs() <= 0.0 {
            "0".to_string()
        } else {
            scientific(*v)
        }
    };
    values.iter().map(text).collect()
}

fn scientific(v: f64) -> String {
    let text = format!("{v:.3e}");
    let (lead, power) = text.split_once('e').unwrap_or((&text, "0"));
    match power.parse::<i32>() {
        Ok(0) | Err(_) => signed(lead.to_string()),
        Ok(power) => signed(format!("{lead}×{}", power_of_ten(power))),
    }
}
