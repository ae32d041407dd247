//! Currents and mixed selectivity in the summary.

use super::number::{Number, each, errors, numbers, values};
use crate::analyses::Context;
use crate::analyses::activity::{self, By, Chosen, CurrentsFrom, Grouping};
use crate::diagnostics::geometry::currents as geometry;
use crate::diagnostics::geometry::currents::Population;
use crate::numbers::Estimate;
use crate::numbers::circular::Test;
use schemars::JsonSchema;
use serde::Serialize;

/// Currents onto units, linear in what the network follows or not, and the space of the first singular vectors of W.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Currents {
    /// What the currents are of.
    pub from: CurrentsFrom,
    /// The variables.
    pub targets: Vec<String>,
    /// Rows used.
    pub rows: usize,
    /// What errors leave out.
    pub errors: By,
    /// Whether fits go through the origin.
    pub through_origin: bool,
    /// R^2 of all currents on the variables, as vectors, on trials left out.
    pub r_squared: Estimate,
    /// The same of the activity.
    pub r_squared_activity: Option<Estimate>,
    /// R^2 of each unit's current.
    pub r_squared_units: Vec<Number>,
    /// The space of the first left singular vectors of W; none where W is not known.
    pub space: Option<Space>,
}

/// The space of the first left singular vectors of W.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "CurrentSpace")]
pub struct Space {
    /// Singular values of W, decreasing.
    pub singular_values: Vec<Number>,
    /// How many precede the largest gap, the last over the next.
    pub dominant_by_gap: usize,
    /// That gap.
    pub gap: Number,
    /// Largest singular value of noise with the same median (Marchenko-Pastur).
    pub noise_edge: Number,
    /// What one in twenty matrices of such noise exceeds.
    pub noise_threshold: Number,
    /// How many are above it.
    pub dominant_above_noise: usize,
    /// Dimensions of the space.
    pub dimensions: usize,
    /// How they were chosen.
    pub chosen_by: Chosen,
    /// Mean norm of currents outside over mean norm inside (7.40).
    pub projection_ratio: Estimate,
    /// Root mean square outside over that of the whole current.
    pub residual: Estimate,
    /// The least that any space of so many dimensions leaves of the latter.
    pub least_residual: Number,
    /// sqrt(n / dimensions - 1) (7.41).
    pub isotropic_ratio: Number,
    /// The ratio of random spaces.
    pub random: NullRatio,
    /// The ratio of singular vectors whose entries are dealt to other units.
    pub shuffled: NullRatio,
    /// Ratio and residual for 1, 2, ... dimensions.
    pub by_dimension: Vec<ByDimension>,
    /// R of coordinates = R y + offset (7.39), a row a coordinate.
    pub map: Vec<Vec<Number>>,
    /// Its standard errors.
    pub map_std_error: Vec<Vec<Number>>,
    /// Offsets; empty of a fit through the origin.
    pub offset: Vec<Number>,
    /// Their standard errors.
    pub offset_std_error: Vec<Number>,
    /// R^2 of the coordinates, on trials left out.
    pub map_r_squared: Estimate,
    /// Selectivity vectors s_i = R^T l_i (7.42), a row a unit.
    pub selectivity: Vec<Vec<Number>>,
    /// Columns of W by sign.
    pub column_signs: ColumnSigns,
    /// Signs of each pair of singular vectors.
    pub vector_signs: Vec<VectorSigns>,
    /// Cosine of each left singular vector (row) and each read-out; empty where there is none.
    pub readout_cosine: Vec<Vec<Number>>,
}

/// What spaces that have nothing to do with the currents leave of them.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct NullRatio {
    /// Mean ratio.
    pub mean: Number,
    /// 2.5 % and 97.5 % quantiles.
    pub interval: [Number; 2],
    /// Chance of one as small as that found.
    pub p: Number,
}

/// Currents outside the first dimensions.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ByDimension {
    /// Dimensions.
    pub dimensions: usize,
    /// Mean norm outside over mean norm inside (7.40).
    pub projection_ratio: Estimate,
    /// Root mean square outside over that of the whole current.
    pub residual: Estimate,
    /// The least of the latter.
    pub least_residual: Number,
}

/// Columns of W by the signs of their entries.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ColumnSigns {
    /// None below zero.
    pub positive: usize,
    /// None above zero.
    pub negative: usize,
    /// Both.
    pub mixed: usize,
    /// Zeros alone.
    pub empty: usize,
}

