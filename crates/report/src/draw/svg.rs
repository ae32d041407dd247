//! A scene as SVG: text stays text, written with an embedded subset of the font.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::color::Color;
use super::font;
use super::raster;
use super::scene::{Align, Dot, Image, Mark, Point, Scene, Shape, Tag};
use super::theme::Theme;
use crate::Error;
use crate::page::escape;

/// The SVG of a scene; `prefix` keeps the identifiers of several figures on a page apart, and `font` embeds the letters
/// used, which a page has once for all its figures.
pub(crate) fn svg(scene: &Scene, prefix: &str, title: &str, font: bool) -> Result<String, Error> {
    let (w, h) = (number(scene.width), number(scene.height));
    let mut out = head(scene, prefix, title, "");
    let characters = scene.characters();
    if font && !characters.is_empty() {
        let _ = write!(out, "<style>\n{}</style>\n", font_face(&characters)?);
    }
    let _ = writeln!(out, "<rect width=\"{w}\" height=\"{h}\" fill=\"#fff\"/>");
    marks(out, scene, title, &mut Ink::Fixed)
}

/// The same for a page: without letters and ground of its own, its colours by name, pictures by day and by night, its plots, series
/// and keys told apart, described by the caption that follows it.
pub(crate) fn themed(scene: &Scene, prefix: &str, title: &str, theme: &mut Theme) -> Result<String, Error> {
    let out = head(scene, prefix, title, &format!(" aria-describedby=\"{prefix}-caption\""));
    marks(out, scene, title, &mut Ink::Named(theme))
}

fn head(scene: &Scene, prefix: &str, title: &str, more: &str) -> String {
    let (w, h) = (number(scene.width), number(scene.height));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"{prefix}-title\"{more} \
         width=\"{w}pt\" height=\"{h}pt\" viewBox=\"0 0 {w} {h}\" font-family=\"{}\" \
         text-rendering=\"geometricPrecision\">\n<title id=\"{prefix}-title\">{}</title>\n",
        font::FAMILIES,
        escape(title)
    )
}

fn marks(mut out: String, scene: &Scene, title: &str, ink: &mut Ink) -> Result<String, Error> {
    for mark in &scene.marks {
        write_mark(&mut out, mark, title, ink)?;
    }
    out.push_str("</svg>\n");
    Ok(out)
}

/// How colours are written, and whether tags are.
enum Ink<'t> {
    /// Numbers, in a file.
    Fixed,
    /// Names, on a page.
    Named(&'t mut Theme),
}

impl Ink<'_> {
    fn of(&mut self, color: Color) -> String {
        match self {
            Self::Named(theme) => theme.name(color),
            _ => color.hex(),
        }
    }

    fn on_page(&self) -> bool {
        !matches!(self, Self::Fixed)
    }
}

/// The style rule that brings the font of these characters along.
pub(crate) fn font_face(characters: &BTreeSet<char>) -> Result<String, Error> {
    let file = base64(&font::subset(characters)?);
    Ok(format!(
        "@font-face {{ font-family: \"{}\"; src: url(data:font/ttf;base64,{file}) format(\"truetype\"); }}\n",
        font::FAMILY
    ))
}

fn write_mark(out: &mut String, mark: &Mark, title: &str, ink: &mut Ink) -> Result<(), Error> {
    match mark {
        Mark::Lines { lines, pen } => {
            let mut d = String::new();
            for line in lines {
                path(&mut d, line);
            }
            let _ = write!(
                out,
                "<path fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\"",
                ink.of(pen.color),
                number(pen.width)
            );
            if pen.opacity < 1.0 {
                let _ = write!(out, " stroke-opacity=\"{}\"", number(pen.opacity));
            }
            if let Some((dash, gap)) = pen.dash {
                let _ = write!(out, " stroke-dasharray=\"{} {}\"", number(dash), number(gap));
            } else {
                out.push_str(" stroke-linecap=\"round\"");
            }
            let _ = writeln!(out, " d=\"{d}\"/>");
        }
        Mark::Area { outline, color, opacity } => {
            let mut d = String::new();
            path(&mut d, outline);
            let _ = write!(out, "<path fill=\"{}\"", ink.of(*color));
            if *opacity < 1.0 {
                let _ = write!(out, " fill-opacity=\"{}\"", number(*opacity));
            }
            let _ = writeln!(out, " d=\"{d}z\"/>");
        }
        Mark::Dots { centers, dot } => dots(out, centers, dot, ink),
        Mark::Tag(tag) if ink.on_page() => write_tag(out, tag),
        Mark::Tag(_) => {}
        Mark::Text { text, at, size, align, turn, color } => {
            let (x, y, size) = (number(at[0]), number(at[1]), number(*size));
            let _ = write!(out, "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{}\"", ink.of(*color));
            match align {
                Align::Start => {}
                Align::Middle => out.push_str(" text-anchor=\"middle\""),
                Align::End => out.push_str(" text-anchor=\"end\""),
            }
            if *turn != 0.0 {
                let _ = write!(out, " transform=\"rotate({} {x} {y})\"", number(*turn));
            }
            if text.contains("  ") {
                out.push_str(" xml:space=\"preserve\"");
            }
            let _ = writeln!(out, ">{}</text>", escape(text));
        }
        Mark::Image { image, from, to } => {
            if ink.on_page() && image.night != image.palette {
                let night = Image { palette: image.night.clone(), ..image.clone() };
                picture(out, image, [*from, *to], " class=\"day\"", title)?;
                picture(out, &night, [*from, *to], " class=\"night\"", title)?;
            } else {
                picture(out, image, [*from, *to], "", title)?;
            }
        }
    }
    Ok(())
}

