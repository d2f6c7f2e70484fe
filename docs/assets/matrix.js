/* The matrix's grids. The page has that of the plain command; this draws the others from the
   page's data, and keeps the choice in the address, so that it can be shared and gone back to. */
(function () {
  "use strict";
  const form = document.querySelector("[data-matrix-filter]");
  if (!form) return;
  const place = document.querySelector("[data-matrix]");
  const count = form.querySelector("[data-matrix-count]");
  const none = document.querySelector("[data-matrix-none]");
  const selects = [...form.querySelectorAll("select")];
  const overview = [...place.childNodes];
  const overviewCount = count.textContent;
  const AFTER = "+after-failure";
  let data;
  let cells;

  function load() {
    if (cells) return;
    data = JSON.parse(document.querySelector("[data-matrix-data]").textContent);
    cells = data.places.flatMap(([scenario, variant, , , rows], at) =>
      Object.entries(rows).flatMap(([attempt, letters]) =>
        [...letters].flatMap((letter, column) => letter === " " ? [] : [{
          at, scenario, variant, attempt, column, letter,
          remedy: attempt.replace(AFTER, ""),
          tool: data.columns[column][0],
          version: `${data.columns[column][4]} ${data.columns[column][1]}`,
          verdict: data.verdicts[letter][0],
        }])));
  }

  function chosen() {
    return Object.fromEntries(selects.filter((select) => select.value).map((select) => [select.name, select.value]));
  }

  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  function sign(cell) {
    const [verdict, shown, look] = data.verdicts[cell.letter];
    const [installer, version, python, title] = data.columns[cell.column];
    const href = verdict === "unsupported"
      ? `../installers/#${installer}`
      : `../cells/${cell.scenario}/${cell.variant}/${installer}@${version}/${cell.attempt}.${python}/`;
    return element("a", { class: `verdict ${look}`, href, "aria-label": verdict, title: `${verdict}: ${title} ${version}` }, shown);
  }

  const remedyLabel = (attempt) => {
    const remedy = attempt.replace(AFTER, "");
    const link = element("a", { href: `../remedies/${remedy}/` }, data.remedies[remedy] || remedy);
    return attempt.endsWith(AFTER) ? [link, " ", element("small", {}, "after the failure")] : [link];
  };
  const placeLabel = (at) => {
    const [scenario, variant, title, more] = data.places[at];
    const link = element("a", { href: `../scenarios/${scenario}/#${variant}` }, title);
    if (more) link.append(" ", element("small", {}, more));
    return [link];
  };
  const toolLabel = (column) => {
    const [, version, python, title] = data.columns[column];
    return [`${title} `, element("small", {}, python === "cp311" ? version : `${version}, ${python}`)];
  };
  const plain = (label) => label.flatMap((each) => each.nodeName === "A" ? [...each.childNodes] : [each]);

  /* One grid: what breaks most is on top, under the plain command. */
  function grid(title, found, corner, rowOf, rowLabel, columnOf, columnLabel) {
    const rows = new Map();
    for (const cell of found) {
      if (!rows.has(rowOf(cell))) rows.set(rowOf(cell), []);
      rows.get(rowOf(cell)).push(cell);
    }
    const columns = [...new Set(found.map(columnOf))].sort((one, other) => typeof one === "number" ? one - other : 0);
    const broken = (row) => row.filter((cell) => data.broken.includes(cell.letter)).length + (row[0].attempt === "nothing" ? 1000 : 0);
    const ordered = [...rows].sort(([, one], [, other]) => broken(other) - broken(one));
    const head = columns.map((column) => element("th", { scope: "col" }, element("span", {}, ...plain(columnLabel(column)))));
    const body = ordered.map(([key, row]) => element("tr", {},
      element("th", { scope: "row" }, ...rowLabel(key)),
      ...columns.map((column) => element("td", {}, ...row.filter((cell) => columnOf(cell) === column).map(sign)))));
    const caption = [title].flat();
    return element("div", { class: "signs", tabindex: "0", role: "group", "aria-label": caption.map((each) => each.textContent || each).join("") },
      element("table", { class: "signs__table" }, element("caption", {}, ...caption),
        element("thead", {}, element("tr", {}, element("th", { scope: "col" }, corner), ...head)),
        element("tbody", {}, ...body)));
  }

  function draw(wanted) {
    load();
    const found = cells.filter((cell) => Object.entries(wanted).every(([name, value]) => cell[name] === value));
    count.textContent = found.length === 1 ? "1 cell" : `${found.length} cells`;
    none.hidden = found.length !== 0;
    if (!found.length) return [];
    const tool = (cell) => cell.column;
    if (!wanted.scenario && wanted.remedy) {
      const start = (cell) => `${cell.at}${cell.attempt.endsWith(AFTER) ? AFTER : ""}`;
      const label = (key) => [...placeLabel(parseInt(key, 10)), ...(key.endsWith(AFTER) ? [" ", element("small", {}, "after the failure")] : [])];
      return [grid(data.remedies[wanted.remedy], found, "scenario", start, label, tool, toolLabel)];
    }
    if (!wanted.scenario && wanted.tool) {
      const title = toolLabel(found[0].column);
      return [grid(title.slice(0, 1), found, "scenario", (cell) => cell.at, placeLabel, (cell) => cell.attempt, remedyLabel)];
    }
    return [...new Set(found.map((cell) => cell.at))].map((at) =>
      grid(placeLabel(at), found.filter((cell) => cell.at === at), "remedy", (cell) => cell.attempt, remedyLabel, tool, toolLabel));
  }

  function apply() {
    const wanted = chosen();
    if (Object.keys(wanted).length) {
      place.replaceChildren(...draw(wanted));
      return;
    }
    count.textContent = overviewCount;
    none.hidden = true;
    if (place.firstChild !== overview[0]) place.replaceChildren(...overview);
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
  read();
})();
