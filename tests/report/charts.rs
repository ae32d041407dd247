//! General charts, maps and panels: what they show, that awkward data does no harm, that large maps stay small.

use nullcline::report::Figure;
use nullcline::report::figures::*;

fn says(figure: &Figure, label: &str) -> bool {
    figure.svg.contains(&format!(">{label}</text>"))
}

/// The SVG without the digits of its pictures.
fn vectors(figure: &Figure) -> String {
    let mut parts = figure.svg.split("base64,");
    let first = parts.next().unwrap().to_string();
    parts.map(|p| &p[p.find('"').unwrap()..]).fold(first, |all, p| all + p)
}

/// The picture in an SVG, decoded by the rules of RFC 4648.
fn picture(figure: &Figure) -> Vec<u8> {
    let coded = figure.svg.split("data:image/png;base64,").nth(1).unwrap();
    let digit = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let digits: Vec<u8> =
        coded.bytes().take_while(|c| *c != b'"').filter(|c| *c != b'=').map(digit).collect();
    let join = |d: &[u8]| {
        let bits = d.iter().enumerate().fold(0u32, |all, (k, v)| all | u32::from(*v) << (18 - 6 * k));
        bits.to_be_bytes()[1..d.len()].to_vec()
    };
    digits.chunks(4).flat_map(join).collect()
}

fn pixels(png: &[u8]) -> (usize, Vec<[u8; 3]>) {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(png));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    (info.width as usize, bytes.chunks(3).map(|c| [c[0], c[1], c[2]]).collect())
}

fn map(columns: usize, rows: usize, value: impl Fn(usize, usize) -> f64) -> HeatMap {
    let values = (0..rows).flat_map(|j| (0..columns).map(move |i| (i, j))).map(|(i, j)| value(i, j));
    HeatMap {
        values: values.collect(),
        x: (0..columns).map(|k| k as f64).collect(),
        y: (0..rows).map(|k| k as f64).collect(),
        label: "Exponent".into(),
        ..HeatMap::default()
    }
}

fn all(values: &[f64]) -> Vec<Figure> {
    let n = values.len();
    let index: Vec<f64> = (0..n).map(|k| k as f64).collect();
    let series = [
        Series::new("one", &index, values).errors(values),
        Series::new("two", values, values).errors(values).joined().dashed().ink(Ink::Tone(0.5)),
    ];
    let plain = Axes::new("Time", "Value").reference("level", Reference::Across(0.5));
    let curve = Reference::Curve(series[1].points.clone());
    let log = Axes::new("Time", "Value").log_log().wide(THIRD).reference("", curve);
    let square = Axes { square: true, ..plain.clone() };
    let sets = [("one".to_string(), values.to_vec()), (String::new(), values.to_vec())];
    let grid = map(n, n, |i, j| values[(i + j) % n]);
    let diverging =
        HeatMap { palette: Palette::Diverging(values.first().copied().unwrap_or(0.0)), ..grid.clone() };
    let mut figures = vec![
        lines(&series, &plain).unwrap(),
        lines(&series, &log).unwrap(),
        lines(&series, &square).unwrap(),
        scatter(&series, &plain).unwrap(),
        scatter(&series, &log).unwrap(),
        histogram(&sets, 10, &plain).unwrap(),
        histogram(&sets, 10, &log).unwrap(),
        heat_map(&grid, &series, &plain).unwrap(),
        heat_map(&diverging, &series, &plain.clone().wide(QUARTER)).unwrap(),
    ];
    figures.push(panels("all", "All", "All.", &figures, 3).unwrap());
    figures
}

#[test]
fn awkward_data_draws_something_sound() {
    let nan = f64::NAN;
    let sets: [&[f64]; 14] = [
        &[],
        &[1.0],
        &[0.0],
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
        &[f64::INFINITY],
    ];
    for values in sets {
        for figure in all(values) {
            let svg = vectors(&figure);
            for word in ["NaN", "inf"] {
                assert!(!svg.contains(word), "{word} in {} of {values:?}", figure.name);
            }
            let (w, h) = figure.size();
            assert!(w <= 519.1 && h < 900.0, "{} is {w} x {h}", figure.name);
            assert!(figure.png().unwrap().len() > 500);
        }
    }
    for values in [&[][..], &[nan][..]] {
        assert!(all(values).iter().all(|f| says(f, "no data")));
    }
}

