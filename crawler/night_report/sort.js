// Makes each table of the class "sort" sortable: a button in each heading, for the mouse and the keyboard.
// Without this script the tables stand in the order in which they were written.
for (const table of document.querySelectorAll("table.sort")) {
  const headings = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  headings.forEach((heading, column) => {
    if (heading.classList.contains("line")) return; // drawings have no order
    const isNumber = heading.classList.contains("n"), button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    // The first text of a cell is its value; what is usual stands behind it, in an element of its own.
    const read = (row) => {
      const cell = row.cells[column], text = isNumber ? (cell.firstChild?.data ?? "") : cell.textContent;
      const number = Number.parseFloat(text.replace(/[^0-9.-]/g, ""));
      return isNumber ? (Number.isNaN(number) ? -Infinity : number) : text;
    };
    const compare = (one, other) => (isNumber ? one - other || 0 : one.localeCompare(other));
    button.addEventListener("click", () => {
      const before = heading.ariaSort ?? heading.getAttribute("aria-sort");
      const isUp = before ? before === "descending" : !isNumber; // numbers: the largest first
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", isUp ? "ascending" : "descending");
      const rows = [...body.rows].map((row) => [read(row), row]);
      rows.sort((one, other) => (isUp ? 1 : -1) * compare(one[0], other[0]));
      body.append(...rows.map((pair) => pair[1]));
    });
  });
}
