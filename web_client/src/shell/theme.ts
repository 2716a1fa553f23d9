// Light, dark or as the system says: an attribute on the document, kept in this browser.

import { signal } from "@preact/signals";
import { browserStorage } from "../core/shelf.ts";
import type { Theme } from "../kit/models.ts";

const KEY = "chattar.theme";

function kept(): Theme {
  const found = browserStorage()?.getItem(KEY);
  return found === "light" || found === "dark" ? found : "system";
}

export const theme = signal<Theme>("system");

/** Show a theme; keeps the choice. */
export function setTheme(next: Theme): void {
  theme.value = next;
  browserStorage()?.setItem(KEY, next);
  apply();
}

/** Show what was chosen before. */
export function startTheme(): void {
  theme.value = kept();
  apply();
}

function apply(): void {
  if (theme.value === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.value;
}
