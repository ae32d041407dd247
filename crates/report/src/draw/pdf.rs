//! A scene as a PDF file of one page: vectors, and text that can be selected, in an embedded subset of the font.

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{CidFontType, FontFlags, LineCapStyle, LineJoinStyle, SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use skrifa::raw::{FontRef, TableProvider};
use skrifa::{GlyphId, MetadataProvider};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use super::color::Color;
use super::font::{self, ASCENT, DESCENT, EM, HALF_CAP};
use super::scene::{Align, Dot, Image, Mark, Pen, Point, Scene, Shape};
use crate::Error;

const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const PAGE: Ref = Ref::new(3);
const CONTENT: Ref = Ref::new(4);
const INFO: Ref = Ref::new(5);
/// The font, its descendant, descriptor, file and characters.
const FONT: [Ref; 5] = [Ref::new(6), Ref::new(7), Ref::new(8), Ref::new(9), Ref::new(10)];
/// Pictures, then opacities.
const FIRST: i32 = 11;
const SYSTEM: SystemInfo = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// The PDF of a scene; a point is a point.
pub(crate) fn pdf(scene: &Scene, title: &str) -> Result<Vec<u8>, Error> {
    let characters = scene.characters();
    let letters = Letters::new(&characters)?;
    let mut body = Body { content: Content::new(), letters: &letters, images: vec![], opacities: vec![] };
    // y runs downwards in a scene.
    body.content.transform([1.0, 0.0, 0.0, -1.0, 0.0, scene.height as f32]);
    body.content.set_line_join(LineJoinStyle::RoundJoin);
    for mark in &scene.marks {
        body.mark(mark)?;
    }
    let (content, images, opacities) = (body.content.finish(), body.images, body.opacities);
    let mut pdf = Pdf::new();
    pdf.catalog(CATALOG).pages(PAGES);
    pdf.pages(PAGES).kids([PAGE]).count(1);
    pdf.document_info(INFO).title(TextStr(title)).creator(TextStr("nullcline"));
    let mut page = pdf.page(PAGE);
    page.media_box(Rect::new(0.0, 0.0, scene.width as f32, scene.height as f32));
    page.parent(PAGES).contents(CONTENT);
    let mut resources = page.resources();
    resources.fonts().pair(Name(b"F"), FONT[0]);
    let mut objects = resources.x_objects();
    for k in 0..images.len() {
        objects.pair(Name(name('I', k).as_bytes()), Ref::new(FIRST + k as i32));
    }
    objects.finish();
    let mut states = resources.ext_g_states();
    for (k, opacity) in opacities.iter().enumerate() {
        let opacity = *opacity as f32;
        states
            .insert(Name(name('G', k).as_bytes()))
            .start::<pdf_writer::writers::ExtGraphicsState>()
            .stroking_alpha(opacity)
            .non_stroking_alpha(opacity);
    }
    states.finish();
    resources.finish();
    page.finish();
    pdf.stream(CONTENT, &deflated(&content)?).filter(Filter::FlateDecode);
    for (k, image) in images.iter().enumerate() {
        picture(&mut pdf, Ref::new(FIRST + k as i32), image)?;
    }
    letters.write(&mut pdf)?;
    Ok(pdf.finish())
}

fn name(kind: char, k: usize) -> String {
    format!("{kind}{k}")
}

fn deflated(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let packed = encoder.write_all(bytes).and_then(|()| encoder.finish());
    packed.map_err(|e| Error::Chart(e.to_string()))
}

fn picture(pdf: &mut Pdf, at: Ref, image: &Image) -> Result<(), Error> {
    let cells = deflated(&image.cells)?;
    let palette: Vec<u8> = image.palette.iter().flat_map(|c| [c.0, c.1, c.2]).collect();
    let mut object = pdf.image_xobject(at, &cells);
    object.filter(Filter::FlateDecode);
    object.width(image.columns as i32).height(image.rows as i32);
    let last = image.palette.len() as i32 - 1;
    object.color_space().indexed(Name(b"DeviceRGB"), last, &palette);
    object.bits_per_component(8).interpolate(false);
    Ok(())
}

/// The page's contents in the making, and what they refer to.
struct Body<'a> {
    content: Content,
    letters: &'a Letters,
    images: Vec<&'a Image>,
    opacities: Vec<f64>,
}

