//! The contract of `summary.json`.

/// The JSON schema (draft 2020-12) of `summary.json`.
pub const SUMMARY_SCHEMA: &str = include_str!("../../../reports/summary.schema.json");
