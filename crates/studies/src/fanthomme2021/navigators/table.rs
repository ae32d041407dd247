//! Tables 8.1 and B.3: errors of path integration, and what units say of positions.

use super::{Condition, Navigator, Size, navigators};
use crate::common::*;

/// Table 8.1.
pub const SNAKE: Study = Study::new(
    "fanthomme2021/table8.1",
    "Resetting path integrators and LSTMs in SnakePath: errors and tuning to positions",
    snake,
);

/// Table B.3.
pub const DONUT: Study = Study::new(
    "fanthomme2021/tableB.3",
    "Resetting path integrators and LSTMs in DoubleDonut: errors and tuning to positions",
    donut,
);

/// A table as printed: rows error short, error long, R^2 visual, absolute, relative; columns all losses, no model losses, vanilla, improved.
struct Printed {
    source: &'static str,
    map: &'static str,
    cells: [[f64; 4]; 5],
}

const TABLE_8_1: Printed = Printed {
    source: "fanthomme2021 Table 8.1",
    map: "SnakePath",
    cells: [
        [0.021, 0.033, 0.014, 0.027],
        [0.026, 0.43, 0.16, 0.056],
        [0.99, 0.11, 0.33, 0.96],
        [0.98, 0.33, 0.3, 0.57],
        [0.35, 0.82, 0.77, 0.34],
    ],
};

const TABLE_B_3: Printed = Printed {
    source: "fanthomme2021 Table B.3",
    map: "DoubleDonut",
    cells: [
        [0.026, 0.035, 0.015, 0.032],
        [0.032, 0.46, 0.15, 0.051],
        [0.97, 0.16, 0.36, 0.91],
        [0.96, 0.29, 0.27, 0.68],
        [0.34, 0.85, 0.74, 0.26],
    ],
};

const ROWS: [&str; 5] = ["error, 5 actions", "error, 100 actions", "R² visual", "R² absolute", "R² relative"];
/// Conditions of the printed columns.
const COLUMNS: [Condition; 4] = [Condition::All, Condition::Frozen, Condition::Vanilla, Condition::Improved];

/// A row's number of one network.
fn number(row: usize, n: &Navigator) -> f64 {
    match row {
        0 => n.with.short,
        1 => n.with.long,
        2 => n.with.images.means[0],
        3 => n.with.states.means[0],
        _ => n.with.states.means[1],
    }
    .value
}

fn snake(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    findings(&TABLE_8_1, Size::of(settings), settings, observer)
}

fn donut(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    findings(&TABLE_B_3, Size::of(settings), settings, observer)
}

/// Networks of a condition.
fn of(all: &[Navigator], condition: Condition) -> Vec<&Navigator> {
    all.iter().filter(|n| n.condition == condition).collect()
}

/// The mean over networks; of one, over its trajectories.
fn cell(all: &[Navigator], condition: Condition, row: usize) -> Estimate {
    let own = of(all, condition);
    match (&own[..], row) {
        ([n], 0) => n.with.short,
        ([n], 1) => n.with.long,
        ([n], 2) => n.with.images.means[0],
        ([n], 3) => n.with.states.means[0],
        ([n], _) => n.with.states.means[1],
        _ => Estimate::mean(own.iter().map(|n| number(row, n))),
    }
}

/// How many times the error over few actions that over all is.
fn growth(all: &[Navigator], condition: Condition) -> Estimate {
    let of_one = |n: &Navigator| n.with.long.value / n.with.short.value;
    match of(all, condition)[..] {
        [n] => {
            let share =
                (n.with.long.error() / n.with.long.value).hypot(n.with.short.error() / n.with.short.value);
            Estimate::new(of_one(n), of_one(n) * share, n.with.long.n)
        }
        ref own => Estimate::mean(own.iter().map(|n| of_one(n))),
    }
}

/// R^2 of states by the absolute position less that by the displacement.
fn tuned(all: &[Navigator], condition: Condition) -> Estimate {
    match of(all, condition)[..] {
        [n] => {
            let [absolute, relative] = n.with.states.means;
            // Errors of both on the same trajectories; as if they went apart, which is the wider.
            Estimate::new(number(3, n) - number(4, n), absolute.error() + relative.error(), absolute.n)
        }
        ref own => Estimate::mean(own.iter().map(|n| number(3, n) - number(4, n))),
    }
}

