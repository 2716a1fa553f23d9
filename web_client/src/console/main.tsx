// The staff's page begins here.

import { render } from "preact";
import { tellAlso } from "../messages/told.ts";
import { toldToStaff } from "../messages/told_to_staff.ts";
import { boot, keepShellLater } from "../shell/boot.ts";
import { App } from "./App.tsx";
import { Desk } from "./desk.ts";
// Last: the page lays out what its parts bring.
import "./console.css";

tellAlso(toldToStaff);
const page = await boot("staff");
const root = document.getElementById("app");
if (page !== null && root !== null) {
  const desk = new Desk(page);
  desk.start();
  root.textContent = "";
  render(<App desk={desk} />, root);
}
keepShellLater("/console");
