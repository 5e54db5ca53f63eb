// Guides on the device: the buttons that keep and remove them, and what a kept page says of its age. Without this file all
// guides are read with a network.
(() => {
  "use strict";
  const STORE = "naru-guides-1";

  // Past its review today, whenever the page was made.
  const today = new Date().toLocaleDateString("sv-SE", { timeZone: "Asia/Seoul" });
  document.querySelectorAll("main[data-kept] [data-past-after], [data-guide] [data-past-after]").forEach((mark) => {
    const said = mark.previousElementSibling?.textContent || "";
    if (mark.dataset.pastAfter < today && !said.includes(mark.textContent.trim())) mark.hidden = false;
  });

  if (!("serviceWorker" in navigator) || !("caches" in window)) return;

  const worker = async (address) => {
    await navigator.serviceWorker.register(address, { scope: "/guides/" });
    return (await navigator.serviceWorker.ready).active;
  };
  const ask = async (address, paths, isNewer = false) => {
    const active = await worker(address);
    return new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = (event) => resolve(event.data.isKept);
      active.postMessage({ keep: paths, isNewer }, [port2]);
    });
  };
  const kept = async (path) => (await caches.open(STORE)).match(path, { ignoreVary: true });

  document.querySelectorAll("[data-keep]").forEach(async (box) => {
    const paths = box.dataset.keep.split(" "), homes = box.dataset.homes.split(" ");
    const [keep, drop] = ["keep", "drop"].map((name) => box.querySelector(`[data-do=${name}]`));
    const said = box.querySelector("[data-said]");
    const show = (isKept) => { keep.hidden = isKept; drop.hidden = !isKept; };
    show(Boolean(await kept(paths[0])));
    box.hidden = false;
    keep.addEventListener("click", async () => {
      keep.disabled = true;
      said.textContent = said.dataset.working;
      const isKept = await ask(box.dataset.worker, [...paths, ...homes]).catch(() => false);
      keep.disabled = false;
      show(isKept);
      said.textContent = isKept ? said.dataset.kept : said.dataset.failed;
      if (isKept) drop.focus();
    });
    drop.addEventListener("click", async () => {
      const cache = await caches.open(STORE);
      await navigator.locks.request(STORE, () => Promise.all(paths.map((path) => cache.delete(path))));
      show(false);
      said.textContent = said.dataset.dropped;
      keep.focus();
    });
  });

  // On the app's own pages: what is newest, and whether anybody answers.
  const { guidesWorker, guidesVersions } = document.body.dataset;
  if (!guidesVersions) return;
  const tell = (when) => document.querySelectorAll(`[data-when=${when}]`).forEach((each) => { each.hidden = false; });
  const look = async () => {
    let versions;
    try {
      const answer = await fetch(guidesVersions, { credentials: "omit", cache: "no-store" });
      if (!answer.ok) throw new Error(answer.status);
      versions = await answer.json();
    } catch {
      tell("offline");
      return;
    }
    document.querySelectorAll("[data-when=offline]").forEach((each) => { each.hidden = true; });
    const page = document.querySelector("[data-guide]");
    const paths = [...await (await caches.open(STORE)).keys()].map((each) => new URL(each.url).pathname);
    const guides = paths.filter((path) => path.includes("/kept/") || path.startsWith("/guides/app/"));
    if (guides.length) await ask(guidesWorker, guides, true);
    const newest = page && versions[page.dataset.guide];
    if (!newest || newest === page.dataset.version) return;
    const now = await kept(location.pathname);
    if (now && (await now.text()).includes(`data-version="${newest}"`)) tell("newer");
  };
  look();
  window.addEventListener("online", look);
})();
