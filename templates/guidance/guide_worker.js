// The worker of the guides' web app. It keeps what somebody chose to keep and nothing else: pages under …/kept/ and the
// app's own first page, always fetched without a cookie, with the styles and scripts they name. It answers with what is
// kept where the network does not, or is slow.
"use strict";

const STORE = "naru-guides-1";
const KEPT = /^\/guides\/[A-Z0-9-]+\/[A-Z]{2}\/kept\/(ko|en)\/$/;
const HOME = /^\/guides\/app\/(ko|en)\/$/;
const isOurs = (path) => KEPT.test(path) || HOME.test(path);
const GUIDE = /^\/guides\/[A-Z0-9-]+\/[A-Z]{2}\/$/;
const PATIENCE = 3000, LONGEST = 60000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("naru-guides-") && name !== STORE) await caches.delete(name);
  await self.clients.claim();
})()));

const ask = (path, more) => fetch(path, { credentials: "omit", cache: "no-cache", redirect: "error", ...more });

// A page with all that it needs, or nothing of it. A newer one takes the place of what is still kept then, and of nothing else:
// the lock keeps a page that is removed meanwhile from coming back.
const keep = async (path, answer, isNewer) => {
  const page = answer || await ask(path);
  if (!page.ok) throw new Error(`${path}: ${page.status}`);
  const text = await page.clone().text();
  const parts = [...new Set([...text.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map((found) => found[1]))];
  const cache = await caches.open(STORE);
  const fetched = await Promise.all(parts.map(async (part) => [part, await ask(part)]));
  if (fetched.some(([, each]) => !each.ok)) throw new Error(`${path}: a part is missing`);
  await navigator.locks.request(STORE, async () => {
    if (isNewer && !await found(path)) return;
    for (const [part, each] of fetched) await cache.put(part, each);
    await cache.put(path, page);
  });
};

const found = async (path) => (await caches.open(STORE)).match(path, { ignoreVary: true });

// A page that somebody opens, whole: as long as its body has not come it is not there.
const whole = async (path) => {
  const answer = await ask(path, { signal: AbortSignal.timeout(LONGEST), headers: { "Naru-Opened": "1" } });
  const { status, statusText, headers } = answer;
  return new Response(await answer.blob(), { status, statusText, headers });
};

const patience = () => new Promise((resolve) => { setTimeout(resolve, PATIENCE); });

// What is kept answers where the network is slow; what comes later takes its place behind it.
const newest = async (path, event) => {
  const kept = await found(path);
  if (!kept) return ask(path, { headers: { "Naru-Opened": "1" } }).catch((error) => instead(path, error));
  const coming = whole(path).catch(() => undefined);
  event.waitUntil(coming.then((answer) => answer?.ok && keep(path, answer.clone(), true).catch(() => undefined)));
  const answer = await Promise.race([coming, patience()]);
  return answer && (answer.ok || answer.status === 404 || answer.status === 410) ? answer.clone() : kept;
};

// The page of a guide that is kept: where the network is slow the kept one.
const guide = async (request, path) => {
  const home = await keptOf(path);
  if (!home) return fetch(request).catch((error) => instead(path, error));
  const answer = await Promise.race([fetch(request).catch(() => undefined), patience()]);
  return answer || Response.redirect(home);
};

// Styles and scripts: a name with a fingerprint never means other bytes.
const part = async (request, path) => {
  const kept = await found(path);
  if (!kept) return fetch(request);
  if (/\.[0-9a-f]{12}\.[a-z0-9]+$/.test(path)) return kept;
  return await Promise.race([fetch(request).catch(() => undefined), patience()]) || kept;
};

const keptOf = async (path) => {
  const [, program, country] = /^\/guides\/([A-Z0-9-]+)\/([A-Z]{2})\//.exec(path) || [];
  for (const language of ["ko", "en"]) {
    const own = country && `/guides/${program}/${country}/kept/${language}/`;
    if (own && own !== path && await found(own)) return own;
  }
  return undefined;
};

// Without a network: the kept page of the same country, else the app's first page.
const instead = async (path, error) => {
  const own = await keptOf(path);
  if (own) return Response.redirect(own);
  for (const language of ["ko", "en"]) {
    const home = `/guides/app/${language}/`;
    if (home !== path && await found(home)) return Response.redirect(home);
  }
  throw error;
};

self.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && isOurs(url.pathname)) event.respondWith(newest(url.pathname, event));
  else if (request.mode === "navigate" && GUIDE.test(url.pathname)) event.respondWith(guide(request, url.pathname));
  else if (request.mode === "navigate") event.respondWith(fetch(request).catch((error) => instead(url.pathname, error)));
  else if (url.pathname.startsWith("/static/")) event.respondWith(part(request, url.pathname));
});

self.addEventListener("message", (event) => {
  const { keep: wanted, isNewer } = event.data, paths = wanted.filter(isOurs);
  event.waitUntil(Promise.all(paths.map((path) => keep(path, null, isNewer))).then(
    () => event.ports[0]?.postMessage({ isKept: true }),
    () => event.ports[0]?.postMessage({ isKept: false }),
  ));
});
