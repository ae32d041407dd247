// Values under the pointer and legends that switch, in figures of lines and points: read off the drawing itself, with
// as many digits as it has. The tables and files beside the figure hold them in full.
const onAxis = (axis, t) => {
  if (axis.names) {
    const at = axis.lo + t * (axis.hi - axis.lo);
    return axis.names.reduce((best, n) => (Math.abs(n[0] - at) < Math.abs(best[0] - at) ? n : best))[1];
  }
  const [lo, hi] = axis.log ? [Math.log10(axis.lo), Math.log10(axis.hi)] : [axis.lo, axis.hi];
  const v = lo + t * (hi - lo);
  if (axis.log) return 10 ** v;
  return axis.whole ? Math.round(v) : v;
};
const told = (axis, v) => {
  const span = Math.abs(axis.hi - axis.lo);
  let text = String(v).replace("-", "−");
  // What the drawing does not tell from zero is zero.
  if (typeof v === "number" && !axis.whole) text = axis.log ? written(v) : Math.abs(v) < span / 5000 ? "0" : written(v, Math.max(Math.abs(v), span / 10));
  if (text.includes(".") && !text.includes("×")) text = text.replace(/\.?0+$/, "");
  return axis.label ? `${axis.label}: ${text}` : text;
};

// Where the data of a series lie on the drawing.
const places = group => {
  const all = [];
  // Beside dots, lines are bars of errors, or join them.
  const dots = group.querySelector("circle, path[transform]");
  for (const e of group.querySelectorAll(dots ? "circle, path[transform]" : "path")) {
    if (e.tagName === "circle") all.push([+e.getAttribute("cx"), +e.getAttribute("cy")]);
    else if (e.hasAttribute("transform")) all.push(e.getAttribute("transform").match(/-?[\d.]+/g).map(Number));
    else outlined(e.getAttribute("d"), all);
  }
  return all;
};

// The corners of a path of relative segments; of a small circle, which starts at its left, the centre.
const outlined = (d, all) => {
  for (const piece of d.split("M").slice(1)) {
    const numbers = piece.match(/-?\d*\.?\d+/g).map(Number);
    let [x, y] = numbers;
    if (piece.includes("a")) {
      all.push([x + numbers[2], y]);
      continue;
    }
    if (piece.includes("z")) continue;
    all.push([x, y]);
    for (let k = 2; k + 1 < numbers.length; k += 2) all.push([(x += numbers[k]), (y += numbers[k + 1])]);
  }
};

const hover = (figure, svg) => {
  const plots = [...svg.querySelectorAll("[data-plot]")].map(g => ({
    corners: g.dataset.plot.split(" ").map(Number),
    x: JSON.parse(g.dataset.x),
    y: JSON.parse(g.dataset.y),
    series: [...g.querySelectorAll("[data-series]")],
  }));
  const tip = make("div", { className: "tip", hidden: true });
  const dot = make("div", { className: "dot", hidden: true });
  figure.append(dot, tip);
  const known = new Map();
  const off = () => (tip.hidden = dot.hidden = true);

  const nearest = (plot, x, y) => {
    let [best, least] = [null, 14];
    for (const s of plot.series.filter(s => !s.classList.contains("off"))) {
      if (!known.has(s)) known.set(s, places(s));
      for (const p of known.get(s)) {
        const away = Math.hypot(p[0] - x, p[1] - y);
        if (away < least) [best, least] = [{ p, s }, away];
      }
    }
    return best;
  };

  const show = e => {
    const box = svg.getBoundingClientRect();
    const scale = box.width / svg.viewBox.baseVal.width;
    const [x, y] = [(e.clientX - box.left) / scale, (e.clientY - box.top) / scale];
    const inside = ([l, t, r, b]) => x > l - 6 && x < r + 6 && y > t - 6 && y < b + 6;
    const plot = plots.find(p => inside(p.corners));
    const found = plot && nearest(plot, x, y);
    if (!found) return off();
    const [l, t, r, b] = plot.corners;
    const { p, s } = found;
    const lane = s.dataset.lane?.split(" ").map(Number);
    let high = onAxis(lane ? { ...plot.y, names: null } : plot.y, (b - p[1]) / (b - t));
    if (lane) high = lane[0] + lane[1] * high;
    const axis = lane ? { label: plot.y.label, lo: lane[0], hi: lane[0] + lane[1] } : plot.y;
    const words = [s.dataset.series, told(plot.x, onAxis(plot.x, (p[0] - l) / (r - l))), told(axis, high)];
    tip.replaceChildren(...words.filter(Boolean).flatMap(w => [w, make("br")]).slice(0, -1));
    tip.hidden = dot.hidden = false;
    const home = figure.getBoundingClientRect();
    const [px, py] = [box.left - home.left + p[0] * scale, box.top - home.top + p[1] * scale];
    [dot.style.left, dot.style.top] = [`${px}px`, `${py}px`];
    const left = Math.max(0, Math.min(px + 12, home.width - tip.offsetWidth));
    [tip.style.left, tip.style.top] = [`${left}px`, `${Math.max(0, py - tip.offsetHeight - 12)}px`];
  };
  svg.addEventListener("pointermove", show);
  svg.addEventListener("click", show);
  svg.addEventListener("pointerleave", off);
};

// Entries of legends become switches of the series of their name, and of what belongs to these ("name, ...").
const legend = svg => {
  const series = [...svg.querySelectorAll("[data-series]")];
  const of = name => series.filter(s => s.dataset.series === name || s.dataset.series.startsWith(name + ", "));
  const keys = [...svg.querySelectorAll("[data-key]")].filter(k => of(k.dataset.key).length);
  if (keys.length < 2) return;
  svg.setAttribute("role", "group");
  for (const key of keys) {
    key.setAttribute("role", "button");
    key.setAttribute("tabindex", "0");
    key.setAttribute("aria-pressed", "true");
    key.setAttribute("aria-label", key.dataset.key);
    const box = key.getBBox();
    const area = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [k, v] of Object.entries({ x: box.x, y: box.y - 2, width: box.width, height: box.height + 4, fill: "transparent" })) {
      area.setAttribute(k, v);
    }
    key.prepend(area);
    const flip = () => {
      const on = key.getAttribute("aria-pressed") === "false";
      key.setAttribute("aria-pressed", String(on));
      for (const s of of(key.dataset.key)) s.classList.toggle("off", !on);
    };
    key.addEventListener("click", flip);
    key.addEventListener("keydown", e => {
      if (e.key !== "Enter" && e.key !== " ") return;
      e.preventDefault();
      flip();
    });
  }
};

for (const svg of document.querySelectorAll("figure svg")) {
  if (!svg.querySelector("[data-series]")) continue;
  hover(svg.closest("figure"), svg);
  legend(svg);
}
