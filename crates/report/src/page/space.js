// The view of states in three components, drawn on a canvas in place of the figure that stands for it elsewhere.
const PATHS = {
  circle: (c, r) => c.arc(0, 0, r, 0, 7),
  square: (c, r) => c.rect(-0.89 * r, -0.89 * r, 1.78 * r, 1.78 * r),
  triangle: (c, r) => outline(c, r, [[0, -1.3], [1.2, 0.8], [-1.2, 0.8]]),
  down: (c, r) => outline(c, r, [[0, 1.3], [-1.2, -0.8], [1.2, -0.8]]),
  diamond: (c, r) => outline(c, r, [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]]),
  star: (c, r) => outline(c, r, Array.from({ length: 10 }, (_, k) => {
    const [size, angle] = [k % 2 ? 0.68 : 1.55, (Math.PI * k) / 5];
    return [size * Math.sin(angle), -size * Math.cos(angle)];
  })),
};
const outline = (c, r, corners) => {
  corners.forEach(([x, y], k) => c[k ? "lineTo" : "moveTo"](r * x, r * y));
  c.closePath();
};
const space = (figure, told) => {
  const spans = told.axes.map(a => a.hi - a.lo);
  const longest = Math.max(...spans);
  const sides = spans.map(s => s / longest);
  const hidden = new Set();
  let chosen = null, waiting = 0;
  const canvas = make("canvas", { tabIndex: 0 });
  const said = make("output", { className: "said" }, "Point at a state or tap it: what it is and where stands here.");
  const draw = () => (waiting ||= requestAnimationFrame(paint));
  const view = new View(sides, told.steps, draw);
  const toSteps = at => at.map((v, k) => (told.steps * (v - told.axes[k].lo)) / spans[k]);
  for (const p of told.points) {
    p.place = toSteps(p.at);
    p.look = told.kinds.find(k => k.class === p.kind);
    // Half the length of a direction is a share of the longest side.
    p.bars = p.along.map(d => [-1, 1].map(side => toSteps(p.at.map((v, k) => v + side * 0.07 * longest * d[k]))));
  }

  const open = p => !hidden.has("k" + p.kind) && !hidden.has("s" + p.set);

  let colors;
  const recolor = () => {
    const style = getComputedStyle(document.documentElement);
    const cache = new Map();
    colors = name => {
      if (!cache.has(name)) cache.set(name, style.getPropertyValue("--" + name).trim() || "#888");
      return cache.get(name);
    };
  };

  const paint = () => {
    waiting = 0;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    const dense = devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * dense) || canvas.height !== Math.round(height * dense)) {
      [canvas.width, canvas.height] = [Math.round(width * dense), Math.round(height * dense)];
    }
    const c = canvas.getContext("2d");
    c.setTransform(dense, 0, 0, dense, 0, 0);
    c.clearRect(0, 0, width, height);
    c.lineJoin = c.lineCap = "round";
    view.frame(width, height, view.zoom > 1 && chosen ? chosen.place : null);
    drawAxes(c, view, told.axes, colors);
    shadows(c);
    const things = [];
    for (const line of told.lines) if (!hidden.has("g" + line.group)) segments(line, things);
    for (const p of told.points) if (open(p)) point(p, things);
    // Points lie over all lines, or nothing would be seen of them.
    things.sort((a, b) => (a.over ?? 0) - (b.over ?? 0) || a.depth - b.depth);
    const depths = things.map(t => t.depth);
    const [near, far] = [Math.max(...depths), Math.min(...depths)];
    for (const t of things) t.draw(c, (t.depth - far) / (near - far || 1));
    if (chosen) ring(c);
  };

  const shadows = c => {
    if (view.pitch < 0.05) return;
    [c.strokeStyle, c.lineWidth] = [colors("cd0d0d0"), 0.4];
    c.beginPath();
    for (const { at, group } of told.lines) {
      if (hidden.has("g" + group)) continue;
      for (let k = 0; k < at.length; k += 3) {
        const [x, y] = view.at(at[k], at[k + 1], 0);
        c[k ? "lineTo" : "moveTo"](x, y);
      }
    }
    c.stroke();
  };

  const faint = told.lines.reduce((n, l) => n + l.step.length, 0) > 1500 ? 0.16 : 0.45;
  const segments = (line, things) => {
    const color = line.group === null ? colors("c1a1a1a") : colors(told.groups[line.group].color);
    const seen = [];
    for (let k = 0; k < line.at.length; k += 3) seen.push(view.at(line.at[k], line.at[k + 1], line.at[k + 2]));
    // Some states in one stroke: each for itself would be slow.
    const many = 6;
    for (let k = 0; k + 1 < seen.length; k += many) {
      const part = seen.slice(k, k + many + 1);
      things.push({ depth: part[0][2], draw: (c, t) => {
        c.globalAlpha = faint + (faint + 0.2) * t;
        [c.strokeStyle, c.lineWidth] = [color, 0.7 + 0.6 * t];
        c.beginPath();
        part.forEach(([x, y], k) => c[k ? "lineTo" : "moveTo"](x, y));
        c.stroke();
        c.globalAlpha = 1;
      } });
    }
    for (const [at, full] of [[seen[0], false], [seen.at(-1), true]]) {
      if (at) things.push({ depth: at[2], draw: (c, t) => disc(c, at, 1.8 + t, color, full) });
    }
    line.seen = seen;
  };

  const disc = (c, [x, y], r, color, full) => {
    c.beginPath();
    c.arc(x, y, r, 0, 7);
    [c.fillStyle, c.strokeStyle, c.lineWidth] = [full ? color : colors("cffffff"), color, 1];
    c.fill();
    c.stroke();
  };

  const point = (p, things) => {
    const seen = (p.seen = view.at(...p.place));
    const bars = p.bars.map(b => b.map(end => view.at(...end)));
    things.push({ over: 1, depth: seen[2], draw: (c, t) => {
      const color = colors(p.look.color);
      [c.strokeStyle, c.lineWidth] = [color, 1.6];
      for (const [a, b] of bars) {
        c.beginPath();
        c.moveTo(a[0], a[1]);
        c.lineTo(b[0], b[1]);
        c.stroke();
      }
      c.save();
      c.translate(seen[0], seen[1]);
      c.beginPath();
      PATHS[p.look.shape](c, 4.2 + 2 * t);
      [c.fillStyle, c.strokeStyle] = [p.look.hollow ? colors("cffffff") : color, p.look.hollow ? color : colors("cffffff")];
      c.lineWidth = p.look.hollow ? 1.6 : 0.8;
      c.fill();
      c.stroke();
      c.restore();
    } });
  };

  const ring = c => {
    const [x, y] = chosen.mark ? view.at(...chosen.mark) : chosen.seen;
    [c.strokeStyle, c.lineWidth] = [colors("c1a1a1a"), 1.5];
    c.beginPath();
    c.arc(x, y, 9, 0, 7);
    c.stroke();
  };

  const choose = (thing, words) => {
    if (chosen === thing && said.value === words) return;
    chosen = thing;
    said.value = words;
    draw();
  };
  const named = at => told.axes.map((a, k) => `${a.label.split(" (")[0]} ${written(at[k], spans[k])}`).join(", ");
  const pick = p => choose(p, `${p.say}. ${named(p.at)}.`);

  // The nearest point under the pointer, or else the nearest state of a line.
  const look = (x, y, reach) => {
    let best = null, least = reach;
    for (const p of told.points) {
      const away = !open(p) || !p.seen ? Infinity : Math.hypot(p.seen[0] - x, p.seen[1] - y) - 4;
      if (away < least) [best, least] = [() => pick(p), away];
    }
    if (best) return best();
    for (const line of told.lines) {
      if (hidden.has("g" + line.group)) continue;
      (line.seen ?? []).forEach(([px, py], k) => {
        const away = Math.hypot(px - x, py - y);
        if (away < least) [best, least] = [() => state(line, k), away];
      });
    }
    best?.();
  };
  const state = (line, k) => {
    const mark = line.at.slice(3 * k, 3 * k + 3);
    const at = mark.map((v, j) => told.axes[j].lo + (spans[j] * v) / told.steps);
    const group = line.group === null ? "" : ` (${told.groups[line.group].name})`;
    choose({ mark, place: mark }, `${line.name ?? "Line"}${group}, step ${line.step[k]}. ${named(at)}.`);
  };
  const next = by => {
    const all = told.points.filter(open);
    if (all.length) pick(all[(all.indexOf(chosen) + by + all.length + (by < 0 && !all.includes(chosen))) % all.length]);
  };

  controls(figure, { canvas, said, view, told, hidden, draw, next });
  canvas.addEventListener("pointermove", e => e.buttons || look(e.offsetX, e.offsetY, 12));
  canvas.addEventListener("click", e => look(e.offsetX, e.offsetY, 22));
  new ResizeObserver(draw).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => (recolor(), draw()));
  recolor();
  draw();
};

for (const told of document.querySelectorAll('figure > script[type="application/json"]')) {
  space(told.parentElement, JSON.parse(told.textContent));
}
