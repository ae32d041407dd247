//! Gates in the order of the file to gates in the cell's own.

use super::Error;
use super::parts::LayerTensors;
use crate::systems::cells::CellKind;

/// Puts the blocks of a gated cell (others have none), which the file has in the order `gates`, into PyTorch's.
pub fn in_order(
    layer: &mut LayerTensors,
    cell: &CellKind,
    gates: Option<&[String]>,
    rows: bool,
) -> Result<(), Error> {
    let own = cell.gates;
    if own.len() == 1 {
        return Ok(());
    }
    let Some(gates) = gates else {
        if rows {
            let keras = match cell.keras {
                [] => String::new(),
                keras => format!(" or --gates {}, as Keras has them", keras.join(",")),
            };
            return Err(Error::Undecided(format!(
                "`{}` is stored for row vectors under a name that does not tell the order of its gates: say --gates \
                 {}{keras}",
                layer.w.name(),
                own.join(",")
            )));
        }
        return Ok(());
    };
    let alias = |g: &str| cell.aliases.iter().find(|a| a.0 == g).map_or(g, |a| a.1).to_owned();
    let gates: Vec<String> = gates.iter().map(|g| alias(g)).collect();
    let order: Option<Vec<usize>> = own.iter().map(|g| gates.iter().position(|h| h == g)).collect();
    let Some(order) = order.filter(|o| o.len() == gates.len()) else {
        let why = format!("expected {} in the order of the file", own.join(", "));
        return Err(Error::Command(format!("--gates {}: {why}", gates.join(","))));
    };
    layer.w = layer.w.ordered(&order);
    for part in [&mut layer.u, &mut layer.b_ih, &mut layer.b_hh] {
        *part = part.as_ref().map(|e| e.ordered(&order));
    }
    Ok(())
}
