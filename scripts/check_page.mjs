// Opens a report in headless Chromium and checks that it can be read, heard and used without a mouse.
//
//   node scripts/check_page.mjs REPORT_DIR [AXE_CORE_FOLDER]
//
// Checks, light and dark, at 1280 and 390 pixels: no script error, no request, no wider than the window, language, title,
// landmarks, order of headings, unique identifiers, names of controls and pictures, captions and scopes of tables, contrast of
// text (4.5, large 3), tab order with visible focus; then that the view turns by keys, tables sort, legends switch, hovering
// tells values, folded parts open for links and print, the page is below 3 MB and its first figure is there within a second.
// With the folder of the npm package axe-core, also all of its rules.
import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { browser } from "./browser.mjs";
import { standing, using } from "./page_rules.mjs";

const [folder, axe] = process.argv.slice(2);
if (!folder) throw new Error("usage: node scripts/check_page.mjs REPORT_DIR [AXE_CORE_FOLDER]");
const page = resolve(folder, "report.html");
const wrong = [];
const say = (where, found) => found.forEach(f => wrong.push(`${where}: ${f}`));

const bytes = statSync(page).size;
if (bytes > 3e6) wrong.push(`the page has ${bytes} bytes, more than 3 MB`);
const b = await browser();
b.on("Runtime.exceptionThrown", p => wrong.push(`script error: ${p.exceptionDetails.exception?.description ?? p.exceptionDetails.text}`));
b.on("Runtime.consoleAPICalled", p => ["error", "warning"].includes(p.type) && wrong.push(`console: ${p.args.map(a => a.value).join(" ")}`));
b.on("Log.entryAdded", p => p.entry.level === "error" && wrong.push(`browser: ${p.entry.text}`));
b.on("Network.requestWillBeSent", p => !/^(file|data):/.test(p.request.url) && wrong.push(`request: ${p.request.url}`));

// The fastest of all: what else the machine does is not the page's.
let first = Infinity;
for (const theme of ["light", "dark"]) {
  for (const width of [1280, 390]) {
    await b.size(width, 900, width < 500);
    await b.media({ "prefers-color-scheme": theme, "prefers-reduced-motion": "reduce" });
    await b.open(page);
    await b.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
    const painted = await b.run(`new Promise(done => new PerformanceObserver(list => done(list.getEntriesByName("first-contentful-paint")[0].startTime))
      .observe({ type: "paint", buffered: true }))`);
    first = Math.min(first, painted);
    const where = `${theme}, ${width} px`;
    await b.run("document.querySelectorAll('details').forEach(d => d.open = true)");
    say(where, await b.run(`(${standing})()`));
    if (axe) {
      await b.run(readFileSync(join(axe, "axe.min.js"), "utf8"));
      const found = await b.run("axe.run(document, { resultTypes: ['violations'] }).then(r => r.violations.map(v => " +
        "`axe ${v.id}: ${v.help} (${v.nodes.length} times, first ${v.nodes[0].target})`))");
      say(where, found);
    }
  }
}
if (first > 1000) wrong.push(`the first paint took ${Math.round(first)} ms`);
say("use", await using(b, page));
await b.close();
if (wrong.length) {
  console.error(wrong.map(w => `check_page: ${w}`).join("\n"));
  process.exit(1);
}
console.log(`check_page: ${page} is in order: ${bytes} bytes, first paint after ${Math.round(first)} ms${axe ? ", axe-core finds nothing" : ""}`);
