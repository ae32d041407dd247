// How a box of states is seen from a direction, and how hands and keys turn it.
const START = { yaw: -0.62, pitch: 0.38, zoom: 1 };

class View {
  // Sides are the lengths of the box; states come as steps along each of them.
  constructor(sides, steps, changed) {
    Object.assign(this, { sides, steps, changed }, START);
  }

  home() {
    Object.assign(this, START);
    this.changed();
  }

  turn(yaw, pitch) {
    this.yaw += yaw;
    this.pitch = Math.max(-1.57, Math.min(1.57, this.pitch + pitch));
    this.changed();
  }

  scale(factor) {
    this.zoom = Math.max(0.5, Math.min(12, this.zoom * factor));
    this.changed();
  }

  // Once for each picture: its centre, and the length of the unit.
  frame(width, height, focus) {
    const [a, b, c] = this.sides;
    // Room for the names of the axes at every side.
    const fit = Math.min((width - 124) / Math.hypot(a, b), (height - 64) / (0.93 * c + 0.37 * Math.hypot(a, b)));
    this.unit = fit * this.zoom;
    [this.x0, this.y0] = [width / 2, height / 2 - 8];
    [this.cy, this.sy] = [Math.cos(this.yaw), Math.sin(this.yaw)];
    [this.cp, this.sp] = [Math.cos(this.pitch), Math.sin(this.pitch)];
    this.middle = focus ?? [0.5, 0.5, 0.5].map(v => v * this.steps);
  }

  // Across, down, and depth: larger is nearer.
  at(x, y, z) {
    const [a, b, c] = this.sides;
    const [i, j, k] = this.middle;
    const [u, v, w] = [(a * (x - i)) / this.steps, (b * (y - j)) / this.steps, (c * (z - k)) / this.steps];
    const across = u * this.cy - v * this.sy;
    const away = u * this.sy + v * this.cy;
    return [
      this.x0 + this.unit * across,
      this.y0 - this.unit * (w * this.cp + away * this.sp),
      -away * this.cp + w * this.sp,
    ];
  }

  key(event) {
    const step = event.shiftKey ? 0.35 : 0.09;
    const moves = {
      ArrowLeft: () => this.turn(-step, 0), ArrowRight: () => this.turn(step, 0),
      ArrowUp: () => this.turn(0, -step), ArrowDown: () => this.turn(0, step),
      "+": () => this.scale(1.2), "=": () => this.scale(1.2), "-": () => this.scale(1 / 1.2),
      "0": () => this.home(), Home: () => this.home(),
    };
    const move = !event.ctrlKey && !event.metaKey && !event.altKey && moves[event.key];
    if (move) move();
    return !!move;
  }

  // One finger or the mouse turns, two fingers and a wheel with Ctrl come nearer.
  hands(element) {
    const down = new Map();
    const spread = () => {
      const [a, b] = [...down.values()];
      return Math.hypot(a[0] - b[0], a[1] - b[1]);
    };
    element.addEventListener("pointerdown", e => {
      down.set(e.pointerId, [e.clientX, e.clientY]);
      element.setPointerCapture(e.pointerId);
    });
    element.addEventListener("pointermove", e => {
      const last = down.get(e.pointerId);
      if (!last) return;
      const before = down.size === 2 && spread();
      down.set(e.pointerId, [e.clientX, e.clientY]);
      if (down.size === 2) this.scale(spread() / (before || 1));
      else this.turn((e.clientX - last[0]) / 160, (e.clientY - last[1]) / 160);
    });
    for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, e => down.delete(e.pointerId));
    element.addEventListener("wheel", e => {
      if (!e.ctrlKey && document.activeElement !== element) return;
      e.preventDefault();
      this.scale(Math.exp(-e.deltaY / 400));
    }, { passive: false });
  }
}
