"""netCDF files whose dimensions say what is time, and numbers that stand for others; beside them what xarray and netCDF4 read.

    python make_dimensions.py     # xarray 2026.9.0, netCDF4 1.7.5
"""
import json, os
import netCDF4, numpy as np, xarray as xr

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(7)
a = rng.normal(size=(3, 8))
told = {"units_time": [[float(v) for v in row] for row in a.T]}
xr.Dataset({"rates": (("unit", "time"), a)}, {"time": np.arange(8) * 0.5, "unit": ["a", "b", "c"]}).to_netcdf(f"{HERE}/units_time.nc", engine="netcdf4")
xr.Dataset({"rates": (("neuron", "trial", "time"), rng.normal(size=(3, 2, 4)))}).to_netcdf(f"{HERE}/neuron_trial_time.nc", engine="netcdf4")
with netCDF4.Dataset(f"{HERE}/unsigned.nc", "w", format="NETCDF4") as f:
    f.createDimension("time", 6)
    v = f.createVariable("bytes", "i1", ("time",), fill_value=False); v._Unsigned = "true"; v[:] = np.array([0, 127, 128, 200, 255, 1], "u1").view("i1")
    w = f.createVariable("valid", "f8", ("time",)); w.valid_range = np.array([-1.0, 1.0]); w.set_auto_mask(False); w[:] = [0.5, -2.0, 1.0, 3.0, -1.0, 0.0]
with netCDF4.Dataset(f"{HERE}/unsigned.nc") as f:
    told["bytes"] = [float(v) for v in f["bytes"][:]]
    told["valid"] = [None if m else float(v) for v, m in zip(f["valid"][:].data, np.ma.getmaskarray(f["valid"][:]))]
json.dump(told, open(f"{HERE}/dimensions.json", "w"), indent=1)
