// What a browser may show from our origin, by family: the closed list of server/files/media_types.py, which a test compares. All
// else is a download.

const SHOWN: ReadonlySet<string> = new Set(["pdf", "jpeg", "png", "webp", "gif", "avif"]);

/** What is read in the page: server/files/readers/__init__.py, which a test compares. */
const READ: ReadonlySet<string> = new Set([
  "text",
  "csv",
  "sie",
  "sru",
  "bgmax",
  "lb",
  "ofx",
  "qif",
  "mt940",
  "datev",
  "fec",
]);

export function canBeRead(family: string): boolean {
  return READ.has(family);
}

export function canBeShown(family: string): boolean {
  return SHOWN.has(family);
}
