// Tables are sorted by their heads, over all rows that the page carries: up, down, and back to the order of the file.
const valueOf = cell => {
  const text = (cell.title || cell.textContent).replace("−", "-").replace("∞", "Infinity");
  return text === "–" ? null : parseFloat(text);
};

const compare = (column, numeric, sign) => (a, b) => {
  const [x, y] = [a.cells[column], b.cells[column]];
  if (!numeric) return sign * x.textContent.localeCompare(y.textContent, "en", { numeric: true });
  const [p, q] = [valueOf(x), valueOf(y)];
  // What is missing stays at the end.
  if (p === null || q === null) return (p === null) - (q === null);
  return sign * (p - q || 0);
};

// A further row, cell by cell as the first is.
const made = (like, cells) => {
  const row = like.cloneNode(true);
  cells.forEach((cell, k) => {
    const [text, full] = Array.isArray(cell) ? cell : [cell, ""];
    // A page stays a link.
    const link = row.cells[k].querySelector("a");
    if (link) text.endsWith(".html") ? link.setAttribute("href", text) : link.removeAttribute("href");
    (link ?? row.cells[k]).textContent = text;
    if (full) row.cells[k].title = full; else row.cells[k].removeAttribute("title");
  });
  return row;
};

const sortable = (table, rest, button) => {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const few = rows.length;
  let [order, all] = [rows, !rest];
  const fill = () => {
    // Made when they are first wanted.
    if (rest) rows.push(...JSON.parse(rest.textContent).map(cells => made(rows[0], cells)));
    rest = null;
  };
  let wanted = [];
  const meets = row => wanted.every(word => row.textContent.toLowerCase().includes(word));
  const show = () => {
    const rows = wanted.length ? order.filter(meets) : order;
    body.replaceChildren(...(all || wanted.length ? rows : rows.slice(0, few)));
  };
  const sort = column => {
    fill();
    const old = heads[column].getAttribute("aria-sort");
    const next = { ascending: "descending", descending: null }[old] ?? (old ? null : "ascending");
    for (const h of heads) h.removeAttribute("aria-sort");
    if (next) heads[column].setAttribute("aria-sort", next);
    const numeric = heads[column].classList.contains("n");
    order = next ? [...rows].sort(compare(column, numeric, next === "ascending" ? 1 : -1)) : rows;
    show();
  };
  heads.forEach((head, k) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(k));
    head.append(button);
  });
  if (rest || table.querySelector("tbody a")) {
    const field = document.createElement("input");
    field.type = "search";
    field.placeholder = "Search rows";
    field.setAttribute("aria-label", "Search rows");
    field.addEventListener("input", () => {
      fill();
      wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      show();
    });
    table.parentElement.before(field);
  }
  if (!button) return;
  const names = [button.textContent, `Show the first ${few} rows`];
  button.hidden = false;
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => {
    fill();
    all = !all;
    show();
    button.textContent = names[+all];
    button.setAttribute("aria-expanded", String(all));
  });
};

for (const fold of document.querySelectorAll("details.table")) {
  const table = fold.querySelector("table");
  const rest = fold.querySelector("script");
  if (table.tBodies[0].rows.length > 1) sortable(table, rest, fold.querySelector("button.all"));
}
