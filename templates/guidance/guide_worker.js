// The worker of the guides' web app. It keeps what somebody chose to keep and nothing else: pages under …/kept/ and the
// app's own first page, always fetched without a cookie, with the styles and scripts they name. It answers with what is
// kept only where the network does not.
"use strict";

const STORE = "naru-guides-1";
const KEPT = /^\/guides\/[A-Z0-9-]+\/[A-Z]{2}\/kept\/(ko|en)\/$/;
const HOME = /^\/guides\/app\/(ko|en)\/$/;
const isOurs = (path) => KEPT.test(path) || HOME.test(path);
const PATIENCE = 5000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("naru-guides-") && name !== STORE) await caches.delete(name);
  await self.clients.claim();
})()));

const ask = (path, patience) => fetch(path, {
  credentials: "omit", cache: "no-cache", redirect: "error", ...(patience ? { signal: AbortSignal.timeout(patience) } : {}),
});

// A page with all that it needs, or nothing of it. A newer one takes the place of what is still kept then, and of nothing else.
const keep = async (path, answer, isNewer) => {
  const page = answer || await ask(path);
  if (!page.ok) throw new Error(`${path}: ${page.status}`);
  const text = await page.clone().text();
  const parts = [...new Set([...text.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map((found) => found[1]))];
  const cache = await caches.open(STORE);
  const fetched = await Promise.all(parts.map(async (part) => [part, await ask(part)]));
  if (fetched.some(([, each]) => !each.ok)) throw new Error(`${path}: a part is missing`);
  if (isNewer && !await found(path)) return;
  for (const [part, each] of fetched) await cache.put(part, each);
  await cache.put(path, page);
};

const found = async (path) => (await caches.open(STORE)).match(path, { ignoreVary: true });

const newest = async (path) => {
  const kept = await found(path);
  try {
    const answer = await ask(path, kept ? PATIENCE : 0);
    if (answer.status === 404 || answer.status === 410 || answer.ok || !kept) {
      if (answer.ok && kept) await keep(path, answer.clone(), true).catch(() => undefined);
      return answer;
    }
  } catch (error) {
    if (!kept) return instead(path, error);
  }
  return kept;
};

// Without a network: the kept page of the same country, else the app's first page.
const instead = async (path, error) => {
  const [, program, country] = /^\/guides\/([A-Z0-9-]+)\/([A-Z]{2})\//.exec(path) || [];
  for (const language of ["ko", "en"]) {
    const own = country && `/guides/${program}/${country}/kept/${language}/`;
    if (own && own !== path && await found(own)) return Response.redirect(own);
  }
  for (const language of ["ko", "en"]) {
    const home = `/guides/app/${language}/`;
    if (home !== path && await found(home)) return Response.redirect(home);
  }
  throw error;
};

self.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && isOurs(url.pathname)) event.respondWith(newest(url.pathname));
  else if (request.mode === "navigate") event.respondWith(fetch(request).catch((error) => instead(url.pathname, error)));
  else if (url.pathname.startsWith("/static/")) {
    event.respondWith(fetch(request).catch(async (error) => {
      const kept = await found(url.pathname);
      if (kept) return kept;
      throw error;
    }));
  }
});

self.addEventListener("message", (event) => {
  const { keep: wanted, isNewer } = event.data, paths = wanted.filter(isOurs);
  event.waitUntil(Promise.all(paths.map((path) => keep(path, null, isNewer))).then(
    () => event.ports[0]?.postMessage({ isKept: true }),
    () => event.ports[0]?.postMessage({ isKept: false }),
  ));
});
