// Reads a list of texts and the box's tables from standard input, and prints its answers.
"use strict";
const fs = require("node:fs");
const { script, tables, texts } = JSON.parse(fs.readFileSync(0, "utf8"));
globalThis.window = globalThis;
globalThis.document = { querySelectorAll: () => [] };
(0, eval)(fs.readFileSync(script, "utf8"));
const answers = texts.map((text) => {
  const result = nativeSkew.analyse(text, tables);
  const answer = result.found.length ? nativeSkew.flat(result) : null;
  return {
    answer,
    found: result.found.map((message) => message.id),
    names: result.names,
    linked: answer && nativeSkew.linked("#answer?" + new URLSearchParams(answer), tables),
  };
});
process.stdout.write(JSON.stringify(answers));
