//! What to do with formats that are not read, each tried with the program that writes them.

pub(crate) const TAR: &str = "if you trust where it comes from (loading it runs what it says), write it again from Python: \
                   torch.save(torch.load(\"FILE\", weights_only=False), \"net.pt\")";
pub(crate) const JOBLIB: &str = "if you trust where it comes from (loading it runs what it says), and it is a dictionary of arrays, \
                      write it again from Python: np.savez(\"net.npz\", **joblib.load(\"FILE\"))";
pub(crate) const JSON: &str = "save its arrays from Python: np.savez(\"net.npz\", **{k: np.array(v) for k, v in \
                    json.load(open(\"FILE\")).items()})";
pub(crate) const LEAVES: &str = "save them under their names: np.savez(\"net.npz\", **{jax.tree_util.keystr(k, simple=True, separator=\".\"): v \
     for k, v in jax.tree_util.tree_leaves_with_path(eqx.filter(model, eqx.is_array))})";
