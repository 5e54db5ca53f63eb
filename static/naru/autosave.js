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
    let isSignedOut = false;
    let isSure = false;
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

    const hasFiles = () => [...form.elements].some((each) => each.type === "file" && each.files.length);

    // What is under way has to end before the page is sent: else the page would come with an older version than its own.
    // What would be lost is kept first: a page sent without a session leads to the sign-in and takes nothing along.
    form.addEventListener("submit", (event) => {
      window.clearTimeout(timer);
      const isAtRisk = isBusy || isChanged || isSignedOut || hasFiles();
      if (isSure || isStopped || !isAtRisk || form.dataset.sending) {
        isChanged = false;
        return;
      }
      event.preventDefault();
      waiting = event.submitter;
      isSubmitting = true;
      isChanged = true;
      keep();
    });

    // Says that nobody pressed: not every browser does, and none over plain http.
    const send = () => fetch(form.dataset.autosave, {
      method: "POST", body: typed(), credentials: "same-origin", redirect: "manual", keepalive: document.hidden,
      headers: { "X-Naru-Script": "1" },
    });

    // Whoever signed in again in another window has another token than this page. True when the page has it now; another
    // person's is not taken, who would send what this one typed.
    async function renewed() {
      const page = await fetch(window.location.pathname, { credentials: "same-origin", redirect: "manual" });
      if (!page.ok) return false;
      const now = new DOMParser().parseFromString(await page.text(), "text/html")
        .querySelector("main form[data-autosave]");
      const fresh = now && now.dataset.person === form.dataset.person && now.elements.namedItem("csrfmiddlewaretoken");
      if (!fresh) return false;
      document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((each) => { each.value = fresh.value; });
      return true;
    }

    async function keep() {
      window.clearTimeout(timer);
      if (isBusy || isStopped || !isChanged || form.dataset.sending) return;
      isBusy = true;
      isChanged = false;
      say(form.dataset.keeping, false);
      try {
        let answer = await send();
        if (answer.status === 403 && await renewed()) answer = await send();
        isSignedOut = answer.type === "opaqueredirect" || answer.status === 403;
        if (isSignedOut) {
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
        if (isSignedOut) return; // the page stays, with all that stands in it
        isChanged = false;
        isSure = true;
        form.requestSubmit(waiting);
        isSure = false;
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
      if (document.visibilityState === "hidden" || isSignedOut) keep();
    });
    window.addEventListener("focus", () => { if (isSignedOut) keep(); });
  });
})();
