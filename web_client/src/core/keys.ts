// Ids that this browser chooses: message keys, task keys. Random, so that two tabs never choose the same.

/** A fresh key for one thing that is created here, once (P2). Works outside secure contexts too. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
