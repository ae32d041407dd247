// What the other scripts share.
const make = (tag, set = {}, ...inside) => {
  const e = Object.assign(document.createElement(tag), set);
  e.append(...inside);
  return e;
};

// A number with as many digits as a picture is worth.
const written = (v, size = Math.abs(v)) => {
  if (!isFinite(v)) return "–";
  if (Math.abs(v) < 1e-9 * size || v === 0) return "0";
  const power = Math.floor(Math.log10(Math.abs(v)));
  if (power < -4 || power > 5) return superscript(v.toExponential(2));
  const digits = Math.max(0, Math.min(6, 2 - Math.floor(Math.log10(Math.max(size, 1e-6)))));
  return v.toFixed(digits).replace("-", "−");
};
const superscript = text => text.replace(/e([+-]?)(\d+)/, (_, sign, digits) =>
  "×10" + (sign === "-" ? "⁻" : "") + [...digits].map(d => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]).join("")).replace("-", "−");

// Round values inside a range, and how they are written.
const ticks = (lo, hi, about) => {
  const raw = (hi - lo) / about;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * [1, 2, 5, 10].find(m => m * power >= raw * 0.75);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const all = [];
  for (let k = Math.ceil(lo / step); k * step <= hi; k++) {
    const text = digits < 5 && step < 1e5 ? (k * step).toFixed(digits).replace("-", "−") : written(k * step);
    all.push([k * step, text]);
  }
  return all;
};
