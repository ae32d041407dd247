//! Colours that colour-blind readers can tell apart: Okabe and Ito (2008) and viridis.

/// An opaque sRGB colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Color(pub u8, pub u8, pub u8);

impl Color {
    /// `#rrggbb`.
    pub fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    /// This colour with a share `t` of `other`.
    pub fn mix(self, other: Color, t: f64) -> Color {
        let channel = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * t).round() as u8;
        Color(channel(self.0, other.0), channel(self.1, other.1), channel(self.2, other.2))
    }
}

pub(crate) const INK: Color = Color(0x1a, 0x1a, 0x1a);
pub(crate) const GREY: Color = Color(0x8c, 0x8c, 0x8c);
pub(crate) const PALE: Color = Color(0xd0, 0xd0, 0xd0);
pub(crate) const WHITE: Color = Color(0xff, 0xff, 0xff);
pub(crate) const BLUE: Color = Color(0x00, 0x72, 0xb2);
pub(crate) const VERMILLION: Color = Color(0xd5, 0x5e, 0x00);
pub(crate) const ORANGE: Color = Color(0xe6, 0x9f, 0x00);

const SERIES: [Color; 7] = [
    BLUE,
    VERMILLION,
    Color(0x00, 0x9e, 0x73),
    ORANGE,
    Color(0xcc, 0x79, 0xa7),
    Color(0x56, 0xb4, 0xe9),
    INK,
];

/// Colour of the `i`-th series: beyond the seventh paler, then darker; beyond the twenty-first they come again.
pub(crate) fn series(i: usize) -> Color {
    let color = SERIES[i % SERIES.len()];
    match i / SERIES.len() % 3 {
        0 => color,
        1 => color.mix(WHITE, 0.5),
        _ => color.mix(Color(0, 0, 0), 0.45),
    }
}

const VIRIDIS: [Color; 11] = [
    Color(0x44, 0x01, 0x54),
    Color(0x48, 0x25, 0x76),
    Color(0x41, 0x44, 0x87),
    Color(0x35, 0x5f, 0x8d),
    Color(0x2a, 0x78, 0x8e),
    Color(0x21, 0x91, 0x8c),
    Color(0x22, 0xa8, 0x84),
    Color(0x44, 0xbf, 0x70),
    Color(0x7a, 0xd1, 0x51),
    Color(0xbd, 0xdf, 0x26),
    Color(0xfd, 0xe7, 0x25),
];

/// Viridis at `t` between 0 and 1.
pub(crate) fn viridis(t: f64) -> Color {
    let t = t.clamp(0.0, 1.0) * (VIRIDIS.len() - 1) as f64;
    let i = (t as usize).min(VIRIDIS.len() - 2);
    VIRIDIS[i].mix(VIRIDIS[i + 1], t - i as f64)
}

/// Blue over near-white to orange-red at `t` between 0 and 1: lightness falls linearly to both sides.
///
/// Source: the OKLab space, B. Ottosson (2020).
pub(crate) fn diverging(t: f64) -> Color {
    let s = 2.0 * t.clamp(0.0, 1.0) - 1.0;
    let hue = if s < 0.0 { 252f64 } else { 45.0 }.to_radians();
    let (lightness, chroma) = (0.97 - 0.49 * s.abs(), 0.145 * (1.6 * s.abs()).min(1.0));
    from_oklab(lightness, chroma * hue.cos(), chroma * hue.sin())
}

/// The same over near-black, lighter to both sides.
pub(crate) fn diverging_by_night(t: f64) -> Color {
    let s = 2.0 * t.clamp(0.0, 1.0) - 1.0;
    let hue = if s < 0.0 { 252f64 } else { 45.0 }.to_radians();
    let (lightness, chroma) = (0.27 + 0.48 * s.abs(), 0.135 * (1.3 * s.abs()).min(1.0));
    from_oklab(lightness, chroma * hue.cos(), chroma * hue.sin())
}

/// Lightness and the two axes of colour in OKLab.
pub(crate) fn to_oklab(color: Color) -> [f64; 3] {
    let linear = |v: u8| {
        let v = f64::from(v) / 255.0;
        if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
    };
    let (r, g, b) = (linear(color.0), linear(color.1), linear(color.2));
    let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
    let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
    let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
    [
        0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s,
        1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s,
        0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s,
    ]
}

pub(crate) fn from_oklab(l: f64, a: f64, b: f64) -> Color {
    let cube = |v: f64| v * v * v;
    let (l, m, s) = (
        cube(l + 0.396_337_777_4 * a + 0.215_803_757_3 * b),
        cube(l - 0.105_561_345_8 * a - 0.063_854_172_8 * b),
        cube(l - 0.089_484_177_5 * a - 1.291_485_548_0 * b),
    );
    let gamma = |v: f64| {
        let v = v.clamp(0.0, 1.0);
        let v = if v <= 0.003_130_8 { 12.92 * v } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 };
        (255.0 * v).round() as u8
    };
    Color(
        gamma(4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s),
        gamma(-1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s),
        gamma(-0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_one_series_differ() {
        let all: std::collections::BTreeSet<String> = (0..21).map(|k| series(k).hex()).collect();
        assert_eq!(all.len(), 21);
        assert_eq!(series(21), series(0));
    }

    #[test]
    fn oklab_leads_back() {
        for color in SERIES.into_iter().chain(VIRIDIS) {
            let [l, a, b] = to_oklab(color);
            assert_eq!(from_oklab(l, a, b), color);
        }
        // B. Ottosson's table: white has lightness 1 and no colour.
        let [l, a, b] = to_oklab(WHITE);
        assert!((l - 1.0).abs() < 1e-6 && a.abs() < 1e-6 && b.abs() < 1e-6);
    }
}
