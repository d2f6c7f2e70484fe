/* What scrolls sideways must be reachable by keyboard; whether code does is known only here. */
(function () {
  "use strict";
  function mark() {
    for (const code of document.querySelectorAll("pre > code")) {
      if (code.closest("[tabindex]") && !code.hasAttribute("tabindex")) continue;
      if (code.scrollWidth > code.clientWidth || code.scrollHeight > code.clientHeight) {
        code.tabIndex = 0;
      }
    }
  }
  window.addEventListener("load", mark);
  window.addEventListener("resize", mark);
})();
