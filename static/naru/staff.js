// What the staff site adds to Django's own admin scripts: names for what they leave unnamed, and menus that close.
(() => {
  "use strict";

  // Search-as-you-type choices take the name of the field they stand for.
  const nameChoices = () => {
    document.querySelectorAll("select.select2-hidden-accessible").forEach((select) => {
      const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
      const box = select.nextElementSibling?.querySelector(".select2-selection");
      if (!label || !box || box.dataset.named) return;
      box.dataset.named = "yes";
      const name = label.textContent.trim();
      box.setAttribute("aria-label", `${name} ${box.textContent.trim()}`.trim());
      box.removeAttribute("aria-labelledby");
      box.querySelector(".select2-selection__rendered")?.setAttribute("aria-label", name);
      const describedBy = select.getAttribute("aria-describedby");
      if (describedBy) box.setAttribute("aria-describedby", describedBy);
      select.addEventListener("change", () => delete box.dataset.named);
    });
    document.querySelectorAll(".select2-search__field:not([aria-label])").forEach((field) => {
      field.setAttribute("aria-label", document.body.dataset.searchLabel);
    });
    document.querySelectorAll(".select2-results__options:not([aria-label])").forEach((list) => {
      list.setAttribute("aria-label", document.body.dataset.foundLabel);
    });
  };

  // A column of numbers has its head on the right too; an input in a list takes the name of its column.
  const tidyLists = () => {
    document.querySelectorAll("#result_list").forEach((table) => {
      const heads = [...table.tHead.rows[0].cells];
      heads.forEach((head, index) => {
        const cells = [...table.tBodies[0].rows].map((row) => row.cells[index]).filter(Boolean);
        if (cells.length && cells.every((cell) => cell.querySelector(":scope > .num, :scope > .money") || !cell.textContent.trim() || cell.textContent.trim() === "-") && cells.some((cell) => cell.querySelector(".num, .money"))) {
          head.classList.add("num");
        }
        cells.forEach((cell) => {
          cell.querySelectorAll("input:not([type=hidden], [aria-label]), select:not([aria-label]), textarea:not([aria-label])").forEach((input) => {
            if (!input.labels?.length) input.setAttribute("aria-label", head.textContent.trim());
          });
        });
      });
    });
  };

  document.addEventListener("DOMContentLoaded", () => {
    tidyLists();
    nameChoices();
    new MutationObserver(nameChoices).observe(document.body, { childList: true, subtree: true });
    new MutationObserver((changes) => {
      changes.forEach(({ target }) => {
        if (target.getAttribute("role") !== "combobox") return;
        const list = target.getAttribute("aria-owns");
        if (list) target.setAttribute("aria-controls", list);
        else target.removeAttribute("aria-controls");
      });
    }).observe(document.body, { attributes: true, attributeFilter: ["aria-owns"], subtree: true });
  });

  const menus = () => document.querySelectorAll("details.filter-menu[open]");
  document.addEventListener("click", (event) => {
    menus().forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menus().forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  // The rail is longer than the window: it opens where the reader is.
  const rail = document.querySelector(".rail-inner");
  const here = rail?.querySelector("[aria-current]");
  if (here) rail.scrollTop = here.offsetTop - rail.clientHeight / 2;

  document.querySelectorAll("input[data-check-all]").forEach((box) => {
    box.addEventListener("change", () => {
      document.querySelectorAll(`${box.dataset.checkAll} input[type=checkbox]`).forEach((other) => {
        other.checked = box.checked;
      });
    });
  });
})();
