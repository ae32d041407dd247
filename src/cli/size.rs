//! Sizes of memory, as people write them.

/// Bytes of `8GB`, `500 MB`, `1.5GiB`, `2G` or a plain number of bytes.
pub(super) fn bytes(text: &str) -> Result<u64, String> {
    let wrong = || "expected a size of at least 1MB, as 8GB, 500MB or 1.5GiB".to_owned();
    let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let unit = match text[split..].to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "g" | "gb" => 1e9,
        "t" | "tb" => 1e12,
        "kib" => 1024.0,
        "mib" => f64::from(1 << 20),
        "gib" => f64::from(1 << 30),
        "tib" => 1024.0 * f64::from(1 << 30),
        _ => return Err(wrong()),
    };
    match text[..split].trim().parse::<f64>().map(|n| n * unit) {
        Ok(n) if (1e6..1e18).contains(&n) => Ok(n as u64),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_are_read_as_they_are_written() {
        for (text, size) in
            [("8GB", 8_000_000_000), ("1.5GiB", 3 << 29), ("500 mb", 500_000_000), ("2000000", 2_000_000)]
        {
            assert_eq!(bytes(text), Ok(size), "{text}");
        }
        for wrong in ["", "GB", "-1GB", "nan", "infGB", "1e300", "12 parsecs", "3", "1GBé"] {
            assert!(bytes(wrong).unwrap_err().contains("expected a size"), "{wrong}");
        }
    }
}
