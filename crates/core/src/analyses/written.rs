//! Settings that are written down once: as options of the command line, and from these as keys and values.

use super::Error;
use crate::io::nearest::meant;
use clap::builder::NonEmptyStringValueParser;
use clap::{Arg, ArgAction, Args, Command};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use std::any::TypeId;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

mod bytes;

/// Settings from keys and values: the options' names with `_` for `-`.
///
/// Values are read, checked and defaulted as options are, by one and the same definition. A list stands for its values
/// with commas between, `true` for an option without a value; `false` and null for what is not given; `{"escaped": TEXT}`
/// for a path as [`path`](self::path()) writes it.
///
/// # Errors
/// [`Error::Config`] for keys that there are not (with the nearest one that there is), values that an option does not
/// take, and required keys that are missing.
///
/// ```
/// use nullcline_core::analyses::{Analyze, written};
///
/// let keys = serde_json::json!({ "file": "net.pt", "euler": true, "exponents": 3 });
/// let job: Analyze = written::read("analyze", keys.as_object().unwrap()).unwrap();
/// assert!(job.network.driven.weights.given.euler && job.network.exponents == Some(3));
/// // A number out of range is refused as on the command line.
/// let keys = serde_json::json!({ "file": "net.pt", "exponents": -1 });
/// assert!(written::read::<Analyze>("analyze", keys.as_object().unwrap()).is_err());
/// ```
pub fn read<S: Args>(name: &str, keys: &Map<String, Value>) -> Result<S, Error> {
    let command = strict(S::augment_args(Command::new(name.to_owned()).no_binary_name(true)));
    let (mut options, mut positions) = (vec![], vec![]);
    for (key, value) in keys {
        let known: Vec<&Arg> = command.get_arguments().filter(|a| !is_help(a)).collect();
        let Some(arg) = known.iter().find(|a| a.get_id() == key.as_str()) else {
            return Err(unknown(name, key, &known));
        };
        let wrong = || Error::Config(format!("{name}: {key} = {value}: expected {}", takes(arg)));
        let text: OsString = match (value, arg.get_action()) {
            (Value::Null, _) | (Value::Bool(false), ArgAction::SetTrue) => continue,
            (Value::Bool(true), ArgAction::SetTrue) => OsString::new(),
            (_, ArgAction::SetTrue) => return Err(wrong()),
            (Value::Object(escaped), _) => bytes::read(escaped).ok_or_else(wrong)?,
            (value, _) => plain(value).into(),
        };
        match (arg.get_long(), arg.get_action()) {
            (None, _) => positions.push((arg.get_index(), text)),
            (Some(long), ArgAction::SetTrue) => options.push(format!("--{long}").into()),
            (Some(long), _) => {
                let mut option = OsString::from(format!("--{long}="));
                option.push(text);
                options.push(option);
            }
        }
    }
    positions.sort();
    let words = options.into_iter().chain(["--".into()]).chain(positions.into_iter().map(|p| p.1));
    let matches = command.try_get_matches_from(words).map_err(|e| said(name, &e))?;
    S::from_arg_matches(&matches).map_err(|e| said(name, &e))
}

/// What an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Nothing: it is given or not.
    Flag,
    /// A whole number.
    Whole,
    /// A number.
    Number,
    /// A text, or a list with commas.
    Text,
    /// The name of a file.
    File,
}

/// An option as it is documented.
#[derive(Clone, Debug, PartialEq)]
pub struct Described {
    /// Its key.
    pub name: String,
    /// What it takes.
    pub takes: Takes,
    /// What it is where it is not given, if that is one value.
    pub default: Option<String>,
    /// Whether it must be given.
    pub required: bool,
    /// What it means.
    pub help: String,
}

/// The keys that such settings may have, in the order of the options.
pub fn keys<S: Args>() -> Vec<String> {
    options::<S>().into_iter().map(|o| o.name).collect()
}

/// The options of such settings, in their order.
///
/// ```
/// use nullcline_core::analyses::{Analyze, written::{Takes, options}};
///
/// let all = options::<Analyze>();
/// let one = |name: &str| all.iter().find(|o| o.name == name).unwrap();
/// assert_eq!((one("seed").takes, one("seed").default.as_deref()), (Takes::Whole, Some("1")));
/// assert!(one("file").required && one("file").takes == Takes::File && one("euler").takes == Takes::Flag);
/// ```
pub fn options<S: Args>() -> Vec<Described> {
    let whole = [TypeId::of::<u64>(), TypeId::of::<usize>(), TypeId::of::<u32>(), TypeId::of::<i64>()];
    let one = |a: &Arg| {
        let kind = a.get_value_parser().type_id();
        let takes = match a.get_action() {
            ArgAction::SetTrue => Takes::Flag,
            _ if whole.iter().any(|w| kind == *w) => Takes::Whole,
            _ if kind == TypeId::of::<f64>() => Takes::Number,
            _ if kind == TypeId::of::<PathBuf>() => Takes::File,
            _ => Takes::Text,
        };
        let default = a.get_default_values().first().filter(|_| takes != Takes::Flag);
        Described {
            name: a.get_id().to_string(),
            takes,
            default: default.map(|d| d.to_string_lossy().into_owned()),
            required: a.is_required_set(),
            help: a.get_help().map(ToString::to_string).unwrap_or_default(),
        }
    };
    let command = S::augment_args(Command::new("keys"));
    command.get_arguments().filter(|a| !is_help(a)).map(one).collect()
}