/// Signs of a pair of singular vectors.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct VectorSigns {
    /// Share of entries of the left vector that have its commoner sign.
    pub left: Estimate,
    /// Chance of as many by fair coins.
    pub left_p: Number,
    /// The same of the right vector.
    pub right: Estimate,
    /// Chance of as many.
    pub right_p: Number,
    /// Share of entries of the right vector that have the sign of their column of W, up to that of the pair; none where no column has one.
    pub right_with_columns: Option<Estimate>,
}

/// Selectivity vectors of units, mixed or not.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MixedSelectivity {
    /// The currents whose slopes the vectors are; none: they are slopes of the activity.
    pub currents_from: Option<CurrentsFrom>,
    /// The variables.
    pub targets: Vec<String>,
    /// Rows used.
    pub rows: usize,
    /// What errors leave out.
    pub errors: By,
    /// Whether fits go through the origin.
    pub through_origin: bool,
    /// Slopes, a row a unit.
    pub selectivity: Vec<Vec<Number>>,
    /// Their standard errors.
    pub selectivity_std_error: Vec<Vec<Number>>,
    /// Units that follow some variable (p below 0.05, corrected for the number of units).
    pub selective: usize,
    /// Index of each unit, 0 of one that follows one variable, 1 of one that follows all alike.
    pub index: Vec<Number>,
    /// Its mean over selective units.
    pub mean_index: Estimate,
    /// Its mean where directions are random.
    pub chance_index: Number,
    /// Its 2.5 % and 97.5 % quantiles there.
    pub chance_interval: [Number; 2],
    /// Chance of a mean as far out.
    pub index_p: Number,
    /// Angles of each two variables.
    pub angles: Vec<Angles>,
    /// Populations by the sign of each variable; none where currents alone were recorded.
    pub populations: Option<Vec<Populations>>,
    /// R^2 of the activity on the variables, on trials left out.
    pub r_squared_linear: Option<Estimate>,
    /// R^2 of the activity on their positive and negative parts.
    pub r_squared_rectified: Option<Estimate>,
    /// Shares of the squares of W in blocks of units.
    pub blocks: Vec<Blocks>,
}

/// Angles of selectivity vectors in the plane of two variables.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "SelectivityAngles")]
pub struct Angles {
    /// The variables.
    pub of: [String; 2],
    /// Of each unit, degrees, from the first variable's axis to the second's.
    pub angle: Vec<Number>,
    /// Rayleigh's test of the angles.
    pub rayleigh: AngleTest,
    /// Of twice the angles.
    pub rayleigh_double: AngleTest,
    /// Of four times the angles.
    pub rayleigh_quadruple: AngleTest,
    /// Whether four times the angles gather at zero: peaks at multiples of 90 degrees.
    pub peaks_at_axes: AngleTest,
    /// Kuiper's test of uniformity.
    pub kuiper: AngleTest,
    /// Peaks at the axes of slopes over their root mean squares, against random directions.
    pub scaled_peaks_at_axes: AngleTest,
    /// Kuiper's test of these, against random directions.
    pub scaled_kuiper: AngleTest,
}

/// A test of angles.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AngleTest {
    /// The statistic.
    pub statistic: Number,
    /// Where the multiplied angles gather, degrees; null of Kuiper's.
    pub direction: Number,
    /// Chance of as large a statistic of uniform angles.
    pub p: Number,
}

/// Units by the sign of a variable that they follow.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Populations {
    /// The variable.
    pub of: String,
    /// Its positive values alone.
    pub positive: usize,
    /// Its negative values alone.
    pub negative: usize,
    /// Both.
    pub both: usize,
    /// Neither.
    pub null: usize,
}

/// Share of the squares of W in blocks of units.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Blocks {
    /// What units are grouped by.
    pub by: Grouping,
    /// The groups.
    pub groups: Vec<String>,
    /// Units of each.
    pub units: Vec<usize>,
    /// Share of the sum of squares between units of one group.
    pub inside: Number,
    /// Its mean where groups are dealt to units at random.
    pub chance: Number,
    /// Its standard deviation there.
    pub chance_deviation: Number,
    /// Chance of a share as large.
    pub p: Number,
    /// Share between each two groups, onto (row) from (column).
    pub between: Vec<Vec<Number>>,
}

impl Currents {
    /// Of what was found.
    pub fn of(c: &activity::Currents, _: &Context) -> Self {
        Self {
            from: c.from,
            targets: c.targets.clone(),
            rows: c.rows,
            errors: c.by,
            through_origin: c.through_origin,
            r_squared: c.fit.r_squared_all,
            r_squared_activity: c.activity,
            r_squared_units: values(&c.fit.r_squared),
            space: c.space.as_ref().map(Space::of),
        }
    }
}