impl<'a> Body<'a> {
    fn mark(&mut self, mark: &'a Mark) -> Result<(), Error> {
        match mark {
            Mark::Lines { lines, pen } => {
                self.opacity(pen.opacity);
                self.pen(*pen);
                lines.iter().for_each(|line| self.path(line));
                self.content.stroke();
            }
            Mark::Area { outline, color, opacity } => {
                self.opacity(*opacity);
                self.fill(*color);
                self.path(outline);
                self.content.close_path().fill_nonzero();
            }
            Mark::Dots { centers, dot } => {
                self.opacity(1.0);
                self.dots(centers, dot);
            }
            Mark::Text { text, at, size, align, turn, color } => {
                self.opacity(1.0);
                self.fill(*color);
                self.text(text, *at, *size, *align, *turn)?;
            }
            Mark::Tag(_) => {}
            Mark::Image { image, from, to } => {
                self.opacity(1.0);
                let [x, y, w, h] = [from[0], to[1], to[0] - from[0], from[1] - to[1]].map(|v| v as f32);
                self.content.save_state().transform([w, 0.0, 0.0, h, x, y]);
                self.content.x_object(Name(name('I', self.images.len()).as_bytes())).restore_state();
                self.images.push(image);
            }
        }
        Ok(())
    }

    fn opacity(&mut self, opacity: f64) {
        let known = self.opacities.iter().position(|o| o.total_cmp(&opacity).is_eq());
        let k = known.unwrap_or(self.opacities.len());
        if known.is_none() {
            self.opacities.push(opacity);
        }
        self.content.set_parameters(Name(name('G', k).as_bytes()));
    }

    fn fill(&mut self, color: Color) {
        let [r, g, b] = [color.0, color.1, color.2].map(|v| f32::from(v) / 255.0);
        self.content.set_fill_rgb(r, g, b);
    }

    fn pen(&mut self, pen: Pen) {
        let [r, g, b] = [pen.color.0, pen.color.1, pen.color.2].map(|v| f32::from(v) / 255.0);
        self.content.set_stroke_rgb(r, g, b).set_line_width(pen.width as f32);
        let dash = pen.dash.map(|(dash, gap)| [dash as f32, gap as f32]);
        let cap = if dash.is_none() { LineCapStyle::RoundCap } else { LineCapStyle::ButtCap };
        self.content.set_line_cap(cap).set_dash_pattern(dash.into_iter().flatten(), 0.0);
    }

    fn path(&mut self, line: &[Point]) {
        for (k, p) in line.iter().enumerate() {
            let (x, y) = (p[0] as f32, p[1] as f32);
            if k == 0 {
                self.content.move_to(x, y)
            } else {
                self.content.line_to(x, y)
            };
        }
    }

    fn dots(&mut self, centers: &[Point], dot: &Dot) {
        if let Some(color) = dot.fill {
            self.fill(color);
        }
        if let Some((color, width)) = dot.edge {
            self.pen(Pen::new(color, width));
        }
        for c in centers {
            if dot.shape == Shape::Circle {
                self.circle(*c, dot.radius);
            } else {
                self.path(&dot.outline(*c));
            }
            self.content.close_path();
            match (dot.fill, dot.edge) {
                (Some(_), Some(_)) => self.content.fill_nonzero_and_stroke(),
                (Some(_), None) => self.content.fill_nonzero(),
                (None, Some(_)) => self.content.stroke(),
                (None, None) => self.content.end_path(),
            };
        }
    }

