/* The matrix's filter. All rows are in the page; this hides those that do not match, and
   keeps the choice in the address, so that it can be shared and gone back to. */
(function () {
  "use strict";
  const form = document.querySelector("[data-matrix-filter]");
  if (!form) return;
  const tables = [...document.querySelectorAll("[data-matrix] table")];
  const count = form.querySelector("[data-matrix-count]");
  const none = document.querySelector("[data-matrix-none]");
  const selects = [...form.querySelectorAll("select")];

  function chosen() {
    return selects.filter((select) => select.value).map((select) => [select.name, select.value]);
  }

  function matches(row, table, wanted) {
    return wanted.every(([name, value]) =>
      (name === "scenario" ? table.dataset.scenario : row.dataset[name]) === value);
  }

  function apply() {
    const wanted = chosen();
    let shown = 0;
    for (const table of tables) {
      let own = 0;
      for (const row of table.tBodies[0].rows) {
        row.hidden = !matches(row, table, wanted);
        if (!row.hidden) own += 1;
      }
      table.parentElement.hidden = own === 0;
      shown += own;
    }
    count.textContent = shown === 1 ? "1 cell" : `${shown} cells`;
    none.hidden = shown !== 0;
  }

  function read() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    for (const select of selects) {
      const value = wanted.get(select.name) || "";
      select.value = [...select.options].some((option) => option.value === value) ? value : "";
    }
    apply();
  }

  function write() {
    const hash = new URLSearchParams(chosen()).toString();
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
    apply();
  }

  form.addEventListener("change", write);
  form.addEventListener("reset", () => setTimeout(write));
  form.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("hashchange", read);
  form.hidden = false;
  read();
})();
