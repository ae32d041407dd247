//! Columns chosen by name or pattern.

/// The names that `pattern` chooses, each once, in the order of `names`.
///
/// A pattern is a list, separated by commas, of names and of patterns in which `*` stands for any text
/// and `?` for one character. A name that equals the whole pattern is chosen alone, whatever it contains.
///
/// ```
/// use nullcline_core::io::table::match_columns;
/// let names = ["trial", "unit_0", "unit_1", "y"].map(String::from);
/// assert_eq!(match_columns(&names, "y,unit_?"), ["unit_0", "unit_1", "y"]);
/// ```
pub fn match_columns(names: &[String], pattern: &str) -> Vec<String> {
    if names.iter().any(|n| n == pattern) {
        return vec![pattern.to_string()];
    }
    let patterns: Vec<Vec<char>> = pattern.split(',').map(|p| p.trim().chars().collect()).collect();
    let chosen = |name: &&String| {
        let name: Vec<char> = name.chars().collect();
        patterns.iter().any(|p| matches(p, &name))
    };
    names.iter().filter(chosen).cloned().collect()
}

/// Goes back to the last star only, which makes the time at most the product of the lengths.
fn matches(pattern: &[char], name: &[char]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || *c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    p = at + 1;
                    n = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}
