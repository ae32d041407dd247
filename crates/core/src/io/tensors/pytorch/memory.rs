//! What a pickle builds: nodes in one flat list, so that no nesting can exhaust the stack.

use super::super::super::error::Problem;

/// The index of a node.
pub(super) type Id = usize;

/// One inert value.
#[derive(Clone, Debug)]
pub(super) enum Node {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    /// Bytes of the pickle, from the first index to before the second.
    Bytes(usize, usize),
    /// Bytes that Python 2 wrote as a text with escapes, each as the character of its number.
    Latin1(String),
    Tuple(Vec<Id>),
    /// A list or a set.
    List(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    /// A name, `module.attribute`; never looked up.
    Global(String),
    /// A name applied to arguments; never performed.
    Call {
        function: Id,
        /// A tuple.
        arguments: Id,
        state: Option<Id>,
    },
    /// A reference to a storage of the archive.
    Persistent(Id),
    /// An instance of a class, the tuple it was made of, and what it holds beside its state.
    Object {
        class: Id,
        arguments: Id,
        items: Vec<Id>,
        state: Option<Id>,
    },
    /// An array whose bytes stand in the pickle between its instructions, as joblib writes them: a dtype, a tuple of sizes, and
    /// where its bytes lie.
    Inline {
        dtype: Id,
        shape: Id,
        fortran: bool,
        bytes: (usize, usize),
    },
    /// Something harmless that is not read, with what it is.
    Opaque(&'static str),
}

/// All nodes of a pickle.
#[derive(Default)]
pub(super) struct Memory {
    nodes: Vec<Node>,
}

impl Memory {
    pub(super) fn add(&mut self, node: Node) -> Id {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// The node `id`; ids come only from `add`, so an unknown one reads as nothing.
    pub(super) fn get(&self, id: Id) -> &Node {
        self.nodes.get(id).unwrap_or(&Node::None)
    }

    pub(super) fn get_mut(&mut self, id: Id) -> Option<&mut Node> {
        self.nodes.get_mut(id)
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter()
    }

    /// The items of a tuple or list; none of other nodes.
    pub(super) fn items(&self, id: Id) -> &[Id] {
        match self.get(id) {
            Node::Tuple(items) | Node::List(items) => items,
            _ => &[],
        }
    }

    /// The name that a node is; nothing for other nodes.
    pub(super) fn name(&self, id: Id) -> &str {
        match self.get(id) {
            Node::Global(name) => name,
            _ => "",
        }
    }

    pub(super) fn text(&self, id: Id) -> Option<&str> {
        match self.get(id) {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value of `key` in a dictionary node.
    pub(super) fn lookup(&self, dict: Id, key: &str) -> Option<Id> {
        let Node::Dict(entries) = self.get(dict) else { return None };
        entries.iter().rev().find(|(k, _)| self.text(*k) == Some(key)).map(|(_, v)| *v)
    }

    /// Is this the state of an `nn.Module`?
    pub(super) fn is_module_state(&self, id: Id) -> bool {
        self.lookup(id, "_parameters").is_some() && self.lookup(id, "_modules").is_some()
    }

    /// A tuple of non-negative integers.
    pub(super) fn sizes(&self, id: Id) -> Option<Vec<usize>> {
        let items = match self.get(id) {
            Node::Tuple(items) | Node::List(items) => items,
            Node::Call { function, arguments, .. } if self.name(*function) == "torch.Size" => {
                return self.items(*arguments).first().and_then(|a| match self.get(*a) {
                    Node::Call { .. } => None,
                    _ => self.sizes(*a),
                });
            }
            _ => return None,
        };
        items.iter().map(|i| self.size(*i)).collect()
    }

    pub(super) fn size(&self, id: Id) -> Option<usize> {
        match self.get(id) {
            Node::Int(i) => usize::try_from(*i).ok(),
            _ => None,
        }
    }

    /// How many storages and arrays the value `id` holds, as far as `visits` go.
    pub(super) fn storages(&self, id: Id, visits: &mut usize) -> usize {
        let (mut seen, mut open, mut found) = (std::collections::HashSet::new(), vec![id], 0);
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            let Some(left) = visits.checked_sub(1) else { break };
            *visits = left;
            match self.get(id) {
                Node::Persistent(_) | Node::Inline { .. } => found += 1,
                Node::Tuple(items) | Node::List(items) => open.extend(items),
                Node::Dict(entries) => open.extend(entries.iter().flat_map(|(k, v)| [*k, *v])),
                Node::Object { arguments, items, state, .. } => {
                    open.extend(items.iter().chain(state).chain([arguments]));
                }
                Node::Call { function, arguments, state } => {
                    found += usize::from(super::globals::numpy(self.name(*function), "_reconstruct"));
                    open.extend(state.iter().chain([arguments]));
                }
                _ => {}
            }
        }
        found
    }

    /// The error for a name outside the tensor subset.
    pub(super) fn foreign(&self, id: Id, role: &'static str) -> Problem {
        let name = match self.get(id) {
            Node::Global(name) => name.clone(),
            Node::Call { function, .. } => self.name(*function).to_owned(),
            Node::Object { class, .. } => self.name(*class).to_owned(),
            _ => "a value that is not a name".into(),
        };
        Problem::ForeignGlobal { name, role }
    }
}
