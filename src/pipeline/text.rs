//! A pipeline as it is written.

use crate::analyses::Error;
use crate::io::nearest::meant;
use crate::jobs;
use crate::report::figure::FigureFormats;
use crate::report::tables::TableFormat;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Jobs and what is done with their numbers.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// The file.
    pub file: PathBuf,
    /// The folder of all reports.
    pub out: PathBuf,
    /// How tables are written.
    pub tables: TableFormat,
    /// How figures are written.
    pub figures: FigureFormats,
    /// Jobs in their order.
    pub steps: Vec<Step>,
    /// What is compared.
    pub compare: Vec<Compare>,
    /// The folder for one figure of each cell with its claims, as a page of Markdown.
    pub gallery: Option<PathBuf>,
    /// The command line that makes it again.
    pub command: String,
    /// What tells it from others of its name.
    pub of: String,
}

/// A job with what is varied of it.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its name, that of a folder.
    pub name: String,
    /// Its kind, as `analyze`.
    pub kind: String,
    /// Options that all cells have.
    pub settings: Map<String, Value>,
    /// Options that are varied, with their values.
    pub sweep: Vec<(String, Vec<Value>)>,
    /// Where it begins in the file, from 1.
    pub line: usize,
}

/// Groups of cells whose numbers are compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Compare {
    /// The varied option, or column of a table of one's own, by which cells are in groups.
    pub by: String,
    /// Names of quantities, with `*` for anything; none: those that all cells have.
    pub quantities: Vec<String>,
    /// The step whose cells are compared; none: all that have it.
    pub job: Option<String>,
    /// Where it begins in the file, from 1.
    pub line: usize,
}

/// What the command line says beside the file.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// The folder of all reports.
    pub out: Option<PathBuf>,
    /// How tables are written.
    pub tables: Option<TableFormat>,
    /// How figures are written.
    pub figures: Option<FigureFormats>,
}

/// A place in the text.
struct Source<'a> {
    file: &'a Path,
    text: &'a str,
}

type Table<'a> = DeTable<'a>;

impl Source<'_> {
    fn line(&self, at: usize) -> usize {
        1 + self.text[..at.min(self.text.len())].matches('\n').count()
    }

    fn error(&self, at: usize, message: impl std::fmt::Display) -> Error {
        Error::input(self.file, format!("line {}: {message}", self.line(at)))
    }

    /// A text.
    fn word(&self, key: &str, value: &Spanned<DeValue>) -> Result<String, Error> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text.to_string()),
            other => {
                Err(self
                    .error(value.span().start, format!("{key}: found {}, expected a text", other.type_str())))
            }
        }
    }

    /// A table.
    fn table<'t, 'i>(&self, key: &str, value: &'t Spanned<DeValue<'i>>) -> Result<&'t Table<'i>, Error> {
        match value.get_ref() {
            DeValue::Table(table) => Ok(table),
            other => Err(self
                .error(value.span().start, format!("{key}: found {}, expected a table", other.type_str()))),
        }
    }

    /// Tables under one name, `[[name]]` or `[name]`.
    fn tables<'t, 'i>(
        &self,
        key: &str,
        value: &'t Spanned<DeValue<'i>>,
    ) -> Result<Vec<(usize, &'t Table<'i>)>, Error> {
        match value.get_ref() {
            DeValue::Array(all) => all.iter().map(|v| Ok((v.span().start, self.table(key, v)?))).collect(),
            _ => Ok(vec![(value.span().start, self.table(key, value)?)]),
        }
    }

    /// A value as settings have it.
    fn value(&self, key: &str, value: &Spanned<DeValue>) -> Result<Value, Error> {
        let wrong = || {
            let message = format!(
                "{key}: found {}, expected a text, a number, true, false or a list",
                value.get_ref().type_str()
            );
            self.error(value.span().start, message)
        };
        let number = |text: &str| -> Option<Value> {
            let plain = text.replace('_', "");
            let whole = plain.parse::<i64>().ok().map(Value::from);
            whole.or_else(|| {
                plain.parse::<f64>().ok().and_then(|v| serde_json::Number::from_f64(v).map(Value::Number))
            })
        };
        match value.get_ref() {
            DeValue::String(text) => Ok(Value::String(text.to_string())),
            DeValue::Integer(n) => {
                i64::from_str_radix(n.as_str(), n.radix()).map(Value::from).map_err(|_| wrong())
            }
            DeValue::Float(n) => number(n.as_str()).ok_or_else(|| {
                self.error(
                    value.span().start,
                    format!("{key}: found {}, expected a finite number", n.as_str()),
                )
            }),
            DeValue::Boolean(b) => Ok(Value::Bool(*b)),
            DeValue::Array(all) => {
                all.iter().map(|v| self.value(key, v)).collect::<Result<Vec<_>, _>>().map(Value::Array)
            }
            _ => Err(wrong()),
        }
    }

    fn unknown(&self, at: usize, key: &str, known: &[&str]) -> Error {
        let hint = match key {
            "out" | "tables" | "figures" => {
                "it is said once, above all jobs, or on the command line".to_owned()
            }
            "threads" | "quiet" | "memory" | "force" | "png" => {
                format!("it is said on the command line (--{key})")
            }
            _ => meant(key, known),
        };
        self.error(at, format!("there is no key {key}; {hint}"))
    }
}

