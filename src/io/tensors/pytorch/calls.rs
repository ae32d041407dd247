//! The instructions that name things and apply them: noted, never performed.

use super::super::super::error::Problem;
use super::globals;
use super::machine::Machine;
use super::memory::{Id, Node};

/// No honest call in a checkpoint has more.
const MOST_ARGUMENTS: usize = 64;

impl Machine<'_> {
    pub(super) fn global(&mut self, opcode: u8) -> Result<(), Problem> {
        let name = if opcode == b'c' {
            format!("{}.{}", self.bytes.line()?, self.bytes.line()?)
        } else {
            let ids = self.pop_many(2)?;
            match (self.memory.text(ids[0]), self.memory.text(ids[1])) {
                (Some(module), Some(attribute)) => format!("{module}.{attribute}"),
                _ => return Err(self.damaged("a name that is no text")),
            }
        };
        self.push(Node::Global(name));
        Ok(())
    }

    /// Notes that a name is applied to arguments; nothing is performed.
    pub(super) fn call(&mut self, opcode: u8) -> Result<(), Problem> {
        let (function, arguments) = match opcode {
            b'i' => {
                self.global(b'c')?;
                let function = self.pop()?;
                return Err(self.memory.foreign(function, "makes an object of"));
            }
            b'o' => {
                let mut items = self.pop_mark()?;
                if items.is_empty() {
                    return Err(self.damaged("an object without a class"));
                }
                (items.remove(0), items)
            }
            0x92 => {
                let items = self.pop_many(3)?;
                (items[0], items[1..].to_vec())
            }
            _ => {
                let items = self.pop_many(2)?;
                match self.memory.get(items[1]) {
                    Node::Tuple(arguments) if arguments.len() <= MOST_ARGUMENTS => {
                        (items[0], arguments.clone())
                    }
                    _ => return Err(self.damaged("a call without a short tuple of arguments")),
                }
            }
        };
        let node = match self.memory.get(function) {
            Node::Global(name) if name == globals::ORDERED_DICT || name == globals::DEFAULT_DICT => {
                self.dictionary(&arguments)?
            }
            Node::Global(name) if globals::callable(name) => Node::Call { global: name.clone(), arguments },
            Node::Global(_) if opcode == 0x81 && arguments.is_empty() => {
                Node::Object { class: function, state: None }
            }
            _ if opcode == b'R' => return Err(self.memory.foreign(function, "calls")),
            _ => return Err(self.memory.foreign(function, "makes an object of")),
        };
        self.push(node);
        Ok(())
    }

    /// A dictionary, perhaps from a list of pairs.
    fn dictionary(&mut self, arguments: &[Id]) -> Result<Node, Problem> {
        let entry = |id: &Id| match self.memory.get(*id) {
            Node::Tuple(pair) | Node::List(pair) if pair.len() == 2 => Some((pair[0], pair[1])),
            _ => None,
        };
        let length = match arguments.last().map(|id| self.memory.get(*id)) {
            Some(Node::List(items)) => items.len(),
            Some(Node::Dict(entries)) => entries.len(),
            _ => 0,
        };
        if length > self.copies_left {
            return Err(self.damaged("dictionaries larger than the file"));
        }
        let entries = match arguments.last().map(|id| self.memory.get(*id)) {
            Some(Node::List(items)) => items.iter().filter_map(entry).collect(),
            Some(Node::Dict(entries)) => entries.clone(),
            _ => Vec::new(),
        };
        self.copies_left -= length;
        Ok(Node::Dict(entries))
    }

    /// Gives an object its state; that of dictionaries and inert values is of no interest.
    pub(super) fn build(&mut self) -> Result<(), Problem> {
        let new = self.pop()?;
        let target = self.top()?;
        match self.memory.get_mut(target) {
            Some(Node::Object { state, .. }) => *state = Some(new),
            Some(Node::Dict(_) | Node::Call { .. } | Node::List(_)) => {}
            _ => return Err(self.damaged("a state for something that has none")),
        }
        Ok(())
    }
}
