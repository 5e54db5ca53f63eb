// Keeps what is typed in a form marked with data-autosave. The form works without this file: its buttons save it.
(() => {
  "use strict";
  const PAUSE = 1500;
  const LONGEST = 5000; // somebody who never pauses: kept all the same

  document.querySelectorAll("form[data-autosave]").forEach((form) => {
    const note = form.querySelector("[role=status]");
    const version = form.elements.namedItem("version");
    let timer = 0;
    let since = 0;
    let isBusy = false;
    let isChanged = false;
    let isStopped = false;
    let isSubmitting = false;
    let waiting = null;

    const say = (text, isKept) => {
      if (!note) return;
      note.textContent = text;
      note.classList.toggle("has-icon", isKept);
      note.classList.toggle("icon-check", isKept);
    };

    const typed = () => {
      const data = new FormData(form);
      for (const [name, value] of [...data.entries()]) if (value instanceof File) data.delete(name);
      return data;
    };

    const later = (wait) => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => keep(), wait);
    };

    // What is under way has to end before the page is sent: else the page would come with an older version than its own.
    form.addEventListener("submit", (event) => {
      window.clearTimeout(timer);
      if (!isBusy) {
        isChanged = false;
        return;
      }
      event.preventDefault();
      waiting = event.submitter;
      isSubmitting = true;
    });

    async function keep(isLeaving = false) {
      window.clearTimeout(timer);
      if (isBusy || isStopped || !isChanged || form.dataset.sending) return;
      isBusy = true;
      isChanged = false;
      say(form.dataset.keeping, false);
      try {
        const answer = await fetch(form.dataset.autosave, {
          method: "POST", body: typed(), credentials: "same-origin", redirect: "manual",
          keepalive: isLeaving,
        });
        if (answer.type === "opaqueredirect" || answer.status === 403) {
          isChanged = true;
          say(form.dataset.signedOut, false);
        } else {
          const isText = (answer.headers.get("Content-Type") || "").startsWith("text/plain");
          if (answer.ok) version.value = answer.headers.get("Naru-Version");
          // Refused (somebody else saved, the call has closed): nothing is sent any more by itself.
          if (answer.status === 409 || answer.status === 413) isStopped = true;
          if (!answer.ok && !isStopped) throw new Error(String(answer.status));
          say(isText ? await answer.text() : "", answer.ok);
        }
      } catch {
        isChanged = true;
        say(form.dataset.failed, false);
        later(10 * PAUSE);
      } finally {
        isBusy = false;
      }
      if (isSubmitting) {
        isSubmitting = false;
        isChanged = false;
        form.requestSubmit(waiting);
        return;
      }
      if (isChanged) later(10 * PAUSE);
    }

    const changed = (event) => {
      if (event.target.type === "file") return;
      if (!isChanged) since = Date.now();
      isChanged = true;
      later(Math.max(0, Math.min(event.type === "change" ? PAUSE / 3 : PAUSE, since + LONGEST - Date.now())));
    };
    form.addEventListener("input", changed);
    form.addEventListener("change", changed);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") keep(true);
    });
  });
})();