/// Options by name, each with its place in the text.
type Options = BTreeMap<String, (usize, Value)>;

impl Pipeline {
    /// Of a file.
    ///
    /// # Errors
    /// What is wrong, with its line.
    pub fn read(file: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(file)
            .map_err(|e| Error::input(file, format!("cannot be read: {e}; name a pipeline in TOML")))?;
        Self::parse(file, &text)
    }

    /// Of a text.
    ///
    /// # Errors
    /// As [`Pipeline::read`].
    pub fn parse(file: &Path, text: &str) -> Result<Self, Error> {
        let source = Source { file, text };
        let whole = DeTable::parse(text).map_err(|e| {
            let at = e.span().map_or(0, |s| s.start);
            source.error(at, e.message().trim().replace('\n', " "))
        })?;
        let stem = file.file_stem().map_or("pipeline".into(), |s| s.to_string_lossy().into_owned());
        let mut new = Self {
            file: file.to_path_buf(),
            out: Path::new("reports").join(stem),
            tables: TableFormat::Csv,
            figures: FigureFormats::default(),
            steps: vec![],
            compare: vec![],
            gallery: None,
            command: format!("nullcline run {}", file.display()),
            of: "a pipeline".into(),
        };
        let (mut defaults, mut of_kind) = (Options::new(), BTreeMap::new());
        for (key, value) in whole.get_ref() {
            if key.get_ref() == "defaults" {
                read_defaults(&source, source.table("defaults", value)?, &mut defaults, &mut of_kind)?;
            }
        }
        for (key, value) in whole.get_ref() {
            let at = value.span().start;
            match &**key.get_ref() {
                "out" => new.out = PathBuf::from(source.word("out", value)?),
                "tables" => {
                    let word = source.word("tables", value)?;
                    new.tables = TableFormat::parse(&word).ok_or_else(|| {
                        source.error(at, format!("tables: found {word}, expected {}", TableFormat::names()))
                    })?;
                }
                "figures" => {
                    let word = source.word("figures", value)?;
                    new.figures = FigureFormats::parse("figures", &word).map_err(|m| source.error(at, m))?;
                }
                "gallery" => new.gallery = Some(PathBuf::from(source.word("gallery", value)?)),
                "defaults" => {}
                "job" => {
                    for (at, table) in source.tables("job", value)? {
                        let step = step(&source, at, table, &defaults, &of_kind, &new.steps)?;
                        new.steps.push(step);
                    }
                }
                "compare" => {
                    for (at, table) in source.tables("compare", value)? {
                        new.compare.push(compare(&source, at, table)?);
                    }
                }
                other => {
                    let known = ["out", "tables", "figures", "gallery", "defaults", "job", "compare"];
                    return Err(source.unknown(key.span().start, other, &known));
                }
            }
        }
        if new.steps.is_empty() {
            return Err(source.error(0, "found no job, expected one at least; add [[job]] with a kind"));
        }
        let names: Vec<&str> = new.steps.iter().map(|s| s.name.as_str()).collect();
        for c in &new.compare {
            if let Some(job) = c.job.as_ref().filter(|j| !names.contains(&j.as_str())) {
                return Err(Error::input(
                    file,
                    format!("line {}: compare: there is no job {job}; {}", c.line, meant(job, &names)),
                ));
            }
        }
        Ok(new)
    }

