//! Rooms, exits and lights.

use std::collections::BTreeMap;

/// An edge of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edge {
    /// x = -1/2.
    Left,
    /// x = 1/2.
    Right,
    /// y = -1/2.
    Bottom,
    /// y = 1/2.
    Top,
}

impl Edge {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Left, Self::Right, Self::Bottom, Self::Top];

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
            Self::Bottom => "bottom",
            Self::Top => "top",
        }
    }
    /// The unit vector outwards.
    pub fn outwards(self) -> [f64; 2] {
        match self {
            Self::Left => [-1.0, 0.0],
            Self::Right => [1.0, 0.0],
            Self::Bottom => [0.0, -1.0],
            Self::Top => [0.0, 1.0],
        }
    }
    /// The one across the room.
    pub fn opposite(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
            Self::Bottom => Self::Top,
            Self::Top => Self::Bottom,
        }
    }
}

/// A point that emits light.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Light {
    /// Where, from the centre of the room from which it is seen.
    pub at: [f64; 2],
    /// Red, green and blue, each in [0, 1].
    pub colour: [f64; 3],
}

/// A square room of side 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Room {
    /// Its centre in the plane.
    pub centre: [f64; 2],
    /// The room behind each edge that is open, in the order of [`Edge::ALL`].
    pub exits: [Option<usize>; 4],
    /// What is seen from inside; other rooms' lights are hidden unless they are named here.
    pub lights: Vec<Light>,
}

impl Room {
    /// The room behind `edge`, if it is open.
    pub fn exit(&self, edge: Edge) -> Option<usize> {
        self.exits[edge as usize]
    }
    /// Whether nothing is seen.
    pub fn dark(&self) -> bool {
        self.lights.iter().all(|l| l.colour.iter().all(|c| *c <= 0.0))
    }
}

/// A square around a point of a room.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Goal {
    /// The room.
    pub room: usize,
    /// From its centre.
    pub at: [f64; 2],
    /// Half the side of the square.
    pub half: f64,
}

impl Goal {
    /// Whether the position `at` of `room` lies inside.
    pub fn holds(&self, room: usize, at: [f64; 2]) -> bool {
        room == self.room && (0..2).all(|i| (at[i] - self.at[i]).abs() <= self.half)
    }
}

/// A map: rooms of side 1, each with what is seen from it.
///
/// Rooms touch where they are neighbours, every exit leads back, and some room may be started in: [`Map::checked`] sees to it.
///
/// ```
/// use nullcline_core::tasks::navigation::{Edge, Map};
///
/// let map = Map::named("SnakePath").unwrap();
/// assert_eq!((map.rooms.len(), map.rooms[2].exit(Edge::Top), map.rooms[8].centre), (9, Some(3), [1.0, 1.0]));
/// // Two rooms of one look, in which nobody starts.
/// let ambiguous = Map::named("Ambiguous").unwrap();
/// assert_eq!((ambiguous.alike(7), ambiguous.starts.len()), (vec![11], 14));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// Its name.
    pub name: String,
    /// The rooms.
    pub rooms: Vec<Room>,
    /// Places where a trajectory may end, by name.
    pub goals: BTreeMap<String, Goal>,
    /// Actions that visit the map from the centre of the first room; may be empty.
    pub tour: Vec<[f64; 2]>,
    /// Rooms in which trajectories may start.
    pub starts: Vec<usize>,
}

/// Why rooms make no map.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "each variant's fields are explained by its message")]
pub enum MapError {
    #[error("line {line}: {message}; expected a map as datasets/maps/SOURCE.md describes it, mend that line")]
    Syntax { line: usize, message: String },
    #[error("found no room, expected at least one; add [[rooms]]")]
    NoRooms,
    #[error("{place}: found {found}, expected {expected}; mend it")]
    Value { place: String, found: String, expected: &'static str },
    #[error("{place}: found room {found}, expected 0 to {last}; rooms are numbered from 0 in their order")]
    NoRoom { place: String, found: u64, last: usize },
    #[error("room {room}: found two exits at the {edge} edge, expected one; take one away")]
    TwoExits { room: usize, edge: &'static str },
    #[error(
        "room {room}, exit at the {edge} edge: found room {to} {found:?} half-sides away, expected it {expected:?} away as that edge \
         is; move a centre, or name another room"
    )]
    Apart { room: usize, edge: &'static str, to: usize, found: [f64; 2], expected: [f64; 2] },
    #[error(
        "room {room}, exit at the {edge} edge: found `at` {found:?}, expected {expected:?}, the middle of that edge as room {to} has it; \
         write that"
    )]
    Entry { room: usize, edge: &'static str, to: usize, found: [f64; 2], expected: [f64; 2] },
    #[error(
        "room {room}, exit at the {edge} edge: found no way back from room {to}, expected that room to have an exit to {room} at its {back} \
         edge; add it, or close this one"
    )]
    NoWayBack { room: usize, edge: &'static str, to: usize, back: &'static str },
    #[error(
        "rooms {first} and {second}: found both at one place of the plane, expected rooms side by side; move one"
    )]
    Overlap { first: usize, second: usize },
    #[error(
        "found no room to start in, expected one that shows a light and looks like no other; add lights, or name rooms by `starts`"
    )]
    NoStart,
    #[error(
        "found the map `{found}`, expected one of {expected}; name one of them, or read a file of your own"
    )]
    Unknown { found: String, expected: String },
    #[error(
        "map `{map}`: found no goal `{found}`, expected one of its own ({expected}), or none; name one of them, or add it"
    )]
    NoGoal { map: String, found: String, expected: String },
}

