//! What to do with formats that are not read, each tried with the program that writes them.

/// What to do with a Keras model.
pub(crate) const KERAS: &str = "save its weights from Keras: np.savez(\"net.npz\", **{v.path: v.numpy() for v in \
                                keras.saving.load_model(\"model.keras\").weights})";
pub(crate) const HDF5: &str = "save its arrays from Python: a = {}; h5py.File(\"FILE\").visititems(lambda k, v: a.update({k: v[()]}) \
                    if isinstance(v, h5py.Dataset) else None); np.savez(\"net.npz\", **a)";
/// MATLAB keeps matrices by columns, which h5py shows turned.
pub(crate) const MATLAB_73: &str = "save its arrays from Python, turned as MATLAB has them: np.savez(\"net.npz\", **{k: v[()].T \
                         for k, v in h5py.File(\"FILE\").items() if isinstance(v, h5py.Dataset)})";
pub(crate) const TAR: &str = "if you trust where it comes from (loading it runs what it says), write it again from Python: \
                   torch.save(torch.load(\"FILE\", weights_only=False), \"net.pt\")";
pub(crate) const JOBLIB: &str = "if you trust where it comes from (loading it runs what it says), and it is a dictionary of arrays, \
                      write it again from Python: np.savez(\"net.npz\", **joblib.load(\"FILE\"))";
pub(crate) const JSON: &str = "save its arrays from Python: np.savez(\"net.npz\", **{k: np.array(v) for k, v in \
                    json.load(open(\"FILE\")).items()})";
pub(crate) const LEAVES: &str = "save them under their names: np.savez(\"net.npz\", **{jax.tree_util.keystr(k, simple=True, separator=\".\"): v \
     for k, v in jax.tree_util.tree_leaves_with_path(eqx.filter(model, eqx.is_array))})";
