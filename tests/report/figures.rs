//! Figures: what they say, that awkward data does no harm, and that both formats are sound.

use nullcline::report::figures::*;
use nullcline::report::{Error, Figure};

fn names(n: usize) -> Vec<String> {
    (0..n).map(|k| format!("row {k}")).collect()
}

/// One figure of every kind from the same numbers.
fn all(values: &[f64]) -> Result<Vec<Figure>, Error> {
    let plane: Vec<[f64; 2]> = values.iter().zip(values.iter().rev()).map(|(a, b)| [*a, *b]).collect();
    let kinds = [
        PointKind::Stable,
        PointKind::Unstable(1),
        PointKind::Unstable(40),
        PointKind::Undecided,
        PointKind::Slow,
    ];
    let points: Vec<PlanePoint> = plane
        .iter()
        .zip(kinds.iter().cycle())
        .map(|(at, kind)| PlanePoint { at: *at, kind: *kind })
        .collect();
    let n = values.len();
    let square: Vec<f64> = (0..n * n).map(|k| values[k % n]).collect();
    let grid = FlowGrid {
        x: (0..n).map(|k| k as f64).collect(),
        y: (0..n).map(|k| k as f64).collect(),
        u: square.clone(),
        v: square.clone(),
        off_plane: square,
    };
    let series = [SpectrumSeries { label: "a".into(), exponents: values, std_error: values }];
    let set = |b| complex_plane(&[("a".into(), plane.clone()), ("b".into(), plane.clone())], b, "1/s");
    Ok(vec![
        singular_values(values, &[("gate".into(), values.to_vec())])?,
        set(Boundary::UnitCircle)?,
        set(Boundary::ImaginaryAxis)?,
        set(Boundary::None)?,
        spectrum(&series, "1/step")?,
        convergence(values, &[values.to_vec(), values.to_vec()], values, "1/step", "steps")?,
        explained_variance(values, values)?,
        state_plane(std::slice::from_ref(&plane), &points, "PC 1", "PC 2")?,
        time_series(values, &[values.to_vec(), values.to_vec()], &names(2), "Hz", "s")?,
        flow_field(&grid, &points, std::slice::from_ref(&plane), "PC 1", "PC 2")?,
        speed_histogram(values, &["fixed", "slow"], 1e-20)?,
        bars(&names(n), values, values, "Value")?,
        points_with_errors(&names(n), values, values, "Value")?,
    ])
}

fn says(figure: &Figure, label: &str) -> bool {
    figure.svg.contains(&format!(">{label}</text>"))
}

/// Every number drawn; a path's letters end numbers.
fn drawn_numbers(svg: &str) -> Vec<f64> {
    let body = svg.split("</style>").nth(1).unwrap();
    let mut numbers = Vec::new();
    for quoted in body.split(" d=\"").skip(1) {
        let d = quoted.split('"').next().unwrap();
        for word in d.split(|c: char| c.is_ascii_alphabetic() || c == ' ') {
            let parts = word.replace('-', " -");
            numbers.extend(parts.split_whitespace().map(|w| w.parse::<f64>().unwrap()));
        }
    }
    numbers
}

#[test]
fn labels_are_readable_by_machines() {
    let figures = all(&[0.5, 0.2, -0.3, 0.1]).unwrap();
    let labels = [
        "Singular value",
        "Imaginary part (1/s)",
        "Real part (1/s)",
        "Imaginary part (1/s)",
        "Lyapunov exponent (1/step)",
        "Time (steps)",
        "Explained variance (%)",
        "PC 2",
        "Activity (Hz)",
        "log₁₀ speed",
        "Speed q",
        "row 3",
        "Value",
    ];
    for (figure, label) in figures.iter().zip(labels) {
        assert!(says(figure, label), "{} does not say {label}", figure.name);
        assert!(figure.svg.contains("role=\"img\"") && figure.svg.contains("<title"));
        assert!(figure.svg.contains("@font-face"), "{} brings no font", figure.name);
        assert!(!figure.caption.is_empty() && !figure.title.is_empty());
    }
    assert!(says(&figures[1], "stable (8)") && says(&figures[1], "unstable (0)"));
    assert!(says(&figures[4], "−0.5"), "a negative tick has a minus sign");
    assert!(!says(&figures[4], "−0.51"), "this test can fail");
}