impl Map {
    /// Rooms whose lights are those of `room`, in whatever order.
    pub fn alike(&self, room: usize) -> Vec<usize> {
        let own = sorted(&self.rooms[room].lights);
        (0..self.rooms.len()).filter(|k| *k != room && sorted(&self.rooms[*k].lights) == own).collect()
    }

    /// The position in the plane of `at` in `room`.
    pub fn plane(&self, room: usize, at: [f64; 2]) -> [f64; 2] {
        let centre = self.rooms[room].centre;
        [centre[0] + at[0], centre[1] + at[1]]
    }

    /// The map, if its rooms agree with each other; where `starts` is empty, all rooms that show a light and look like no other.
    ///
    /// # Errors
    /// What of it contradicts what, with the room and the edge.
    pub fn checked(mut self) -> Result<Self, MapError> {
        if self.rooms.is_empty() {
            return Err(MapError::NoRooms);
        }
        for room in 0..self.rooms.len() {
            self.apart(room)?;
            for edge in Edge::ALL {
                if let Some(to) = self.rooms[room].exit(edge) {
                    self.exit(room, edge, to)?;
                }
            }
        }
        if self.starts.is_empty() {
            let single = |k: &usize| !self.rooms[*k].dark() && self.alike(*k).is_empty();
            self.starts = (0..self.rooms.len()).filter(single).collect();
        }
        if self.starts.is_empty() { Err(MapError::NoStart) } else { Ok(self) }
    }

    /// No later room lies on this one.
    fn apart(&self, room: usize) -> Result<(), MapError> {
        let near = |a: [f64; 2], b: [f64; 2]| (0..2).all(|i| (a[i] - b[i]).abs() < 1.0 - 1e-9);
        let own = self.rooms[room].centre;
        match (room + 1..self.rooms.len()).find(|k| near(own, self.rooms[*k].centre)) {
            Some(second) => Err(MapError::Overlap { first: room, second }),
            None => Ok(()),
        }
    }

    /// The room behind that edge is there, and leads back.
    fn exit(&self, room: usize, edge: Edge, to: usize) -> Result<(), MapError> {
        let Some(other) = self.rooms.get(to) else {
            let place = format!("room {room}, exit at the {} edge", edge.name());
            return Err(MapError::NoRoom { place, found: to as u64, last: self.rooms.len() - 1 });
        };
        let (from, away) = (self.rooms[room].centre, edge.outwards());
        let found = [other.centre[0] - from[0], other.centre[1] - from[1]];
        if (0..2).any(|i| (found[i] - away[i]).abs() > 1e-9) {
            let [found, expected] = [found, away].map(|v| v.map(|x| 2.0 * x));
            return Err(MapError::Apart { room, edge: edge.name(), to, found, expected });
        }
        let back = edge.opposite();
        match other.exit(back) == Some(room) {
            true => Ok(()),
            false => Err(MapError::NoWayBack { room, edge: edge.name(), to, back: back.name() }),
        }
    }
}

/// Lights in an order of their own; dark ones show nothing.
fn sorted(lights: &[Light]) -> Vec<[f64; 5]> {
    let seen = lights.iter().filter(|l| l.colour.iter().any(|c| *c > 0.0));
    let mut all: Vec<[f64; 5]> =
        seen.map(|l| [l.at[0], l.at[1], l.colour[0], l.colour[1], l.colour[2]]).collect();
    all.sort_by(|a, b| {
        a.iter().zip(b).map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
    });
    all
}
