// The clients' page begins here.

import "../../styles/portal.css";
import { render } from "preact";
import { boot } from "../shell/boot.ts";
import { App } from "./App.tsx";
import { Visit } from "./visit.ts";

const page = await boot("contact");
const root = document.getElementById("app");
if (page !== null && root !== null) {
  const visit = new Visit(page);
  visit.start();
  root.textContent = "";
  render(<App visit={visit} />, root);
}
// For installing, and so that the shell is there without a network; content never goes through it.
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/sw.js", { scope: "/portal" }).catch(() => undefined);
}
