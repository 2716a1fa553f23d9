// The gallery: every part and screen with made-up views, for looking at and for the accessibility check. Development
// only, no data layer: ?screen=console&lang=sv&theme=dark

import { render } from "preact";
import { now } from "../i18n/clock.ts";
import { loadLanguage, setTimeZone } from "../i18n/index.ts";
import { tellAlso } from "../messages/told.ts";
import { toldToStaff } from "../messages/told_to_staff.ts";
import { loadEditor } from "../messages/writing/EditorField.tsx";
import { NOW } from "./cast.ts";
import { screens } from "./screens.tsx";

const asked = new URLSearchParams(location.search);
const screen = asked.get("screen") ?? "";
const language = asked.get("lang") ?? "sv";
const theme = asked.get("theme");

if (screen.startsWith("widget")) await import("../widget/widget.css");
else if (screen.startsWith("portal")) await import("../portal/portal.css");
else {
  await import("../console/console.css");
  await import("../tasks/tasks.css");
  await import("../threads/panel_tabs.css");
  await import("../kit/choice.css");
  await import("../kit/page.css");
  await import("../letters/letters.css");
  await import("../inbox/inbox.css");
  await import("../tasks/table.css");
  await import("../sessions/settings.css");
  await import("../threads/sheet.css");
}
await import("./gallery.css");

tellAlso(toldToStaff);
now.value = NOW;
setTimeZone("Europe/Stockholm");
await Promise.all([loadLanguage(language, { withStaff: true }), loadEditor()]);
document.documentElement.lang = language;
if (theme) document.documentElement.dataset.theme = theme;

const root = document.getElementById("root");
const Screen = screens[screen];
if (root) {
  render(
    Screen ? (
      <Screen />
    ) : (
      <main class="index">
        <h1>Gallery</h1>
        <ul>
          {Object.keys(screens).map((name) => (
            <li key={name}>
              {name}: <a href={`?screen=${name}&lang=sv`}>sv</a> <a href={`?screen=${name}&lang=en`}>en</a>{" "}
              <a href={`?screen=${name}&lang=sv&theme=dark`}>sv dark</a>
            </li>
          ))}
        </ul>
      </main>
    ),
    root,
  );
}
document.documentElement.dataset.ready = "yes";
