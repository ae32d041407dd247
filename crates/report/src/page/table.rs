//! A table on the page: its first rows as people write numbers, its full values on hover, and the rest for its script, or where it is.

use serde_json::{Value, json};
use std::fmt::Write;

use super::heads::{head, is_error_of};
use super::html::{escape, link};
use super::numbers::{estimate, floats, full};
use super::script::data;
use crate::axes::ticks::signed;
use crate::tables::{Cells, TableOut};

/// The name of a column whose words are pages, as paths from this one.
const PAGE: &str = "page";
/// Rows that are shown.
const SHOWN: usize = 20;
/// Rows that a page carries at most.
const CARRIED: usize = 5000;
/// Bytes of one table's further rows at most; those of a whole page stand in [`ROOM`].
const ONE: usize = 250_000;
/// Bytes of all further rows of a page at most.
pub(super) const ROOM: usize = 800_000;
/// Columns that are shown.
const ACROSS: usize = 16;

/// A column of the page: one of the file, or a value and its error in one.
struct Column {
    head: String,
    number: bool,
    /// Whether its entries are pages of the folder, to be opened.
    pages: bool,
    /// What is shown, and the full value where that is more.
    cells: Vec<(String, String)>,
}

/// Writes the table; `room` is what is left of [`ROOM`].
pub(super) fn table(out: &mut String, table: &TableOut, file: &str, id: &str, open: bool, room: &mut usize) {
    let rows = table.columns.iter().map(|c| c.1.len()).min().unwrap_or(0);
    let shown = rows.min(SHOWN);
    let across = |rows: usize| {
        let mut all = columns(table, rows);
        let hidden = all.len().saturating_sub(ACROSS);
        all.truncate(ACROSS);
        (all, hidden)
    };
    let carried = (shown < rows && rows <= CARRIED).then(|| across(rows));
    let carried = carried.and_then(|(all, hidden)| {
        let rest = data(&rest(&all, shown, rows));
        let fits = rest.len() <= ONE.min(*room);
        *room -= if fits { rest.len() } else { 0 };
        fits.then_some((all, hidden, rest))
    });
    let (columns, hidden, rest) = carried.unwrap_or_else(|| {
        let (all, hidden) = across(shown);
        (all, hidden, String::new())
    });
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
            let shown = escape(text);
            let shown = if c.pages && text.ends_with(".html") {
                format!("<a href=\"{shown}\">{shown}</a>")
            } else {
                shown
            };
            let _ = write!(out, "<{tag}{scope}{}{title}>{shown}</{tag}>", class(c));
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
    let button = match rest.is_empty() {
        true => String::new(),
        false => format!("<button type=\"button\" class=\"all\" hidden>Show all {rows} rows</button> "),
    };
    if !more.is_empty() {
        let _ = writeln!(out, "<p class=\"more\">{button}… {more} in {}</p>", link(file));
    }
    out.push_str(&rest);
    out.push_str("</details>\n");
}

/// Rows beyond those shown: of each cell its text, and the full value where that is more.
fn rest(columns: &[Column], shown: usize, rows: usize) -> Value {
    let cell = |(text, full): &(String, String)| match full.is_empty() {
        true => json!(text),
        false => json!([text, full]),
    };
    let row = |k: usize| Value::Array(columns.iter().map(|c| cell(&c.cells[k])).collect());
    Value::Array((shown..rows).map(row).collect())
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
                all.push(Column { head: head(name), number: true, pages: false, cells: cells.collect() });
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
    Column { head: head(name), number, pages: name == PAGE && !number, cells: cells_of }
}
