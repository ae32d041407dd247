use super::*;

fn said(m: Estimate) -> Claim {
    claim("it is so").at("paper Fig. 1").is("number", m)
}

fn of_all(all: &[Estimate]) -> Claim {
    claim("it is so").at("paper Fig. 1").decided_by("number", all)
}

#[test]
fn the_whole_interval_decides() {
    // t(9) SE = 0.2262: of a tolerance of one, 0.7 is inside, 1.3 outside, and what lies between is open.
    let near = |v: f64| said(Estimate::new(v, 0.1, 10)).predicted(0.0, 1.0).verdict;
    assert_eq!([near(0.7), near(-0.7), near(0.9), near(-1.1), near(1.3)], {
        use Verdict::{Differs, Holds, Undecided};
        [Holds, Holds, Undecided, Undecided, Differs]
    });
    let above = |v: f64| said(Estimate::new(v, 0.1, 10)).above(1.0).verdict;
    assert_eq!([above(1.3), above(1.1), above(0.9), above(0.7)], {
        [Verdict::Holds, Verdict::Undecided, Verdict::Undecided, Verdict::Differs]
    });
    let inside = |v: f64| said(Estimate::new(v, 0.1, 10)).between(0.0, 1.0).verdict;
    assert_eq!([inside(0.5), inside(0.9), inside(1.3), inside(-0.3)], {
        [Verdict::Holds, Verdict::Undecided, Verdict::Differs, Verdict::Differs]
    });
}

#[test]
fn exact_numbers_are_decided_and_unknown_errors_never() {
    assert_eq!(said(Estimate::count(2, 9)).predicted(2.0, 0.0).verdict, Verdict::Holds);
    assert_eq!(said(Estimate::count(3, 9)).predicted(2.0, 0.0).verdict, Verdict::Differs);
    for m in [Estimate::unknown(2.0, 9), Estimate::new(2.0, f64::INFINITY, 9), Estimate::new(2.0, 1e-9, 1)] {
        for c in [
            said(m).predicted(2.0, 5.0),
            said(m).predicted(90.0, 1.0),
            said(m).above(-90.0),
            said(m).below(-90.0),
        ] {
            assert_eq!(c.verdict, Verdict::Undecided, "{c:?}");
        }
    }
    assert_eq!(said(Estimate { n: 4, ..Estimate::NONE }).above(0.0).verdict, Verdict::Undecided);
    assert_eq!(said(Estimate::NONE).above(0.0).verdict, Verdict::NotTested);
    assert_eq!(said(Estimate::exact(0.0, 0)).predicted(0.0, 0.0).verdict, Verdict::NotTested, "of nothing");
    // One-sided, at the limit itself.
    let at = Estimate::count(1, 9);
    assert_eq!(said(at).above(1.0).verdict, Verdict::Differs);
    assert_eq!(said(at).at_least(1.0).verdict, Verdict::Holds);
    assert_eq!(said(at).below(1.0).verdict, Verdict::Differs);
    assert_eq!(said(at).at_most(1.0).verdict, Verdict::Holds);
}

/// More noise about the same number may open a verdict, and never turns one into another.
#[test]
fn noise_never_helps() {
    type Make = fn(Estimate) -> Claim;
    let all: [Make; 4] = [
        |m| said(m).predicted(0.0, 0.4),
        |m| said(m).above(0.3),
        |m| said(m).at_most(0.3),
        |m| said(m).between(-0.2, 0.4),
    ];
    for make in all {
        for k in -20..=20 {
            let verdict = |e: f64| make(Estimate::new(f64::from(k) / 13.0, e, 6)).verdict;
            let mut open = false;
            for e in [0.0, 0.01, 0.05, 0.1, 0.3, 1.0] {
                assert!(verdict(e) == if open { Verdict::Undecided } else { verdict(e) });
                open |= verdict(e) == Verdict::Undecided;
                assert!(open || verdict(e) == verdict(0.0));
            }
        }
    }
}

/// Of what is to be 1 at most, 2 is too much however little is known of the others.
#[test]
fn a_certain_exception_is_not_hidden_by_a_noisy_one() {
    let all = [Estimate::new(0.0, 1.0, 3), Estimate::exact(2.0, 1), Estimate::unknown(0.0, 1)];
    for all in [&all[..2], &all] {
        assert_eq!(said(Estimate::largest(all.to_vec())).at_most(1.0).verdict, Verdict::Undecided);
        let c = of_all(all).at_most(1.0);
        assert_eq!((c.verdict, c.measured), (Verdict::Differs, Estimate::exact(2.0, 1)));
        let lower: Vec<Estimate> = all.iter().map(|m| m.times(-1.0)).collect();
        let c = of_all(&lower).above(-1.0);
        assert_eq!(c.verdict, Verdict::Differs);
        assert_eq!(of_all(all).at_most(3.0).verdict, Verdict::Undecided);
    }
    assert_eq!(of_all(&[]).at_most(1.0).verdict, Verdict::NotTested);
}

#[test]
fn at_another_size_the_paper_s_number_is_not_asked_for() {
    let judged = said(Estimate::exact(3.0, 4)).published(3.0, 0.1).at_other_size("64 units");
    assert_eq!((judged.verdict, judged.published, judged.tolerance), (Verdict::NotTested, None, 0.0));
    assert!(judged.claim.ends_with("(64 units)") && judged.reason.contains("--preset paper"));
    let order = said(Estimate::exact(3.0, 4)).above(1.0).beside(Some(2.0)).at_other_size("64 units");
    assert_eq!((order.verdict, order.published), (Verdict::Holds, None));
    let theory = theory("so").at("here").is("number", Estimate::exact(3.0, 4)).predicted(3.0, 0.1);
    assert_eq!(theory.clone().at_other_size("64 units").claim, theory.claim);
}

#[test]
fn a_failure_needs_evidence() {
    let fails = || said(Estimate::new(2.0, 0.1, 5)).above(0.5);
    assert_eq!(fails().given(Ok(())).verdict, Verdict::Holds);
    let open = fails().given(Err("training had not converged".into()));
    assert_eq!((open.verdict, open.reason.as_str()), (Verdict::Undecided, "training had not converged"));
    let solved = said(Estimate::new(0.1, 0.1, 5)).above(0.5).given(Err("no".into()));
    assert_eq!(solved.verdict, Verdict::Differs, "what was reached was reached");
    let short = said(Estimate::new(2.0, 0.1, 5)).at_most(0.5);
    assert_eq!(short.clone().verdict, Verdict::Differs);
    assert_eq!(short.denied_given(Err("no".into())).verdict, Verdict::Undecided);
}
