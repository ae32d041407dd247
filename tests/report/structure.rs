//! The structure of a page that needs no browser: elements nest, names are there, and nothing is asked of a network.
//!
//! What needs one is checked by `node scripts/check_page.mjs FOLDER`.

use std::collections::BTreeSet;
use std::process::Command;

use nullcline::report::figures::{Axes, Groups, PointKind, Series, StatePoint, States, lines, state_view};
use nullcline::report::page::{Page, Section, render};
use nullcline::report::tables::{Table, TableFormat};

/// A page with everything that pages have.
fn page() -> Page {
    let turn = |k: usize| [(k as f64 / 9.0).cos(), (k as f64 / 9.0).sin(), k as f64 / 60.0];
    let helix: Vec<[f64; 3]> = (0..400).map(turn).collect();
    let points = [
        StatePoint { at: [0.0, 0.0, 1.0], kind: PointKind::Stable },
        StatePoint { at: [0.5, 0.0, 2.0], kind: PointKind::Unstable(1) },
    ];
    let view = state_view(&States {
        lines: &[helix.clone(), helix],
        names: vec!["Trial </script> 1".into(), "Trial 2".into()],
        groups: Groups { names: vec!["left <b>".into()], of: vec![Some(0), None] },
        points: &points,
        directions: &[vec![], vec![[0.6, 0.8, 0.0]]],
        details: vec!["Point 1: stable".into(), "Point 2: a \"saddle\"".into()],
        labels: ["PC 1", "PC 2", "PC 3"],
        ..States::default()
    });
    let both = [
        Series::new("loss & more", &[0.0, 1.0], &[2.0, 1.0]).errors(&[0.1, 0.2]),
        Series::new("other", &[0.0, 1.0], &[1.0, 1.5]),
    ];
    let chart = lines(&both, &Axes::new("epoch", "loss")).unwrap();
    let rows: Vec<f64> = (0..30).map(|k| f64::from(k) / 7.0).collect();
    let table = Table::of(&rows)
        .column("index", "", |v| *v as usize)
        .columns(["share", "share_std_error"], |v| [*v, 0.01])
        .named("shares", "Shares with their errors.");
    let mut first =
        Section::new("pca", "Dimensions").intro("Three.").method("By sums.").figures([view.unwrap()]);
    first = first.fact("Check: sums", "holds").fact("Ratio", "3");
    let second = Section::new("training", "Training").figures([chart]).tables([table]);
    Page {
        title: "network".into(),
        subject: "GRU, 32 units".into(),
        answer: vec!["It holds 3 bits.".into(), "27 fixed points.".into()],
        scope: "At zero input.".into(),
        lead: Some(["pca".into(), "state_space".into()]),
        meta: vec![("Seed".into(), "1".into())],
        warnings: (0..5).map(|k| format!("Warning {k}.")).collect(),
        sections: vec![first, second],
        rerun: "nullcline analyze x".into(),
        tables: TableFormat::Csv,
        ..Page::default()
    }
}

/// A tag of the page: its name and its attributes.
struct Element {
    name: String,
    attributes: String,
}

impl Element {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next())
    }
}

const VOID: [&str; 5] = ["meta", "link", "br", "rect", "circle"];

/// All elements, with the number of that around each; panics where they do not nest.
fn elements(html: &str) -> (Vec<Element>, Vec<Option<usize>>) {
    let (mut all, mut around, mut open): (Vec<Element>, Vec<Option<usize>>, Vec<usize>) =
        (vec![], vec![], vec![]);
    let mut rest = html.split_once("<html").map(|(_, rest)| format!("<html{rest}")).unwrap();
    while let Some(at) = rest.find('<') {
        let end = at + rest[at..].find('>').unwrap();
        let tag = rest[at + 1..end].to_owned();
        rest = rest[end + 1..].to_owned();
        if let Some(name) = tag.strip_prefix('/') {
            let last = open.pop().unwrap_or_else(|| panic!("</{name}> closes nothing"));
            assert_eq!(all[last].name, name, "</{name}> closes <{}>", all[last].name);
            continue;
        }
        let name = tag.split([' ', '/', '\n']).next().unwrap().to_owned();
        around.push(open.last().copied());
        all.push(Element { name: name.clone(), attributes: format!(" {}", &tag[name.len()..].trim()) });
        if name == "script" || name == "style" {
            // What is inside is no HTML.
            let close = rest.find(&format!("</{name}>")).unwrap();
            rest = rest[close..].to_owned();
        }
        if !tag.ends_with('/') && !VOID.contains(&name.as_str()) {
            open.push(all.len() - 1);
        }
    }
    assert!(open.is_empty(), "{} is left open", all[open[0]].name);
    (all, around)
}