#[test]
fn awkward_data_draws_something_sound() {
    let nan = f64::NAN;
    let sets: [&[f64]; 16] = [
        &[],
        &[1.0],
        &[0.0],
        &[-0.0, 0.0],
        &[2.5; 7],
        &[-1.0, -2.0, -3.0],
        &[1e-30, 1e3, 1.0],
        &[1e300, -1e300, 1e308],
        &[f64::MAX, f64::MIN],
        &[5e-324, 1e-310],
        &[nan, nan],
        &[nan, 1.0, f64::INFINITY, 2.0, f64::NEG_INFINITY],
        &[1.0, 1.0 + 1e-15, 1.0 - 1e-15],
        &[1e9, 1e9 + 1.0, 1e9 + 2.0],
        &[1e-9, 2e-9, 3e-9],
        &[f64::INFINITY],
    ];
    for values in sets {
        for figure in all(values).unwrap() {
            let svg = &figure.svg;
            for word in ["NaN", "inf"] {
                assert!(!svg.contains(word), "{word} in {} of {values:?}", figure.name);
            }
            let (w, h) = figure.size();
            assert!(
                (200.0..300.0).contains(&w) && (40.0..400.0).contains(&h),
                "{} is {w} x {h}",
                figure.name
            );
            for v in drawn_numbers(svg) {
                assert!(v.abs() < 1000.0, "{v} lies off the page in {} of {values:?}", figure.name);
            }
            let png = figure.png().unwrap();
            assert!(png.len() > 500);
        }
    }
}

#[test]
fn no_value_says_so() {
    for values in [&[][..], &[f64::NAN][..]] {
        for figure in all(values).unwrap() {
            assert!(says(&figure, "no data"), "{} of {values:?}", figure.name);
        }
    }
    assert!(!says(&all(&[1.0, 2.0]).unwrap()[0], "no data"));
}

#[test]
fn png_has_its_size_and_shows_ink() {
    let figure = &all(&[0.5, 0.2, -0.3, 0.1]).unwrap()[4];
    let png = figure.png().unwrap();
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let size = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    let (w, h) = figure.size();
    assert_eq!(size(16), (3.0 * w).round() as u32);
    assert_eq!(size(20), (3.0 * h).round() as u32);
    assert_eq!(png[24..29], [8, 2, 0, 0, 0], "8-bit RGB");
    assert_eq!(&png[png.len() - 8..png.len() - 4], b"IEND");
    let blank = spectrum(&[], "").unwrap().png().unwrap();
    assert!(png.len() > 2 * blank.len(), "a figure with data holds more than one without");
}

#[test]
fn long_data_is_thinned() {
    let n = 200_000;
    let time: Vec<f64> = (1..=n).map(|k| k as f64).collect();
    let wave: Vec<f64> = time.iter().map(|t| (0.7 * t).sin()).collect();
    let walk: Vec<[f64; 2]> = time.iter().map(|t| [(0.37 * t).sin(), (0.91 * t).cos()]).collect();
    let figures = [
        time_series(&time, &[wave.clone(), wave.clone()], &names(2), "", "s").unwrap(),
        convergence(&time, &vec![wave; 8], &[], "", "").unwrap(),
        state_plane(&vec![walk; 20], &[], "PC 1", "PC 2").unwrap(),
    ];
    for figure in &figures {
        assert!(figure.svg.len() < 400_000, "{} has {} bytes", figure.name, figure.svg.len());
    }
    assert!(figures[2].caption.contains("first part"), "a cut trajectory is admitted");
}

#[test]
fn names_are_escaped() {
    let figure = bars(&["<script>&\"".into()], &[1.0], &[], "a < b").unwrap();
    assert!(!figure.svg.contains("<script"));
    assert!(figure.svg.contains("&lt;script&gt;&amp;&quot;") && figure.svg.contains("a &lt; b"));
}

#[test]
fn a_figure_takes_another_name() {
    let figure = spectrum(&[], "").unwrap().named("tail spectrum", "Tail", "Of the tail.").unwrap();
    assert!(figure.svg.contains(">Tail</title>") && figure.svg.contains("id=\"ftail-spectrum-title\""));
    assert!(figure.inline("two").unwrap().contains("id=\"ftwo-title\""));
}

