// What the pages do beyond links and forms. Every page works without this file.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");

  // A button with data-toggle folds what it controls (one id or several); it starts folded.
  document.querySelectorAll("button[data-toggle][aria-controls]").forEach((button) => {
    const parts = button.getAttribute("aria-controls").split(" ").map((id) => document.getElementById(id)).filter(Boolean);
    const fold = (isOpen) => {
      button.setAttribute("aria-expanded", String(isOpen));
      parts.forEach((part) => part.toggleAttribute("data-collapsed", !isOpen));
    };
    const isOpen = () => button.getAttribute("aria-expanded") === "true";
    fold(false);
    button.addEventListener("click", () => fold(!isOpen()));
    [button, ...parts].forEach((part) => {
      part.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || !isOpen() || !button.offsetParent) return;
        fold(false);
        button.focus();
      });
    });
  });

  // After a refused form the reader starts at the list of what to mend.
  document.querySelector(".error-summary")?.focus();

  // A second press within three seconds does nothing; later it may (the form may have answered with a download).
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.target) return;
    if (form.dataset.sending) {
      event.preventDefault();
      return;
    }
    form.dataset.sending = "yes";
    window.setTimeout(() => delete form.dataset.sending, 3000);
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sending]").forEach((form) => delete form.dataset.sending);
  });

  document.querySelectorAll("[data-print]").forEach((button) => {
    button.addEventListener("click", () => window.print());
  });
})();
