//! HDF5 as the libraries that wrote it read it: h5py, Keras, hdf5storage, xarray, netCDF4 and pynwb (`tests/golden/io/hdf5`).

mod columns;
mod keras;
mod weights;

use serde_json::Value;
use std::path::PathBuf;

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/io/hdf5").join(name)
}

fn expected(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(golden(&format!("{name}.json"))).unwrap()).unwrap()
}

/// Python's hexadecimal floats.
fn number(text: &str) -> f64 {
    match text {
        "nan" => return f64::NAN,
        "inf" => return f64::INFINITY,
        "-inf" => return f64::NEG_INFINITY,
        _ => {}
    }
    let (sign, rest) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let (digits, exponent) = rest.strip_prefix("0x").unwrap().split_once('p').unwrap();
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mantissa = u64::from_str_radix(&format!("{whole}{fraction}"), 16).unwrap() as f64;
    let exponent: i32 = exponent.parse::<i32>().unwrap() - 4 * fraction.len() as i32;
    // In two steps: the smallest numbers have a power that is none by itself.
    sign * mantissa * 2f64.powi(exponent / 2) * 2f64.powi(exponent - exponent / 2)
}

fn numbers(value: &Value) -> Vec<f64> {
    value["data"].as_array().unwrap().iter().map(|v| number(v.as_str().unwrap())).collect()
}

fn shape(value: &Value) -> Vec<usize> {
    value["shape"].as_array().unwrap().iter().map(|v| v.as_u64().unwrap() as usize).collect()
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|v| if v.is_nan() { f64::NAN.to_bits() } else { v.to_bits() }).collect()
}

fn is(found_shape: &[usize], found: &[f64], value: &Value) -> bool {
    found_shape == shape(value) && bits(found) == bits(&numbers(value))
}

fn same(what: &str, found_shape: &[usize], found: &[f64], value: &Value) {
    assert_eq!(found_shape, shape(value), "{what}");
    assert_eq!(bits(found), bits(&numbers(value)), "{what}: {found:?}");
}