#[test]
fn charts_name_their_axes_series_and_references() {
    let figures = all(&[0.5, 0.2, 0.3]);
    for figure in &figures[..5] {
        assert!(says(figure, "Time") && says(figure, "Value") && says(figure, "one"), "{}", figure.name);
        assert!(figure.svg.contains("@font-face") && figure.svg.contains("<title"));
    }
    assert!(says(&figures[0], "level") && !says(&figures[1], "level"));
    assert!(says(&figures[7], "Exponent") && figures[7].svg.contains("<image"));
}

/// A cell's colour, from below and left as in the data: rows are not upside down, NaN is grey.
#[test]
fn every_cell_of_a_map_has_its_colour_in_both_formats() {
    let values = |i: usize, j: usize| if (i, j) == (2, 0) { f64::NAN } else { (i + 3 * j) as f64 };
    let figure = heat_map(&map(3, 2, values), &[], &Axes::new("x", "y")).unwrap();
    let (width, cells) = pixels(&picture(&figure));
    assert_eq!((width, cells.len()), (3, 6));
    // Viridis at 0 and 1 as published by its authors; the top row is the last of the data.
    assert_eq!(cells[3], [0x44, 0x01, 0x54], "the smallest value, lower left");
    assert_eq!(cells[2], [0xfd, 0xe7, 0x25], "the largest value, upper right");
    assert_eq!(cells[5], [0xd0, 0xd0, 0xd0], "no value, lower right");
    assert!(says(&figure, "no value"));
    let (width, raster) = pixels(&figure.png().unwrap());
    for color in [cells[2], cells[3], cells[5]] {
        let count = raster.iter().filter(|p| **p == color).count();
        assert!(count > 20 * width, "{color:?} fills {count} pixels");
    }
}

#[test]
fn a_diverging_map_is_near_white_in_the_middle_and_symmetric() {
    let grid = HeatMap { palette: Palette::Diverging(1.0), ..map(3, 1, |i, _| [0.0, 1.0, 5.0][i]) };
    let (_, cells) = pixels(&picture(&heat_map(&grid, &[], &Axes::new("x", "y")).unwrap()));
    assert!(cells[1].iter().all(|v| *v > 235), "the middle is {:?}", cells[1]);
    assert!(cells[2][0] > cells[2][2] + 100, "above is red: {:?}", cells[2]);
    assert!(cells[0][2] > cells[0][0], "below is blue: {:?}", cells[0]);
    let strength = |c: [u8; 3]| c.iter().map(|v| 255 - i32::from(*v)).sum::<i32>();
    assert!(strength(cells[0]) < strength(cells[2]), "one below is weaker than four above");
}

#[test]
fn large_maps_stay_small() {
    let noise = |i: usize, j: usize| ((i * 7919 + j * 104_729) % 1009) as f64;
    let figure = heat_map(&map(256, 256, noise), &[], &Axes::new("x", "y")).unwrap();
    assert!(figure.svg.len() < 120_000, "{} bytes", figure.svg.len());
    let smooth = heat_map(&map(128, 128, |i, j| (i * j) as f64), &[], &Axes::new("x", "y")).unwrap();
    assert!(smooth.svg.len() < 40_000, "{} bytes", smooth.svg.len());
}

#[test]
fn cells_that_are_not_in_order_are_refused_and_ranges_clip() {
    let upset = HeatMap { x: vec![2.0, 1.0, 3.0], ..map(3, 1, |i, _| i as f64) };
    assert!(says(&heat_map(&upset, &[], &Axes::new("x", "y")).unwrap(), "no data"));
    let clipped = HeatMap { range: Some([1.0, 2.0]), ..map(4, 1, |i, _| i as f64) };
    let (_, cells) = pixels(&picture(&heat_map(&clipped, &[], &Axes::new("x", "y")).unwrap()));
    assert_eq!((cells[0], cells[2]), (cells[1], cells[3]));
    assert_ne!(cells[1], cells[2]);
}

