//! A finished figure: its SVG, its words, and the scene from which the PNG is drawn.

use super::Error;
use super::draw::color::GREY;
use super::draw::scene::{Align, Scene};
use super::draw::theme::Theme;
use super::draw::{pdf, raster, svg};
use nullcline_core::analyses::lists::distinct;
use serde_json::Value;
use std::collections::BTreeSet;

/// The formats in which figures are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FigureFormats {
    /// Vectors for browsers and drawing programs.
    pub svg: bool,
    /// Pixels, 216 to an inch.
    pub png: bool,
    /// Vectors for print.
    pub pdf: bool,
}

impl Default for FigureFormats {
    fn default() -> Self {
        Self { svg: true, png: false, pdf: false }
    }
}

impl FigureFormats {
    /// What `list`, the value of `option`, names, as `svg,pdf`.
    ///
    /// # Errors
    /// A message that names the option and what is empty, unknown or there twice.
    ///
    /// ```
    /// use nullcline_report::figure::FigureFormats;
    ///
    /// let both = FigureFormats::parse("--figures", "svg,pdf").unwrap();
    /// assert!(both.svg && both.pdf && !both.png);
    /// assert!(FigureFormats::parse("--figures", "gif").unwrap_err().contains("--figures"));
    /// ```
    pub fn parse(option: &str, list: &str) -> Result<Self, String> {
        let mut formats = Self { svg: false, ..Self::default() };
        for name in distinct(option, list)? {
            match name {
                "svg" => formats.svg = true,
                "png" => formats.png = true,
                "pdf" => formats.pdf = true,
                other => return Err(format!("{option} {list}: {other} is none of svg, png and pdf")),
            }
        }
        Ok(formats)
    }

    /// The files of a figure by their extensions; the page links to the first.
    pub(crate) fn extensions(self) -> impl Iterator<Item = &'static str> {
        let all = [(self.svg, "svg"), (self.pdf, "pdf"), (self.png, "png")];
        all.into_iter().filter(|f| f.0).map(|f| f.1)
    }
}

/// Pixels a point of the PNG: 216 dots an inch.
const SCALE: f64 = 3.0;

/// A figure one journal column wide (89 mm), or a composition of up to two (183 mm).
///
/// # Remarks
/// Text stays text in SVG and PDF, which bring along the letters that they use. All formats are drawn from the same marks.
#[derive(Clone, Debug)]
pub struct Figure {
    /// File stem.
    pub name: String,
    /// A few words that name the figure to a screen reader.
    pub title: String,
    /// What is seen, in one or two sentences.
    pub caption: String,
    /// The complete SVG file.
    pub svg: String,
    scene: Scene,
    /// What a script of the page draws in its place.
    view: Option<Value>,
    /// What the page says where there is nothing to see.
    instead: Option<String>,
}

impl Figure {
    pub(crate) fn new(name: &str, title: &str, caption: &str, scene: Scene) -> Result<Self, Error> {
        let (name, title, caption) = (name.to_string(), title.to_string(), caption.to_string());
        let svg = svg::svg(&scene, &identifier(&name), &title, true)?;
        Ok(Self { name, title, caption, svg, scene, view: None, instead: None })
    }

    /// A figure that says why there is nothing to see.
    pub(crate) fn empty(name: &str, title: &str, caption: &str) -> Result<Self, Error> {
        let mut scene = Scene::new(super::axes::panel::COLUMN, 90.0);
        scene.text("no data", [scene.width / 2.0, 45.0], 8.0, Align::Middle, GREY);
        Ok(Self::new(name, title, caption, scene)?.said(format!("{title}: there is nothing to show.")))
    }

    /// The same picture under another file stem, title and caption.
    ///
    /// # Errors
    /// [`Error::Font`] if the embedded font cannot be read.
    pub fn named(self, name: &str, title: &str, caption: &str) -> Result<Self, Error> {
        let Self { scene, view, instead, .. } = self;
        Ok(Self { view, instead, ..Self::new(name, title, caption, scene)? })
    }

    /// With the numbers that a script of the page draws in its place.
    pub(crate) fn with_view(self, view: Value) -> Self {
        Self { view: Some(view), ..self }
    }

    pub(crate) fn view(&self) -> Option<&Value> {
        self.view.as_ref()
    }

    /// With the sentence that says all that it shows, for a page; its files are as before.
    pub fn said(self, sentence: impl Into<String>) -> Self {
        Self { instead: Some(sentence.into()), ..self }
    }

    /// Whether there is something to see.
    pub(crate) fn shows(&self) -> bool {
        self.instead.is_none()
    }

    pub(crate) fn instead(&self) -> Option<&str> {
        self.instead.as_deref()
    }

    /// As [`Figure::inline`] for a page that is light or dark and has scripts.
    pub(crate) fn themed(&self, prefix: &str, theme: &mut Theme) -> Result<String, Error> {
        svg::themed(&self.scene, prefix, &self.title, theme)
    }

    /// The figure as a PNG file at 216 dots an inch, on white.
    ///
    /// # Errors
    /// [`Error::Png`] if the picture cannot be encoded, [`Error::Font`] as above.
    pub fn png(&self) -> Result<Vec<u8>, Error> {
        let failed = |reason: String| Error::Png { name: self.name.clone(), reason };
        let picture = raster::raster(&self.scene, SCALE)?.ok_or_else(|| failed("it is too large".into()))?;
        raster::png(&picture, 8504).map_err(|e| failed(e.to_string()))
    }

    /// The figure as a PDF file of one page of its size.
    ///
    /// # Errors
    /// [`Error::Font`] if the embedded font cannot be read.
    pub fn pdf(&self) -> Result<Vec<u8>, Error> {
        pdf::pdf(&self.scene, &self.title)
    }

    /// The file of this extension.
    pub(crate) fn file(&self, extension: &str) -> Result<Vec<u8>, Error> {
        match extension {
            "png" => self.png(),
            "pdf" => self.pdf(),
            _ => Ok(self.svg.clone().into_bytes()),
        }
    }

    pub(crate) fn scene(&self) -> &Scene {
        &self.scene
    }

    /// Width and height in points.
    pub fn size(&self) -> (f64, f64) {
        (self.scene.width, self.scene.height)
    }

    /// The SVG with identifiers that start with `prefix` and without its font, for a page that shows several and has
    /// [`Figure::font`] of them all.
    ///
    /// # Errors
    /// [`Error::Font`] if the embedded font cannot be read.
    pub fn inline(&self, prefix: &str) -> Result<String, Error> {
        svg::svg(&self.scene, &identifier(prefix), &self.title, false)
    }

    /// The style rule that embeds the letters of these figures.
    ///
    /// # Errors
    /// [`Error::Font`] if the embedded font cannot be read.
    pub fn font<'a>(figures: impl IntoIterator<Item = &'a Figure>) -> Result<String, Error> {
        let characters: BTreeSet<char> = figures.into_iter().flat_map(|f| f.scene.characters()).collect();
        if characters.is_empty() { Ok(String::new()) } else { svg::font_face(&characters) }
    }
}

/// Letters, digits and hyphens only, starting with a letter.
pub(crate) fn identifier(text: &str) -> String {
    let safe = text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' });
    std::iter::once('f').chain(safe).collect()
}
