// Tables are sorted by their heads: up, down, and back to the order of the file.
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

const sortable = table => {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const sort = column => {
    const old = heads[column].getAttribute("aria-sort");
    const next = { ascending: "descending", descending: null }[old] ?? (old ? null : "ascending");
    for (const h of heads) h.removeAttribute("aria-sort");
    if (next) heads[column].setAttribute("aria-sort", next);
    const numeric = heads[column].classList.contains("n");
    const order = next ? [...rows].sort(compare(column, numeric, next === "ascending" ? 1 : -1)) : rows;
    body.append(...order);
  };
  heads.forEach((head, k) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(k));
    head.append(button);
  });
};

for (const table of document.querySelectorAll("details.table table")) {
  if (table.tBodies[0].rows.length > 1) sortable(table);
}
