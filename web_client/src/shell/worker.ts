// The worker that keeps a page's shell (public/sw.js), so that the page can be installed and opens without a network.
// Content never goes through it.

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): { createScriptURL: (url: string) => unknown };
}

const WORKER = "/sw.js";

/** Have the shell of the page at `scope` kept. A browser that keeps none costs opening without a network, nothing else. */
export async function keepShell(scope: "/console" | "/portal"): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  // The page's policy lets no other script address through than what this makes.
  const types = (window as unknown as { trustedTypes?: TrustedTypes }).trustedTypes;
  const address =
    types?.createPolicy("chattar", { createScriptURL: () => WORKER }).createScriptURL("") ?? WORKER;
  try {
    await navigator.serviceWorker.register(address as string, { scope });
    const { active } = await navigator.serviceWorker.ready;
    const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
    active?.postMessage({ loaded });
  } catch (problem) {
    console.warn("this page's shell can't be kept", problem);
  }
}