impl Space {
    fn of(s: &activity::Space) -> Self {
        let (own, n) = (s.own(), s.left.nrows());
        let null = |r: &geometry::NullRatio| NullRatio {
            mean: Number(r.mean),
            interval: r.interval.map(Number),
            p: Number(r.p),
        };
        let signs = |v: &geometry::VectorSigns| VectorSigns {
            left: v.left.share,
            left_p: Number(v.left.p),
            right: v.right.share,
            right_p: Number(v.right.p),
            right_with_columns: v.right_with_columns.map(|m| m.share),
        };
        let by = |p: &geometry::Projection| ByDimension {
            dimensions: p.dimensions,
            projection_ratio: p.ratio,
            residual: p.residual,
            least_residual: Number(p.best),
        };
        let (c, d) = (&s.columns, &s.dominant);
        Self {
            singular_values: numbers(&s.singular_values),
            dominant_by_gap: d.by_gap,
            gap: Number(d.gap),
            noise_edge: Number(d.edge),
            noise_threshold: Number(d.threshold),
            dominant_above_noise: d.above,
            dimensions: s.dimensions,
            chosen_by: s.chosen,
            projection_ratio: own.ratio,
            residual: own.residual,
            least_residual: Number(own.best),
            isotropic_ratio: Number(geometry::isotropic(n, s.dimensions)),
            random: null(&s.random),
            shuffled: null(&s.shuffled),
            by_dimension: s.projections.iter().map(by).collect(),
            map: s.map.iter().map(|r| values(r)).collect(),
            map_std_error: s.map.iter().map(|r| errors(r)).collect(),
            offset: values(&s.offsets),
            offset_std_error: errors(&s.offsets),
            map_r_squared: s.r_squared,
            selectivity: super::number::rows(&s.vectors),
            column_signs: ColumnSigns {
                positive: c.positive,
                negative: c.negative,
                mixed: c.mixed,
                empty: c.empty,
            },
            vector_signs: s.signs.iter().map(signs).collect(),
            readout_cosine: s.readout.iter().map(|r| numbers(r)).collect(),
        }
    }
}

impl MixedSelectivity {
    /// Of what was found.
    pub fn of(m: &activity::MixedSelectivity, _: &Context) -> Self {
        let counted = |r: &activity::Rectified| {
            let one = |(of, all): (&String, &Vec<Population>)| {
                let [positive, negative, both, null] = geometry::counted(all);
                Populations { of: of.clone(), positive, negative, both, null }
            };
            m.targets.iter().zip(&r.populations).map(one).collect()
        };
        Self {
            currents_from: m.from,
            targets: m.targets.clone(),
            rows: m.rows,
            errors: m.by,
            through_origin: m.through_origin,
            selectivity: m.fit.slopes.iter().map(|s| values(s)).collect(),
            selectivity_std_error: m.fit.slopes.iter().map(|s| errors(s)).collect(),
            selective: m.mixed.units,
            index: numbers(&m.mixed.index),
            mean_index: m.mixed.mean,
            chance_index: Number(m.mixed.chance),
            chance_interval: m.mixed.interval.map(Number),
            index_p: Number(m.mixed.p),
            angles: m.mixed.pairs.iter().map(|p| Angles::of(p, &m.targets)).collect(),
            populations: m.activity.as_ref().map(counted),
            r_squared_linear: m.activity.as_ref().map(|r| r.linear),
            r_squared_rectified: m.activity.as_ref().map(|r| r.fit.r_squared_all),
            blocks: m.blocks.iter().map(Blocks::of).collect(),
        }
    }
}

impl Angles {
    fn of(p: &geometry::OfPair, names: &[String]) -> Self {
        let test = |t: &Test| AngleTest {
            statistic: Number(t.statistic),
            direction: Number(t.direction.to_degrees()),
            p: Number(t.p),
        };
        let [once, twice, four] = &p.rayleigh;
        Self {
            of: p.of.map(|c| names[c].clone()),
            angle: each(&p.angles, |a| a.to_degrees()),
            rayleigh: test(once),
            rayleigh_double: test(twice),
            rayleigh_quadruple: test(four),
            peaks_at_axes: test(&p.axes),
            kuiper: test(&p.kuiper),
            scaled_peaks_at_axes: test(&p.scaled_axes),
            scaled_kuiper: test(&p.scaled_kuiper),
        }
    }
}

impl Blocks {
    fn of((by, groups, b): &(Grouping, Vec<String>, geometry::Blocks)) -> Self {
        Self {
            by: *by,
            groups: groups.clone(),
            units: b.sizes.clone(),
            inside: Number(b.inside),
            chance: Number(b.chance),
            chance_deviation: Number(b.spread),
            p: Number(b.p),
            between: b.between.iter().map(|r| numbers(r)).collect(),
        }
    }
}