    /// With what the command line says.
    #[must_use]
    pub fn with(mut self, given: &Given) -> Self {
        if let Some(out) = &given.out {
            self.out.clone_from(out);
        }
        self.tables = given.tables.unwrap_or(self.tables);
        self.figures = given.figures.unwrap_or(self.figures);
        self
    }
}

fn read_defaults(
    source: &Source,
    table: &Table,
    defaults: &mut Options,
    of_kind: &mut BTreeMap<String, Options>,
) -> Result<(), Error> {
    let kinds = jobs::names();
    for (key, value) in table {
        let (name, at) = (key.get_ref().to_string(), key.span().start);
        match value.get_ref() {
            DeValue::Table(own) => {
                if !kinds.contains(&name.as_str()) {
                    return Err(source.error(at, format!("there is no job {name}; {}", meant(&name, &kinds))));
                }
                let known = jobs::keys(&name);
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                let mut all = Options::new();
                for (key, value) in own {
                    let (key, at) = (key.get_ref().to_string(), key.span().start);
                    if !known.contains(&key.as_str()) {
                        return Err(source.unknown(at, &key, &known));
                    }
                    all.insert(key.clone(), (at, source.value(&key, value)?));
                }
                of_kind.insert(name, all);
            }
            _ => {
                let anywhere: Vec<String> = kinds.iter().flat_map(|k| jobs::keys(k)).collect();
                let known: Vec<&str> = anywhere.iter().map(String::as_str).collect();
                if !known.contains(&name.as_str()) {
                    return Err(source.unknown(at, &name, &known));
                }
                defaults.insert(name.clone(), (at, source.value(&name, value)?));
            }
        }
    }
    Ok(())
}

fn step(
    source: &Source,
    at: usize,
    table: &Table,
    defaults: &Options,
    of_kind: &BTreeMap<String, Options>,
    earlier: &[Step],
) -> Result<Step, Error> {
    let get = |name: &str| table.iter().find(|(k, _)| k.get_ref() == name).map(|(_, v)| v);
    let kinds = jobs::names();
    let Some(kind) = get("kind") else {
        return Err(source.error(at, format!("job: found no kind, expected one of {}", kinds.join(", "))));
    };
    let (place, kind) = (kind.span().start, source.word("kind", kind)?);
    if !kinds.contains(&kind.as_str()) {
        return Err(source.error(place, format!("there is no job {kind}; {}", meant(&kind, &kinds))));
    }
    let name = named(source, at, get("name"), &kind, earlier)?;
    let keys = jobs::keys(&kind);
    let known: Vec<&str> = keys.iter().map(String::as_str).chain(["kind", "name", "sweep"]).collect();
    let mut options = Options::new();
    let has = |(key, _): &(&String, &(usize, Value))| keys.contains(key);
    for (key, value) in defaults.iter().filter(has).chain(of_kind.get(&kind).into_iter().flatten()) {
        options.insert(key.clone(), value.clone());
    }
    let mut sweep = vec![];
    for (key, value) in table {
        let (key, at) = (key.get_ref().to_string(), key.span().start);
        match key.as_str() {
            "kind" | "name" => {}
            "sweep" => {
                for (varied, values) in source.table("sweep", value)? {
                    let (varied, at) = (varied.get_ref().to_string(), varied.span().start);
                    if !keys.contains(&varied) {
                        let known: Vec<&str> = keys.iter().map(String::as_str).collect();
                        return Err(source.unknown(at, &varied, &known));
                    }
                    if table.iter().any(|(k, _)| *k.get_ref() == *varied) {
                        return Err(source
                            .error(at, format!("found {varied} and sweep.{varied}, expected one of them")));
                    }
                    sweep.push((varied.clone(), several(source, &varied, values)?));
                }
            }
            _ if !known.contains(&key.as_str()) => return Err(source.unknown(at, &key, &known)),
            _ => drop(options.insert(key.clone(), (at, source.value(&key, value)?))),
        }
    }
    sweep.sort_by(|a, b| a.0.cmp(&b.0));
    for (varied, _) in &sweep {
        options.remove(varied);
    }
    let step = Step {
        settings: options.iter().map(|(k, (_, v))| (k.clone(), v.clone())).collect(),
        name,
        kind,
        sweep,
        line: source.line(at),
    };
    values(source, at, &step, &options)?;
    Ok(step)
}