fn claims(all: &[Navigator], printed: &Printed) -> Vec<Claim> {
    let (growth, tuned) = (|c| growth(all, c), |c| tuned(all, c));
    let learned = |c: Condition| {
        let worst = of(all, c).iter().map(|n| n.with.short.value / n.with.still[0].value).fold(0.0, f64::max);
        if worst < 0.5 {
            Ok(())
        } else {
            Err(format!("over five actions a network errs by {:.0} % of the way", 100.0 * worst))
        }
    };
    let ratio = "error over 100 actions, over that over five";
    let mut claims = vec![
        claim("With all losses resetting path integrators reset: errors do not grow with time")
            .is(ratio, growth(Condition::All))
            .beside(Some(printed.cells[1][0] / printed.cells[0][0]))
            .below(3.0)
            .denied_given(learned(Condition::All))
            .headline(),
        claim("Without losses of models they do not reset: errors grow (V, P and G untrained, as in the program)")
            .is(ratio, growth(Condition::Frozen))
            .beside(Some(printed.cells[1][1] / printed.cells[0][1]))
            .above(3.0)
            .given(learned(Condition::Frozen))
            .headline(),
        theory("Nor do they where V, P and G are trained, but without losses of models")
            .is(ratio, growth(Condition::Alone))
            .above(3.0)
            .given(learned(Condition::Alone))
            .denied_given(learned(Condition::Alone)),
        claim("A plain LSTM does not reset")
            .is(ratio, growth(Condition::Vanilla))
            .beside(Some(printed.cells[1][2] / printed.cells[0][2]))
            .above(3.0)
            .given(learned(Condition::Vanilla)),
        claim("One that keeps its start, has losses of models and begins with trained modules resets")
            .is(ratio, growth(Condition::Improved))
            .beside(Some(printed.cells[1][3] / printed.cells[0][3]))
            .below(3.0)
            .denied_given(learned(Condition::Improved)),
        claim("Where networks reset, states say where they are rather than how far they went")
            .is("R² of states by the absolute position, less that by the displacement", tuned(Condition::All))
            .beside(Some(printed.cells[3][0] - printed.cells[4][0]))
            .above(0.0)
            .denied_given(learned(Condition::All))
            .headline(),
        claim("Where they do not, states say how far they went")
            .is("R² of states by the absolute position, less that by the displacement", tuned(Condition::Frozen))
            .beside(Some(printed.cells[3][1] - printed.cells[4][1]))
            .below(0.0)
            .given(learned(Condition::Frozen)),
    ];
    for (row, name) in ROWS.iter().enumerate() {
        for (c, condition) in COLUMNS.iter().enumerate() {
            let value = printed.cells[row][c];
            // Errors within a factor of two, shares of variance within 0.15.
            let tolerance = if row < 2 { value } else { 0.15 };
            claims.push(
                claim(format!("{}: {name}", condition.name()))
                    .is("mean over networks", cell(all, *condition, row))
                    .published(value, tolerance)
                    .denied_given(learned(*condition)),
            );
        }
    }
    at(printed.source, claims)
}

