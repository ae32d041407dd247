//! What a Keras model's description says of the layers around the recurrent one (`tests/golden/io/keras/make_around.py`).

use crate::common::golden;
use nullcline::io::tensors::read;
use nullcline::systems::checkpoint::{Network, Spec, load};
use std::path::Path;

fn network(name: &str) -> Result<Network, String> {
    let file = read(Path::new(&golden(&format!("io/keras/{name}")))).unwrap();
    load(&file, &Spec::default()).map_err(|e| e.to_string())
}

#[test]
fn the_layer_that_reads_the_states_is_the_read_out() {
    for (name, outputs, words) in [
        ("dense_before", None, &["`enc` (Dense) stands before the network"][..]),
        ("softmax_after", Some(2), &["what `out` gives before its activation `softmax`"]),
        ("relu_between", None, &["`bend` (Activation) stands between"]),
        ("two_dense", None, &["`hidden` is the first of several layers"]),
        ("two_heads", None, &["`policy` (Dense) and `value` (Dense) take its states"]),
        ("every_step", Some(2), &[]),
    ] {
        for ending in ["keras", "h5"] {
            let n = network(&format!("{name}.{ending}")).unwrap();
            let found = n.readout.as_ref().map(|r| (r.weight.nrows(), r.bias.iter().any(|b| *b != 0.0)));
            // Keras begins with biases of zero.
            assert_eq!(found, outputs.map(|o| (o, false)), "{name}.{ending}: {:?}", n.said);
            for word in words {
                assert!(n.said.iter().any(|s| s.contains(word)), "{name}.{ending}: {:?}", n.said);
            }
        }
    }
}

#[test]
fn cells_of_ones_own_are_refused() {
    for name in ["own_cell.keras", "own_cell.h5"] {
        let error = network(name).err().unwrap();
        assert!(error.contains("none of SimpleRNN, GRU and LSTM") && error.contains("--map"), "{error}");
    }
}
