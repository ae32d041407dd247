//! Recordings against what h5py, xarray, netCDF4 and pynwb read.

use super::{bits, expected, golden, numbers, shape};
use nullcline::io::error::{Error, Problem};
use nullcline::io::table::{self, ReadTable, Table, Values};
use serde_json::Value;
use std::path::Path;

fn read(path: &Path, array: Option<&str>, columns: Option<&[&str]>) -> Result<Table, Error> {
    let columns: Option<Vec<String>> = columns.map(|c| c.iter().map(|c| (*c).to_owned()).collect());
    table::read(path, &ReadTable { array, columns: columns.as_deref() })
}

fn whole(name: &str, array: Option<&str>) -> Table {
    read(&golden(name), array, None).unwrap()
}

fn column<'a>(table: &'a Table, name: &str) -> &'a [f64] {
    table
        .numbers(name)
        .unwrap_or_else(|e| panic!("{e}: {:?}", table.columns.iter().map(|c| &c.name).collect::<Vec<_>>()))
}

/// Columns `first..` of a table against a matrix in C order.
fn same(table: &Table, first: usize, wanted: &Value) {
    let (sizes, all) = (shape(wanted), numbers(wanted));
    let width = sizes.last().copied().filter(|_| sizes.len() > 1).unwrap_or(1);
    assert_eq!(table.columns.len() - first, width);
    for (k, c) in table.columns[first..].iter().enumerate() {
        let own: Vec<f64> = all.iter().skip(k).step_by(width).copied().collect();
        let Values::Number(found) = &c.values else { panic!("{} is text", c.name) };
        assert_eq!(bits(found), bits(&own), "{}", c.name);
    }
}

#[test]
fn every_dataset_of_one_to_three_dimensions() {
    for name in [
        "chunked_old0",
        "chunked_old1",
        "chunked_new0",
        "chunked_new1",
        "deep_old",
        "deep_tree",
        "deep_array",
        "lfads_output_s1",
        "layouts_old",
        "layouts_new",
    ] {
        let wanted = expected(name);
        for (key, value) in wanted["tensors"].as_object().unwrap() {
            let sizes = shape(value);
            if !(1..=3).contains(&sizes.len()) || sizes.contains(&0) {
                continue;
            }
            let found = whole(&format!("{name}.h5"), Some(&key.replace('.', "/")));
            // What stands beside it in its group comes first.
            let width = if sizes.len() > 1 { sizes[sizes.len() - 1] } else { 1 };
            same(&found, found.columns.len() - width, value);
            if sizes.len() == 3 {
                let trials: Vec<f64> = (0..sizes[0] * sizes[1]).map(|r| (r / sizes[1]) as f64).collect();
                assert_eq!(bits(column(&found, "trial")), bits(&trials));
            }
            assert!(found.columns.iter().all(|c| c.nulls == 0));
        }
    }
}

#[test]
fn some_columns_in_any_order() {
    for (file, path, name) in [
        ("chunked_old0.h5", "chunked/gzip", "gzip"),
        ("chunked_new0.h5", "chunked/grown2", "grown2"),
        ("layouts_old.h5", "floats/f64", "f64"),
    ] {
        let all = whole(file, Some(path));
        let picks = [2, 0].map(|k| format!("{name}{k}"));
        for rows in [1, 3, 1000] {
            let mut found = vec![vec![]; 2];
            table::stream(&golden(file), &picks, Some(path), rows, &mut |chunk| {
                assert!(chunk.rows <= rows);
                found.iter_mut().zip(chunk.columns).for_each(|(all, part)| all.extend(part));
                Ok(())
            })
            .unwrap();
            for (name, found) in picks.iter().zip(&found) {
                assert_eq!(bits(found), bits(column(&all, name)), "{path}");
            }
        }
    }
    let wanted = numbers(&expected("chunked_old0")["tensors"]["chunked.gzip"]);
    let gzip = whole("chunked_old0.h5", Some("gzip"));
    assert_eq!(
        column(&gzip, "gzip6")[22].to_bits(),
        wanted[22 * 7 + 6].to_bits(),
        "the end of a path is enough"
    );
}

#[test]
fn several_datasets_are_listed() {
    let error = read(&golden("lfads_output_s1.h5"), None, None).unwrap_err();
    let Problem::AmbiguousArray { arrays } = error.kind() else { panic!("{error}") };
    assert_eq!(arrays[..2], ["train_factors", "train_inds"]);
    let error = read(&golden("lfads_output_s1.h5"), Some("rates"), None).unwrap_err();
    assert!(error.to_string().contains("`rates`: not found, expected one of `train_factors`"), "{error}");
    let error = read(&golden("layouts_old.h5"), Some("outside"), None).unwrap_err();
    assert!(error.to_string().contains("in another file, `elsewhere.h5`"), "{error}");
    let error = read(&golden("layouts_old.h5"), Some("others/complex"), None).unwrap_err();
    assert!(error.to_string().contains("found complex numbers, expected real numbers"), "{error}");
    assert!(matches!(
        read(&golden("layouts_old.h5"), Some("no_rows"), None).unwrap_err().kind(),
        Problem::NoRows { .. }
    ));
    assert_eq!(whole("userblock.h5", None).columns.len(), 3, "the only one");
    let soft = whole("layouts_old.h5", Some("groups_soft/f32"));
    same(&soft, 0, &expected("layouts_old")["tensors"]["floats.f32"]);
}