#[test]
fn a_band_reaches_one_error_to_both_sides_and_no_further() {
    let x: Vec<f64> = (0..50).map(f64::from).collect();
    let height = |error: f64| {
        let series = Series::new("", &x, &[0.0; 50]).errors(&[error; 50]);
        let axes = Axes { y_range: Some([-1.0, 1.0]), ..Axes::new("x", "y") };
        let svg = lines(&[series], &axes).unwrap().svg;
        let (from, _) = svg.match_indices("fill-opacity").next().unwrap();
        let d = svg[from..].split(" d=\"").nth(1).unwrap().split('"').next().unwrap();
        let mut y = 0.0;
        let words = d.trim_start_matches('M').replace('l', " ").replace('z', "").replace('-', " -");
        let numbers: Vec<f64> = words.split_whitespace().map(|w| w.parse().unwrap()).collect();
        let all: Vec<f64> = numbers
            .chunks(2)
            .map(|p| {
                y += p[1];
                y
            })
            .collect();
        let max = all.iter().copied().fold(f64::MIN, f64::max);
        max - all.iter().copied().fold(f64::MAX, f64::min)
    };
    // 130 points are two units high; a band beyond the plot is cut at its edges.
    assert!((height(0.5) - 65.0).abs() < 0.1, "{}", height(0.5));
    assert!((height(9.0) - 130.0).abs() < 0.1, "{}", height(9.0));
}

#[test]
fn panels_stand_in_a_grid_with_letters() {
    let one = lines(&[Series::new("", &[0.0, 1.0], &[0.0, 1.0])], &Axes::new("x", "y").wide(THIRD)).unwrap();
    let parts: Vec<Figure> =
        (0..5).map(|k| one.clone().named("part", &format!("part {k}"), "").unwrap()).collect();
    let figure = panels("grid", "A grid", "Five.", &parts, 3).unwrap();
    for label in ["A", "E", "part 0", "part 4"] {
        assert!(says(&figure, label), "{label}");
    }
    assert!(!says(&figure, "F"));
    let ((w, h), (_, single)) = (figure.size(), one.size());
    assert!((w - (3.0 * THIRD + 14.0)).abs() < 1e-9 && h > 2.0 * single && h < 2.4 * single, "{w} x {h}");
    let wide = lines(&[Series::new("", &[0.0, 1.0], &[0.0, 1.0])], &Axes::new("x", "y")).unwrap();
    let crowded = panels("crowded", "Crowded", "", &vec![wide; 4], 4).unwrap();
    assert!((crowded.size().0 - 519.0).abs() < 1e-9, "what is too wide is drawn smaller");
}

/// Plotters alone would bend a line that leaves the plot along its edge.
#[test]
fn a_line_that_leaves_the_plot_keeps_its_direction() {
    for log in [false, true] {
        let x: Vec<f64> = if log { vec![1.0, 1e4] } else { vec![0.0, 4.0] };
        let end = if log { 1e2 } else { 2.0 };
        let axes = Axes {
            x_range: Some([x[0], x[1]]),
            y_range: Some([x[0], end]),
            x_log: log,
            y_log: log,
            ..Axes::new("x", "y")
        };
        let svg = lines(&[Series::new("", &x, &x)], &axes).unwrap().svg;
        let d = svg.split("stroke=\"#0072b2\"").nth(1).unwrap().split(" d=\"").nth(1).unwrap();
        let d = d.split('"').next().unwrap().replace(['M', 'l'], " ").replace('-', " -");
        let v: Vec<f64> = d.split_whitespace().map(|w| w.parse().unwrap()).collect();
        let plot = svg.split("stroke=\"#1a1a1a\"").nth(1).unwrap();
        assert!((v[3] + 130.0).abs() < 0.05, "it reaches the top: {v:?} {plot:.200}");
        assert!((v[2] - (252.0 - v[0] - 8.0) / 2.0).abs() < 0.05, "at half the width: {v:?}");
    }
}
