//! The heads of columns in words: files have names for programs.

/// Names that words alone do not give.
const KNOWN: &[(&str, &str)] = &[
    ("angle_degrees", "Angle (°)"),
    ("certified_radius", "Certified within"),
    ("decided", "Decided"),
    ("ends_at", "Ends at"),
    ("entropy_rate", "Entropy rate"),
    ("hits", "Starts that end here"),
    ("input_jacobian", "Input Jacobian"),
    ("im", "Imaginary part"),
    ("kaplan_yorke_dimension", "Kaplan–Yorke dimension"),
    ("label", "Kind"),
    ("leading", "Leading eigenvalue"),
    ("left_im", "Left, imaginary"),
    ("left_re", "Left, real"),
    ("max_modulus", "Largest |λ|"),
    ("max_real_part", "Largest Re λ"),
    ("n", "n"),
    ("p", "p"),
    ("p_corrected", "p, corrected"),
    ("r_squared", "R²"),
    ("re", "Real part"),
    ("right", "Steps right"),
    ("right_im", "Right, imaginary"),
    ("right_re", "Right, real"),
    ("speed", "Speed q"),
    ("std_error", "Standard error"),
    ("t", "t"),
    ("unstable", "Unstable directions"),
];

/// Ends of names that are units.
const UNITS: &[(&str, &str)] = &[
    ("_steps", "steps"),
    ("_nats", "nats"),
    ("_percent", "%"),
    ("_degrees", "°"),
    ("_rad", "rad"),
    ("_rad_per_period", "rad per period"),
    ("_rad_per_s", "rad/s"),
    ("_1/s", "1/s"),
    ("_rows", "rows"),
];

/// A column's or a table's name in words.
pub(super) fn head(name: &str) -> String {
    if let Some((_, words)) = KNOWN.iter().find(|(known, _)| *known == name) {
        return (*words).into();
    }
    let numbered = |stem: &str| name.strip_prefix(stem).and_then(|n| n.parse::<usize>().ok());
    // Outputs count from 0 in files and from 1 in figures and words.
    if let Some(n) = numbered("output") {
        return format!("Output {}", n + 1);
    }
    for (stem, words) in [("pc", "PC"), ("input", "Input"), ("exponent", "Exponent")] {
        if let Some(n) = numbered(stem) {
            return format!("{words} {n}");
        }
    }
    // The longest unit that fits.
    let unit = UNITS.iter().filter(|(end, _)| name.ends_with(end)).max_by_key(|(end, _)| end.len());
    match unit {
        Some((end, unit)) => format!("{} ({unit})", spaced(&name[..name.len() - end.len()])),
        None => spaced(name),
    }
}

/// Names of programs and of users alike: only what looks like the former is turned into words.
fn spaced(name: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.chars().all(plain) || !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        return name.into();
    }
    let words = name.replace('_', " ");
    words[..1].to_uppercase() + &words[1..]
}

/// Whether the column `next` holds the errors of the column `name` before it.
pub(super) fn is_error_of(next: &str, name: &str) -> bool {
    let stem = next.strip_suffix("std_error").or_else(|| next.strip_suffix("_error"));
    stem.is_some_and(|s| name.starts_with(s.trim_end_matches('_')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_words() {
        assert_eq!(head("max_modulus"), "Largest |λ|");
        assert_eq!(head("cumulative_share"), "Cumulative share");
        assert_eq!(head("period_steps"), "Period (steps)");
        assert_eq!(head("top_speed_rad_per_period"), "Top speed (rad per period)");
        assert_eq!((head("output0"), head("pc3")), ("Output 1".into(), "PC 3".into()));
        assert_eq!(head("CellA"), "CellA");
        assert_eq!(head("steps"), "Steps");
    }

    #[test]
    fn errors_find_their_values() {
        assert!(is_error_of("std_error", "exponent") && is_error_of("share_std_error", "share"));
        assert!(is_error_of("kaplan_yorke_std_error", "kaplan_yorke_dimension"));
        assert!(is_error_of("loss_std_error", "loss_nats") && is_error_of("rate_error", "rate"));
        assert!(!is_error_of("share", "variance") && !is_error_of("loss_std_error", "accuracy"));
        assert!(!is_error_of("generalisation_error", "rate"));
    }
}
