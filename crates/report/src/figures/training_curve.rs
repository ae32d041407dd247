//! Training and validation loss against epochs.

use super::filled;
use crate::axes::legend::Key;
use crate::axes::panel::{Axis, Frame, Panel};
use crate::axes::scale::{Scale, extent};
use crate::draw::color::{BLUE, GREY, VERMILLION};
use crate::draw::scene::{Pen, Shape};
use crate::{Error, Figure};

/// Losses that span more than this factor are drawn on a logarithmic axis.
const WIDE: f64 = 8.0;

/// Draws both losses by epoch, with the best epoch as a dot and chance as a dashed line.
///
/// # Shapes and units
/// `train` and `validation` are pairs of epoch and loss, `best` is an epoch of `validation`, `label` names
/// the loss and its unit.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read.
///
/// ```
/// use nullcline_report::figures::training_curve;
///
/// let figure = training_curve(&[[1.0, 0.8], [2.0, 0.4]], &[[0.0, 1.1], [1.0, 0.9], [2.0, 0.5]], 2, 1.0, "loss").unwrap();
/// assert!(figure.svg.contains("loss") && figure.caption.contains("dashed line"));
/// ```
pub fn training_curve(
    train: &[[f64; 2]],
    validation: &[[f64; 2]],
    best: usize,
    chance: f64,
    label: &str,
) -> Result<Figure, Error> {
    let (name, title) = ("training_curve", "Training curve");
    let caption = "Training and validation loss after each epoch. The dot is the epoch whose weights were kept, \
                   the dashed line the loss of outputs that do not look at the item.";
    let finite = |rows: &[[f64; 2]]| rows.iter().copied().filter(|p| p[1].is_finite()).collect::<Vec<_>>();
    let (train, validation) = (finite(train), finite(validation));
    let losses = || train.iter().chain(&validation).map(|p| p[1]);
    let Some((lo, hi)) = extent(losses()) else { return Figure::empty(name, title, caption) };
    let log = lo > 0.0 && hi > WIDE * lo;
    let Some(y) = (if log { Scale::log_around(losses()) } else { Scale::around(losses()) }) else {
        return Figure::empty(name, title, caption);
    };
    // Chance is shown where it lies near the losses, not at the price of flattening them.
    let near = chance.is_finite() && chance > 0.0 && chance < hi + 2.0 * (hi - lo);
    let y = match y {
        Scale { log: true, hi, lo } if near => Scale { hi: hi.max(1.2 * chance), lo, log: true },
        other if near => other.including(chance),
        other => other,
    };
    let last = validation.iter().chain(&train).map(|p| p[0]).fold(1.0, f64::max);
    let x = Axis::whole("Epoch", Scale::exact(-0.02 * last, 1.02 * last));
    let (of_train, of_validation) = (Pen::new(BLUE, 0.9), Pen::new(VERMILLION, 0.9));
    let at_chance = Pen::new(GREY, 0.6).dashed(3.0, 2.0);
    let kept = filled(Shape::Circle, 2.2, VERMILLION);
    let validated = format!("validation, best at epoch {best}");
    let mut legend = vec![
        (Key::Line(of_train), "training".to_owned()),
        (Key::LineDot(of_validation, kept), validated.clone()),
    ];
    if near {
        legend.push((Key::Line(at_chance), "chance".to_owned()));
    }
    let mut panel = Panel::new(x, Axis::new(label, y), Frame::plain(130.0).with_legend(legend))?;
    if near {
        panel.across(chance, at_chance);
    }
    let of_both =
        [(&train, of_train, BLUE, "training"), (&validation, of_validation, VERMILLION, &validated)];
    for (rows, pen, color, name) in of_both {
        panel.series(name, |panel| {
            panel.line(rows.iter().copied(), pen);
            if rows.len() <= 2 {
                panel.dots(rows.iter().copied(), filled(Shape::Circle, 1.4, color));
            }
        });
    }
    panel.dots(validation.iter().copied().filter(|p| p[0] as usize == best), kept);
    panel.finish(name, title, caption)
}
