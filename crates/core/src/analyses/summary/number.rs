//! Numbers of the summary.

use crate::numbers::Estimate;
use faer::{Mat, c64};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use std::borrow::Cow;

/// A number; null where it is not finite.
///
/// ```
/// use nullcline_core::analyses::summary::Number;
///
/// let written = serde_json::to_string(&[Number(0.5), Number(f64::NEG_INFINITY)]).unwrap();
/// assert_eq!(written, "[0.5,null]");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number(pub f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Some(self.0).filter(|v| v.is_finite()).serialize(to)
    }
}

impl JsonSchema for Number {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["number", "null"] })
    }
}

/// Numbers, one by one.
pub(in crate::analyses) fn numbers(values: &[f64]) -> Vec<Number> {
    values.iter().map(|v| Number(*v)).collect()
}

/// A number of each.
pub(super) fn each<T>(all: &[T], f: impl Fn(&T) -> f64) -> Vec<Number> {
    all.iter().map(|v| Number(f(v))).collect()
}

/// Values of estimates.
pub(super) fn values(all: &[Estimate]) -> Vec<Number> {
    each(all, |e| e.value)
}

/// Their standard errors.
pub(super) fn errors(all: &[Estimate]) -> Vec<Number> {
    each(all, Estimate::error)
}

/// Real and imaginary part.
pub(super) fn complex(z: &c64) -> [Number; 2] {
    [Number(z.re), Number(z.im)]
}

/// A matrix by rows.
pub(super) fn rows(m: &Mat<f64>) -> Vec<Vec<Number>> {
    (0..m.nrows()).map(|i| (0..m.ncols()).map(|j| Number(m[(i, j)])).collect()).collect()
}
