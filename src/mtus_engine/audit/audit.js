const field = document.getElementById("filter"), body = document.getElementById("rows");
const rows = [...body.querySelectorAll("tr")];
field.closest("p").hidden = false;
const filter = () => {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of rows) {
    const text = `${row.textContent} ${row.dataset.more}`.toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
    shown += row.hidden ? 0 : 1;
  }
  document.getElementById("shown").textContent = `${shown} of ${rows.length}`;
};
field.addEventListener("input", filter);
for (const link of document.querySelectorAll("a[data-filter]")) {
  link.addEventListener("click", () => { field.value = link.dataset.filter; filter(); });
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
