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
    Tuple(Vec<Id>),
    /// A list or a set.
    List(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    /// A name, `module.attribute`; never looked up.
    Global(String),
    /// An accepted name applied to arguments; never performed.
    Call {
        global: String,
        arguments: Vec<Id>,
    },
    /// A reference to a storage of the archive.
    Persistent(Id),
    /// An instance of a class that is not known: allowed only where it turns out to be a module.
    Object {
        class: Id,
        state: Option<Id>,
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

    pub(super) fn iter(&self) -> impl Iterator<Item = (Id, &Node)> {
        self.nodes.iter().enumerate()
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
            Node::Call { global, arguments } if global == "torch.Size" => {
                return arguments.first().and_then(|a| match self.get(*a) {
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

    /// An error unless every name outside the tensor subset is the class of a module.
    pub(super) fn check_globals(&self) -> Result<(), Problem> {
        let mut classes = vec![false; self.nodes.len()];
        for node in &self.nodes {
            let Node::Object { class, state } = node else { continue };
            if !state.is_some_and(|s| self.is_module_state(s)) {
                return Err(self.foreign(*class, "makes an object of"));
            }
            classes[*class] = true;
        }
        for (id, node) in self.iter() {
            if matches!(node, Node::Global(name) if !super::globals::known(name)) && !classes[id] {
                return Err(self.foreign(id, "refers to"));
            }
        }
        Ok(())
    }

    /// The error for a name outside the tensor subset.
    pub(super) fn foreign(&self, id: Id, role: &'static str) -> Problem {
        let name = match self.get(id) {
            Node::Global(name) => name.clone(),
            Node::Call { global, .. } => format!("the result of {global}"),
            _ => "a value that is not a name".into(),
        };
        Problem::ForeignGlobal { name, role }
    }
}
