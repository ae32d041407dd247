//! From what a pickle built to named tensors.

use super::super::super::error::Problem;
use super::super::Tensors;
use super::arrays;
use super::globals;
use super::machine::Built;
use super::memory::{Id, Memory, Node};
use super::plain;
use super::storage::{Storages, View};

pub(super) const DEEPEST: usize = 64;
/// Shared dictionaries could be visited without end; honest files have far fewer values.
const MOST_VISITS: usize = 1 << 20;
/// Nested long keys could make names without end.
const LONGEST_NAMES: usize = 1 << 26;

/// All tensors reachable from the root of `built`, named by their path.
///
/// # Errors
/// A tensor that needs an unknown name, and an unknown name where there is no tensor.
pub(super) fn tensors(
    format: &'static str,
    built: &Built,
    pickle: &[u8],
    storages: &mut Storages,
) -> Result<Tensors, Problem> {
    let memory = &built.memory;
    let out = Tensors { format, ..Tensors::default() };
    let visits = MOST_VISITS.min(4 * memory.len() + 64);
    let (named, read) = (LONGEST_NAMES, 0);
    let attributes = format == super::PLAIN;
    let mut walk =
        Walk { memory, pickle, out, attributes, views: vec![], visits, named, read, foreign: None };
    walk.value(built.root, "", true, 0)?;
    storages.read(&walk.views, &mut walk.out.tensors)?;
    match walk.foreign {
        Some(id) if walk.out.tensors.is_empty() && !walk.out.quantised => Err(match walk.attributes {
            true => plain::without_arrays(memory, id),
            false => memory.foreign(id, "holds no tensor but a value made by"),
        }),
        _ => Ok(walk.out),
    }
}

pub(super) struct Walk<'a> {
    pub(super) memory: &'a Memory,
    pub(super) pickle: &'a [u8],
    pub(super) out: Tensors,
    /// Whether objects of unknown classes, and arrays of objects, are looked into.
    pub(super) attributes: bool,
    /// What tensors, by their index, are views of; their values are read in the end.
    pub(super) views: Vec<(usize, View)>,
    visits: usize,
    /// Characters of names that may still be made.
    named: usize,
    /// Values of numpy's arrays, which may be met more than once, that were read so far.
    pub(super) read: u64,
    /// The first value made by an unknown name.
    pub(super) foreign: Option<Id>,
}

