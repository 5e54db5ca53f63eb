// Keys of a workbench: a letter follows the link that carries it. Without this file the links do the same.
(() => {
  "use strict";
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    const link = document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`);
    if (link) link.click();
  });
  document.querySelector(".workbench-list [aria-current]")?.scrollIntoView({ block: "nearest" });
})();
