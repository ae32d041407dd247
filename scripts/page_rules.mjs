// The rules of check_page.mjs: `standing` runs inside the page and gives what is wrong, `using` works it.

export const standing = `() => {
  const wrong = [];
  const all = q => [...document.querySelectorAll(q)];
  const seen = e => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0;
  const text = id => (id ?? "").split(" ").map(i => document.getElementById(i)?.textContent ?? "").join(" ").trim();
  const name = e => (text(e.getAttribute("aria-labelledby")) || e.getAttribute("aria-label") || e.textContent || e.title || "").trim();

  if (document.documentElement.lang !== "en") wrong.push("no language");
  if (!document.title) wrong.push("no title");
  if (document.documentElement.scrollWidth > innerWidth + 1) wrong.push("wider than the window: " + document.documentElement.scrollWidth);
  for (const part of ["header", "main", "footer"]) if (all("body > " + part).length !== 1) wrong.push(part + " is not there once");
  if (all("main h2").length > 2 && all("nav").length !== 1) wrong.push("no contents");
  if (all("a[href^='#']")[0]?.getAttribute("href") !== "#main") wrong.push("no skip link");

  const levels = all("h1, h2, h3, h4").map(h => +h.tagName[1]);
  if (levels[0] !== 1 || levels.filter(l => l === 1).length !== 1) wrong.push("not one first heading");
  levels.forEach((l, k) => k && l > levels[k - 1] + 1 && wrong.push("a heading leaves out a level"));

  const ids = all("[id]").map(e => e.id);
  ids.filter((i, k) => ids.indexOf(i) !== k).forEach(i => wrong.push("identifier twice: " + i));
  all("a[href^='#']").forEach(a => document.getElementById(a.hash.slice(1)) ?? wrong.push("leads nowhere: " + a.hash));
  for (const at of ["aria-labelledby", "aria-describedby"]) {
    all("[" + at + "]").forEach(e => e.getAttribute(at).split(" ").forEach(i => document.getElementById(i) ?? wrong.push(at + " of nothing: " + i)));
  }
  all("a, button, canvas, [role=button], [role=group], [role=application], summary").filter(seen)
    .forEach(e => name(e) || wrong.push("no name: " + e.outerHTML.slice(0, 90)));
  all("figure svg").filter(seen).forEach(e => name(e).length > 2 || wrong.push("a figure without words"));
  all("figure").forEach(f => f.querySelector("figcaption")?.textContent.trim() || wrong.push("a figure without caption: " + f.id));
  all("img:not([alt])").forEach(() => wrong.push("a picture without words"));
  all("details.table table").forEach(t => {
    if (!t.caption?.textContent.trim()) wrong.push("a table without caption");
    [...t.tHead.rows[0].cells].forEach(c => c.scope === "col" && c.textContent.trim() || wrong.push("a head without scope or words"));
    [...t.tBodies[0].rows].forEach(r => r.cells[0].scope === "row" || wrong.push("a row without head"));
  });
  all("[tabindex]").forEach(e => e.tabIndex > 0 && wrong.push("tab order forced: " + e.outerHTML.slice(0, 80)));

  // Contrast of text against the nearest ground behind it (WCAG 2.2, 1.4.3).
  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = css => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = css;
    paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data];
  };
  const light = c => c.slice(0, 3).reduce((sum, v, k) => {
    v /= 255;
    return sum + [0.2126, 0.7152, 0.0722][k] * (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  }, 0);
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = rgba(getComputedStyle(e).backgroundColor);
      if (c[3] > 250) return c;
    }
    return [255, 255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const poor = new Map();
  for (let n; (n = walker.nextNode()); ) {
    const e = n.parentElement;
    if (!n.textContent.trim() || ["SCRIPT", "STYLE", "title"].includes(e.tagName) || !seen(e)) continue;
    const style = getComputedStyle(e);
    const [a, b] = [light(rgba(e.ownerSVGElement ? style.fill : style.color)), light(ground(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700;
    if (ratio < (large ? 3 : 4.5)) poor.set(e.tagName + "." + (e.getAttribute("class") ?? ""), ratio.toFixed(2) + " of " + n.textContent.trim().slice(0, 40));
  }
  poor.forEach((what, which) => wrong.push("contrast " + what + " (" + which + ")"));
  return wrong;
}`;

