//! A map of rooms, with what is seen in it and a way through it.

use super::chart::{Axes, Series};
use super::filled;
use crate::axes::legend::Key;
use crate::draw::color::{Color, GREY, INK, WHITE};
use crate::draw::scene::{Pen, Shape};
use crate::{Error, Figure};
use nullcline_core::tasks::navigation::{Edge, Map, Room};

/// Draws walls, lights in their colours (those of a room that look through its walls where they stand) and ways through them; a way of one point is
/// a dot.
///
/// # Shapes and units
/// Ways are in sides of a room, in the plane of the map's centres.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read.
///
/// ```
/// use nullcline_core::tasks::navigation::Map;
/// use nullcline_report::figures::{Series, rooms};
///
/// let map = Map::named("SnakePath").unwrap();
/// let figure = rooms(&map, &[Series::new("true", &[-1.0, 0.0], &[-1.0, -1.0])]).unwrap();
/// assert!(figure.svg.contains("true") && figure.caption.contains("walls"));
/// ```
pub fn rooms(map: &Map, ways: &[Series]) -> Result<Figure, Error> {
    let caption =
        "Thick lines are walls, thin ones open edges between rooms; dots are point lights in their colours.";
    let (name, title) = ("rooms", format!("Map {}", map.name));
    let corners: Vec<Series> = map.rooms.iter().map(corner).collect();
    let axes = Axes { square: true, ..Axes::new("x (sides of a room)", "y (sides of a room)") };
    let pen = |i: usize, s: &Series| {
        let pen = Pen::new(s.ink.color(i), 0.9);
        if s.dashed { pen.dashed(3.0, 1.6) } else { pen }
    };
    let listed = ways.iter().enumerate().filter(|(_, s)| s.listed());
    let legend = listed.map(|(i, s)| (Key::Line(pen(i, s)), s.label.clone())).collect();
    let all: Vec<Series> = corners.iter().chain(ways).cloned().collect();
    let Some(mut panel) = axes.panel_of(&all, legend)? else {
        return Figure::empty(name, &title, caption);
    };
    for room in &map.rooms {
        for edge in Edge::ALL {
            let open = room.exit(edge).is_some();
            let wall = if open { Pen::new(GREY, 0.4).dashed(1.5, 1.5) } else { Pen::new(INK, 1.4) };
            panel.line(side(room, edge).to_vec(), wall);
        }
    }
    for (i, s) in ways.iter().enumerate() {
        panel.series(&s.label, |panel| match s.points[..] {
            [_] => panel.dots(s.points.clone(), filled(Shape::Circle, 2.4, s.ink.color(i))),
            _ => panel.line(s.points.clone(), pen(i, s)),
        });
    }
    for (at, colour) in lights(map) {
        panel.dots([at], filled(Shape::Circle, 2.6, INK));
        panel.dots([at], filled(Shape::Circle, 2.0, colour));
    }
    panel.finish(name, &title, caption)
}

fn corner(room: &Room) -> Series {
    let [x, y] = room.centre;
    Series::new("", &[x - 0.55, x + 0.55], &[y - 0.55, y + 0.55])
}

fn side(room: &Room, edge: Edge) -> [[f64; 2]; 2] {
    let ([x, y], [a, b]) = (room.centre, edge.outwards());
    let middle = [x + 0.5 * a, y + 0.5 * b];
    // Along the edge.
    [-0.5, 0.5].map(|s| [middle[0] + s * b, middle[1] + s * a])
}

/// Lights where they stand in the plane, each once.
fn lights(map: &Map) -> Vec<([f64; 2], Color)> {
    let mut all: Vec<([f64; 2], Color)> = vec![];
    for room in &map.rooms {
        for light in &room.lights {
            let at = [room.centre[0] + light.at[0], room.centre[1] + light.at[1]];
            let top = light.colour.iter().fold(0.0f64, |m, v| m.max(*v));
            // A light of full strength has a largest part of one.
            let part = |v: f64| if top > 0.0 { (255.0 * v / top).round() as u8 } else { 0 };
            let [r, g, b] = light.colour.map(part);
            let colour = if top > 0.0 { Color(r, g, b).mix(WHITE, 0.1) } else { INK };
            let near = |p: &[f64; 2]| (p[0] - at[0]).abs() + (p[1] - at[1]).abs() < 1e-6;
            if !all.iter().any(|(p, _)| near(p)) {
                all.push((at, colour));
            }
        }
    }
    all
}
