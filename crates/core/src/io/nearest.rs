//! What a misspelt name may have meant.

/// What to say of a name that is none of `all`: the nearest one, if it is near, else all of them.
pub fn meant(name: &str, all: &[&str]) -> String {
    let near = all.iter().map(|k| (distance(name, k), k)).min_by_key(|(d, _)| *d);
    match near.filter(|(d, _)| *d <= 1 + name.chars().count() / 3) {
        Some((_, near)) => format!("do you mean {near}?"),
        None => format!("there are {}", all.join(", ")),
    }
}

/// Letters to insert, delete or replace to make `b` of `a` (Levenshtein 1966).
///
/// ```
/// use nullcline_core::io::nearest::distance;
///
/// assert_eq!(distance("modulse", "modules"), 2);
/// ```
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_textbook() {
        assert_eq!([("kitten", "sitting"), ("", "abc"), ("a", "a")].map(|(a, b)| distance(a, b)), [3, 3, 0]);
    }
}
