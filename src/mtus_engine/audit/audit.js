const form = document.getElementById("filters"), field = document.getElementById("filter");
const body = document.getElementById("rows"), chosen = document.getElementById("chosen");
const rows = [...body.querySelectorAll("tr")];
const tags = new Map(rows.map((row) => [row, new Set(JSON.parse(row.dataset.tags))]));
const selects = [...form.querySelectorAll("select")];
let bar = "";
form.hidden = false;
const filter = () => {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  const [criterion, status, ...others] = selects.map((select) => select.value);
  const wanted = others.filter(Boolean);
  if (criterion && status) { wanted.push(`${criterion} is ${status}`); }
  else if (criterion || status) { wanted.push(criterion || `any is ${status}`); }
  if (bar) { wanted.push(bar); }
  let shown = 0;
  for (const row of rows) {
    const text = row.textContent.toLowerCase(), of = tags.get(row);
    row.hidden = !(wanted.every((tag) => of.has(tag)) && words.every((word) => text.includes(word)));
    shown += row.hidden ? 0 : 1;
  }
  document.getElementById("shown").textContent = `${shown} of ${rows.length}`;
  chosen.hidden = !bar;
};
field.addEventListener("input", filter);
for (const select of selects) { select.addEventListener("change", filter); }
chosen.addEventListener("click", () => { bar = ""; filter(); field.focus(); });
form.addEventListener("submit", (event) => event.preventDefault());
for (const link of document.querySelectorAll("a[data-tag]")) {
  link.addEventListener("click", () => {
    form.reset();
    bar = link.dataset.tag;
    chosen.textContent = `${link.textContent} ×`;
    filter();
  });
}
[...document.querySelectorAll("#list thead th")].forEach((head, n) => {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = head.textContent;
  head.replaceChildren(button);
  button.addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of document.querySelectorAll("#list thead th")) { other.removeAttribute("aria-sort"); }
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const key = (row) => row.cells[n].textContent;
    rows.sort((a, b) => key(a).localeCompare(key(b), "en", { numeric: true }) * (down ? -1 : 1));
    body.append(...rows);
  });
});
