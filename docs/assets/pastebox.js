/* The paste box: names the message, the family, the packages and their versions in a pasted
   log, and the page to go to. It runs here and sends nothing. */
(function () {
  "use strict";

  /* Versions that a log states: what was installed at run time, and what a build was given. */
  const INSTALLED = [
    /^\s*\+ ([A-Za-z0-9][\w.-]*)==(\S+)/gm, // uv
    /^([A-Za-z0-9][\w.-]*)==(\S+)$/gm, // freeze
    /^\s*[-•] Installing ([A-Za-z0-9][\w.-]*) \(([^)\s]+)\)/gm, // Poetry
    /^\s*✔ Install ([A-Za-z0-9][\w.-]*) (\S+) successful/gm, // PDM
  ];
  const PIP_DONE = /^\s*Successfully installed (.+)$/gm;
  const BUILD = /Assigned packages: (.*)$/gm; // uv -vv
  const BUILT = /(?:Successfully built|Building wheel for|Built|Failed to (?:download and )?build) `?([A-Za-z0-9][\w.-]*)/g;

  function normal(name) {
    return name.toLowerCase().replace(/[-_.]+/g, "-");
  }

  function installedVersions(text) {
    const found = new Map();
    for (const pattern of INSTALLED) {
      for (const match of text.matchAll(pattern)) found.set(normal(match[1]), match[2]);
    }
    for (const match of text.matchAll(PIP_DONE)) {
      for (const word of match[1].trim().split(/\s+/)) {
        const parts = /^(.+)-([^-]+)$/.exec(word);
        if (parts) found.set(normal(parts[1]), parts[2]);
      }
    }
    return found;
  }

  function buildVersions(text) {
    const found = new Map();
    for (const match of text.matchAll(BUILD)) {
      for (const word of match[1].split(/,\s*/)) {
        const [name, version] = word.split("==");
        if (version && name !== "root") found.set(normal(name), version.trim());
      }
    }
    return found;
  }

  function stamp(library) {
    return (/\.so\.(.+)$/.exec(library) || [])[1];
  }

  /* A version without its last number is what libraries carry: 7.0.10.99.0.2 -> 7.0.10.99.0 */
  function skewed(facts, installed, build) {
    const rows = [];
    for (const [name, version] of build) {
      const now = installed.get(name);
      if (now && now !== version) rows.push({ name, built: version, installed: now });
    }
    if (rows.length || !facts.requirement) return rows;
    const name = facts.provider || (/^[A-Za-z0-9][\w.-]*[A-Za-z0-9]/.exec(facts.requirement) || [])[0];
    const built = facts.library && stamp(facts.library);
    return [{ name, built: built || "as required", installed: facts.installed }];
  }

  const PASSES = /^(?:No broken requirements found|All installed packages are compatible)/m;

  function family(ids, facts, text) {
    if (ids.has("undefined-symbol")) return "unstamped: nothing in the metadata says what was built against";
    if (ids.has("wrong-result")) return "drift without a linker error";
    if (ids.has("violated-requirement")) return "stamped: the built metadata differs from the published";
    if (ids.has("missing-library")) {
      if (!stamp(facts.library || "")) return "a missing system library, or one that is not on the loader's path";
      return PASSES.test(text)
        ? "unstamped, or a stale cache: the check passes, so nothing in the metadata says what was built against"
        : "a version-stamped library: stamped if a check complains, unstamped or a stale cache if it passes";
    }
    return "";
  }

  function analyse(text, messages) {
    const facts = {};
    const found = [];
    for (const message of messages) {
      const hits = message.patterns.map((pattern) => new RegExp(pattern, "m").exec(text)).filter(Boolean);
      if (!hits.length) continue;
      found.push(message);
      for (const hit of hits) {
        for (const [key, value] of Object.entries(hit.groups || {})) {
          if (value && !(key in facts)) facts[key] = value;
        }
      }
    }
    found.sort((one, other) => one.rank - other.rank);
    const ids = new Set(found.map((message) => message.href.split("/").at(-2)));
    if (!facts.consumer) {
      const built = [...text.matchAll(BUILT)].map((match) => match[1]);
      if (built.length) facts.consumer = built[built.length - 1];
    }
    const installed = installedVersions(text);
    const result = { found, family: family(ids, facts, text), facts, skew: skewed(facts, installed, buildVersions(text)) };
    return { ...result, names: names(result, installed) };
  }

  /* What the pages' snippets may be filled in with; see names.js. */
  function names(result, installed) {
    const { facts, skew: [first] } = result;
    const version = /^\d/;
    const asked = />=\s*([\w.!+-]+)/.exec(facts.requirement || "");
    const built = first && version.test(first.built) ? first.built : (asked || [])[1];
    return {
      consumer: facts.consumer,
      consumer_version: facts.consumer_version || installed.get(normal(facts.consumer || "")),
      provider: first ? first.name : facts.provider,
      older: first ? first.installed : undefined,
      newer: built,
    };
  }

  function element(name, text, children) {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    for (const child of children || []) made.append(child);
    return made;
  }

  function show(answer, result) {
    answer.replaceChildren();
    if (!result.found.length) {
      answer.append(element("p", "None of the known messages is in it. Paste the lines around the error, or look through the list below."));
      return;
    }
    if (result.names.consumer && window.nativeSkewNames) window.nativeSkewNames.keep(result.names);
    const [first, ...more] = result.found;
    const link = element("a", first.title);
    link.href = first.href;
    answer.append(element("p", first.meaning + " Read on: ", [link]));
    const lines = [];
    if (result.family) lines.push(`Family: ${result.family}.`);
    if (result.facts.consumer) lines.push(`Built package: ${result.facts.consumer}.`);
    for (const each of result.skew) {
      lines.push(`${each.name}: built against ${each.built}, installed ${each.installed}.`);
    }
    if (result.facts.library) lines.push(`Missing library: ${result.facts.library}.`);
    if (result.facts.symbol) lines.push(`Missing symbol: ${result.facts.symbol}.`);
    if (lines.length) answer.append(element("ul", "", lines.map((line) => element("li", line))));
    if (more.length) {
      const links = more.flatMap((message, index) => {
        const other = element("a", message.title);
        other.href = message.href;
        return index ? ["; ", other] : [other];
      });
      answer.append(element("p", "Also in it: ", links));
    }
  }

  window.nativeSkew = { analyse };
  for (const form of document.querySelectorAll("[data-pastebox]")) {
    const messages = JSON.parse(form.querySelector("[data-pastebox-messages]").textContent);
    const area = form.querySelector("textarea");
    const answer = form.querySelector("[data-pastebox-answer]");
    area.addEventListener("input", () => {
      if (area.value.trim()) show(answer, analyse(area.value, messages));
      else answer.replaceChildren();
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.hidden = false;
  }
})();
