//! A study's folder: claims, summary, page, and nothing half-written.

use crate::common::{Place, violations};
use nullcline::job::{Desk, Observer};
use nullcline::numbers::Estimate;
use nullcline::report::figure::FigureFormats;
use nullcline::report::figures::spectrum;
use nullcline::report::page::Section;
use nullcline::report::runner::{self, Failure, Outcome, Writing};
use nullcline::report::tables::TableFormat;
use nullcline::studies::claims::{check, claim, theory};
use nullcline::studies::run::{Asked, TestStudy};
use nullcline::studies::{Claim, Error, Findings, Settings, Study, Tested, Verdict, claims, named};
use std::path::Path;

fn five() -> Vec<Claim> {
    vec![
        claim("two positive exponents")
            .at("a Fig. 1")
            .is("count", Estimate::exact(2.0, 1))
            .published(4.0, 0.5)
            .because("wrong, \"normalised\"")
            .headline(),
        // t(4) = 2.776: the interval ends at 0.011.
        theory("zero, with an error")
            .at("a eq. 7")
            .is("1/s", (0.1, 0.004, 5))
            .predicted(0.0, 0.12)
            .headline(),
        claim("needs the authors' files").at("a Fig. 2").is("1/s", Estimate::NONE).published(1.0, 0.1),
        claim("of one network").at("a Fig. 3").is("share", Estimate::mean([0.7])).above(0.5),
        check("it adds up").at("a eq. 8").is("difference", Estimate::exact(0.0, 3)).predicted(0.0, 1e-9),
    ]
}

fn demo(settings: &Settings, _: &dyn Observer) -> Result<Findings, Error> {
    std::fs::create_dir_all(&settings.progress).unwrap();
    // What a training below it would keep.
    std::fs::write(settings.progress.join("configuration.json"), "done").unwrap();
    if settings.seed == 7 {
        return Err(Error::Numbers("diverged".into()));
    }
    let section = Section {
        id: "chaos".into(),
        title: "Chaos".into(),
        figures: vec![spectrum(&[], "")?],
        tables: vec![claims::table(&five(), settings.preset)],
        ..Section::default()
    };
    let json = serde_json::from_str("{\"exponents\": [0.1, null]}").unwrap();
    let answer = claims::answer(&five());
    Ok(Findings { claims: five(), answer, sections: vec![section], json, warnings: vec!["careful".into()] })
}

const DEMO: Study = Study { name: "paper/demo", title: "A demonstration", run: demo };

fn demo_job(seed: u64) -> TestStudy {
    let asked = Asked { preset: "quick".into(), as_published: false, data: None, seed };
    TestStudy { study: DEMO.name.into(), asked, own: Some(DEMO) }
}

fn written(job: &TestStudy, out: &Path) -> Result<Outcome<Tested>, Failure> {
    let command = "nullcline study paper/demo".into();
    let writing = Writing {
        out: out.to_path_buf().into(),
        figures: FigureFormats { png: true, ..Default::default() },
        tables: TableFormat::Parquet,
        command,
    };
    runner::run(job, &writing, &Desk::BARE)
}