/// The name of a job, that of a folder which nobody else has.
fn named(
    source: &Source,
    at: usize,
    given: Option<&Spanned<DeValue>>,
    kind: &str,
    earlier: &[Step],
) -> Result<String, Error> {
    let name = match given {
        Some(value) => source.word("name", value)?,
        None => kind.replace('.', "-"),
    };
    let plain = |c: char| c.is_alphanumeric() || "-_".contains(c);
    if name.is_empty() || name.chars().count() > 60 || !name.chars().all(plain) {
        return Err(
            source.error(at, format!("job: name `{name}`: expected letters, digits, - and _, for a folder"))
        );
    }
    // Folders of what is laid side by side.
    let taken = ["cells", "numbers", "failed", "slurm"].contains(&name.as_str());
    if taken || name.starts_with("compared") || name.starts_with("job_") {
        return Err(source.error(
            at,
            format!("job: name `{name}`: a folder of that name is kept for what is compared; choose another"),
        ));
    }
    if earlier.iter().any(|s| s.name == name) {
        return Err(
            source.error(at, format!("job: found two of the name {name}; give each a name of its own"))
        );
    }
    Ok(name)
}

/// Whether options take their values, each by itself, so that a wrong one is told with its line.
fn values(source: &Source, at: usize, step: &Step, options: &Options) -> Result<(), Error> {
    let first = |all: &[(String, Vec<Value>)]| -> Map<String, Value> {
        all.iter().filter_map(|(k, v)| Some((k.clone(), v.first()?.clone()))).collect()
    };
    let mut whole = step.settings.clone();
    whole.extend(first(&step.sweep));
    let Err(error) = jobs::read(&step.kind, &whole) else { return Ok(()) };
    // The option without which it would be right.
    let culprit = options.iter().find(|(key, _)| {
        let mut without = whole.clone();
        without.remove(*key);
        jobs::read(&step.kind, &without).is_ok()
    });
    Err(source.error(culprit.map_or(at, |(_, (at, _))| *at), error))
}

/// Values of a varied option: a list, or `"1..20"` for whole numbers from the first to the last.
fn several(source: &Source, key: &str, values: &Spanned<DeValue>) -> Result<Vec<Value>, Error> {
    let at = values.span().start;
    let list = match source.value(key, values)? {
        Value::Array(list) => list,
        Value::String(text) => {
            let ends = text
                .split_once("..")
                .and_then(|(a, b)| Some((a.trim().parse::<i64>().ok()?, b.trim().parse::<i64>().ok()?)));
            let Some((first, last)) = ends.filter(|(a, b)| a <= b && b - a < 1_000_000) else {
                let message = format!(
                    "sweep: {key} = \"{text}\": expected a list, or whole numbers as \"1..20\", the last among them"
                );
                return Err(source.error(at, message));
            };
            (first..=last).map(Value::from).collect()
        }
        one => vec![one],
    };
    let mut said = std::collections::HashSet::new();
    let list: Vec<Value> = list.into_iter().filter(|v| said.insert(super::cells::plain(v))).collect();
    if list.is_empty() {
        return Err(source.error(at, format!("sweep: {key}: found no value, expected one at least")));
    }
    Ok(list)
}

fn compare(source: &Source, at: usize, table: &Table) -> Result<Compare, Error> {
    let mut new = Compare { line: source.line(at), ..Compare::default() };
    for (key, value) in table {
        match &**key.get_ref() {
            "by" => new.by = source.word("by", value)?,
            "job" => new.job = Some(source.word("job", value)?),
            "quantities" => match source.value("quantities", value)? {
                Value::Array(all) => {
                    new.quantities =
                        all.iter().map(|v| v.as_str().map_or(v.to_string(), str::to_owned)).collect();
                }
                one => new.quantities = vec![one.as_str().map_or(one.to_string(), str::to_owned)],
            },
            other => return Err(source.unknown(key.span().start, other, &["by", "job", "quantities"])),
        }
    }
    if new.by.is_empty() {
        return Err(source.error(
            at,
            "compare: found no by, expected an option that is varied, or a column of your own table",
        ));
    }
    Ok(new)
}
