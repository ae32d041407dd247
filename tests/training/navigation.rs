//! Maps against the program's tables, walks by their rules, the retina against its formula, and how well it tells where a light is.

#![allow(clippy::float_cmp, reason = "halves, and what is computed twice alike")]

use nullcline::linalg::random::{Use, normal, stream, uniform};
use nullcline::tasks::navigation::{
    Edge, GridWorld, Light, Map, MapError, Normalisation, Place, Retina, World, linear,
};
use nullcline::tasks::{Abreast, Environment, Episode};
use std::collections::BTreeSet;

const TABLES: &str = include_str!("../golden/maps/tables.txt");

/// The two numbers of `(x,y)` at the head of a text, and what follows.
fn pair(text: &str) -> ([f64; 2], &str) {
    let (inside, rest) = text.strip_prefix('(').unwrap().split_once(')').unwrap();
    let (x, y) = inside.split_once(',').unwrap();
    ([x.parse().unwrap(), y.parse().unwrap()], rest)
}

/// Lines `  room: ...` after the line that begins with `head`, in the map's section.
fn block(map: &str, head: &str) -> Vec<&'static str> {
    let section = TABLES.split("### ").find(|s| s.lines().next() == Some(map)).unwrap();
    let lines = section.lines().skip_while(|l| !l.starts_with(head)).skip(1);
    lines.take_while(|l| l.starts_with("  ")).map(|l| l.split_once(':').unwrap().1.trim()).collect()
}

fn colour(text: &str) -> [f64; 3] {
    let (two, three) = (0.5f64.sqrt(), (1.0f64 / 3.0).sqrt());
    let known = match &text[..1] {
        "R" => [1.0, 0.0, 0.0],
        "G" => [0.0, 1.0, 0.0],
        "B" => [0.0, 0.0, 1.0],
        "Y" => [two, two, 0.0],
        "M" => [two, 0.0, two],
        "C" => [0.0, two, two],
        "W" => [three; 3],
        "0" => [0.0; 3],
        other => panic!("{other}"),
    };
    if text.ends_with("*(1.414)") { known.map(|c| c * 2f64.sqrt()) } else { known }
}

/// Every room, exit, light, goal and tour is that of the program's tables.
#[test]
fn maps_are_those_of_the_program() {
    let files = [
        ("SnakePath", "SnakePath", "Default", "snakepath"),
        ("DarkCenter", "SnakePath", "DarkCenter", "snakepath"),
        ("DoubleDonut", "DoubleDonut", "Default", "doubledonut"),
        ("Ambiguous", "DoubleDonut", "Ambiguous", "doubledonut"),
        ("DonutPath", "DonutPath", "Default", ""),
    ];
    assert_eq!(Map::names().map(String::from).to_vec(), files.map(|f| f.0.to_owned()).to_vec());
    for (name, table, layout, tour) in files {
        let map = Map::named(name).unwrap();
        let section = TABLES.split("### ").find(|s| s.lines().next() == Some(table)).unwrap();
        let centres = section.lines().find_map(|l| l.strip_prefix("centers: ")).unwrap();
        let centres: Vec<[f64; 2]> =
            centres.split(' ').map(|c| pair(c.split_once(':').unwrap().1).0.map(|v| v / 2.0)).collect();
        assert_eq!(map.rooms.iter().map(|r| r.centre).collect::<Vec<_>>(), centres, "{name}");
        let (exits, lights) = (block(table, "exits"), block(table, &format!("layout {layout} ")));
        assert_eq!((exits.len(), lights.len()), (centres.len(), centres.len()));
        for (k, room) in map.rooms.iter().enumerate() {
            let mut known = [None; 4];
            for exit in exits[k].split(", ") {
                let (to, rest) = exit.split_once('@').unwrap();
                let edge = Edge::ALL["LRBT".find(&rest[..1]).unwrap()];
                known[edge as usize] = Some(to.parse().unwrap());
                // The entry point is the middle of the edge across.
                assert_eq!(pair(&rest[3..]).0, edge.opposite().outwards());
            }
            assert_eq!(room.exits, known, "{name} {k}");
            let known: Vec<Light> = (lights[k].split(' '))
                .map(|l| {
                    let (at, c) = pair(l);
                    Light { at: at.map(|v| v / 2.0), colour: colour(c) }
                })
                .collect();
            assert_eq!(room.lights.len(), known.len(), "{name} {k}");
            for (a, b) in room.lights.iter().zip(&known) {
                let far = a.colour.iter().zip(b.colour).any(|(a, b)| (a - b).abs() > 1e-15);
                assert!(a.at == b.at && !far, "{name} {k}: {a:?} {b:?}");
            }
        }
        let known: Vec<[f64; 2]> = TABLES
            .lines()
            .find_map(|l| l.strip_prefix(&format!("{tour}_trajectory: ")))
            .map_or(vec![], |l| l.split_once(": ").unwrap().1.split(' ').collect())
            .into_iter()
            .flat_map(|run| {
                let (count, at) = run.split_once('x').unwrap();
                vec![pair(at).0.map(|v| v / 2.0); count.parse().unwrap()]
            })
            .collect();
        assert_eq!(map.tour, known, "{name}");
        let goals: Vec<(&str, usize)> = map.goals.iter().map(|(n, g)| (n.as_str(), g.room)).collect();
        let known: &[(&str, usize)] = match table {
            "SnakePath" => &[("Default", 4), ("TopRight", 8)],
            "DoubleDonut" => &[("Default", 4)],
            _ => &[],
        };
        assert_eq!(goals, known);
        assert!(map.goals.values().all(|g| g.at == [0.0; 2] && g.half == 0.15));
    }
}

