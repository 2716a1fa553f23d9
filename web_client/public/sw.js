// An installed page's shell: the page and its hashed files, so that it opens without a network and says so.
// Never content: nothing under /api, no socket, no answer that belongs to a person goes through here.

// One worker for each page (console, portal): each keeps its own shell, and lets the other's be.
const PAGE = new URL(registration.scope).pathname;
const CACHE = `shell-2:${PAGE}`;
const ASSETS_MAX = 100;

self.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name !== CACHE && (name.endsWith(`:${PAGE}`) || !name.includes(":"));
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate" && within(url.pathname)) event.respondWith(page(request));
  else if (url.pathname.startsWith("/assets/")) event.respondWith(asset(request));
});

// What the page loaded before this worker saw its requests.
self.addEventListener("message", (event) => {
  const { loaded } = event.data;
  const wanted = loaded.map((name) => new URL(name, location.origin));
  const ours = wanted.filter((url) => url.origin === location.origin && url.pathname.startsWith("/assets/"));
  event.waitUntil(Promise.all(ours.map((url) => asset(new Request(url.pathname)))));
});

function within(path) {
  return path === PAGE || path.startsWith(`${PAGE}/`);
}

/** The page itself, unless we are sent to log in: that is no shell. */
async function keep() {
  const answer = await fetch(PAGE, { redirect: "manual" });
  if (answer.ok) await (await caches.open(CACHE)).put(PAGE, answer);
}

async function page(request) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request);
    // A new version of the page replaces the kept one, when it is the page and not a redirection.
    if (answer.ok && !answer.redirected) await cache.put(PAGE, answer.clone());
    return answer;
  } catch (error) {
    const kept = await cache.match(PAGE);
    if (kept) return kept;
    throw error;
  }
}

/** Hashed names never change what they hold. */
async function asset(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (!answer.ok) return answer;
  await cache.put(request, answer.clone());
  // Oldest first: files of earlier versions go, the newest stay.
  const names = (await cache.keys()).filter((one) => one.url.includes("/assets/"));
  await Promise.all(names.slice(0, -ASSETS_MAX).map((one) => cache.delete(one)));
  return answer;
}
