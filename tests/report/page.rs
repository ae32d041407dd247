//! The page, the tables and the output folder.

use std::fs;
use std::path::PathBuf;

use nullcline::io::table::{ReadTable, read};
use nullcline::report::Error;
use nullcline::report::figure::FigureFormats;
use nullcline::report::figures::{Axes, Series, lines, spectrum};
use nullcline::report::folder::{Folder, Origin, partials};
use nullcline::report::page::{ClaimRow, Page, Section, render};
use nullcline::report::tables::{Cells, TableFormat, TableOut};

/// A folder of its own for a test, removed at its end.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("nullcline-report-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const SUMMARY: &str = "{\"tool\": \"nullcline\"}";

fn table(rows: usize) -> TableOut {
    TableOut {
        name: "exponents".into(),
        caption: "All <exponents>".into(),
        columns: vec![
            ("index".into(), Cells::Int((0..rows as i64).collect())),
            ("value".into(), Cells::Float((0..rows).map(|k| -0.5 * k as f64).collect())),
            ("name".into(), Cells::Text((0..rows).map(|k| format!("<b>{k}, \"x\"")).collect())),
            ("sure".into(), Cells::Bool(vec![true; rows])),
        ],
    }
}

fn page() -> Page {
    let nasty = "<script>alert('1')</script> & \"co\"";
    let line = [Series::new(nasty, &[0.0, 1.0], &[0.0, 1.0])];
    let figure = |name: &str| lines(&line, &Axes::new("x", "y")).unwrap().named(name, nasty, nasty).unwrap();
    let section = |id: &str| Section {
        id: id.into(),
        title: nasty.into(),
        intro: vec![nasty.into()],
        method: vec![nasty.into()],
        facts: vec![(nasty.into(), nasty.into())],
        figures: vec![figure("spectrum"), figure("other")],
        tables: vec![table(50)],
        notes: vec![nasty.into()],
        files: vec!["javascript:alert(1)".into(), "a b/<c>.csv".into()],
    };
    let claim = |verdict| ClaimRow {
        verdict,
        claim: nasty.into(),
        detail: nasty.into(),
        reason: nasty.into(),
        measured: "2".into(),
        ..ClaimRow::default()
    };
    Page {
        claims: ["holds", "differs", "not tested"].map(claim).to_vec(),
        title: nasty.into(),
        subject: nasty.into(),
        answer: vec![nasty.into(), nasty.into()],
        scope: nasty.into(),
        lead: Some(["lyapunov".into(), "spectrum".into()]),
        meta: vec![(nasty.into(), nasty.into())],
        warnings: vec![nasty.into()],
        sections: vec![section("lyapunov"), section("pca")],
        rerun: format!("nullcline analyze '{nasty}'"),
        next: Some(nasty.into()),
        tables: TableFormat::Csv,
        figures: FigureFormats { png: true, pdf: true, ..FigureFormats::default() },
    }
}