#[test]
fn text_can_be_searched_and_stands_where_its_anchor_says() {
    let figure = &all(&[0.5, 0.2, -0.3, 0.1]).unwrap()[4];
    let label = figure.svg.split("<text ").find(|t| t.contains(">Lyapunov exponent (1/step)<")).unwrap();
    assert!(label.contains("text-anchor=\"middle\"") && label.contains("rotate(-90 "), "{label}");
    assert!(
        !figure.svg.contains("textLength") && !figure.svg.contains("<use"),
        "glyphs are not placed one by one"
    );
    // On a page the font stands once for all.
    assert!(!figure.inline("a").unwrap().contains("@font-face"));
    assert_eq!(Figure::font([figure, figure]).unwrap().matches("@font-face").count(), 1);
    assert_eq!(Figure::font([]).unwrap(), "");
}

/// Objects by their numbers, found as a reader finds them: by the table of places at the end.
fn objects(pdf: &[u8]) -> Vec<&[u8]> {
    let find =
        |from: usize, word: &[u8]| from + pdf[from..].windows(word.len()).position(|w| w == word).unwrap();
    let number = |at: usize, digits: usize| -> usize {
        std::str::from_utf8(&pdf[at..at + digits]).unwrap().trim().parse().unwrap()
    };
    let start = find(pdf.len() - 64, b"startxref") + 10;
    let table = number(start, find(start, b"\n") - start);
    assert_eq!(&pdf[table..table + 5], b"xref\n");
    let entries = find(table + 5, b"\n") + 1;
    let count = number(table + 7, entries - 1 - (table + 7));
    let object = |k: usize| {
        let at = number(entries + 20 * k, 10);
        assert!(pdf[at..].starts_with(format!("{k} 0 obj").as_bytes()), "object {k} is not at {at}");
        &pdf[at..find(at, b"endobj")]
    };
    (1..count).map(object).collect()
}

/// What a stream holds, unpacked.
fn unpacked(object: &[u8]) -> Vec<u8> {
    use std::io::Read;
    let start = object.windows(7).position(|w| w == b"stream\n").unwrap() + 7;
    let mut out = vec![];
    flate2::read::ZlibDecoder::new(&object[start..]).read_to_end(&mut out).unwrap();
    out
}

#[test]
fn a_pdf_opens_and_holds_vectors_letters_and_what_they_mean() {
    for figure in all(&[0.5, 0.2, -0.3, 0.1]).unwrap() {
        let pdf = figure.pdf().unwrap();
        assert!(pdf.starts_with(b"%PDF-1.") && pdf.trim_ascii_end().ends_with(b"%%EOF"));
        let objects = objects(&pdf);
        let text = |o: &[u8]| String::from_utf8_lossy(o).into_owned();
        let page = objects.iter().map(|o| text(o)).find(|o| o.contains("/MediaBox")).unwrap();
        let width = format!("[0 0 {} ", figure.size().0);
        assert!(page.contains(&width), "{page}");
        let content = text(&unpacked(objects[3]));
        for operator in [" l\n", "S\n", "BT\n", "TJ\n", "ET\n"] {
            assert!(content.contains(operator), "{} has no {operator}", figure.name);
        }
        let meanings = objects.iter().map(|o| text(o)).find(|o| o.contains("beginbfchar")).unwrap();
        assert!(meanings.contains("<0030>"), "a zero is known as one");
        let font = objects.iter().find(|o| text(o).contains("/Length1")).unwrap();
        assert_eq!(unpacked(font)[..4], [0, 1, 0, 0], "a TrueType font");
    }
}

#[test]
fn three_components_are_seen_from_the_side() {
    let helix: Vec<[f64; 3]> =
        (0..400).map(|k| f64::from(k) / 20.0).map(|t| [t.cos(), t.sin(), 0.1 * t]).collect();
    let points = [StatePoint { at: [0.0, 0.0, 1.0], kind: PointKind::Stable }];
    let labels = ["PC 1", "PC 2", "PC 3"];
    let figure = state_space(&[helix], &points, labels).unwrap();
    for label in labels.iter().chain(&["stable (1)", "−0.5", "0.5"]) {
        assert!(says(&figure, label), "{label}");
    }
    let colors: std::collections::BTreeSet<&str> =
        figure.svg.split("stroke=\"").skip(1).map(|s| &s[..7]).collect();
    assert!(colors.len() > 6, "depth is told by tones: {colors:?}");
    for v in drawn_numbers(&figure.svg) {
        assert!(v.abs() < 1000.0);
    }
    for awkward in [
        vec![],
        vec![vec![[f64::NAN; 3]]],
        vec![vec![[1e308, -1e308, 0.0], [0.0; 3]]],
        vec![vec![[2.0; 3]; 3]],
    ] {
        let figure = state_space(&awkward, &[], labels).unwrap();
        assert!(figure.png().unwrap().len() > 500 && !figure.svg.contains("NaN"));
    }
}

