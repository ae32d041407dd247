//! The instructions that name things and apply them: noted, never performed.

use super::super::super::error::Problem;
use super::arrays;
use super::globals;
use super::machine::Machine;
use super::memory::{Id, Node};

/// Longer names are no module's.
const LONGEST_NAME: usize = 1 << 10;

impl Machine<'_> {
    pub(super) fn global(&mut self, opcode: u8) -> Result<(), Problem> {
        let (module, attribute) = if opcode == b'c' {
            (self.bytes.line()?, self.bytes.line()?)
        } else {
            let ids = self.pop_many(2)?;
            match (self.memory.text(ids[0]), self.memory.text(ids[1])) {
                (Some(m), Some(a)) if m.len() + a.len() < LONGEST_NAME => (m.to_owned(), a.to_owned()),
                (Some(_), Some(_)) => return Err(self.damaged("a name longer than any module's")),
                _ => return Err(self.damaged("a name that is no text")),
            }
        };
        let name = format!("{module}.{attribute}");
        if globals::refused(&name) {
            return Err(Problem::ForeignGlobal { name, role: "refers to" });
        }
        self.push(Node::Global(name));
        Ok(())
    }

    /// Notes that a name is applied to arguments; nothing is performed.
    pub(super) fn call(&mut self, opcode: u8) -> Result<(), Problem> {
        let (function, arguments) = match opcode {
            b'i' => {
                self.global(b'c')?;
                let function = self.pop()?;
                let items = self.pop_mark()?;
                (function, self.memory.add(Node::Tuple(items)))
            }
            b'o' => {
                let mut items = self.pop_mark()?;
                if items.is_empty() {
                    return Err(self.damaged("an object without a class"));
                }
                (items.remove(0), self.memory.add(Node::Tuple(items)))
            }
            0x92 => {
                let items = self.pop_many(3)?;
                (items[0], items[1])
            }
            _ => {
                let items = self.pop_many(2)?;
                (items[0], items[1])
            }
        };
        if !matches!(self.memory.get(arguments), Node::Tuple(_)) {
            return Err(self.damaged("a call without a tuple of arguments"));
        }
        let node = self.applied(opcode, function, arguments)?;
        self.push(node);
        Ok(())
    }

    /// What a name applied to arguments is kept as.
    fn applied(&mut self, opcode: u8, function: Id, arguments: Id) -> Result<Node, Problem> {
        let name = match self.memory.get(function) {
            Node::Global(name) => name.as_str(),
            _ => return Err(self.memory.foreign(function, "calls")),
        };
        if globals::DICTIONARIES.contains(&name) {
            return self.dictionary(arguments);
        }
        if name == "collections.deque" {
            return Ok(Node::List(Vec::new()));
        }
        if globals::GETATTR.contains(&name) {
            return self.attribute(function, arguments);
        }
        let items = Vec::new();
        Ok(match opcode {
            b'R' if globals::RECONSTRUCTORS.contains(&name) => {
                let class = self.memory.items(arguments).first().copied().unwrap_or(function);
                Node::Object { class, arguments, items, state: None }
            }
            b'R' => Node::Call { function, arguments, state: None },
            _ => Node::Object { class: function, arguments, items, state: None },
        })
    }

    /// `torch.tanh` and its like are pickled as an attribute of a class of PyTorch's; no other is accepted.
    fn attribute(&self, getattr: Id, arguments: Id) -> Result<Node, Problem> {
        if let [owner, attribute] = self.memory.items(arguments)
            && let (owner, Some(attribute)) = (self.memory.name(*owner), self.memory.text(*attribute))
            && owner.starts_with("torch.")
            && owner.len() + attribute.len() < LONGEST_NAME
        {
            return Ok(Node::Global(format!("{owner}.{attribute}")));
        }
        Err(self.memory.foreign(getattr, "calls"))
    }

    /// A dictionary, perhaps from a list of pairs.
    fn dictionary(&mut self, arguments: Id) -> Result<Node, Problem> {
        let entry = |id: &Id| match self.memory.items(*id) {
            [key, value] => Some((*key, *value)),
            _ => None,
        };
        let source = self.memory.items(arguments).last().map_or(&Node::None, |id| self.memory.get(*id));
        let length = match source {
            Node::List(items) => items.len(),
            Node::Dict(entries) => entries.len(),
            _ => 0,
        };
        let Some(left) = self.copies_left.checked_sub(length) else {
            return Err(self.damaged("dictionaries larger than the file"));
        };
        let entries = match source {
            Node::List(items) => items.iter().filter_map(entry).collect(),
            Node::Dict(entries) => entries.clone(),
            _ => Vec::new(),
        };
        self.copies_left = left;
        Ok(Node::Dict(entries))
    }

    /// Gives an object its state; that of dictionaries and lists is of no interest.
    pub(super) fn build(&mut self) -> Result<(), Problem> {
        let new = self.pop()?;
        let target = self.top()?;
        if let Node::Object { class, .. } = self.memory.get(target)
            && self.memory.name(*class) == globals::JOBLIB
        {
            return self.inline(target, new);
        }
        match self.memory.get_mut(target) {
            Some(Node::Object { state, .. } | Node::Call { state, .. }) => *state = Some(new),
            Some(Node::Dict(_) | Node::List(_)) => {}
            _ => return Err(self.damaged("a state for something that has none")),
        }
        Ok(())
    }

    /// Takes the bytes of an array that joblib writes behind its description: how many bytes come before them, those, the values.
    fn inline(&mut self, target: Id, state: Id) -> Result<(), Problem> {
        let memory = &self.memory;
        let part = |key: &str| {
            memory.lookup(state, key).ok_or_else(|| self.damaged("an array of joblib's without its parts"))
        };
        let (dtype, shape, order) = (part("dtype")?, part("shape")?, part("order")?);
        let aligned = memory.lookup(state, "numpy_array_alignment_bytes");
        let aligned = aligned.is_some_and(|id| matches!(memory.get(id), Node::Int(_)));
        let fortran = memory.text(order) == Some("F");
        let length = arrays::length(memory, dtype, shape).ok_or_else(|| Problem::Unsupported {
            place: format!("byte {} of the file", self.bytes.offset()),
            found: "an array by joblib of Python objects or of an unknown type".into(),
            expected: "arrays of numbers",
            advice: "nothing in it was executed; if you trust where it comes from, save the arrays of numbers from Python: \
                     x = joblib.load(\"FILE\"); np.savez(\"net.npz\", W=x[\"W\"])",
        })?;
        if aligned {
            let padding = self.bytes.unsigned(1)?;
            self.bytes.take(padding)?;
        }
        let from = self.bytes.offset();
        self.bytes.take(length)?;
        let bytes = (from, self.bytes.offset());
        if let Some(node) = self.memory.get_mut(target) {
            *node = Node::Inline { dtype, shape, fortran, bytes };
        }
        Ok(())
    }
}