/// The same command, whose options take what only looks like an option (`-1`, `-inf`), so that their own messages name them,
/// and no empty text.
pub fn strict(command: Command) -> Command {
    let text = [TypeId::of::<String>(), TypeId::of::<PathBuf>()];
    let command = command.mut_args(|arg| {
        let kind = arg.get_value_parser().type_id();
        match text.iter().position(|t| kind == *t) {
            _ if arg.get_long().is_none() || !arg.get_action().takes_values() => arg,
            // The prefix of names without one is empty.
            Some(0) if arg.get_id() != "prefix" => {
                arg.allow_negative_numbers(true).value_parser(NonEmptyStringValueParser::new())
            }
            Some(_) => arg.allow_negative_numbers(true),
            None => arg.allow_hyphen_values(true),
        }
    });
    command.mut_subcommands(strict)
}

fn is_help(arg: &Arg) -> bool {
    matches!(
        arg.get_action(),
        ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version
    )
}

fn takes(arg: &Arg) -> &'static str {
    if matches!(arg.get_action(), ArgAction::SetTrue) { "true or false" } else { "a value" }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// What clap says, without its hints at a command line.
fn said(name: &str, error: &clap::Error) -> Error {
    let text = error.to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let first = text.split("\n\n").next().unwrap_or(text).split_whitespace().collect::<Vec<_>>().join(" ");
    Error::Config(format!("{name}: {first}"))
}

fn unknown(name: &str, key: &str, known: &[&Arg]) -> Error {
    let all: Vec<&str> = known.iter().map(|a| a.get_id().as_str()).collect();
    Error::Config(format!("{name}: there is no key {key}; {}", meant(key, &all)))
}

/// Writes a path as text, or, where it is not UTF-8, as `{"escaped": TEXT}`: its bytes, those beyond ASCII and `%` as `%` with
/// two hexadecimal digits.
///
/// # Errors
/// Those of the writer.
pub fn path<S: Serializer>(path: &Path, into: S) -> Result<S::Ok, S::Error> {
    match path.to_str() {
        Some(text) => text.serialize(into),
        None => bytes::write(path.as_os_str()).serialize(into),
    }
}

/// [`path`], where it is given.
///
/// # Errors
/// Those of the writer.
pub fn given<S: Serializer>(path: &Option<PathBuf>, into: S) -> Result<S::Ok, S::Error> {
    match path {
        Some(given) => self::path(given, into),
        None => into.serialize_none(),
    }
}

/// Makes settings that derive [`clap::Args`] and serde's `Serialize` readable by serde, through [`read`].
#[macro_export]
macro_rules! settings {
    ($type:ty, $name:expr) => {
        impl<'de> $crate::analyses::written::serde::Deserialize<'de> for $type {
            fn deserialize<D: $crate::analyses::written::serde::Deserializer<'de>>(
                from: D,
            ) -> Result<Self, D::Error> {
                use $crate::analyses::written::serde::{Deserialize, de::Error};
                let keys = Deserialize::deserialize(from)?;
                $crate::analyses::written::read($name, &keys).map_err(D::Error::custom)
            }
        }
    };
}
pub use crate::settings;
#[doc(hidden)]
pub use serde;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyses::limits::count;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Args, Serialize, Debug, PartialEq)]
    struct Inner {
        #[arg(long, default_value_t = 0.5)]
        rate: f64,
        #[arg(long)]
        reset_before: bool,
    }

    #[derive(Args, Serialize, Debug, PartialEq)]
    struct Settings {
        file: PathBuf,
        #[arg(long, value_parser = count(1, 100))]
        units: Option<usize>,
        #[arg(long)]
        input: Option<String>,
        #[command(flatten)]
        #[serde(flatten)]
        inner: Inner,
    }
    crate::settings!(Settings, "example");

    fn from(keys: Value) -> Result<Settings, String> {
        Settings::deserialize(keys).map_err(|e| e.to_string())
    }

    #[test]
    fn what_is_written_down_is_read_back_with_its_defaults() {
        let read =
            from(json!({"input": [-1, 2.5], "file": "-x.pt", "reset_before": true, "units": null})).unwrap();
        let inner = Inner { rate: 0.5, reset_before: true };
        assert_eq!(read, Settings { file: "-x.pt".into(), units: None, input: Some("-1,2.5".into()), inner });
        assert_eq!(from(serde_json::to_value(&read).unwrap()).unwrap(), read);
    }

    #[test]
    fn what_is_wrong_is_named_with_what_is_right() {
        for (keys, expected) in [
            (json!({"file": "x", "unit": 3}), "example: there is no key unit; do you mean units?"),
            (json!({"file": "x", "wholly": 3}), "there are file, units, input, rate, reset_before"),
            (json!({"file": "x", "units": 101}), "--units 101: expected a whole number from 1 to 100"),
            (json!({"file": "x", "reset_before": 1}), "reset_before = 1: expected true or false"),
            (json!({"file": "x", "rate": "fast"}), "'fast'"),
            (json!({"units": 3}), "required"),
        ] {
            let said = from(keys).unwrap_err();
            assert!(said.contains(expected), "{said}");
        }
    }
}
