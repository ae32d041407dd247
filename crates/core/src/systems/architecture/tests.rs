use super::*;
use crate::linalg::activation::Activation::Tanh;
use crate::systems::cells::{Lstm, Rate, Scheme, Vanilla};
use crate::systems::rule::parameter_count;

#[test]
fn a_readout_sees_the_output_of_the_top_layer() {
    let lstm = Architecture::new(Lstm::cell(), 2, &[3, 4]).unwrap();
    assert_eq!((lstm.dim(), lstm.output()), (14, 6..10));
    assert_eq!(lstm.rule::<f64>().dim(), 14);
    assert_eq!(lstm.state_names()[lstm.output()][0], "h0_l1");
    let vanilla = Architecture::new(Vanilla::cell(Tanh), 2, &[5]).unwrap();
    assert_eq!((vanilla.dim(), vanilla.output()), (5, 0..5));
}

#[test]
fn the_system_advances_as_the_rule() {
    let scheme = Scheme { dt: 0.1, euler: false };
    let cell = Rate::cell(Tanh, vec![1.0, 2.0], scheme);
    let a = Architecture::new(cell, 1, &[2]).unwrap();
    let count = parameter_count(a.rule::<f64>().as_ref());
    let theta: Vec<f64> = (0..count).map(|i| (i as f64).sin()).collect();
    let mut rule = a.rule();
    rule.write_params(&theta);
    let system = a.system(&theta);
    let step =
        |r: &dyn crate::systems::rule::Rule| crate::systems::rule::linearise(r, &[0.3, -0.2], &[0.5]).0;
    assert_eq!(step(rule.as_ref()), step(system.step()));
    assert!(system.is_flow());
}

#[test]
fn impossible_architectures_are_refused() {
    let scheme = Scheme { dt: 0.0, euler: true };
    let rate = |tau: &[f64], scheme| Rate::cell(Tanh, tau.to_vec(), scheme);
    for (cell, units, expected) in [
        (Lstm::cell(), vec![], "at least one layer"),
        (Lstm::cell(), vec![3, 0], "one unit in each"),
        (rate(&[1.0], scheme), vec![1], "dt is 0, expected a positive number"),
        (rate(&[1.0], Scheme { dt: 0.1, ..scheme }), vec![2], "1 time constants tau for 2 units"),
        (rate(&[1.0], Scheme { dt: 0.1, ..scheme }), vec![1, 1], "2 layers of a rate network"),
    ] {
        let error = Architecture::new(cell, 1, &units).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}
