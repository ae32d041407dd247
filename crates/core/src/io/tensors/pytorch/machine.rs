//! The pickle machine: it builds inert values, and refuses what is outside the tensor subset.

use std::collections::HashMap;

use super::super::super::error::Problem;
use super::escapes;
use super::memory::{Id, Memory, Node};
use super::opcodes::Bytes;

/// What a pickle built.
pub(super) struct Built {
    pub memory: Memory,
    /// Its result.
    pub root: Id,
    /// How many bytes it took.
    pub length: usize,
}

/// Runs the pickle at the beginning of `pickle`.
///
/// # Errors
/// A name that stands for code, an instruction outside the tensor subset, and every inconsistency.
pub(super) fn run(pickle: &[u8]) -> Result<Built, Problem> {
    let mut machine = Machine {
        bytes: Bytes::new(pickle),
        memory: Memory::default(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
        copies_left: pickle.len(),
    };
    while machine.step()? {}
    let root = machine.pop()?;
    Ok(Built { root, length: machine.bytes.offset(), memory: machine.memory })
}

pub(super) struct Machine<'a> {
    pub(super) bytes: Bytes<'a>,
    pub(super) memory: Memory,
    stack: Vec<Id>,
    /// Stack heights at the open marks.
    marks: Vec<usize>,
    memo: HashMap<u64, Id>,
    /// Entries that may still be copied into dictionaries: a list can be named again and again in a
    /// few bytes, and the memory taken must stay in proportion to the file.
    pub(super) copies_left: usize,
}