/// Trajectories start in rooms that show a light and look like no other.
#[test]
fn rooms_to_start_in() {
    let starts = |name: &str| Map::named(name).unwrap().starts;
    let all_but = |n: usize, not: &[usize]| (0..n).filter(|k| !not.contains(k)).collect::<Vec<_>>();
    assert_eq!(starts("SnakePath"), all_but(9, &[]));
    assert_eq!(starts("DarkCenter"), all_but(9, &[4]));
    assert_eq!(starts("DoubleDonut"), all_but(16, &[]));
    assert_eq!(starts("Ambiguous"), all_but(16, &[7, 11]));
    assert_eq!(Map::named("DoubleDonut").unwrap().alike(7), [0usize; 0]);
}

const TWO: &str = "name = \"two\"
[[rooms]]
centre = [0, 0]
exits = [{ edge = \"right\", to = 1, at = [-1, 0] }]
lights = [{ at = [0, 0], colour = \"red\" }]
[[rooms]]
centre = [2, 0]
exits = [{ edge = \"left\", to = 0, at = [1, 0] }]
lights = [{ at = [0, 0], colour = [0.5, 0, 1] }]
";

/// One change at a time, and what is said of it.
#[test]
fn a_wrong_map_is_told_where() {
    assert_eq!(Map::parse(TWO).unwrap().starts, [0, 1]);
    let says = |from: &str, to: &str, words: &[&str]| {
        assert_eq!(TWO.matches(from).count(), 1, "{from}");
        let error = Map::parse(&TWO.replace(from, to)).unwrap_err().to_string();
        assert!(words.iter().all(|w| error.contains(w)), "{from} -> {to}: {error}");
    };
    says("centre = [2, 0]", "centre = [2, 1]", &["room 0", "right edge", "[2.0, 1.0]", "[2.0, 0.0]"]);
    says("centre = [2, 0]", "centre = [1, 0]", &["rooms 0 and 1", "one place"]);
    says("centre = [2, 0]", "centre = [2, nan]", &["room 1, centre", "finite"]);
    says("to = 1", "to = 2", &["room 0, exit 1", "found room 2", "0 to 1"]);
    says("to = 1", "to = -1", &["line 4"]);
    says(
        "to = 0, at = [1, 0] }",
        "to = 0, at = [1, 1] }",
        &["room 1", "left edge", "[1.0, 1.0]", "[1.0, 0.0]"],
    );
    says(
        "exits = [{ edge = \"left\", to = 0, at = [1, 0] }]",
        "",
        &["room 0", "no way back from room 1", "left"],
    );
    says("edge = \"left\"", "edge = \"west\"", &["room 1, exit 1", "west", "left, right, bottom or top"]);
    let twice = "{ edge = \"left\", to = 0, at = [1, 0] }, { edge = \"left\", to = 0, at = [1, 0] }";
    says("{ edge = \"left\", to = 0, at = [1, 0] }", twice, &["room 1", "two exits", "left"]);
    says("\"red\"", "\"pink\"", &["room 0, light 1", "pink", "magenta"]);
    says("[0.5, 0, 1]", "[0.5, 0, 2]", &["room 1, light 1", "from 0 to 1"]);
    says("[0.5, 0, 1]", "[0.5, 0]", &["room 1, light 1"]);
    says("name = \"two\"\n", "name = \"two\"\nlamps = 3\n", &["line 2", "lamps"]);
    says("name = \"two\"\n", "", &["name"]);
    says("name = \"two\"\n", "name = \"two\"\nstarts = [2]\n", &["starts", "found room 2"]);
    let goal = "name = \"two\"\n[goals.there]\nroom = 1\nat = [0, 2]\n";
    says("name = \"two\"\n", goal, &["goal there", "[0.0, 2.0]"]);
    assert_eq!(Map::parse("name = \"none\"").unwrap_err(), MapError::NoRooms);
    let dark = TWO.replace("\"red\"", "\"black\"").replace("[0.5, 0, 1]", "[0, 0, 0]");
    assert_eq!(Map::parse(&dark).unwrap_err(), MapError::NoStart);
    assert!(Map::named("Maze").unwrap_err().to_string().contains("SnakePath"));
    let map = Map::parse(TWO).unwrap();
    assert!(World::new(map, Some("cheese")).unwrap_err().to_string().contains("cheese"));
}

fn world(map: &str, goal: Option<&str>) -> World {
    World::new(Map::named(map).unwrap(), goal).unwrap()
}

/// Displacements are what the plane says, rooms change through exits alone, one at a time, and nobody leaves a room otherwise.
#[test]
fn walks_obey_walls() {
    for name in Map::names() {
        let world = world(name, None);
        let map = world.map();
        let (mut crossed, mut stopped) = (0, 0);
        for way in world.wanders(3, 0, 200, 60, 0.5) {
            let start = map.plane(way.places[0].room, way.places[0].at);
            for ((pair, sum), action) in way.places.windows(2).zip(way.displacements()).zip(&way.actions) {
                let [from, to] = [pair[0], pair[1]];
                let at = map.plane(to.room, to.at);
                assert!((0..2).all(|i| to.at[i].abs() <= 0.5 && (at[i] - start[i] - sum[i]).abs() < 1e-12));
                let exits = &map.rooms[from.room].exits;
                assert!(from.room == to.room || exits.contains(&Some(to.room)), "{name}: {from:?} {to:?}");
                crossed += usize::from(from.room != to.room);
                stopped += usize::from(to.at.iter().any(|v| v.abs() == 0.5));
                assert!(action.iter().all(|a| a.is_finite()));
            }
        }
        assert!(crossed > 1000 && stopped > 1000, "{name}: {crossed} {stopped}");
    }
}

/// By hand, in the lower left room of a ring, which is open to the right (room 1) and upwards (room 7).
#[test]
fn corners_toss_a_coin() {
    let world = world("DonutPath", None);
    let corner = Place { room: 0, at: [0.25, 0.375] };
    // x is stopped, so that it goes up.
    let up = world.step(corner, [0.5, 0.5], || true);
    assert_eq!((up.place, up.action, up.wall), (Place { room: 7, at: [0.5, -0.125] }, [0.25, 0.5], true));
    let right = world.step(corner, [0.5, 0.5], || false);
    assert_eq!((right.place, right.action), (Place { room: 1, at: [-0.25, 0.5] }, [0.5, 0.125]));
    // No more than one edge in an action: stopped by the far wall of room 1, though room 2 is open.
    let far = world.step(corner, [2.0, 0.0], || unreachable!());
    assert_eq!((far.place, far.action), (Place { room: 1, at: [0.5, 0.375] }, [1.25, 0.0]));
    // A wall: the lower left corner is closed on both sides.
    let shut = world.step(Place { room: 0, at: [-0.25, -0.25] }, [-1.0, -0.5], || true);
    assert_eq!((shut.place.at, shut.action), ([-0.5, -0.5], [-0.25, -0.25]));
}

/// Shares that reach the goal of SnakePath within 15, 40 and 100 actions, and of steps that are frozen: simulated independently from the
/// program's rules, in full per cents.
#[test]
fn goals_freeze_as_many_as_in_the_program() {
    let world = world("SnakePath", Some("Default"));
    let count = 20_000;
    for (steps, reached, frozen) in [(15, 0.07, None), (40, 0.17, Some(0.09)), (100, 0.35, Some(0.20))] {
        let ways = world.wanders(5, 0, count, steps, 0.5);
        let share = ways.iter().filter(|w| w.reached.is_some()).count() as f64 / count as f64;
        // A rounding, and four standard errors of either simulation (the known one's size is not told: as many).
        let reach = 0.005 + 4.0 * (2.0 * reached * (1.0 - reached) / count as f64).sqrt();
        assert!((share - reached).abs() < reach, "{steps}: {share} {reached}");
        let still: usize = ways.iter().map(|w| w.reached.map_or(0, |t| steps - t)).sum();
        let still = still as f64 / (count * steps) as f64;
        assert!(frozen.is_none_or(|f| (still - f).abs() < 0.005 + reach), "{steps}: {still} {frozen:?}");
        for way in ways.iter().filter(|w| w.reached.is_some()).take(50) {
            let t = way.reached.unwrap();
            assert!(way.places[t..].iter().all(|p| *p == way.places[t] && world.reached(*p)));
            assert!(way.actions[t..].iter().all(|a| *a == [0.0; 2]) && !world.reached(way.places[t - 1]));
        }
    }
}

/// Tours see every room.
#[test]
fn tours_see_everything() {
    for (name, rooms) in [("SnakePath", 9), ("DoubleDonut", 16)] {
        let world = world(name, None);
        let start = Place { room: 0, at: [0.0; 2] };
        let way = world.follow(start, &world.map().tour, &mut stream(1, Use::Task, 0));
        let seen: BTreeSet<usize> = way.places.iter().map(|p| p.room).collect();
        assert_eq!(seen.len(), rooms, "{name}: {seen:?}");
    }
}

#[test]
fn threads_change_nothing() {
    let (world, retina) = (world("Ambiguous", Some("Default")), Retina::coded());
    let run = |threads| {
        let pool = rayon_pool(threads);
        pool.install(|| {
            let ways = world.wanders(9, 0, 64, 40, 0.5);
            let places: Vec<Place> = ways.iter().map(|w| w.places[40]).collect();
            let mut images = vec![0f32; places.len() * retina.len()];
            retina.images(world.map(), &places, &mut images);
            (ways, images)
        })
    };
    assert!(run(1) == run(3));
}

fn rayon_pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

/// A thousand episodes side by side are those that are played alone, and begin anew when they are over.
#[test]
fn episodes_abreast() {
    let small = Retina::new(8, [0.3, 0.5], Normalisation::MeanSquare);
    let grid = GridWorld { retina: small, ..GridWorld::named("SnakePath", Some("Default"), 5).unwrap() };
    let count = 1000;
    let mut many = Abreast::new(&grid, 4, count);
    let action = |k: usize, t: usize| {
        let mut rng = stream(8, Use::Fixture, (1000 * t + k) as u64);
        [0.5 * normal(&mut rng), 0.5 * normal(&mut rng)]
    };
    let mut alone: Vec<_> = (0..count)
        .map(|k| {
            let mut seen = vec![0.0; grid.inputs()];
            (Some(grid.reset(4, k as u64, &mut seen)), seen)
        })
        .collect();
    let (mut next, mut ended) = (count as u64, [0, 0]);
    for t in 0..12 {
        let answers: Vec<f64> = (0..count).flat_map(|k| action(k, t)).collect();
        let reactions = many.step(&answers);
        for (k, ((episode, seen), reaction)) in alone.iter_mut().zip(&reactions).enumerate() {
            let known = match episode {
                Some(e) => e.step(&action(k, t), seen),
                None => {
                    *episode = Some(grid.reset(4, next, seen));
                    next += 1;
                    assert!(reaction.reward == 0.0 && !reaction.done);
                    *reaction
                }
            };
            assert_eq!((*reaction, many.observation(k)), (known, &seen[..]));
            if known.done {
                let way = episode.take().unwrap().played();
                ended[usize::from(way.reached.is_some())] += 1;
                assert_eq!(way.reached.is_some(), known.reward > 0.5);
                assert!(way.reached.is_some() || way.actions.len() == 5);
            }
        }
    }
    assert!(ended[0] > 1000 && ended[1] > 10, "{ended:?}");
    // An answer that is not a number does not move.
    let mut seen = vec![0.0; grid.inputs()];
    let mut episode = grid.reset(4, 0, &mut seen);
    let (before, place) = (seen.clone(), episode.place());
    let reaction = episode.step(&[f64::NAN, 0.0], &mut seen);
    assert!(reaction.reward == -0.01 && seen == before && episode.place() == place);
    assert!(
        episode.step(&[f64::INFINITY, 0.0], &mut seen).reward <= -0.05 + 1.0 && episode.place().at[0] == 0.5
    );
}

/// numpy 2: A = 1 / np.sqrt((g**2).mean(-1)).mean() over np.linspace(-1, 1, 100)^2, and 1 / np.sqrt((g**2).sum(-1)).mean() over
/// np.linspace(-.5, .5, 100)^2, with g the 64^2 cells for A = 1. The first two are the 9.28 and 19.95.
#[test]
fn retinas_are_normalised() {
    use Normalisation::{MeanSquare, Norm};
    let known = [
        ([0.3, 0.5], MeanSquare, 9.281_505_928_342_854),
        ([0.4, 0.5], MeanSquare, 19.946_818_002_257_8),
        ([0.3, 0.5], Norm, 0.121_117_678_173_217_65),
        ([0.4, 0.5], Norm, 0.288_332_620_442_332_54),
    ];
    for (widths, normalisation, gain) in known {
        let found = Retina::new(64, widths, normalisation).gain();
        assert!((found - gain).abs() < 1e-11 * gain, "{widths:?} {normalisation:?}: {found}");
    }
}

/// Eq. B.1 cell by cell, in f64 and f32.
#[test]
fn images_are_sums_of_differences_of_gaussians() {
    let retina = Retina::coded();
    let map = Map::named("DoubleDonut").unwrap();
    let mut rng = stream(2, Use::Fixture, 0);
    for room in [0, 6, 8, 14] {
        let eye = [uniform(&mut rng, -0.5, 0.5), uniform(&mut rng, -0.5, 0.5)];
        let lights = &map.rooms[room].lights;
        let (mut image, mut single) = (vec![0.0; retina.len()], vec![0f32; retina.len()]);
        retina.image(eye, lights, &mut image);
        retina.images(&map, &[Place { room, at: eye }], &mut single);
        let cell = |i: usize| i as f64 / 63.0 - 0.5;
        for (k, (found, single)) in image.iter().zip(&single).enumerate() {
            let (colour, y, x) = (k / 4096, k / 64 % 64, k % 64);
            let one = |l: &Light| {
                let square = (cell(x) + eye[0] - l.at[0]).powi(2) + (cell(y) + eye[1] - l.at[1]).powi(2);
                let gauss = |s: f64| (-square / (2.0 * s * s)).exp() / (std::f64::consts::TAU * s).sqrt();
                l.colour[colour] * retina.gain() * (gauss(0.3) - gauss(0.5))
            };
            let known: f64 = lights.iter().map(one).sum();
            assert!((found - known).abs() < 1e-12 && (f64::from(*single) - known).abs() < 2e-5, "{k}");
        }
    }
}

/// Root mean square error of the ridge regression of the position on the 64^2 cells over a 100 x 100 lattice (numpy 2: the
/// singular values of the cells' activity, damped by s^2 / (s^2 + ridge)); the ridge is the square of a share of the largest one.
#[test]
fn linear_decoders_are_as_good_as_their_digits() {
    let retina = Retina::coded();
    let known = [
        (1e-4, 0.044_489_810_525_979_986, 1e-3),
        (1e-6, 0.017_096_254_893_256_637, 1e-3),
        // What eq. B.4 resolves in double precision: the thesis's 1e-2.
        (1e-8, 0.006_716_372_742_723_467, 1e-3),
        (1e-12, 0.000_793_245_875_689_500_2, 5e-2),
    ];
    for (share, error, tolerance) in known {
        let found = linear(&retina, 1.0, 100, (share * 5_197.452_591_871_991f64).powi(2)).unwrap();
        let own = found.errors.root_mean_square;
        assert!((own - error).abs() < tolerance * error, "{share}: {own} {error}");
        // The weights on images, unless these have not the digits.
        for at in [[-1.0, -1.0], [1.0, 1.0]].into_iter().filter(|_| share > 1e-9) {
            let mut image = vec![0.0; retina.len()];
            retina.image([0.0; 2], &[Light { at, colour: [0.0, 1.0, 0.0] }], &mut image);
            let said = |c: usize| (0..4096).map(|k| image[4096 + k] * found.weights[(k, c)]).sum::<f64>();
            let k = if at[0] > 0.0 { 99 } else { 0 };
            let distance = (said(0) - at[0]).hypot(said(1) - at[1]);
            let known = found.errors.distance[(k, k)];
            assert!((distance - known).abs() < 1e-3 * known, "{share}: {distance} {known}");
        }
    }
}
