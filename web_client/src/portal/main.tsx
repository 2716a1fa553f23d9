// The clients' page begins here.

import { render } from "preact";
import { boot } from "../shell/boot.ts";
import { App } from "./App.tsx";
import { Visit } from "./visit.ts";
// Last: the page lays out what its parts bring.
import "./portal.css";

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
  const worker = "/sw.js";
  // The page's policy lets no other script address through than what this makes.
  const types = (window as unknown as { trustedTypes?: TrustedTypes }).trustedTypes;
  const address =
    types?.createPolicy("chattar", { createScriptURL: () => worker }).createScriptURL("") ?? worker;
  navigator.serviceWorker.register(address as string, { scope: "/portal" }).catch((problem: unknown) => {
    console.warn("the portal can't be installed here", problem);
  });
}

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): { createScriptURL: (url: string) => unknown };
}