#[test]
fn text_is_a_column() {
    for (path, wanted) in [("texts/heap", vec!["left", "right", ""]), ("texts/fixed", vec!["one", "three"])] {
        let found = whole("layouts_new.h5", Some(path));
        assert_eq!(found.columns[0].values, Values::Text(wanted.iter().map(|t| t.to_string()).collect()));
    }
}

#[test]
fn xarray_names_the_columns_and_the_time() {
    let wanted = expected("xarray");
    // The other array has a value for each of its rows.
    let found = whole("xarray.nc", None);
    assert_eq!(found.columns.iter().map(|c| &c.name[..]).collect::<Vec<_>>(), ["a", "b", "c"]);
    same(&found, 0, &wanted["rates"]);
    assert_eq!(found.columns[1].nulls, 1);
    let time = read(&golden("xarray.nc"), Some("rates"), Some(&["time"])).unwrap();
    same(&time, 0, &wanted["time"]);
    same(&whole("xarray.nc", Some("pulse")), 0, &wanted["pulse"]);
    assert_eq!(table::schema(&golden("xarray.nc"), Some("rates")).unwrap().index, ["time", "pulse"]);
}

/// Vectors in an array's group, a value for each trial or row, are columns that are no units.
#[test]
fn what_stands_beside_an_array_tells_of_its_trials() {
    let texts = |t: &Table, name: &str| match &t.columns.iter().find(|c| c.name == name).unwrap().values {
        Values::Text(all) => all.clone(),
        Values::Number(_) => panic!("{name} is numbers"),
    };
    let schema = table::schema(&golden("labels.h5"), Some("rates")).unwrap();
    assert_eq!(schema.index, ["choice", "contrast"]);
    assert_eq!(whole("labels.h5", Some("rates")).columns.len(), 4, "trial and three units");
    for rows in [1, 4, 1000] {
        let numbers = ["contrast", "rates1"].map(str::to_owned);
        let mut contrast = vec![];
        table::stream(&golden("labels.h5"), &numbers, Some("rates"), rows, &mut |chunk| {
            contrast.extend(chunk.columns[0].iter().copied());
            Ok(())
        })
        .unwrap();
        assert_eq!(contrast.len(), 30);
        assert!(
            contrast[..5].iter().all(|v| (v - 0.25).abs() < 1e-15)
                && contrast[15..20].iter().all(|v| v.is_nan())
        );
        assert!(contrast[25..].iter().all(|v| (v - 0.5).abs() < 1e-15));
    }
    let both = read(&golden("labels.h5"), Some("rates"), Some(&["choice", "trial"])).unwrap();
    let choice = texts(&both, "choice");
    assert!(
        choice.len() == 30
            && choice[..5].iter().all(|c| c == "left")
            && choice[5..10].iter().all(|c| c == "right")
    );
    let rows = read(&golden("rows.h5"), None, Some(&["x0", "trial", "block"])).unwrap();
    assert_eq!(column(&rows, "x0"), [0.0, 2.0, 4.0, 6.0]);
    assert_eq!(column(&rows, "trial"), [0.0, 0.0, 1.0, 1.0]);
    assert_eq!(texts(&rows, "block"), ["a", "a", "b", "b"]);
}

#[test]
fn netcdf_fills_what_is_missing() {
    let wanted = expected("netcdf4");
    let found = whole("netcdf4.nc", Some("v"));
    assert_eq!(found.columns.iter().map(|c| &c.name[..]).collect::<Vec<_>>(), ["v11", "v12", "v17"]);
    same(&found, 0, &wanted["v"]);
    assert_eq!(found.columns.iter().map(|c| c.nulls).sum::<usize>(), 1);
    // Never written, and no missing value named: netCDF's own.
    let found = whole("netcdf4.nc", Some("unwritten"));
    same(&found, 0, &wanted["unwritten"]);
    assert_eq!(found.columns[0].nulls, 2);
}