impl Machine<'_> {
    /// Performs one instruction; false at the end.
    fn step(&mut self) -> Result<bool, Problem> {
        let offset = self.bytes.offset();
        let opcode = self.bytes.unsigned(1)? as u8;
        match opcode {
            b'.' => return Ok(false),
            0x80 => drop(self.bytes.take(1)?),
            0x95 => drop(self.bytes.take(8)?),
            b'(' => self.marks.push(self.stack.len()),
            b'0' => drop(self.pop()?),
            b'1' => drop(self.pop_mark()?),
            b'2' => self.stack.push(self.top()?),
            // Buffers are read, never written.
            0x98 => {}
            b'N' => self.push(Node::None),
            0x88 => self.push(Node::Bool(true)),
            0x89 => self.push(Node::Bool(false)),
            b'K' | b'M' | b'J' | 0x8a | 0x8b | b'G' | b'I' | b'L' | b'F' => self.number(opcode)?,
            b'X' | 0x8c | 0x8d | b'V' | b'S' | b'U' | b'T' | b'C' | b'B' | 0x8e | 0x96 => {
                self.text(opcode)?
            }
            b')' => self.push(Node::Tuple(Vec::new())),
            0x85..=0x87 => {
                let items = self.pop_many(usize::from(opcode - 0x84))?;
                self.push(Node::Tuple(items));
            }
            b't' => {
                let items = self.pop_mark()?;
                self.push(Node::Tuple(items));
            }
            b']' | 0x8f => self.push(Node::List(Vec::new())),
            b'l' | 0x91 => {
                let items = self.pop_mark()?;
                self.push(Node::List(items));
            }
            b'}' => self.push(Node::Dict(Vec::new())),
            b'd' => {
                let items = self.pop_mark()?;
                self.push(Node::Dict(pairs(&items)));
            }
            b'a' => {
                let item = self.pop()?;
                self.append(vec![item])?;
            }
            b'e' | 0x90 => {
                let items = self.pop_mark()?;
                self.append(items)?;
            }
            b's' => {
                let items = self.pop_many(2)?;
                self.insert(&items)?;
            }
            b'u' => {
                let items = self.pop_mark()?;
                self.insert(&items)?;
            }
            b'q' | b'r' | b'p' | 0x94 => self.remember(opcode)?,
            b'h' | b'j' | b'g' => self.recall(opcode)?,
            b'c' | 0x93 => self.global(opcode)?,
            b'Q' => {
                let id = self.pop()?;
                // Before 1.6 the class of a module was saved so, with its source.
                match self.memory.items(id) {
                    [kind, class, ..] if self.memory.text(*kind) == Some("module") => self.stack.push(*class),
                    _ => self.push(Node::Persistent(id)),
                }
            }
            b'R' | 0x81 | 0x92 | b'o' | b'i' => self.call(opcode)?,
            b'b' => self.build()?,
            _ => return Err(Problem::ForbiddenOpcode { opcode, offset }),
        }
        Ok(true)
    }

    fn number(&mut self, opcode: u8) -> Result<(), Problem> {
        let integer = |value: Option<i64>| value.map_or(Node::Opaque("an integer beyond 64 bits"), Node::Int);
        let node = match opcode {
            b'K' => Node::Int(self.bytes.unsigned(1)? as i64),
            b'M' => Node::Int(self.bytes.unsigned(2)? as i64),
            b'J' => integer(self.bytes.signed(4)?),
            b'G' => Node::Float(self.bytes.float()?),
            0x8a => {
                let width = self.bytes.unsigned(1)?;
                integer(self.bytes.signed(width)?)
            }
            0x8b => {
                let width = self.bytes.unsigned(4)?;
                integer(self.bytes.signed(width)?)
            }
            b'F' => Node::Float(self.bytes.line()?.trim().parse().unwrap_or(f64::NAN)),
            _ => match self.bytes.line()?.trim() {
                "00" => Node::Bool(false),
                "01" => Node::Bool(true),
                digits => integer(digits.trim_end_matches('L').parse().ok()),
            },
        };
        self.push(node);
        Ok(())
    }

    fn text(&mut self, opcode: u8) -> Result<(), Problem> {
        let width = match opcode {
            b'V' | b'S' => {
                let line = self.bytes.raw_line()?;
                let text = if opcode == b'V' { escapes::unicode(line) } else { escapes::quoted(line) };
                let text = text.ok_or_else(|| self.damaged("a text with a wrong escape"))?;
                self.push(match opcode {
                    b'S' if !text.is_ascii() => Node::Latin1(text),
                    _ => Node::Text(text),
                });
                return Ok(());
            }
            b'U' | b'C' | 0x8c => 1,
            0x8d | 0x8e | 0x96 => 8,
            _ => 4,
        };
        let length = self.bytes.unsigned(width)?;
        let node = match opcode {
            b'X' | 0x8c | 0x8d => Node::Text(self.bytes.text(length)?),
            // Strings of Python 2 are text in names and bytes elsewhere: bytes of an array may look like UTF-8.
            b'U' | b'T' => {
                let at = self.bytes.offset();
                match std::str::from_utf8(self.bytes.take(length)?) {
                    Ok(text) if text.is_ascii() => Node::Text(text.into()),
                    _ => Node::Bytes(at, self.bytes.offset()),
                }
            }
            _ => {
                let at = self.bytes.offset();
                self.bytes.take(length)?;
                Node::Bytes(at, self.bytes.offset())
            }
        };
        self.push(node);
        Ok(())
    }

    fn remember(&mut self, opcode: u8) -> Result<(), Problem> {
        let key = match opcode {
            0x94 => self.memo.len() as u64,
            _ => self.memo_key(opcode, b'q', b'r')?,
        };
        let top = self.top()?;
        self.memo.insert(key, top);
        Ok(())
    }

    fn recall(&mut self, opcode: u8) -> Result<(), Problem> {
        let key = self.memo_key(opcode, b'h', b'j')?;
        let id = *self.memo.get(&key).ok_or_else(|| self.damaged("a value that was never stored"))?;
        self.stack.push(id);
        Ok(())
    }

    fn memo_key(&mut self, opcode: u8, short: u8, long: u8) -> Result<u64, Problem> {
        match opcode {
            o if o == short => self.bytes.unsigned(1),
            o if o == long => self.bytes.unsigned(4),
            _ => self.bytes.line()?.trim().parse().map_err(|_| self.damaged("a place that is no number")),
        }
    }

    fn append(&mut self, new: Vec<Id>) -> Result<(), Problem> {
        let target = self.top()?;
        match self.memory.get_mut(target) {
            Some(Node::List(items) | Node::Object { items, .. }) => items.extend(new),
            Some(Node::Call { .. }) => {}
            _ => return Err(self.damaged("items for something that is no list")),
        }
        Ok(())
    }

    fn insert(&mut self, items: &[Id]) -> Result<(), Problem> {
        let target = self.top()?;
        match self.memory.get_mut(target) {
            Some(Node::Dict(entries)) => entries.extend(pairs(items)),
            Some(Node::Object { items: own, .. }) => own.extend(items),
            _ => return Err(self.damaged("entries for something that is no dictionary")),
        }
        Ok(())
    }

    pub(super) fn push(&mut self, node: Node) {
        let id = self.memory.add(node);
        self.stack.push(id);
    }

    pub(super) fn top(&self) -> Result<Id, Problem> {
        self.stack.last().copied().ok_or_else(|| self.damaged("an empty stack"))
    }

    pub(super) fn pop(&mut self) -> Result<Id, Problem> {
        let top = self.top()?;
        if self.marks.last().is_some_and(|mark| *mark >= self.stack.len()) {
            return Err(self.damaged("a mark where a value should be"));
        }
        self.stack.pop();
        Ok(top)
    }

    pub(super) fn pop_many(&mut self, count: usize) -> Result<Vec<Id>, Problem> {
        let floor = self.marks.last().copied().unwrap_or(0);
        match self.stack.len().checked_sub(count) {
            Some(from) if from >= floor => Ok(self.stack.split_off(from)),
            _ => Err(self.damaged("too few values on the stack")),
        }
    }

    pub(super) fn pop_mark(&mut self) -> Result<Vec<Id>, Problem> {
        let mark = self.marks.pop().ok_or_else(|| self.damaged("no mark on the stack"))?;
        Ok(self.stack.split_off(mark.min(self.stack.len())))
    }

    pub(super) fn damaged(&self, detail: &str) -> Problem {
        Problem::damaged(super::FORMAT, format!("byte {} of data.pkl", self.bytes.offset()), detail)
    }
}

fn pairs(items: &[Id]) -> Vec<(Id, Id)> {
    items.as_chunks::<2>().0.iter().map(|[k, v]| (*k, *v)).collect()
}
