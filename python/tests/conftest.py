"""What tests share: networks and recordings of the repository, and a warning that is none of theirs."""

from pathlib import Path

import numpy as np
import pytest

DATASETS = Path(__file__).resolve().parents[2] / "datasets"


@pytest.fixture
def datasets():
    """The repository's own files."""
    return DATASETS


@pytest.fixture
def gru():
    """A GRU of 6 units and 2 inputs with a read-out, as PyTorch names its arrays."""
    rng = np.random.default_rng(3)
    n, d = 6, 2
    one = lambda *shape: rng.normal(size=shape) / np.sqrt(n)
    return {
        "rnn.weight_ih_l0": one(3 * n, d), "rnn.weight_hh_l0": 2 * one(3 * n, n), "rnn.bias_ih_l0": one(3 * n),
        "rnn.bias_hh_l0": one(3 * n), "readout.weight": one(2, n), "readout.bias": one(2),
    }
