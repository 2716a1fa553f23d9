// The clients' page begins here.

import { render } from "preact";
import { boot, keepShellLater } from "../shell/boot.ts";
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
keepShellLater("/portal");