#[test]
fn elements_nest_and_names_are_there() {
    let html = render(&page()).unwrap();
    let (all, around) = elements(&html);
    let of = |name: &str| all.iter().enumerate().filter(move |(_, e)| e.name == name).collect::<Vec<_>>();
    let ids: Vec<&str> = all.iter().filter_map(|e| e.get("id")).collect();
    let distinct: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), distinct.len(), "identifiers are unique");
    for e in &all {
        for name in ["aria-labelledby", "aria-describedby"] {
            for id in e.get(name).into_iter().flat_map(|v| v.split(' ')) {
                assert!(distinct.contains(id), "{name} of nothing: {id}");
            }
        }
        if let Some(target) = e.get("href").and_then(|h| h.strip_prefix('#')) {
            assert!(distinct.contains(target), "#{target} leads nowhere");
        }
        assert!(e.get("src").is_none() && e.get("srcset").is_none(), "{} asks for a file", e.name);
    }
    for landmark in ["header", "main", "nav", "footer", "h1"] {
        assert_eq!(of(landmark).len(), 1, "{landmark}");
    }
    let first_link = of("a")[0].1;
    assert_eq!(first_link.get("href"), Some("#main"), "the first stop skips to the answer");
    for (_, svg) in of("svg") {
        assert_eq!(svg.get("role"), Some("img"));
        assert!(svg.get("aria-labelledby").is_some() && svg.get("aria-describedby").is_some());
    }
    for (k, figure) in of("figure") {
        assert!(figure.get("id").is_some());
        let inside = |name: &str| of(name).iter().any(|(i, _)| around[*i] == Some(k));
        assert!(inside("figcaption"));
    }
    for (k, _) in of("thead") {
        let heads = of("th").into_iter().filter(|(i, _)| around[*i].and_then(|row| around[row]) == Some(k));
        assert!(heads.into_iter().all(|(_, h)| h.get("scope") == Some("col")));
    }
    assert_eq!(of("table").len(), of("caption").len());
}

#[test]
fn elements_that_do_not_nest_are_seen() {
    let broken = render(&page()).unwrap().replacen("</figure>", "", 1);
    assert!(std::panic::catch_unwind(|| elements(&broken)).is_err());
}

#[test]
fn the_answer_and_its_figure_come_first() {
    let html = render(&page()).unwrap();
    let at = |word: &str| html.find(word).unwrap_or_else(|| panic!("{word} is not in the page"));
    assert!(at("It holds 3 bits.") < at("<figure id=\"fpca-state-space\""));
    assert!(at("<figure id=\"fpca-state-space\"") < at("Warning 0.") && at("Warning 0.") < at("<nav"));
    assert_eq!(
        html.matches("<figure id=\"fpca-state-space\"").count(),
        1,
        "shown once, and linked from its section"
    );
    assert!(html.contains("<a href=\"#fpca-state-space\">beside the answer</a>"));
    assert!(
        at("Warning 2.") < at("<summary>2 more</summary>")
            && at("<summary>2 more</summary>") < at("Warning 3.")
    );
    assert!(at("<summary>How this was found, and checks</summary>") < at("Check: sums"));
    assert!(at("<dt>Ratio</dt>") < at("<summary>How this was found"), "results are seen at once");
}

#[test]
fn values_stand_with_their_errors_and_in_full() {
    let html = render(&page()).unwrap();
    assert!(html.contains("<th scope=\"col\" class=\"n\">Share</th>") && !html.contains("std_error"));
    assert!(html.contains("<td class=\"n\" title=\"0.14285714285714285 ± 0.01\">0.143 ± 0.010</td>"));
    assert!(
        html.contains("30 rows</small>") && html.contains("… 10 more in <a href=\"training/shares.csv\"")
    );
}