#[test]
fn spikes_of_a_whole_recording() {
    let wanted = expected("session");
    let found = whole("session.nwb", Some("units@250ms"));
    assert_eq!(found.columns.iter().map(|c| &c.name[..]).collect::<Vec<_>>(), ["unit7", "unit11", "unit23"]);
    same(&found, 0, &wanted["counts"]);
    let time = read(&golden("session.nwb"), Some("units@0.25"), Some(&["time"])).unwrap();
    let start = wanted["first"].as_f64().unwrap();
    assert_eq!(
        column(&time, "time")[..2].iter().map(|t| t.to_bits()).collect::<Vec<_>>(),
        bits(&[start, start + 0.25])
    );
}

#[test]
fn spikes_of_trials() {
    let wanted = expected("session");
    let path = golden("session.nwb");
    let found = whole("session.nwb", Some("units@250ms:trials"));
    assert_eq!(
        found.columns.iter().map(|c| &c.name[..]).collect::<Vec<_>>(),
        ["trial", "unit7", "unit11", "unit23"]
    );
    same(&found, 0, &wanted["trials"]);
    let labels = read(&path, Some("units@250ms:trials"), Some(&["side", "contrast", "time"])).unwrap();
    let Some(Values::Text(sides)) = labels.column("side").map(|c| &c.values) else { panic!("{labels:?}") };
    assert_eq!((sides.len(), &sides[0][..], &sides[4][..], &sides[12][..]), (13, "left", "right", "left"));
    assert_eq!(bits(&column(&labels, "contrast")[3..5]), bits(&[0.25, 1.0]));
    assert_eq!(bits(&column(&labels, "time")[3..6]), bits(&[0.75, 0.0, 0.25]));
    for (array, said) in [
        ("units@20ms:epochs", "`epochs`: not found, expected one of `trials`"),
        ("units@soon", "found `soon`, expected a width above 0"),
        ("units", "say how wide the bins are to be: units@20ms"),
        ("cells@20ms", "`cells`: not found, expected one of `units`"),
    ] {
        let error = read(&path, Some(array), None).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn time_series() {
    let wanted = expected("session");
    for array in ["acquisition/running", "/acquisition/running/data"] {
        same(&whole("session.nwb", Some(array)), 0, &wanted["running"]);
    }
    let path = golden("session.nwb");
    same(&read(&path, Some("acquisition/running"), Some(&["time"])).unwrap(), 0, &wanted["running_time"]);
    same(&whole("session.nwb", Some("acquisition/eye")), 0, &wanted["eye"]);
    same(&read(&path, Some("acquisition/eye"), Some(&["time"])).unwrap(), 0, &wanted["eye_time"]);
    let error = read(&path, None, None).unwrap_err();
    let Problem::AmbiguousArray { arrays } = error.kind() else { panic!("{error}") };
    assert_eq!(arrays, &["acquisition/eye", "acquisition/running", "units@20ms", "units@20ms:trials"]);
}

#[test]
fn matlab_has_its_dimensions_in_reverse() {
    let wanted = expected("matlab73");
    for name in ["W", "row", "column", "cube", "whole", "logical", "nested.inner"] {
        let value = &wanted["tensors"][name];
        let found = whole("matlab73.mat", Some(name));
        let lead = usize::from(shape(value).len() == 3);
        assert_eq!(found.rows, shape(value).iter().rev().skip(1).product::<usize>(), "{name}");
        same(&found, lead, value);
    }
    for (name, said) in
        [("name", "that is text"), ("empty", "that is empty"), ("cells", "cell array"), ("z", "complex")]
    {
        let error = read(&golden("matlab73.mat"), Some(name), None).unwrap_err().to_string();
        assert!(error.contains(said), "{name}: {error}");
    }
}

/// As xarray and netCDF4 read them.
#[test]
fn dimensions_say_where_time_is() {
    let told = expected("dimensions");
    let rows = told["units_time"].as_array().unwrap();
    let found = whole("units_time.nc", None);
    assert_eq!(found.columns.iter().map(|c| &c.name[..]).collect::<Vec<_>>(), ["a", "b", "c"]);
    for (k, c) in found.columns.iter().enumerate() {
        let own: Vec<f64> = rows.iter().map(|r| r[k].as_f64().unwrap()).collect();
        assert_eq!(c.values, Values::Number(own));
    }
    let time = read(&golden("units_time.nc"), None, Some(&["time"])).unwrap();
    assert_eq!(bits(column(&time, "time")), bits(&[0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5]));
    let error = read(&golden("neuron_trial_time.nc"), None, None).unwrap_err().to_string();
    assert!(error.contains("(neuron, trial, time)") && error.contains("transpose"), "{error}");
    for name in ["bytes", "valid"] {
        let wanted = told[name].as_array().unwrap().iter().map(|v| v.as_f64().unwrap_or(f64::NAN));
        let found = whole("unsigned.nc", Some(name));
        assert_eq!(bits(column(&found, &format!("{name}0"))), bits(&wanted.collect::<Vec<_>>()), "{name}");
    }
}