#[test]
fn page_stands_alone_and_escapes() {
    let html = render(&page()).unwrap();
    for word in
        ["@import", "src=", "<iframe", "href=\"javascript", "fetch(", "XMLHttpRequest", "import(", "eval("]
    {
        assert!(!html.contains(word), "{word} in the page");
    }
    // The page's own, and the further rows of its two tables.
    assert_eq!(html.matches("<script>").count(), 1);
    assert_eq!(
        html.matches("<script").count(),
        1 + html.matches("<script type=\"application/json\">[[").count()
    );
    assert_eq!(html.matches("url(").count(), html.matches("url(data:font/").count(), "the font is inside");
    assert_eq!(html.matches("@font-face").count(), 1, "once for all figures");
    let outside: Vec<&str> =
        html.split("http").skip(1).filter(|rest| !rest.starts_with("://www.w3.org/2000/svg\"")).collect();
    assert!(outside.is_empty(), "the page refers to {outside:.40?}");
    assert!(html.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;co&quot;"));
    assert!(
        html.contains("href=\"./javascript%3Aalert%281%29\"") && html.contains("href=\"a%20b/%3Cc%3E.csv\"")
    );
    assert!(html.contains("<html lang=\"en\">") && html.contains("name=\"viewport\""));
}

#[test]
fn page_shows_figures_tables_and_the_command() {
    let html = render(&page()).unwrap();
    assert_eq!(html.matches("<svg").count(), 4);
    assert!(html.contains("href=\"lyapunov/spectrum.svg\""));
    assert_eq!(html.matches("<tr>").count(), 2 * 21 + 4, "twenty rows and a head, twice; three claims");
    assert!(html.contains("… 30 more in <a href=\"lyapunov/exponents.csv\""));
    // The rest is there for the script, numbers as in the file, and no text ends its element.
    let more = "<button type=\"button\" class=\"all\" hidden>Show all 50 rows</button> … 30 more";
    let rest =
        "<script type=\"application/json\">[[\"20\",[\"−10.0\",\"-10\"],\"\\u003cb>20, \\\"x\\\"\",\"yes\"],";
    assert_eq!((html.matches(more).count(), html.matches(rest).count()), (2, 2));
    // Of a table that would make the page large the file alone.
    let mut large = page();
    large.sections[0].tables = vec![table(4000), table(20_000)];
    let whole = render(&large).unwrap();
    assert!(whole.contains("… 19980 more in <a") && whole.contains("… 3980 more in <a"));
    assert_eq!(whole.matches("Show all").count(), 2, "that of 4000 rows and the other section's");
    assert!(whole.len() < 3_000_000, "{}", whole.len());
    assert!(html.contains("<td class=\"n\">−0.5") && html.contains("How to run this again"));
    let mut ids: Vec<&str> = html.split(" id=\"").skip(1).map(|s| s.split('"').next().unwrap()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "identifiers are unique");
    for target in html.split("href=\"#").skip(1).map(|s| s.split('"').next().unwrap()) {
        assert!(ids.binary_search(&target).is_ok(), "#{target} leads nowhere");
    }
    let bare = render(&Page::default()).unwrap();
    assert!(!bare.contains("<nav") && !bare.contains("run this again") && bare.ends_with("</html>\n"));
}

#[test]
fn a_figure_with_nothing_to_see_is_a_sentence() {
    let flat = [Series::new("output 1", &[0.0, 1.0, 2.0], &[0.5; 3])];
    let flat = lines(&flat, &Axes::new("time", "Output")).unwrap().named("flat", "Outputs", "").unwrap();
    let empty = spectrum(&[], "").unwrap();
    let section = Section { id: "task".into(), figures: vec![flat, empty], ..Section::default() };
    let html = render(&Page { sections: vec![section], ..Page::default() }).unwrap();
    assert!(!html.contains("<svg") && !html.contains("<figure"));
    assert!(html.contains("Output: output 1 0.5, throughout. <a href=\"task/flat.svg\""));
    assert!(html.contains("Lyapunov spectrum: there is nothing to show."));
}

#[test]
fn csv_reads_back_to_the_same_bits() {
    let values = vec![0.1, 1.0 / 3.0, -1e-300, 6.02e23, 5e-324, f64::MAX, 0.0, f64::NAN, f64::INFINITY];
    let words: Vec<String> = (0..9).map(|k| format!("a, \"{k}\"\nb")).collect();
    let columns =
        vec![("v_per_step".into(), Cells::Float(values.clone())), ("w".into(), Cells::Text(words.clone()))];
    let out = TableOut { name: "t".into(), caption: String::new(), columns };
    let bytes = out.encode(TableFormat::Csv).unwrap();
    let mut reader = csv::Reader::from_reader(&bytes[..]);
    assert_eq!(reader.headers().unwrap(), vec!["v_per_step", "w"]);
    for ((row, value), word) in reader.records().map(Result::unwrap).zip(&values).zip(&words) {
        assert_eq!(&row[1], word);
        if value.is_finite() {
            assert_eq!(row[0].parse::<f64>().unwrap().to_bits(), value.to_bits());
            assert!(row[0].len() < 25, "{} is too long", &row[0]);
        } else {
            assert_eq!(&row[0], "");
        }
    }
}

#[test]
fn parquet_reads_back_with_nulls() {
    let values = vec![0.1, f64::NAN, -3.0];
    let columns = vec![("v".into(), Cells::Float(values)), ("k".into(), Cells::Int(vec![1, 2, 3]))];
    let out = TableOut { name: "t".into(), caption: String::new(), columns };
    let place = Place::new("parquet");
    let path = place.0.join(out.file_name(TableFormat::Parquet));
    assert!(path.ends_with("t.parquet"));
    fs::write(&path, out.encode(TableFormat::Parquet).unwrap()).unwrap();
    let table = read(&path, &ReadTable::default()).unwrap();
    assert_eq!((table.rows, table.columns.len(), table.columns[0].nulls), (3, 2, 1));
    let values = table.numbers("v").unwrap();
    assert!(values[1].is_nan());
    assert_eq!(values[2].to_bits(), (-3.0f64).to_bits());
}

#[test]
fn json_lines_read_back_to_the_same_bits() {
    let values = vec![0.1, 1.0 / 3.0, -1e-300, 5e-324, f64::MAX, -0.0, f64::NAN, f64::INFINITY];
    let words: Vec<String> = (0..8).map(|k| format!("a, \"{k}\"\n\u{1}τ")).collect();
    let columns = vec![
        ("b\"c".into(), Cells::Float(values.clone())),
        ("a".into(), Cells::Text(words.clone())),
        ("n".into(), Cells::Int(vec![i64::MIN, -1, 0, 1, 2, 3, 4, i64::MAX])),
        ("yes".into(), Cells::Bool(words.iter().map(|w| w.contains('3')).collect())),
    ];
    let out = TableOut { name: "t".into(), caption: String::new(), columns };
    assert_eq!(out.file_name(TableFormat::JsonLines), "t.jsonl");
    let text = String::from_utf8(out.encode(TableFormat::JsonLines).unwrap()).unwrap();
    assert!(text.ends_with("}\n") && text.lines().count() == 8, "{text}");
    assert!(
        text.starts_with(r#"{"b\"c":0.1,"a":"a, \"0\"\n\u0001τ","n":-9223372036854775808,"yes":false}"#),
        "{text}"
    );
    for ((line, value), word) in text.lines().zip(&values).zip(&words) {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(row["a"], word.as_str());
        assert_eq!(row["yes"], word.contains('3'));
        let number = line.strip_prefix(r#"{"b\"c":"#).unwrap().split(',').next().unwrap();
        match value.is_finite() {
            true => assert_eq!(number.parse::<f64>().unwrap().to_bits(), value.to_bits(), "{line}"),
            false => assert_eq!(number, "null"),
        }
    }
    let none = TableOut {
        name: "t".into(),
        caption: String::new(),
        columns: vec![("v".into(), Cells::Float(vec![]))],
    };
    assert!(none.encode(TableFormat::JsonLines).unwrap().is_empty());
}

#[test]
fn ragged_tables_are_refused() {
    let mut out = table(3);
    out.columns.push(("short".into(), Cells::Float(vec![1.0])));
    for &format in TableFormat::ALL {
        let error = out.encode(format).unwrap_err().to_string();
        assert!(
            error.contains("exponents")
                && error.contains("short")
                && error.contains('1')
                && error.contains('3')
        );
    }
}

fn origin() -> Origin {
    Origin::named("test", &["page"])
}

#[test]
fn folder_appears_whole() {
    let place = Place::new("whole");
    let out = place.0.join("deep/report");
    let folder = Folder::of(&out.clone().into(), origin()).unwrap();
    folder.write("summary.json", SUMMARY).unwrap();
    folder.write_page(&page()).unwrap();
    assert!(!out.exists(), "nothing is seen before it is whole");
    assert!(partials().iter().any(|p| p == folder.path()));
    let partial = folder.path().to_path_buf();
    folder.commit().unwrap();
    for file in [
        "report.html",
        "lyapunov/spectrum.svg",
        "lyapunov/spectrum.png",
        "pca/spectrum.pdf",
        "pca/exponents.csv",
    ] {
        assert!(out.join(file).is_file(), "{file}");
    }
    assert!(!partial.exists() && !partials().contains(&partial));
}

#[test]
fn write_errors_name_path_and_reason() {
    let place = Place::new("errors");
    let folder = Folder::of(&place.0.join("r").into(), origin()).unwrap();
    folder.write("a", "x").unwrap();
    let error = folder.write("a/b", "x").unwrap_err().to_string();
    assert!(error.contains("r.partial") && error.contains("os error"), "{error}");
    let full = std::io::Error::from_raw_os_error(28);
    let error = Error::Write { action: "write", path: "out/x.csv".into(), source: full }.to_string();
    assert!(
        error.contains("out/x.csv: No space left on device") && error.contains("free some space"),
        "{error}"
    );
}

#[test]
fn claims_come_first_and_reasons_stand_beside_them() {
    let mut page = page();
    page.claims[1].reason = "a wrong normalisation".into();
    let html = render(&page).unwrap();
    let at = |word: &str| html.find(word).unwrap_or_else(|| panic!("{word} is not in the page"));
    assert!(at("id=\"claims\"") < at("class=\"facts\"") && at("id=\"claims\"") < at("<nav"));
    assert!(at("✗ differs</span></td>") < at("a wrong normalisation"));
    assert!(html.contains("href=\"claims.csv\"") && html.contains("○ not tested</span> 1"));
    assert!(!html.contains("Checks"), "there is none");
    page.claims.push(ClaimRow { verdict: "undecided", ..ClaimRow::default() });
    page.claims.push(ClaimRow { verdict: "holds", check: true, ..ClaimRow::default() });
    let html = render(&page).unwrap();
    let at = |word: &str| html.find(word).unwrap_or_else(|| panic!("{word} is not in the page"));
    assert!(html.contains("✓ holds</span> 1 <span") && html.contains("? undecided</span> 1"));
    assert!(
        at("Checks of the code, no claims:</small> <span class=\"verdict holds\">✓ holds</span> 1")
            < at("<table")
    );
    assert!(at("? undecided</span></td>") < at("Checks: identities that the code must obey"));
    page.claims.clear();
    assert!(!render(&page).unwrap().contains("claims.csv"), "a page without claims has no table of them");
}