fn picture(
    out: &mut String,
    image: &Image,
    [from, to]: [Point; 2],
    class: &str,
    title: &str,
) -> Result<(), Error> {
    let _ = writeln!(
        out,
        "<image{class} x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" \
         image-rendering=\"optimizeSpeed\" style=\"image-rendering:pixelated\" \
         href=\"data:image/png;base64,{}\"/>",
        number(from[0]),
        number(from[1]),
        number(to[0] - from[0]),
        number(to[1] - from[1]),
        base64(&raster::indexed(image).map_err(|reason| failed(title, &reason))?)
    );
    Ok(())
}

fn failed(title: &str, reason: &png::EncodingError) -> Error {
    Error::Png { name: title.into(), reason: reason.to_string() }
}

/// RFC 4648.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = (0..3).fold(0u32, |all, k| all << 8 | u32::from(chunk.get(k).copied().unwrap_or(0)));
        for k in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * k)) as usize & 63];
            out.push(if k <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

/// A group for scripts.
fn write_tag(out: &mut String, tag: &Tag) {
    let _ = match tag {
        Tag::Plot { corners: [a, b], axes: [x, y] } => {
            let corners = [a[0], a[1], b[0], b[1]].map(number).join(" ");
            write!(out, "<g data-plot=\"{corners}\" data-x=\"{}\" data-y=\"{}\">", escape(x), escape(y))
        }
        Tag::Series { name, lane: None } => write!(out, "<g data-series=\"{}\">", escape(name)),
        Tag::Series { name, lane: Some([a, b]) } => {
            write!(out, "<g data-series=\"{}\" data-lane=\"{a:e} {b:e}\">", escape(name))
        }
        Tag::Key(name) => write!(out, "<g data-key=\"{}\">", escape(name)),
        Tag::End => writeln!(out, "</g>"),
    };
}

fn dots(out: &mut String, centers: &[Point], dot: &Dot, ink: &mut Ink) {
    let fill = dot.fill.map_or("none".into(), |c| ink.of(c));
    let Some((color, width)) = dot.edge else {
        let all: String = centers.iter().map(|c| outline(*c, dot)).collect();
        let _ = writeln!(out, "<path fill=\"{fill}\" d=\"{all}\"/>");
        return;
    };
    // One path for all would draw every edge over every dot.
    let (color, width) = (ink.of(color), number(width));
    let _ = write!(out, "<g fill=\"{fill}\" stroke=\"{color}\" stroke-width=\"{width}\">");
    for c in centers {
        if dot.shape == Shape::Circle {
            let (x, y, r) = (number(c[0]), number(c[1]), number(dot.radius));
            let _ = write!(out, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\"/>");
        } else if ink.on_page() {
            // Scripts read the place where the datum is.
            let (x, y) = (number(c[0]), number(c[1]));
            let _ = write!(out, "<path transform=\"translate({x} {y})\" d=\"{}\"/>", outline([0.0; 2], dot));
        } else {
            let _ = write!(out, "<path d=\"{}\"/>", outline(*c, dot));
        }
    }
    out.push_str("</g>\n");
}

fn outline(c: Point, dot: &Dot) -> String {
    let mut d = String::new();
    if dot.shape == Shape::Circle {
        let (r, span) = (number(dot.radius), number(2.0 * dot.radius));
        let x = number(c[0] - dot.radius);
        let _ = write!(d, "M{x} {}a{r} {r} 0 1 0 {span} 0a{r} {r} 0 1 0-{span} 0z", number(c[1]));
    } else {
        path(&mut d, &dot.outline(c));
        d.push('z');
    }
    d
}

/// Relative line segments, rounded to a hundredth of a point without drift.
fn path(d: &mut String, line: &[Point]) {
    let hundredths = |p: &Point| ((p[0] * 100.0).round() as i64, (p[1] * 100.0).round() as i64);
    let Some(first) = line.first() else { return };
    let mut last = hundredths(first);
    let short = |v: i64| number(v as f64 / 100.0);
    let _ = write!(d, "M{} {}", short(last.0), short(last.1));
    let mut command = 'l';
    for p in &line[1..] {
        let next = hundredths(p);
        if next == last && line.len() > 2 {
            continue;
        }
        let (x, y) = (short(next.0 - last.0), short(next.1 - last.1));
        let lead = if command == 'l' { "l" } else { "" };
        let gap = if lead.is_empty() && !x.starts_with('-') { " " } else { "" };
        let comma = if y.starts_with('-') { "" } else { " " };
        let _ = write!(d, "{lead}{gap}{x}{comma}{y}");
        command = ' ';
        last = next;
    }
}

/// A coordinate with at most two decimals and no trailing zeros.
pub(crate) fn number(v: f64) -> String {
    let text = format!("{:.2}", if v.is_finite() { v } else { 0.0 });
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" || text.is_empty() { "0".into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::base64;

    /// The examples of RFC 4648, section 10.
    #[test]
    fn base64_is_the_standards() {
        let pairs = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")];
        for (plain, coded) in pairs {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
        assert_eq!(base64(&[0xff, 0xef, 0xbe]), "/+++");
    }
}
