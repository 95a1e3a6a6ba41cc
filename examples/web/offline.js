// SPDX-License-Identifier: Apache-2.0
//
// A service worker: what the page has got once it gets again without a network. The model's own
// large files are in the cache already, where its JavaScript has put them.

const cacheName = "page";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(cacheName).then((cache) => cache.addAll(["./", "page.js", "number_words.js"])));
  self.skipWaiting();
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== location.origin || /\.(wasm|weights)$/.test(url.pathname)) return;
  const answer = async () => {
    const cache = await caches.open(cacheName);
    try {
      const fresh = await fetch(event.request);
      if (fresh.ok) await cache.put(event.request, fresh.clone());
      return fresh;
    } catch {
      return (await cache.match(event.request, { ignoreSearch: true })) ?? Response.error();
    }
  };
  event.respondWith(answer());
});
