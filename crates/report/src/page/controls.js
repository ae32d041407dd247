// What stands around the view: its switches, buttons and words, for hands, keys and screen readers.
const controls = (figure, { canvas, said, view, told, hidden, draw, next }) => {
  const card = figure.querySelector(".card");
  const title = card.querySelector("title").textContent;
  const help = told.points.length ? "Drag or arrow keys turn, + and − come nearer and go back, 0 resets; N and P: next and previous point."
    : "Drag or arrow keys turn, + and − come nearer and go back, 0 resets.";
  const hint = make("p", { className: "hint", id: `${figure.id}-keys` }, help);
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-roledescription", "three-dimensional view");
  canvas.setAttribute("aria-label", `${title}: ${summary(told)}`);
  canvas.setAttribute("aria-describedby", hint.id);
  canvas.addEventListener("keydown", e => {
    const step = { n: 1, N: 1, p: -1, P: -1 }[e.key];
    if (step && !e.ctrlKey && !e.metaKey && !e.altKey) next(step);
    else if (!view.key(e)) return;
    e.preventDefault();
  });
  view.hands(canvas);

  const button = (text, label, act) => {
    const b = make("button", { type: "button", title: label, onclick: act }, text);
    b.setAttribute("aria-label", label);
    return b;
  };
  const buttons = make("div", { className: "buttons" },
    button("←", "Turn left", () => view.turn(-0.25, 0)), button("→", "Turn right", () => view.turn(0.25, 0)),
    button("↑", "Turn up", () => view.turn(0, -0.2)), button("↓", "Turn down", () => view.turn(0, 0.2)),
    button("+", "Come nearer", () => view.scale(1.25)), button("−", "Go farther", () => view.scale(0.8)),
    button("Reset", "Reset the view", () => view.home()));
  if (told.points.length) {
    buttons.append(button("‹ point", "Previous point", () => next(-1)), button("point ›", "Next point", () => next(1)));
  }

  const keys = make("div", { className: "keys" });
  const key = (id, name, look) => {
    const swatch = make("span", { className: "swatch" });
    swatch.style.color = `var(--${look.color})`;
    if (look.shape) swatch.classList.add(look.shape, ...(look.hollow ? ["hollow"] : []));
    const b = make("button", { type: "button" }, swatch, name);
    b.setAttribute("aria-pressed", "true");
    b.addEventListener("click", () => {
      hidden.has(id) ? hidden.delete(id) : hidden.add(id);
      b.setAttribute("aria-pressed", String(!hidden.has(id)));
      draw();
    });
    keys.append(b);
  };
  told.groups.forEach((g, k) => key("g" + k, g.name, g));
  if (told.lines.some(l => l.group === null)) {
    key("gnull", told.groups.length ? "other trajectories" : "trajectories", { color: "c1a1a1a" });
  }
  for (const k of told.kinds) {
    key("k" + k.class, `${k.name} (${told.points.filter(p => p.kind === k.class).length})`, k);
  }

  told.inputs.forEach((name, k) => key("s" + k, `points ${name}`, { color: "c1a1a1a", shape: "circle", hollow: true }));

  const live = make("div", { className: "live" }, keys, canvas, said, buttons, hint);
  live.setAttribute("role", "group");
  live.setAttribute("aria-label", title);
  card.classList.add("replaced");
  card.before(live);
};

// What is seen, for those who do not see it.
const summary = told => {
  const kinds = told.kinds.map(k => `${told.points.filter(p => p.kind === k.class).length} ${k.name}`);
  const points = kinds.length ? ` and ${told.points.length} fixed or slow points (${kinds.join(", ")})` : "";
  const groups = told.groups.length ? ` in ${told.groups.length} groups (${told.groups.map(g => g.name).join(", ")})` : "";
  return `${told.lines.length} trajectories${groups}${points} along ${told.axes.map(a => a.label).join(", ")}`;
};
