//! A table on the page: its first rows as people write numbers, its full values on hover, and where the rest is.

use std::fmt::Write;

use super::heads::{head, is_error_of};
use super::html::{escape, link};
use super::numbers::{estimate, floats, full};
use crate::axes::ticks::signed;
use crate::tables::{Cells, TableOut};

/// Rows that are shown.
const SHOWN: usize = 20;
/// Columns that are shown.
const ACROSS: usize = 16;

/// A column of the page: one of the file, or a value and its error in one.
struct Column {
    head: String,
    number: bool,
    /// What is shown, and the full value where that is more.
    cells: Vec<(String, String)>,
}

pub(super) fn table(out: &mut String, table: &TableOut, file: &str, id: &str, open: bool) {
    let rows = table.columns.iter().map(|c| c.1.len()).min().unwrap_or(0);
    let shown = rows.min(SHOWN);
    let mut columns = columns(table, shown);
    let hidden = columns.len().saturating_sub(ACROSS);
    columns.truncate(ACROSS);
    let (name, caption) = (escape(&head(&table.name)), escape(&table.caption));
    let (open, count) = (if open { " open" } else { "" }, if rows == 1 { "row" } else { "rows" });
    let _ = write!(
        out,
        "<details class=\"table\" id=\"{id}\"{open}>\n<summary>{name} <small>{rows} {count}</small></summary>\n\
         <div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table: {name}\">\n<table>\n\
         <caption><span>{caption} {}</span></caption>\n<thead><tr>",
        link(file)
    );
    for c in &columns {
        let _ = write!(out, "<th scope=\"col\"{}>{}</th>", class(c), escape(&c.head));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in 0..shown {
        out.push_str("<tr>");
        for (k, c) in columns.iter().enumerate() {
            let (text, full) = &c.cells[row];
            let title = if full.is_empty() { String::new() } else { format!(" title=\"{}\"", escape(full)) };
            let (tag, scope) = if k == 0 { ("th", " scope=\"row\"") } else { ("td", "") };
            let _ = write!(out, "<{tag}{scope}{}{title}>{}</{tag}>", class(c), escape(text));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
    let of = |n: usize, one: &str| if n == 1 { format!("1 more {one}") } else { format!("{n} more {one}s") };
    let more = match (rows - shown, hidden) {
        (0, 0) => String::new(),
        (r, 0) => format!("{r} more"),
        (0, c) => of(c, "column"),
        (r, c) => format!("{} and {}", of(r, "row"), of(c, "column")),
    };
    if !more.is_empty() {
        let _ = writeln!(out, "<p class=\"more\">… {more} in {}</p>", link(file));
    }
    out.push_str("</details>\n");
}

fn class(c: &Column) -> &'static str {
    if c.number { " class=\"n\"" } else { "" }
}

fn columns(table: &TableOut, rows: usize) -> Vec<Column> {
    let mut all = vec![];
    let mut rest = &table.columns[..];
    while let [(name, cells), more @ ..] = rest {
        rest = more;
        match (cells, more) {
            (Cells::Float(values), [(next, Cells::Float(errors)), left @ ..]) if is_error_of(next, name) => {
                rest = left;
                let cells = values[..rows].iter().zip(&errors[..rows]).map(|(v, e)| estimate(*v, *e));
                all.push(Column { head: head(name), number: true, cells: cells.collect() });
            }
            _ => all.push(column(name, cells, rows)),
        }
    }
    all
}

fn column(name: &str, cells: &Cells, rows: usize) -> Column {
    let plain = |text: String| (text, String::new());
    let cells_of = match cells {
        Cells::Float(v) => {
            let shown = floats(&v[..rows]);
            shown.into_iter().zip(v).map(|(text, v)| (full(*v, &text), text)).map(|(f, t)| (t, f)).collect()
        }
        Cells::Int(v) => v[..rows].iter().map(|v| plain(signed(v.to_string()))).collect(),
        Cells::Text(v) => {
            v[..rows].iter().map(|t| plain(if t.is_empty() { "–".into() } else { t.clone() })).collect()
        }
        Cells::Bool(v) => v[..rows].iter().map(|v| plain(if *v { "yes" } else { "no" }.into())).collect(),
    };
    let number = matches!(cells, Cells::Float(_) | Cells::Int(_));
    Column { head: head(name), number, cells: cells_of }
}