export async function using(b, page) {
  const wrong = [];
  const must = async (what, expression) => (await b.run(expression)) || wrong.push(what);
  await b.size(1280, 900);
  await b.media({ "prefers-color-scheme": "light", "prefers-reduced-motion": "reduce" });
  await b.open(page);
  await b.run("history.replaceState(null, '', location.pathname)");

  // Every stop of the Tab key can be seen and comes after the one before it.
  let before = null;
  const stops = await b.run("[...document.querySelectorAll('a[href], button, summary, [tabindex=\"0\"]')].filter(e => e.checkVisibility() && e.getClientRects().length).length");
  for (let k = 0; k < Math.min(stops, 400); k++) {
    await b.key("Tab");
    const found = await b.run(`(() => {
      const [e, before] = [document.activeElement, window.stop_ ?? null];
      window.stop_ = e;
      const style = getComputedStyle(e);
      return { name: e.outerHTML.slice(0, 60), body: e === document.body, ring: style.outlineStyle !== "none" || e.tagName === "BODY",
        order: !before || before === document.body || !!(before.compareDocumentPosition(e) & 4) };
    })()`);
    if (found.body) break;
    if (!found.ring) wrong.push(`focus is not seen: ${found.name}`);
    if (!found.order && k > 0) wrong.push(`tab order goes back: ${found.name}`);
    before = found;
  }
  if (!before) wrong.push("nothing can be reached by Tab");

  if (await b.run("!!document.querySelector('.live canvas')")) {
    const ink = "(() => { const c = document.querySelector('.live canvas'); return [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data].reduce((s, v, k) => (s * 31 + v * (k % 97)) % 1e9, 7); })()";
    const settle = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))";
    await b.run("document.querySelector('.live canvas').focus()");
    await b.run(settle);
    const start = await b.run(ink);
    if (start === 7) wrong.push("nothing is drawn in the view");
    for (const key of ["ArrowRight", "ArrowDown", "+"]) {
      const old = await b.run(ink);
      await b.key(key);
      await b.run(settle);
      if ((await b.run(ink)) === old) wrong.push(`the view does not move by ${key}`);
    }
    await b.key("0");
    await b.run(settle);
    if ((await b.run(ink)) !== start) wrong.push("0 does not lead back to the first view");
    if (await b.run("document.querySelectorAll('.swatch.circle, .swatch.triangle').length > 0")) {
      await b.key("n");
      await must("N tells no point", "/Point \\d+.*PC 1/.test(document.querySelector('.said').value)");
    }
    const old = await b.run(ink);
    await b.run("document.querySelector('.live .keys button').click()");
    await b.run(settle);
    if ((await b.run(ink)) === old) wrong.push("a switch of the view changes nothing");
    await must("a switch does not say that it is off", "document.querySelector('.live .keys button').getAttribute('aria-pressed') === 'false'");
  }

  if (await b.run("!!document.querySelector('th button')")) {
    await b.run("(() => { const t = document.querySelector('th button').closest('table'); t.closest('details').open = true; window.t_ = t; window.order_ = [...t.tBodies[0].rows]; t.tHead.rows[0].cells[0].firstChild.focus(); })()");
    await b.key("Enter");
    await must("a head does not sort by Enter", "t_.tHead.rows[0].cells[0].getAttribute('aria-sort') === 'ascending'");
    await b.key("Enter");
    await must("a head does not sort downwards", "t_.tHead.rows[0].cells[0].getAttribute('aria-sort') === 'descending'");
    await b.key("Enter");
    await must("a head does not give the file's order back", "[...t_.tBodies[0].rows].every((r, k) => r === order_[k])");
  }

  const all = "[...document.querySelectorAll('details.table')].find(d => d.querySelector('button.all'))";
  if (await b.run(`!!${all}`)) {
    await b.run(`(() => { const d = window.d_ = ${all}; d.open = true; window.few_ = d.querySelector('tbody').rows.length; window.rest_ = JSON.parse(d.querySelector('script').textContent).length; d.querySelector('button.all').focus(); })()`);
    await b.key("Enter");
    await must("a table does not show all its rows", "d_.querySelector('tbody').rows.length === few_ + rest_");
    await b.run("d_.querySelector('th button').click()");
    await must("sorting loses rows", "d_.querySelector('tbody').rows.length === few_ + rest_");
    await b.run("d_.querySelector('button.all').click()");
    await must("a table does not fold its rows again", "d_.querySelector('tbody').rows.length === few_");
  }

  const figure = "[...document.querySelectorAll('figure svg')].find(s => s.checkVisibility() && s.querySelector('[data-series] circle'))";
  if (await b.run(`!!${figure}`)) {
    const [x, y] = await b.run(`(() => { const d = ${figure}.querySelector('[data-series] circle'); d.scrollIntoView({ block: 'center' }); const r = d.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()`);
    await b.mouse("mouseMoved", x, y);
    await must("hovering tells no value", "[...document.querySelectorAll('.tip')].some(t => !t.hidden && /\\d/.test(t.textContent))");
  }
  if (await b.run("!!document.querySelector('[data-key][role=button]')")) {
    await b.run("window.k_ = document.querySelector('[data-key][role=button]'); k_.scrollIntoView(); k_.focus()");
    await b.key("Enter");
    await must("a legend does not switch by Enter", "k_.getAttribute('aria-pressed') === 'false' && !!k_.closest('svg').querySelector('.off')");
  }

  await b.run("document.querySelectorAll('details').forEach(d => d.open = false)");
  await b.run("(() => { const t = document.querySelector('details.table[id]'); if (t) location.hash = t.id; })()");
  await b.run("new Promise(done => setTimeout(done, 60))");
  await must("a link does not open what is folded", "!document.querySelector('details.table[id]') || document.querySelector('details.table[id]').open");
  await b.run("dispatchEvent(new Event('beforeprint'))");
  await must("print does not open what is folded", "!document.querySelector('details:not([open])')");
  await b.run("dispatchEvent(new Event('afterprint'))");
  return wrong;
}