#[test]
fn a_folder_holds_claims_summary_sections_and_page() {
    let place = Place::new("study");
    let out = place.0.join("out");
    let outcome = written(&demo_job(1), &out).unwrap();
    assert_eq!(outcome.found.claims.iter().map(|c| c.verdict).collect::<Vec<_>>(), {
        use Verdict::{Differs, Holds, NotTested, Undecided};
        [Differs, Holds, NotTested, Undecided, Holds]
    });
    assert_eq!(place.entries(), ["out"], "progress goes when the work is done");
    let csv = std::fs::read_to_string(out.join("claims.csv")).unwrap();
    // The columns are the contract's; missing numbers are empty.
    let expected = "claim,source,kind,preset,quantity,published,predicted,measured,std_error,n,tolerance,verdict,reason\n\
                    two positive exponents,a Fig. 1,paper,quick,count,4,,2,0,1,0.5,differs,\"wrong, \"\"normalised\"\"\"\n\
                    \"zero, with an error\",a eq. 7,theory,quick,1/s,,0,0.1,0.004,5,0.12,holds,\n\
                    needs the authors' files,a Fig. 2,paper,quick,1/s,1,,,,0,0.1,not tested,\n\
                    of one network,a Fig. 3,paper,quick,share; above 0.5,,,0.7,,1,0,undecided,Of one repetition no error is known.\n\
                    it adds up,a eq. 8,check,quick,difference,,0,0,0,3,1e-9,holds,\n";
    assert_eq!(csv, expected);
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    let entry = &summary["modules"]["paper/demo"];
    assert_eq!(entry["claims"][0]["reason"], "wrong, \"normalised\"");
    assert!(entry["claims"][2]["measured"].is_null() && entry["exponents"][0] == 0.1);
    assert!(entry["claims"][3]["std_error"].is_null() && entry["claims"][3]["measured"] == 0.7);
    assert_eq!(
        (&entry["claims"][4]["kind"], &entry["claims"][4]["preset"]),
        (&"check".into(), &"quick".into())
    );
    assert_eq!(summary["input"]["preset"], "quick");
    let page = std::fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.contains("nullcline study paper/demo") && page.contains("✗ differs"));
    assert!(
        page.contains("Does not hold: two positive exponents [2]."),
        "the answer is made from the claims"
    );
    assert!(page.contains("Checks: identities that the code must obey") && page.contains("? undecided"));
    for file in ["chaos/spectrum.svg", "chaos/spectrum.png", "chaos/claims.parquet"] {
        assert!(out.join(file).exists(), "{file}");
    }
}

#[test]
fn a_summary_with_a_damaged_claim_breaks_the_schema() {
    let place = Place::new("study-schema");
    written(&demo_job(1), &place.0.join("out")).unwrap();
    let mut summary = place.summary("out");
    summary["modules"]["paper/demo"]["claims"][0]["verdict"] = "perhaps".into();
    assert!(violations(&summary)[0].contains("verdict"), "{:?}", violations(&summary));
}

#[test]
fn a_study_that_fails_leaves_its_progress_and_no_folder() {
    let place = Place::new("study-fails");
    let error = written(&demo_job(7), &place.0.join("out")).unwrap_err();
    assert_eq!((error.exit_status(), error.to_string()), (4, "diverged".into()));
    assert_eq!(place.entries(), ["out.progress"]);
    written(&demo_job(1), &place.0.join("out")).unwrap();
    assert_eq!(place.entries(), ["out", "out.progress"], "another run's progress is not its own");
}

#[test]
fn a_missing_data_folder_and_an_occupied_place_are_refused_before_work() {
    let place = Place::new("study-refused");
    let out = place.0.join("out");
    let mut with = demo_job(1);
    with.asked.data = Some(place.0.join("nowhere"));
    let error = written(&with, &out).unwrap_err();
    assert!(error.exit_status() == 3 && error.to_string().contains("nowhere"), "{error}");
    std::fs::create_dir(&out).unwrap();
    place.write("out/mine.txt", "mine");
    let error = written(&demo_job(1), &out).unwrap_err();
    assert_eq!(error.exit_status(), 2);
    assert_eq!(place.entries(), ["out"]);
    assert!(Path::new(&out).join("mine.txt").exists());
}

#[test]
fn the_terminal_shows_every_claim_in_a_line() {
    let text = claims::text(&five());
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "  differs     2                4 published  two positive exponents");
    assert_eq!(lines[1], "  holds       0.1000 ± 0.0040  0 predicted  zero, with an error");
    assert_eq!(lines[2], "  not tested                   1 published  needs the authors' files");
    assert_eq!(lines[3], "  undecided   0.7 ± ?                       of one network");
    assert_eq!(lines[4], "  holds       0                0 predicted  check: it adds up");
    let count = "1 of 4 claims hold, 1 differs, 1 undecided, 1 not tested; 1 of 1 check holds";
    assert_eq!(claims::count(&five()), count);
    let answer = "Holds: zero, with an error [0.1000 ± 0.0040]. Does not hold: two positive exponents [2].";
    assert_eq!(claims::answer(&five()), answer);
}

#[test]
fn an_unknown_name_lists_what_there_is() {
    let error = named("nobody1999/fig1").unwrap_err();
    assert!(error.exit_status() == 2 && error.to_string().starts_with("nobody1999/fig1: no such study"));
    let names: Vec<&str> = nullcline::studies::all().iter().map(|s| s.name).collect();
    for name in names {
        assert_eq!(named(name).unwrap().len(), 1, "{name} names one study");
        assert!(error.to_string().contains(name));
    }
}