impl Walk<'_> {
    /// Takes in one value; `plain` says whether bare numbers and strings here are metadata.
    pub(super) fn value(&mut self, id: Id, name: &str, plain: bool, depth: usize) -> Result<(), Problem> {
        let place = || format!("`{}` in data.pkl", if name.is_empty() { "the whole" } else { name });
        let too_large = |unit, limit: usize| {
            Err(Problem::TooLarge { place: place(), unit, found: limit as u64 + 1, limit: limit as u64 })
        };
        if depth > DEEPEST {
            return too_large("levels of nesting", DEEPEST);
        }
        self.visits = match self.visits.checked_sub(1) {
            Some(left) => left,
            None => return too_large("nested values", MOST_VISITS),
        };
        self.named = match self.named.checked_sub(name.len()) {
            Some(left) => left,
            None => return too_large("characters of names", LONGEST_NAMES),
        };
        let memory = self.memory;
        match memory.get(id) {
            Node::Dict(entries) => self.entries(entries, name, plain, depth)?,
            Node::Tuple(items) | Node::List(items) => self.numbered(items, name, depth)?,
            Node::Inline { .. } => self.value_of(id, "", name, plain, depth)?,
            Node::Object { .. } => self.object(id, name, plain, depth)?,
            Node::Call { .. } => self.call(id, name, plain, depth)?,
            Node::Text(text) => self.note(plain, name, text.clone()),
            Node::Int(value) => self.note(plain, name, value.to_string()),
            Node::Float(value) => self.note(plain, name, value.to_string()),
            Node::Bool(value) => self.note(plain, name, value.to_string()),
            Node::Bytes(..) | Node::Latin1(_) => self.skip(name, "bytes, not a tensor"),
            Node::Opaque(what) => self.skip(name, &format!("{what}, not a tensor")),
            Node::Global(global) => self.skip(name, &format!("the name {global}, not a tensor")),
            Node::Persistent(_) => self.skip(name, "a bare storage, not a tensor"),
            Node::None => {}
        }
        Ok(())
    }

    /// Items of a list, or of an array of objects.
    pub(super) fn numbered(&mut self, items: &[Id], name: &str, depth: usize) -> Result<(), Problem> {
        let mut numbered = items.iter().enumerate();
        numbered.try_for_each(|(i, item)| self.value(*item, &join(name, &i.to_string()), false, depth + 1))
    }

    fn entries(
        &mut self,
        entries: &[(Id, Id)],
        name: &str,
        plain: bool,
        depth: usize,
    ) -> Result<(), Problem> {
        for (key, value) in entries {
            let key = match self.memory.get(*key) {
                Node::Text(text) => text.clone(),
                Node::Int(i) => i.to_string(),
                Node::Global(global) => global.clone(),
                Node::Bytes(..) | Node::Latin1(_) => {
                    let bytes = arrays::bytes(self.memory, self.pickle, *key).unwrap_or_default();
                    String::from_utf8_lossy(&bytes).into_owned()
                }
                _ => "?".into(),
            };
            self.value(*value, &join(name, &key), plain, depth + 1)?;
        }
        Ok(())
    }

    pub(super) fn note(&mut self, plain: bool, name: &str, value: String) {
        if plain && !name.is_empty() {
            self.out.metadata.insert(name.into(), value);
        }
    }

    pub(super) fn skip(&mut self, name: &str, why: &str) {
        let name = if name.is_empty() { "the whole" } else { name };
        self.out.skipped.push((name.into(), why.into()));
    }

    /// An instance: a module's parts and attributes, a namespace's attributes; others are left out.
    fn object(&mut self, id: Id, name: &str, plain: bool, depth: usize) -> Result<(), Problem> {
        let memory = self.memory;
        let Node::Object { class, state, .. } = memory.get(id) else { return Ok(()) };
        let class = memory.name(*class);
        let entries = match state.map(|s| memory.get(s)) {
            Some(Node::Dict(entries)) => &entries[..],
            _ => &[],
        };
        if let Some(state) = state.filter(|s| memory.is_module_state(*s)) {
            for part in ["_parameters", "_buffers", "_modules"] {
                if let Some(part) = memory.lookup(state, part) {
                    self.value(part, name, false, depth + 1)?;
                }
            }
            let own = |k: &Id| memory.text(*k).filter(|k| !k.starts_with('_') && *k != "training");
            for (key, value) in entries.iter().filter_map(|(k, v)| Some((own(k)?, *v))) {
                self.attribute(key, value, name, depth)?;
            }
        } else if globals::NAMESPACES.contains(&class) {
            self.entries(entries, name, plain, depth)?;
        } else if self.attributes && !entries.is_empty() && !globals::table(class) {
            // What an object of any class is made of is data, too, as long as nobody makes the object.
            self.note(true, &join(name, "__class__"), class.to_owned());
            let before = self.out.tensors.len();
            self.entries(entries, name, plain, depth)?;
            if self.out.tensors.len() == before {
                self.foreign.get_or_insert(id);
            }
        } else if class == globals::SCRIPT_OBJECT {
            self.out.quantised = true;
            self.skip(name, "packed quantised weights, not real numbers");
        } else {
            self.left_out(id, name, &format!("an object of {class}"));
        }
        Ok(())
    }

    /// A module's own setting, such as `nonlinearity`; a function is noted by its name.
    fn attribute(&mut self, key: &str, value: Id, name: &str, depth: usize) -> Result<(), Problem> {
        let name = join(name, key);
        match self.memory.get(value) {
            Node::Text(_) | Node::Int(_) | Node::Float(_) | Node::Bool(_) => {
                self.value(value, &name, true, depth + 1)
            }
            Node::Global(global) => {
                let last = global.rsplit('.').next().unwrap_or_default().to_owned();
                self.note(true, &name, last);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Leaves out a value made by an unknown name, and says how much is lost.
    pub(super) fn left_out(&mut self, id: Id, name: &str, what: &str) {
        self.foreign.get_or_insert(id);
        let tensors = self.memory.storages(id, &mut self.visits);
        let lost = match tensors {
            0 => String::new(),
            1 => ", with a tensor inside".into(),
            k => format!(", with {k} tensors inside"),
        };
        self.skip(name, &format!("{what}; not read{lost}, nothing in it was executed"));
    }
}

fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.into() } else { format!("{prefix}.{name}") }
}
