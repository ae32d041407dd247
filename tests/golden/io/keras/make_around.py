"""Keras models whose layers around the recurrent one matter, and cells of one's own; what they are stands in the names.

    KERAS_BACKEND=jax python make_around.py     # Keras 3.15.1
"""
import os

os.environ.setdefault("KERAS_BACKEND", "jax")
import keras
from keras import layers as L

HERE = os.path.dirname(os.path.abspath(__file__))
keras.utils.set_random_seed(1)


def keep(name, inputs, outputs, endings=("keras", "h5")):
    model = keras.Model(inputs, outputs)
    for ending in endings:
        model.save(f"{HERE}/{name}.{ending}")


def start(d=3):
    return keras.Input((4, d))


class Leaky(L.GRUCell):
    def call(self, inputs, states, training=False):
        out, new = super().call(inputs, states, training)
        new = new[0] if isinstance(new, (list, tuple)) else new
        mixed = 0.5 * new + 0.5 * (states[0] if isinstance(states, (list, tuple)) else states)
        return mixed, [mixed]


x = start()
keep("dense_before", x, L.SimpleRNN(3, return_sequences=True, name="net")(L.Dense(3, name="enc")(x)))
x = start()
keep("softmax_after", x, L.Dense(2, activation="softmax", name="out")(L.GRU(4, return_sequences=True, name="net")(x)))
x = start()
keep("relu_between", x, L.Dense(2, name="out")(L.Activation("relu", name="bend")(L.GRU(4, return_sequences=True, name="net")(x))))
x = start()
keep("two_dense", x, L.Dense(2, name="out")(L.Dense(4, activation="relu", name="hidden")(L.GRU(4, return_sequences=True, name="net")(x))))
x = start()
h = L.GRU(4, return_sequences=True, name="net")(x)
keep("two_heads", x, [L.Dense(2, name="policy")(h), L.Dense(1, name="value")(h)])
x = start()
keep("every_step", x, L.TimeDistributed(L.Dense(2, name="inner"), name="out")(L.Dropout(0.1)(L.GRU(4, return_sequences=True, name="net")(x))))
x = start()
keep("own_cell", x, L.RNN(Leaky(4), return_sequences=True, name="net")(x))
