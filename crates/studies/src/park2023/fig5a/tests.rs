use super::*;
use crate::Verdict;
use nullcline_core::job::Silent;

#[test]
fn a_coarse_map_bears_out_every_claim_but_that_of_the_weak_tongues() {
    let size = Size { cells: 24, starts: 2, longer: 1 };
    let found = findings(&size, 1, &Silent).unwrap();
    let differs: Vec<&Claim> = found.claims.iter().filter(|c| c.verdict != Verdict::Holds).collect();
    assert_eq!(differs.len(), 1, "{differs:?}");
    assert!(differs[0].claim.contains("zero in the whole region") && differs[0].reason.contains("tongues"));
    assert_eq!(found.sections[0].tables.len(), 2);
}
