// Adds what a page without script does not need: sorting, filtering and copying of its tables.
(() => {
  const tables = document.querySelectorAll("table.report");

  const make = (tag, properties = {}, children = []) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  const grouped = (count) => count.toLocaleString("en-US");
  const collator = new Intl.Collator("en", { numeric: true });

  // A count is read exactly: it may have more digits than a number holds.
  const keyOf = (cell, numeric) => {
    if (cell.classList.contains("nil")) return null;
    if (cell.dataset.v !== undefined) return Number(cell.dataset.v);
    return numeric ? BigInt(cell.textContent.replaceAll(",", "")) : cell.textContent;
  };

  const compare = (a, b) => (typeof a === "string" ? collator.compare(a, b) : a < b ? -1 : a > b ? 1 : 0);

  // Rows without a value stay below, whichever way.
  const sortBy = (body, index, numeric, ascending) => {
    const keyed = [...body.rows].map((row) => ({ row, key: keyOf(row.cells[index], numeric) }));
    keyed.sort((a, b) => {
      if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null);
      return ascending ? compare(a.key, b.key) : compare(b.key, a.key);
    });
    body.append(...keyed.map(({ row }) => row));
  };

  // The same rule as in Spillway's CSV: what a spreadsheet would run as a formula gets an apostrophe.
  const harmless = (text) => (/^[=+\-@]/.test(text) && !/^-?[\d,.]+%?$/.test(text) ? `'${text}` : text);

  const copyText = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = make("textarea", { value: text });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  };

  for (const table of tables) {
    const body = table.tBodies[0];
    if (body.rows.length < 2) continue;
    const heads = [...table.tHead.rows[0].cells];
    const all = body.rows.length;
    const status = make("span", { role: "status" });
    const count = (shown) => {
      status.textContent = shown === all ? `${grouped(all)} rows` : `${grouped(shown)} of ${grouped(all)} rows`;
    };

    for (const [index, head] of heads.entries()) {
      // beside the name and not around it: what is in a button is missing where a head is repeated in print
      const button = make("button", {
        type: "button",
        className: "sort",
        ariaLabel: `Sort by ${head.textContent.trim()}`,
      });
      head.append(button);
      head.ariaSort = "none";
      button.addEventListener("click", () => {
        const numeric = head.classList.contains("n");
        const ascending = head.ariaSort === "none" ? !numeric : head.ariaSort === "descending";
        for (const other of heads) other.ariaSort = "none";
        head.ariaSort = ascending ? "ascending" : "descending";
        sortBy(body, index, numeric, ascending);
      });
    }

    const input = make("input", { type: "search", autocomplete: "off" });
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      let shown = 0;
      for (const row of body.rows) {
        row.hidden = !row.textContent.toLowerCase().includes(wanted);
        if (!row.hidden) shown++;
      }
      count(shown);
    });

    const copy = make("button", { type: "button", textContent: "Copy rows" });
    copy.addEventListener("click", async () => {
      const rows = [table.tHead.rows[0], ...[...body.rows].filter((row) => !row.hidden)];
      const line = (row) =>
        [...row.cells]
          .map((cell) => (cell.classList.contains("nil") ? "" : harmless(cell.textContent.trim())))
          .join("\t");
      await copyText(rows.map(line).join("\n"));
      status.textContent = `${grouped(rows.length - 1)} rows copied`;
    });

    count(all);
    table
      .closest(".scroll")
      .before(make("div", { className: "tools" }, [make("label", {}, ["Filter rows", input]), copy, status]));
  }

  // Where a browser prints nothing of what is folded, it is unfolded for the time.
  const folded = () => document.querySelectorAll("details:not([open])");
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...folded()];
    for (const one of opened) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of opened) one.open = false;
  });
  // A link to something folded unfolds it.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target instanceof HTMLDetailsElement) target.open = true;
  };
  addEventListener("hashchange", reveal);
  reveal();
})();
