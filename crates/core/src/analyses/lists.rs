//! Lists with commas between, as options have them.

/// The entries of `list`, the value of `option`: none empty.
///
/// # Errors
/// A message that names the option and the place of an empty entry.
pub fn entries<'a>(option: &str, list: &'a str) -> Result<Vec<&'a str>, String> {
    let all: Vec<&str> = list.split(',').map(str::trim).collect();
    match all.iter().position(|entry| entry.is_empty()) {
        Some(at) => {
            let (place, count) = (at + 1, all.len());
            Err(format!(
                "{option} {list}: entry {place} of {count} is empty, expected one comma between two entries"
            ))
        }
        None => Ok(all),
    }
}

/// The [`entries`] of `list`, none of which stands twice.
///
/// # Errors
/// A message that names the option and the first entry that is empty, or stands there again.
pub fn distinct<'a>(option: &str, list: &'a str) -> Result<Vec<&'a str>, String> {
    let all = entries(option, list)?;
    once(option, list, &all)?;
    Ok(all)
}

/// Whether none of `all`, what `list` says, stands there twice.
///
/// # Errors
/// A message that names the option and the first that does.
pub fn once<T: PartialEq + std::fmt::Display>(option: &str, list: &str, all: &[T]) -> Result<(), String> {
    match (1..all.len()).find(|k| all[..*k].contains(&all[*k])) {
        Some(again) => Err(format!("{option} {list}: {} stands there twice, expected it once", all[again])),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_entry_and_one_that_stands_twice_are_named() {
        assert_eq!(distinct("--units", "a, b ,c"), Ok(vec!["a", "b", "c"]));
        let empty = distinct("--units", "a,,b").unwrap_err();
        assert_eq!(empty, "--units a,,b: entry 2 of 3 is empty, expected one comma between two entries");
        let twice = distinct("--units", "a,b, a").unwrap_err();
        assert_eq!(twice, "--units a,b, a: a stands there twice, expected it once");
        assert_eq!(entries("--input", "0,0"), Ok(vec!["0", "0"]));
        assert!(entries("--input", "1,").is_err() && entries("--input", "").is_err());
    }
}
