/* The search's index is fetched when somebody goes to the search, and not with each page: it is
   larger than all else together. Loaded before the theme's own script, which would fetch it. */
(function () {
  "use strict";
  const { open, send } = XMLHttpRequest.prototype;
  const field = document.querySelector("[data-md-component=search-query]");
  if (!field || new URLSearchParams(location.search).has("q")) return;
  let later;
  XMLHttpRequest.prototype.open = function (method, address, ...more) {
    if (String(address).endsWith("/search_index.json")) later = this;
    return open.call(this, method, address, ...more);
  };
  XMLHttpRequest.prototype.send = function (...what) {
    if (this !== later) return send.apply(this, what);
    const now = () => send.apply(this, what);
    if (document.activeElement === field) now();
    else field.addEventListener("focus", now, { once: true });
  };
})();
