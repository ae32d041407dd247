// The box around the states: its edges, and ticks and names along the three that are free.
const drawAxes = (c, view, axes, colors) => {
  const corner = bits => view.at(...[0, 1, 2].map(k => (bits >> k & 1) * view.steps));
  const corners = Array.from({ length: 8 }, (_, bits) => corner(bits));
  const middle = view.at(...[0.5, 0.5, 0.5].map(v => v * view.steps));
  const farthest = corners.reduce((best, p, k) => (p[2] < corners[best][2] ? k : best), 0);
  [c.lineWidth, c.font] = [1, "12px system-ui, sans-serif"];
  for (let bits = 0; bits < 8; bits++) {
    for (let k = 0; k < 3; k++) {
      if (bits >> k & 1) continue;
      const [a, b] = [corners[bits], corners[bits | (1 << k)]];
      // The three edges that meet in the nearest corner would lie over everything.
      const near = [bits, bits | (1 << k)].includes(7 - farthest);
      if (near) continue;
      c.strokeStyle = colors("cd0d0d0");
      line(c, a, b);
    }
  }
  for (let k = 0; k < 3; k++) named(c, view, axes[k], k, corners, middle, colors);
};

const line = (c, a, b) => {
  c.beginPath();
  c.moveTo(a[0], a[1]);
  c.lineTo(b[0], b[1]);
  c.stroke();
};

// The edge that carries the ticks of axis k: the outermost one, downwards for the floor and to the left for the height.
const free = (k, corners) => {
  const edges = [0, 1, 2, 3, 4, 5, 6, 7].filter(bits => !(bits >> k & 1)).map(bits => [bits, bits | (1 << k)]);
  const out = ([a, b]) => (k === 2 ? -(corners[a][0] + corners[b][0]) : corners[a][1] + corners[b][1]);
  return edges.reduce((best, e) => (out(e) > out(best) ? e : best));
};

const named = (c, view, axis, k, corners, middle, colors) => {
  const [from, to] = free(k, corners);
  const [a, b] = [corners[from], corners[to]];
  const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
  if (length < 40) return;
  c.strokeStyle = c.fillStyle = colors("c1a1a1a");
  line(c, a, b);
  // Outwards, at a right angle to the edge.
  let out = [(b[1] - a[1]) / length, (a[0] - b[0]) / length];
  const centre = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  if (out[0] * (centre[0] - middle[0]) + out[1] * (centre[1] - middle[1]) < 0) out = out.map(v => -v);
  c.textBaseline = "middle";
  c.textAlign = out[0] > 0.4 ? "left" : out[0] < -0.4 ? "right" : "center";
  let wide = 0;
  for (const [v, text] of ticks(axis.lo, axis.hi, Math.max(3, length / 38))) {
    const t = (v - axis.lo) / (axis.hi - axis.lo);
    if (t < 0.03 || t > 0.97) continue;
    wide = Math.max(wide, c.measureText(text).width);
    const at = [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
    line(c, at, [at[0] + 4 * out[0], at[1] + 4 * out[1]]);
    c.fillText(text, at[0] + 8 * out[0], at[1] + 12 * out[1]);
  }
  let turn = Math.atan2(b[1] - a[1], b[0] - a[0]);
  if (Math.abs(turn) > Math.PI / 2) turn += Math.PI;
  c.save();
  const away = 20 + 10 * Math.abs(out[1]) + wide * Math.abs(out[0]);
  c.translate(centre[0] + away * out[0], centre[1] + away * out[1]);
  c.rotate(turn);
  c.textAlign = "center";
  c.fillText(axis.label, 0, 0);
  c.restore();
};