/// Seen from in front and above, with the first component to the right and the third upwards, the second leads away: what is
/// farther along it stands higher on the page, and is not its own mirror image.
#[test]
fn the_second_of_three_components_leads_away() {
    let point = |y: f64, kind| StatePoint { at: [0.0, y, 0.0], kind };
    let corners = vec![vec![[-1.0, -1.0, -1.0], [1.0, 1.0, 1.0]]];
    let points = [point(-0.9, PointKind::Stable), point(0.9, PointKind::Undecided)];
    let figure = state_space(&corners, &points, ["PC 1", "PC 2", "PC 3"]).unwrap();
    // The last circles of each look, behind those of the legend.
    let height = |edge: &str| -> f64 {
        let group =
            figure.svg.rsplit("<g fill=").find(|g| g.contains(edge) && g.contains("<circle")).unwrap();
        group.split("cy=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
    };
    let (near, far) = (height("stroke=\"#ffffff\""), height("stroke=\"#0072b2\""));
    assert!(far + 5.0 < near, "near {near}, far {far}");
}

#[test]
fn a_user_draws_with_plotters() {
    use nullcline::report::plot::plotters::prelude::*;
    use nullcline::report::plot::{plot, pt, stroke, text};
    let figure = plot("own", "Own", "A chart of one's own.", [200.0, 120.0], |page| {
        let halves = page.split_evenly((1, 2));
        let mut chart = ChartBuilder::on(&halves[0])
            .margin(pt(4.0))
            .x_label_area_size(pt(20.0))
            .y_label_area_size(pt(26.0))
            .build_cartesian_2d(0.0..2.0, 0.0..4.0)?;
        chart.configure_mesh().label_style(text(6.0)).x_desc("Dose").draw()?;
        chart.draw_series(LineSeries::new([(0.0, 0.0), (2.0, 4.0)], stroke(RED, 0.75)))?;
        chart.draw_series([ErrorBar::new_vertical(1.0, 1.5, 2.0, 2.5, stroke(BLUE, 0.5), pt(3.0) as u32)])?;
        halves[1].draw(&Text::new(
            "upright",
            (pt(20.0), pt(60.0)),
            text(8.0).transform(FontTransform::Rotate270),
        ))?;
        halves[1].draw(&Circle::new((pt(50.0), pt(60.0)), pt(12.5), GREEN.filled()))?;
        Ok(())
    })
    .unwrap();
    assert!(says(&figure, "Dose") && says(&figure, "upright") && figure.svg.contains("rotate(-90 "));
    // Not rounded to pixels: a radius and a width in points.
    assert!(
        figure.svg.contains("a12.5 12.5") && figure.svg.contains("stroke=\"#ff0000\" stroke-width=\"0.75\"")
    );
    assert_eq!(figure.size(), (200.0, 120.0));
    assert!(figure.png().unwrap().len() > 1000);
    let refused = plot("small", "", "", [10.0, 10.0], |_| Err(DrawingAreaErrorKind::LayoutError));
    assert!(matches!(refused, Err(Error::Chart(_))));
}

#[test]
fn formats_are_named_in_a_list() {
    use nullcline::report::figure::FigureFormats;
    let both = FigureFormats { svg: true, png: false, pdf: true };
    let parse = |list| FigureFormats::parse("--figures", list);
    assert_eq!(parse("pdf, svg"), Ok(both));
    for (list, expected) in [
        ("", "--figures : entry 1 of 1 is empty"),
        ("svg,,png", "--figures svg,,png: entry 2 of 3 is empty"),
        ("svg,gif", "--figures svg,gif: gif is none of svg, png and pdf"),
        ("svg,svg", "--figures svg,svg: svg stands there twice"),
    ] {
        let said = parse(list).unwrap_err();
        assert!(said.starts_with(expected), "{said}");
    }
}
