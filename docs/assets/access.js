/* What the theme leaves out for those who use a keyboard or a screen reader, or who paste a
   whole message into the search. */
(function () {
  "use strict";

  /* What scrolls must be reachable by keyboard; whether it does is known only here. */
  const SCROLLING = "pre > code, .md-typeset__scrollwrap, .tabbed-labels";
  function reach() {
    /* All is measured before anything is changed: a change makes the browser lay out anew. */
    const scrolling = [...document.querySelectorAll(SCROLLING)]
      .map((each) => [each, each.scrollWidth > each.clientWidth || each.scrollHeight > each.clientHeight]);
    for (const [each, scrolls] of scrolling) {
      if (each.parentElement.closest("[tabindex]") || scrolls === each.hasAttribute("tabindex")) continue;
      if (scrolls) each.tabIndex = 0;
      else each.removeAttribute("tabindex");
    }
  }

  function name() {
    const search = document.querySelector(".md-search[role=dialog]");
    if (search) search.setAttribute("aria-label", "Search");
    for (const nav of document.querySelectorAll("nav.md-nav[aria-labelledby]")) {
      const link = nav.parentElement.querySelector(".md-nav__link");
      nav.setAttribute("aria-label", link ? link.textContent.trim().replace(/\s+/g, " ") : "Pages");
      nav.removeAttribute("aria-labelledby");
    }
    /* A copy button is no landmark. */
    for (const nav of document.querySelectorAll("nav.md-code__nav")) nav.setAttribute("role", "presentation");
  }

  /* A message as a tool prints it is full of what the search takes for operators. */
  const QUERY = 2;
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (message, ...more) {
    let sent = message;
    if (message && message.type === QUERY && typeof message.data === "string") {
      const words = message.data.trim().split(/\s+/);
      if (words.length > 4) sent = { ...message, data: message.data.replace(/[^\p{L}\p{N}_.\s]+/gu, " ") };
    }
    return post.call(this, sent, ...more);
  };

  /* The search listens to keys alone, and a message is often pasted with the mouse. */
  const query = document.querySelector("[data-md-component=search-query]");
  if (query) query.addEventListener("input", () => query.dispatchEvent(new Event("keyup")));

  function mend() {
    name();
    reach();
  }
  /* Once for many changes: to ask what scrolls makes the browser lay the page out. */
  let due;
  function soon() {
    if (!due) due = setTimeout(() => { due = undefined; mend(); }, 100);
  }
  window.addEventListener("load", mend);
  window.addEventListener("resize", soon);
  document.addEventListener("change", soon);
  new MutationObserver(soon).observe(document.body, { childList: true, subtree: true });
  soon();
})();
