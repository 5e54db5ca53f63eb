// Hides questions that the answers given so far leave unasked. Without this file all of them are shown, each with the
// sentence that says when it is asked; the server decides either way.
(() => {
  "use strict";

  const number = (text) => {
    const plain = text.normalize("NFKC").replace(/[,\s]/g, "");
    return plain === "" ? NaN : Number(plain);
  };

  // What is chosen or typed under a name; nothing when its own question is hidden.
  const given = (root, name) => [...root.querySelectorAll(`[name="${CSS.escape(name)}"]`)]
    .filter((input) => !input.closest(".question[hidden]"))
    .filter((input) => !["radio", "checkbox"].includes(input.type) || input.checked)
    .map((input) => input.value)
    .filter((value) => value !== "");

  const isMet = (values, { how, codes, least }) => {
    switch (how) {
      case "yes": case "no": return values.includes(how);
      case "equals": return values.length === codes.length && codes.every((code) => values.includes(code));
      case "one_of": return codes.some((code) => values.includes(code));
      case "at_least": return values.length > 0 && number(values[0]) >= Number(least);
      default: return true;
    }
  };

  document.querySelectorAll("[data-questions]").forEach((root) => {
    const conditional = [...root.querySelectorAll("[data-asked-if]")].map((question) => [
      question, JSON.parse(question.dataset.askedIf), question.dataset.askedWhen === "any" ? "some" : "every",
    ]);
    if (!conditional.length) return;
    // In the order of the form: what hangs on a hidden question is hidden with it. On a page that does not ask the
    // earlier question (a correction), its condition counts as met.
    const look = () => conditional.forEach(([question, conditions, several]) => {
      question.hidden = !conditions[several]((condition) =>
        !root.querySelector(`[name="${CSS.escape(condition.name)}"]`) || isMet(given(root, condition.name), condition));
    });
    root.addEventListener("input", look);
    root.addEventListener("change", look);
    look();
  });
})();