fn findings(
    printed: &Printed,
    size: Size,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Findings, Error> {
    let all = navigators(printed.map, size, settings, observer)?;
    let claims = size.asked(claims(&all, printed));
    let table = Table::of(&all)
        .column("network", "", |n| n.condition.name())
        .column("seed", "", |n| n.seed)
        .column("error_short", "sides", |n| n.with.short)
        .column("error_long", "sides", |n| n.with.long)
        .column("error_long_without_images", "sides", |n| n.without.long)
        .column("error_still", "sides", |n| n.with.still[1])
        .columns(["r2_visual", "r2_absolute", "r2_relative"], |n| [2, 3, 4].map(|r| number(r, n)))
        .column("reset_image", "", |n| n.with.resets[0])
        .column("reset_other", "", |n| n.with.resets[1])
        .column("loss_left", "", |n| n.left)
        .named(
            "networks",
            "Each network: errors of displacements over 5 and 100 actions, with errors over trajectories, R² of units by positions, share of \
             what is seen that enters the state, validation loss over that before training.",
        );
    let conditions: Vec<Condition> = Condition::ALL.to_vec();
    let means = Table::of(&conditions)
        .column("network", "", |c| c.name())
        .column("error_short", "sides", |c| cell(&all, *c, 0))
        .column("error_long", "sides", |c| cell(&all, *c, 1))
        .column("r2_visual", "", |c| cell(&all, *c, 2))
        .column("r2_absolute", "", |c| cell(&all, *c, 3))
        .column("r2_relative", "", |c| cell(&all, *c, 4))
        .named("cells", "The table: means over networks with their standard errors; of one network, errors over trajectories.");
    let json = entries([
        ("networks", written(all.iter().map(|n| n.condition.name()).collect::<Vec<_>>())),
        ("error_short", numbers(&list(&all, |n| n.with.short.value))),
        ("error_long", numbers(&list(&all, |n| n.with.long.value))),
        ("error_long_without_images", numbers(&list(&all, |n| n.without.long.value))),
        ("r2_visual", numbers(&list(&all, |n| number(2, n)))),
        ("r2_absolute", numbers(&list(&all, |n| number(3, n)))),
        ("r2_relative", numbers(&list(&all, |n| number(4, n)))),
    ]);
    let section = Section::new("navigators", "Errors and tuning")
        .intro(format!(
            "{} of each condition, {}. The second column's V, P and G stay as they were drawn, as in the authors' program; the third is what it \
             is when they are trained.",
            if size.seeds == 1 { "One network".to_owned() } else { format!("{} networks", size.seeds) },
            size.words()
        ))
        .figures([errors(&all)?])
        .tables([means, table]);
    Ok(Findings { answer: answer(&claims), claims, sections: vec![section], json, warnings: vec![] })
}

/// Errors over time with images, and without (Figs. 8.5 and 8.6).
fn errors(all: &[Navigator]) -> Drawn {
    let one = |with: bool| -> Drawn {
        let series: Vec<Series> =
            Condition::ALL
                .iter()
                .filter_map(|c| {
                    let own = of(all, *c);
                    let first = own.first()?;
                    let steps = if with { &first.with.errors } else { &first.without.errors };
                    let x: Vec<f64> = (1..=steps.len()).map(|k| k as f64).collect();
                    let y =
                        (0..steps.len()).map(|k| match own[..] {
                            [n] => {
                                if with {
                                    n.with.errors[k]
                                } else {
                                    n.without.errors[k]
                                }
                            }
                            _ => Estimate::mean(own.iter().map(|n| {
                                if with { n.with.errors[k].value } else { n.without.errors[k].value }
                            })),
                        });
                    let named = curve(c.name(), &x, y);
                    Some(if with { named } else { named.unlisted() })
                })
                .collect();
        let axes = Axes { x_whole: true, y_log: true, ..Axes::new("actions", "error (sides of a room)") };
        let title = if with { "images every five actions" } else { "no images" };
        lines(&series, &axes)?.named(title, title, "")
    };
    let caption = "Mean distance of what is told from what is so. A: an image every five actions. B: no images. Bands are one standard error, \
                   over networks or, of one network, over trajectories.";
    panels("errors", "Error over time", caption, &[one(true)?, one(false)?], 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::small::every_study;
    use nullcline_core::job::Silent;

    /// Networks that hardly learn anything.
    const SMALL: Size = Size { seeds: 1, cells: 8, steps: 12, batch: [3, 4, 16], test: [6, 8], whole: false };

    #[test]
    fn tables_are_made_from_small_networks() {
        let two = Size { seeds: 2, ..SMALL };
        every_study(
            "navigators",
            &[SNAKE, DONUT],
            &[&|settings| findings(&TABLE_8_1, two, settings, &Silent), &|settings| {
                findings(&TABLE_B_3, SMALL, settings, &Silent)
            }],
            |_| false,
            |_| (),
        );
    }
}
