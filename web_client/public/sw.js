// The installed portal's shell: the page and its hashed files, so that it opens without a network and says so.
// Never content: nothing under /api, no socket, no answer that belongs to a person goes through here.

const CACHE = "shell-1";
const PAGE = "/portal";
const ASSETS_MAX = 40;

self.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate" && url.pathname.startsWith(PAGE)) event.respondWith(page(request));
  else if (url.pathname.startsWith("/assets/")) event.respondWith(asset(request));
});

/** The page itself, unless we are sent to log in: that is no shell. */
async function keep() {
  const answer = await fetch(PAGE, { redirect: "manual" });
  if (answer.ok) await (await caches.open(CACHE)).put(PAGE, answer);
}

async function page(request) {
  try {
    const answer = await fetch(request);
    // A new version of the page replaces the kept one, when it is the page and not a redirection.
    if (answer.ok && !answer.redirected) await (await caches.open(CACHE)).put(PAGE, answer.clone());
    return answer;
  } catch (error) {
    const kept = await caches.match(PAGE);
    if (kept) return kept;
    throw error;
  }
}

/** Hashed names never change what they hold. */
async function asset(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (!answer.ok) return answer;
  const cache = await caches.open(CACHE);
  await cache.put(request, answer.clone());
  // Oldest first: files of earlier versions go, the newest stay.
  const names = (await cache.keys()).filter((one) => one.url.includes("/assets/"));
  await Promise.all(names.slice(0, -ASSETS_MAX).map((one) => cache.delete(one)));
  return answer;
}
