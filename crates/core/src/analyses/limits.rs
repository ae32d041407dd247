//! Counts and sizes on the command line: whole numbers within what makes sense.

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Error};
use std::ffi::OsStr;

/// Reads a whole number from `least` to `most`.
#[derive(Clone, Copy, Debug)]
pub struct Count {
    least: u64,
    most: u64,
}

/// A whole number from `least` to `most`.
pub const fn count(least: u64, most: u64) -> Count {
    Count { least, most }
}

/// Threads: more than four on a processor, and more than a thousand, only take memory.
pub fn threads() -> Count {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    count(1, 1024.max(4 * processors as u64))
}

impl Count {
    fn read<T: TryFrom<u64>>(self, arg: Option<&Arg>, value: &OsStr) -> Result<T, Error> {
        let text = value.to_string_lossy();
        let whole = text.parse::<u64>().ok().filter(|v| (self.least..=self.most).contains(v));
        whole.and_then(|v| T::try_from(v).ok()).ok_or_else(|| {
            let option = arg.and_then(Arg::get_long).map_or(String::new(), |l| format!("--{l} "));
            let (least, most) = (grouped(self.least), grouped(self.most));
            let message = format!("{option}{text}: expected a whole number from {least} to {most}\n");
            Error::raw(ErrorKind::ValueValidation, message)
        })
    }
}

impl TypedValueParser for Count {
    type Value = usize;

    fn parse_ref(&self, _: &clap::Command, arg: Option<&Arg>, value: &OsStr) -> Result<usize, Error> {
        self.read(arg, value)
    }
}

/// Reads the seed of random streams: any number of 64 bits.
#[derive(Clone, Copy, Debug)]
pub struct Seed;

/// The seed of random streams: any number of 64 bits.
pub const fn seed() -> Seed {
    Seed
}

impl TypedValueParser for Seed {
    type Value = u64;

    fn parse_ref(&self, _: &clap::Command, arg: Option<&Arg>, value: &OsStr) -> Result<u64, Error> {
        count(0, u64::MAX).read(arg, value)
    }
}

/// A whole number with its thousands set apart: 1,000,000.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_beyond_the_limits_are_named_with_them() {
        let command = clap::Command::new("x");
        let arg = Arg::new("steps").long("steps");
        let read = |text: &str| count(1, 1_000_000).parse_ref(&command, Some(&arg), OsStr::new(text));
        assert_eq!((read("1").unwrap(), read("1000000").unwrap()), (1, 1_000_000));
        for text in ["0", "1000001", "-1", "18446744073709551616", "1e3", "NaN", "", "1.5"] {
            let said = read(text).unwrap_err().to_string();
            let expected = format!("error: --steps {text}: expected a whole number from 1 to 1,000,000\n");
            assert_eq!(said, expected);
        }
    }

    #[test]
    fn a_seed_is_any_number_of_64_bits() {
        let command = clap::Command::new("x");
        let arg = Arg::new("seed").long("seed");
        let read = |text: &str| Seed.parse_ref(&command, Some(&arg), OsStr::new(text));
        assert_eq!((read("0").unwrap(), read("18446744073709551615").unwrap()), (0, u64::MAX));
        let said = read("-1").unwrap_err().to_string();
        assert_eq!(said, "error: --seed -1: expected a whole number from 0 to 18,446,744,073,709,551,615\n");
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
