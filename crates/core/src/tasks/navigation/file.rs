//! Maps as text, and those of the thesis.

use super::map::{Edge, Goal, Light, Map, MapError, Room};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::f64::consts::FRAC_1_SQRT_2;

/// The maps of fanthomme2021 as text, by name.
const MAPS: [(&str, &str); 5] = [
    ("SnakePath", include_str!("../../../../../datasets/maps/SnakePath.toml")),
    ("DarkCenter", include_str!("../../../../../datasets/maps/DarkCenter.toml")),
    ("DoubleDonut", include_str!("../../../../../datasets/maps/DoubleDonut.toml")),
    ("Ambiguous", include_str!("../../../../../datasets/maps/Ambiguous.toml")),
    ("DonutPath", include_str!("../../../../../datasets/maps/DonutPath.toml")),
];

/// Half the side of a goal where a file does not say it, in half-sides of a room.
const HALF: f64 = 0.3;

/// Colours by name, of norm one but for black.
fn colour(name: &str) -> Option<[f64; 3]> {
    let (two, three) = (FRAC_1_SQRT_2, 3f64.sqrt().recip());
    Some(match name {
        "red" => [1.0, 0.0, 0.0],
        "green" => [0.0, 1.0, 0.0],
        "blue" => [0.0, 0.0, 1.0],
        "yellow" => [two, two, 0.0],
        "magenta" => [two, 0.0, two],
        "cyan" => [0.0, two, two],
        "white" => [three; 3],
        "black" => [0.0; 3],
        _ => return None,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    name: String,
    #[serde(default)]
    tour: Vec<Steps>,
    #[serde(default)]
    goals: BTreeMap<String, GoalText>,
    starts: Option<Vec<u64>>,
    #[serde(default)]
    rooms: Vec<RoomText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Steps {
    steps: u16,
    action: [f64; 2],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GoalText {
    room: u64,
    at: [f64; 2],
    half: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoomText {
    centre: [f64; 2],
    #[serde(default)]
    exits: Vec<ExitText>,
    #[serde(default)]
    lights: Vec<LightText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExitText {
    edge: String,
    to: u64,
    at: [f64; 2],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LightText {
    at: [f64; 2],
    colour: toml::Value,
}

impl Map {
    /// The names of the thesis's maps.
    pub fn names() -> [&'static str; 5] {
        MAPS.map(|(name, _)| name)
    }

    /// A map of the thesis.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn named(name: &str) -> Result<Self, MapError> {
        match MAPS.iter().find(|(own, _)| *own == name) {
            Some((_, text)) => Self::parse(text),
            None => Err(MapError::Unknown { found: name.into(), expected: Self::names().join(", ") }),
        }
    }

    /// A map of the text of a file, TOML as `datasets/maps/SOURCE.md` describes it; its numbers are half-sides of a room, those of the
    /// map sides.
    ///
    /// # Errors
    /// What is wrong, where, what was found and expected.
    ///
    /// ```
    /// use nullcline_core::tasks::navigation::Map;
    ///
    /// let open = "name = \"two\"
    /// [[rooms]]
    /// centre = [0, 0]
    /// exits = [{ edge = \"right\", to = 1, at = [-1, 0] }]
    /// lights = [{ at = [0, 0], colour = \"red\" }]
    /// [[rooms]]
    /// centre = [2, 0]";
    /// assert!(Map::parse(open).unwrap_err().to_string().contains("no way back from room 1"));
    /// let back = "\nexits = [{ edge = \"left\", to = 0, at = [1, 0] }]";
    /// let map = Map::parse(&(open.to_owned() + back)).unwrap();
    /// // Nothing is seen from the second room, so that no trajectory starts there.
    /// assert_eq!((map.rooms[1].centre, map.starts), ([1.0, 0.0], vec![0]));
    /// ```
    pub fn parse(text: &str) -> Result<Self, MapError> {
        let text: Text = toml::from_str(text).map_err(|e| {
            let line = e.span().map_or(1, |s| 1 + text[..s.start.min(text.len())].matches('\n').count());
            MapError::Syntax { line, message: e.message().trim().replace('\n', " ") }
        })?;
        let count = text.rooms.len();
        let rooms: Result<_, _> = text.rooms.iter().enumerate().map(|(k, r)| room(k, r, count)).collect();
        let goals: Result<_, _> =
            text.goals.iter().map(|(name, g)| Ok((name.clone(), goal(name, g, count)?))).collect();
        let mut tour = vec![];
        for (k, s) in text.tour.iter().enumerate() {
            let action = lengths(&|| format!("tour, entry {}", k + 1), s.action)?;
            tour.resize(tour.len() + usize::from(s.steps), action);
        }
        let starts: Result<_, _> =
            text.starts.iter().flatten().map(|k| known(&|| "starts".into(), *k, count)).collect();
        Self { name: text.name, rooms: rooms?, goals: goals?, tour, starts: starts? }.checked()
    }
}

/// Half-sides as sides.
fn lengths(place: &dyn Fn() -> String, at: [f64; 2]) -> Result<[f64; 2], MapError> {
    match at.iter().all(|v| v.is_finite()) {
        true => Ok(at.map(|v| 0.5 * v)),
        false => {
            Err(MapError::Value { place: place(), found: format!("{at:?}"), expected: "two finite numbers" })
        }
    }
}

/// The room of that number.
fn known(place: &dyn Fn() -> String, room: u64, count: usize) -> Result<usize, MapError> {
    if count == 0 {
        return Err(MapError::NoRooms);
    }
    match usize::try_from(room) {
        Ok(room) if room < count => Ok(room),
        _ => Err(MapError::NoRoom { place: place(), found: room, last: count - 1 }),
    }
}

fn goal(name: &str, g: &GoalText, count: usize) -> Result<Goal, MapError> {
    let place = || format!("goal {name}");
    let (room, at, half) = (known(&place, g.room, count)?, lengths(&place, g.at)?, g.half.unwrap_or(HALF));
    if at.iter().any(|v| v.abs() > 0.5) {
        return Err(MapError::Value {
            place: place(),
            found: format!("{:?}", g.at),
            expected: "a point of its room, -1 to 1",
        });
    }
    match half > 0.0 && half.is_finite() {
        true => Ok(Goal { room, at, half: 0.5 * half }),
        false => Err(MapError::Value {
            place: place(),
            found: format!("half = {half}"),
            expected: "a length above 0",
        }),
    }
}

fn room(k: usize, r: &RoomText, count: usize) -> Result<Room, MapError> {
    let centre = lengths(&|| format!("room {k}, centre"), r.centre)?;
    let mut exits = [None; 4];
    for (i, exit) in r.exits.iter().enumerate() {
        let place = || format!("room {k}, exit {}", i + 1);
        let Some(edge) = Edge::ALL.into_iter().find(|e| e.name() == exit.edge) else {
            let found = format!("edge = {:?}", exit.edge);
            return Err(MapError::Value { place: place(), found, expected: "left, right, bottom or top" });
        };
        let to = known(&place, exit.to, count)?;
        if exits[edge as usize].replace(to).is_some() {
            return Err(MapError::TwoExits { room: k, edge: edge.name() });
        }
        let expected = edge.opposite().outwards();
        if (0..2).any(|c| !((exit.at[c] - expected[c]).abs() <= 1e-9)) {
            return Err(MapError::Entry { room: k, edge: edge.name(), to, found: exit.at, expected });
        }
    }
    let lights: Result<_, _> = r.lights.iter().enumerate().map(|(i, l)| light(k, i, l)).collect();
    Ok(Room { centre, exits, lights: lights? })
}

fn light(room: usize, i: usize, l: &LightText) -> Result<Light, MapError> {
    let place = || format!("room {room}, light {}", i + 1);
    let number = |v: &toml::Value| {
        v.as_float().or(v.as_integer().map(|n| n as f64)).filter(|v| (0.0..=1.0).contains(v))
    };
    let colour = match &l.colour {
        toml::Value::String(name) => colour(name),
        toml::Value::Array(three) => {
            let values: Option<Vec<f64>> = three.iter().map(number).collect();
            values.and_then(|v| v.try_into().ok())
        }
        _ => None,
    };
    let expected = "red, green, blue, yellow, magenta, cyan, white, black, or [red, green, blue] from 0 to 1";
    match colour {
        Some(colour) => Ok(Light { at: lengths(&place, l.at)?, colour }),
        None => Err(MapError::Value { place: place(), found: format!("colour = {}", l.colour), expected }),
    }
}
