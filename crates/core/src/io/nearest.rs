//! What a misspelt name may have meant.

/// What to say of a name that is none of `all`: the nearest one, if it is near, else all of them.
pub fn meant(name: &str, all: &[&str]) -> String {
    let near = all.iter().map(|k| (distance(name, k), k)).min_by_key(|(d, _)| *d);
    match near.filter(|(d, _)| *d <= 1 + name.chars().count() / 3) {
        Some((_, near)) => format!("do you mean {near}?"),
        None => format!("there are {}", all.join(", ")),
    }
}

/// Letters to insert, delete, replace or exchange with their neighbours to make `b` of `a` (Damerau 1964; optimal string alignment).
///
/// ```
/// use nullcline_core::io::nearest::distance;
///
/// assert_eq!((distance("modulse", "modules"), distance("modulles", "modules")), (1, 1));
/// ```
pub fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let (above, other) = (&rows[i - 1], usize::from(a[i - 1] != b[j - 1]));
            row[j] = (above[j] + 1).min(row[j - 1] + 1).min(above[j - 1] + other);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(rows[i - 2][j - 2] + 1);
            }
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_textbook() {
        assert_eq!(
            [("kitten", "sitting"), ("", "abc"), ("a", "a"), ("trails", "trials")]
                .map(|(a, b)| distance(a, b)),
            [3, 3, 0, 1]
        );
    }
}