    /// Four Bézier curves, off by less than 0.03 % of the radius.
    fn circle(&mut self, c: Point, radius: f64) {
        const REACH: f64 = 0.552_284_75;
        let at = |x: f64, y: f64| ((c[0] + radius * x) as f32, (c[1] + radius * y) as f32);
        let (x, y) = at(1.0, 0.0);
        self.content.move_to(x, y);
        for [cos, sin] in [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]] {
            let (a, b) = (at(cos - REACH * sin, sin + REACH * cos), at(REACH * cos - sin, REACH * sin + cos));
            let end = at(-sin, cos);
            self.content.cubic_to(a.0, a.1, b.0, b.1, end.0, end.1);
        }
    }

    fn text(&mut self, text: &str, at: Point, size: f64, align: Align, turn: f64) -> Result<(), Error> {
        let (placed, width) = font::layout(text)?;
        let (sin, cos) = turn.to_radians().sin_cos();
        let shift = align.shift(width) * size / EM;
        let matrix = [cos, sin, sin, -cos, at[0] + shift * cos, at[1] + shift * sin].map(|v| v as f32);
        self.content.begin_text().set_font(Name(b"F"), size as f32).set_text_matrix(matrix);
        let mut line = self.content.show_positioned();
        let mut items = line.items();
        let mut end = 0.0;
        for (c, (_, x)) in text.chars().zip(&placed) {
            let (id, advance) = self.letters.glyphs.get(&c).copied().unwrap_or_default();
            // Kerning, in thousandths of an em to the left.
            let gap = 1000.0 * (end - x) / EM;
            if gap.abs() > 0.5 {
                items.adjust(gap as f32);
            }
            items.show(Str(&id.to_be_bytes()));
            end = x + advance;
        }
        items.finish();
        line.finish();
        self.content.end_text();
        Ok(())
    }
}

/// The subset of the font that a figure uses.
struct Letters {
    file: Vec<u8>,
    /// Glyph in the subset and its advance in font units.
    glyphs: BTreeMap<char, (u16, f64)>,
}

impl Letters {
    fn new(characters: &BTreeSet<char>) -> Result<Self, Error> {
        let file = font::subset(characters)?;
        let font = FontRef::new(&file).map_err(|_| Error::Font)?;
        let (map, widths) = (font.charmap(), font.hmtx().map_err(|_| Error::Font)?);
        let glyph = |c: &char| {
            let id = map.map(*c).unwrap_or(GlyphId::NOTDEF);
            (*c, (id.to_u32() as u16, f64::from(widths.advance(id).unwrap_or(0))))
        };
        let glyphs = characters.iter().map(glyph).collect();
        Ok(Self { file, glyphs })
    }

    fn write(&self, pdf: &mut Pdf) -> Result<(), Error> {
        // Six letters before the name mark a subset.
        let (name, encoding) = (Name(b"NULLCL+DejaVuSans"), Name(b"Identity-H"));
        let [whole, descendant, descriptor, file, characters] = FONT;
        pdf.type0_font(whole)
            .base_font(name)
            .encoding_predefined(encoding)
            .descendant_font(descendant)
            .to_unicode(characters);
        let thousandths = |units: f64| (1000.0 * units / EM) as f32;
        let mut cid = pdf.cid_font(descendant);
        cid.subtype(CidFontType::Type2).base_font(name).system_info(SYSTEM).font_descriptor(descriptor);
        cid.cid_to_gid_map_predefined(Name(b"Identity"));
        let mut widths = cid.widths();
        for (id, advance) in self.glyphs.values() {
            widths.same(*id, *id, thousandths(*advance));
        }
        widths.finish();
        cid.finish();
        let (top, bottom) = (thousandths(ASCENT * EM), thousandths(-DESCENT * EM));
        pdf.font_descriptor(descriptor)
            .name(name)
            .flags(FontFlags::NON_SYMBOLIC)
            .bbox(Rect::new(-1021.0, -463.0, 1793.0, 1232.0))
            .italic_angle(0.0)
            .ascent(top)
            .descent(bottom)
            .cap_height(thousandths(2.0 * HALF_CAP * EM))
            .stem_v(90.0)
            .font_file2(file);
        let length = self.file.len() as i32;
        let packed = deflated(&self.file)?;
        let mut stream = pdf.stream(file, &packed);
        stream.filter(Filter::FlateDecode).pair(Name(b"Length1"), length);
        stream.finish();
        let mut map = UnicodeCmap::new(Name(b"Custom"), SYSTEM);
        for (c, (id, _)) in self.glyphs.iter().filter(|(_, (id, _))| *id > 0) {
            map.pair(*id, *c);
        }
        pdf.cmap(characters, &map.finish());
        Ok(())
    }
}