/// Strings, comments and regular expressions left out, brackets close what they open.
fn balanced(script: &str) -> Result<(), String> {
    let mut open = vec![];
    let mut chars = script.chars().peekable();
    let mut before = '\n';
    while let Some(c) = chars.next() {
        match c {
            '/' if chars.peek() == Some(&'/') => while chars.next_if(|c| *c != '\n').is_some() {},
            '/' if "(,=:&|!{;\n".contains(before) => pass(&mut chars, '/')?,
            '"' | '\'' => pass(&mut chars, c)?,
            // The parts of a template between ${ and } are scripts again.
            '`' if open.last() == Some(&'`') => {
                open.pop();
            }
            '`' => open.push('`'),
            '$' if open.last() == Some(&'`') && chars.peek() == Some(&'{') => {
                chars.next();
                open.push('{');
            }
            _ if open.last() == Some(&'`') => {}
            '(' | '[' | '{' => open.push(c),
            ')' | ']' | '}' => {
                let opener = match c {
                    ')' => '(',
                    ']' => '[',
                    _ => '{',
                };
                let found = open.pop();
                if found != Some(opener) {
                    return Err(format!("{c} closes {found:?}"));
                }
            }
            _ => {}
        }
        if !c.is_whitespace() || c == '\n' {
            before = c;
        }
    }
    if open.is_empty() { Ok(()) } else { Err(format!("{open:?} are left open")) }
}

fn pass(chars: &mut std::iter::Peekable<std::str::Chars>, end: char) -> Result<(), String> {
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                chars.next();
            }
            '\n' => return Err(format!("{end} does not end in its line")),
            c if c == end => return Ok(()),
            _ => {}
        }
    }
    Err(format!("{end} does not end"))
}

#[test]
fn scripts_are_whole() {
    let html = render(&page()).unwrap();
    let script = html.rsplit_once("<script>").unwrap().1.split_once("</script>").unwrap().0;
    balanced(script).unwrap();
    assert!(balanced(&script.replacen(");", ";", 1)).is_err(), "this test can fail");
    // A program that can tell, where there is one.
    if let Ok(node) = Command::new("node").args(["--check", "-"]).stdin(std::process::Stdio::piped()).spawn()
    {
        use std::io::Write;
        let mut node = node;
        node.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        assert!(node.wait().unwrap().success());
    }
}

#[test]
fn the_numbers_of_a_view_are_json_that_ends_no_script() {
    let html = render(&page()).unwrap();
    let data =
        html.split("<script type=\"application/json\">").nth(1).unwrap().split("</script>").next().unwrap();
    let view: serde_json::Value = serde_json::from_str(data).unwrap();
    assert_eq!(view["lines"][0]["name"], "Trial </script> 1");
    assert_eq!(view["lines"][1]["group"], serde_json::Value::Null);
    assert_eq!(view["points"][1]["say"], "Point 2: a \"saddle\"");
    assert_eq!(view["points"][1]["along"][0][1], 0.8);
    assert_eq!(
        (view["kinds"][0]["shape"].as_str(), view["kinds"][1]["shape"].as_str()),
        (Some("circle"), Some("triangle"))
    );
    let places = view["lines"][0]["at"].as_array().unwrap();
    assert_eq!(places.len(), 3 * view["lines"][0]["step"].as_array().unwrap().len());
    // The last state is the end of the helix: height 399 / 60 of the axis.
    let (axis, last) = (&view["axes"][2], places.last().unwrap().as_f64().unwrap());
    let [lo, hi] = ["lo", "hi"].map(|k| axis[k].as_f64().unwrap());
    let height = lo + (hi - lo) * last / view["steps"].as_f64().unwrap();
    assert!((height - 399.0 / 60.0).abs() < 2e-3, "{height}");
}

#[test]
fn a_view_of_many_long_lines_stays_small() {
    let walk = |j: usize| -> Vec<[f64; 3]> {
        (0..1000)
            .map(|k| [(k * (j + 7)) % 101, (k * (j + 3)) % 97, (k * (j + 1)) % 89].map(|v| v as f64))
            .collect()
    };
    let all: Vec<Vec<[f64; 3]>> = (0..200).map(walk).collect();
    let view = state_view(&States { lines: &all, labels: ["a", "b", "c"], ..States::default() }).unwrap();
    let section = Section::new("pca", "Dimensions").figures([view]);
    let html = render(&Page { sections: vec![section], ..Page::default() }).unwrap();
    assert!(html.len() < 3_000_000, "{} bytes", html.len());
}
