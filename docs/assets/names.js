/* The reader's own names in what is copied. The snippets of a page are what ran, with the names
   of the fake pair, or were written with names that stand for any; here the reader may put in
   others, sees which words are changed and which are not, and can go back. Kept for this visit
   only; nothing is sent. */
(function () {
  "use strict";
  const KEPT = "native-skew.names";
  const NAME = "[A-Za-z0-9](?:[A-Za-z0-9._\\-]*[A-Za-z0-9])?";
  const VERSION = "[0-9A-Za-z](?:[0-9A-Za-z.+!_\\-]*[0-9A-Za-z])?";
  const FIELDS = [
    ["consumer", "Your package", NAME],
    ["consumer_version", "its version", VERSION],
    ["module", "what you import of it", "[A-Za-z_]\\w*(?:\\.\\w+)*"],
    ["provider", "The library’s package", NAME],
    ["older", "its older version", VERSION],
    ["newer", "its newer version", VERSION],
  ];

  function kept() {
    try {
      return JSON.parse(sessionStorage.getItem(KEPT)) || {};
    } catch {
      return {};
    }
  }

  function keep(names) {
    try {
      sessionStorage.setItem(KEPT, JSON.stringify(names));
    } catch {
      /* Storage may be switched off: the names then hold for this page. */
    }
  }

  /* What a reader may put in: the name as in a requirement, and nothing that means more. */
  function valid(names) {
    return Object.fromEntries(FIELDS
      .map(([key, , pattern]) => [key, String(names[key] || "").trim(), pattern])
      .filter(([, value, pattern]) => new RegExp(`^${pattern}$`).test(value))
      .map(([key, value]) => [key, value]));
  }

  const source = document.querySelector("[data-recorded-names]");
  window.nativeSkewNames = { keep: (names) => keep(valid(names)) };
  if (!source) return;

  /* `recorded`: the names that the page shows; `ran`: those of the runs behind it, if any. */
  const importable = (name = "") => name.replace(/[-.]+/g, "_");
  const { ran, ranges, told, ...recorded } = JSON.parse(source.textContent);
  recorded.module = recorded.module || importable(recorded.consumer);
  /* As all tools compare names, and as a bare key of TOML may be written. */
  const normal = (name) => name.toLowerCase().replace(/[-_.]+/g, "-");
  /* “Before the newer ABI” becomes the older version itself: real versions tell less of their ABI. */
  const range = (role, own) => own[role] && `==${own[role]}`;

  /* Each recorded word with what takes its place; longer words first, since some contain others. */
  function words(own) {
    const pairs = [
      [recorded.consumer, own.consumer && normal(own.consumer)],
      [recorded.module, own.module || (own.consumer && importable(own.consumer))],
      [recorded.provider, own.provider && normal(own.provider)],
      [importable(recorded.provider), own.provider && importable(own.provider)],
      [recorded.consumer_version, own.consumer_version],
      [recorded.older, own.older],
      [recorded.newer, own.newer],
    ];
    return pairs.filter(([word]) => word).sort(([one], [other]) => other.length - one.length);
  }

  function escaped(text) {
    return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  }

  /* The text in pieces: [text, class of its mark or nothing]. */
  function pieces(text, own) {
    const spans = Object.entries(ranges).map(([text, role]) => [text, range(role, own)]);
    const pairs = words(own);
    const like = recorded.newer ? [`${recorded.newer.split(".").slice(0, 2).map(escaped).join("\\.")}(?:\\.\\d+)+`] : [];
    const alternatives = [...pairs.map(([word]) => escaped(word)), ...like].join("|");
    const before = spans.map(([text]) => `${escaped(text)}|`).join("");
    const pattern = new RegExp(`(?:${before}(?<!\\w|\\d\\.)(?:${alternatives}))(?!\\w|\\.\\d)`, "g");
    const all = [...spans, ...pairs];
    const found = [];
    let end = 0;
    for (const match of text.matchAll(pattern)) {
      const other = (all.find(([word]) => word === match[0]) || [])[1];
      found.push([text.slice(end, match.index), ""], [other || match[0], other ? "own" : "left"]);
      end = match.index + match[0].length;
    }
    return [...found, [text.slice(end), ""]];
  }

  function piece([text, mark]) {
    if (!mark) return text;
    const made = document.createElement("mark");
    made.className = mark;
    made.textContent = text;
    return made;
  }

  /* All but what was printed, and what is of a real pair. */
  const blocks = [...document.querySelectorAll("article .highlight:is(.recorded, :not(.language-text, .real)) pre > code")]
    .map((code) => ({ code, shown: [...code.childNodes].map((node) => node.cloneNode(true)), text: code.textContent }))
    .filter(({ text }) => pieces(text, {}).length > 1);
  const due = document.querySelector(".names--due");
  if (!blocks.length) {
    if (due) due.remove();
    return;
  }

  const form = document.createElement("form");
  form.className = "names";
  form.innerHTML = '<details><summary>Fill in your own names</summary><div class="names__fields"></div>'
    + '<p>They are put into what you copy from this page, stay in your browser, and are forgotten when you '
    + 'close it.</p></details><p role="status" aria-live="polite"></p>'
    + '<button type="reset" hidden>Show what ran</button>';
  const fields = form.querySelector(".names__fields");
  for (const [key, title, pattern] of FIELDS.filter(([key]) => recorded[key])) {
    const label = document.createElement("label");
    const input = document.createElement("input");
    label.textContent = recorded.newer ? title : title.replace("older ", "");
    Object.assign(input, { name: key, placeholder: recorded[key], pattern, autocomplete: "off", spellcheck: false });
    label.append(input);
    fields.append(label);
  }
  const status = form.querySelector("[role=status]");
  const reset = form.querySelector("button");

  function fill(own) {
    const any = Object.keys(own).length > 0;
    let left = false;
    for (const { code, shown, text } of blocks) {
      const made = pieces(text, own);
      const changed = any && made.some(([, mark]) => mark);
      const block = code.closest(".highlight");
      if (changed || block.classList.contains("is-own")) {
        code.replaceChildren(...(changed ? made.map(piece) : shown.map((node) => node.cloneNode(true))));
        block.classList.toggle("is-own", changed);
      }
      left = left || (changed && made.some(([, mark]) => mark === "left"));
    }
    reset.hidden = !any;
    status.textContent = any
      ? "The snippets below show your names." + (ran ? ` What ran had ${ran.consumer} ${ran.consumer_version} and ${ran.provider}.` : "")
        + (left ? " Underlined words are not yet yours: change them as well." : "")
      : told;
  }

  function read() {
    return valid(Object.fromEntries(new FormData(form)));
  }

  form.addEventListener("input", () => {
    keep(read());
    fill(read());
  });
  form.addEventListener("reset", () => setTimeout(() => {
    keep({});
    fill({});
  }));
  form.addEventListener("submit", (event) => event.preventDefault());

  const before = valid(kept());
  for (const input of form.querySelectorAll("input")) input.value = before[input.name] || "";
  let place = due || blocks[0].code.closest(".tabbed-set") || blocks[0].code.closest(".highlight");
  while (place.parentElement !== place.closest("article")) place = place.parentElement;
  if (due) due.replaceWith(form);
  else place.before(form);
  fill(read());
})();
