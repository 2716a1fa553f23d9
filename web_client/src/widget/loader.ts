// The one script in a firm's own page: a launcher, and a frame of ours behind it. Small, and a stranger there: it works
// under a strict policy (nothing inline, styles as a constructed sheet in a shadow root) and takes nothing from the page
// but what its own tag says:
//
//   <script src="https://chat.firm.example/widget.js" data-firm="<firm id>" data-identity="/my/identity" async></script>
//
// data-identity: a path of the page's own server that answers a POST with the visitor's identity (a JWT as text), or the
// name of a global function that returns it or a promise of it. data-lang: sv or en; default: the page's language.

import { kindOf, type PageSays, type PanelSays } from "./messages.ts";

const tag = document.currentScript as HTMLScriptElement;
const home = new URL(tag.src).origin;
const { firm = "", identity: source = "", lang = document.documentElement.lang } = tag.dataset;
const swedish = lang.slice(0, 2) === "sv";
const words = swedish
  ? ["Öppna chatten", "Stäng chatten", "olästa"]
  : ["Open the chat", "Close the chat", "unread"];

const css = `
:host{all:initial}
*{box-sizing:border-box}
button{position:fixed;right:24px;bottom:24px;z-index:2147483000;width:56px;height:56px;border:0;border-radius:50%;
background:#0B5C7A;color:#fff;cursor:pointer;box-shadow:0 4px 16px rgb(16 32 40/.10),0 1px 3px rgb(16 32 40/.08)}
button:hover{background:#084A63}
button:focus-visible{outline:2px solid #0B5C7A;outline-offset:2px}
svg{display:block;margin:auto;width:24px;height:24px;fill:none;stroke:currentColor;stroke-width:1.6;stroke-linecap:round;
stroke-linejoin:round}
b{position:absolute;top:-4px;right:-4px;min-width:20px;height:20px;padding:0 6px;border-radius:10px;background:#fff;color:#0B5C7A;
border:1px solid #0B5C7A;font:600 11px/18px system-ui,sans-serif}
b:empty{display:none}
iframe{position:fixed;right:24px;bottom:96px;z-index:2147483000;width:384px;height:620px;max-height:calc(100vh - 120px);border:0;
border-radius:14px;background:#fff;color-scheme:normal;box-shadow:0 24px 64px rgb(16 32 40/.20),0 4px 14px rgb(16 32 40/.10);
visibility:hidden;opacity:0;transition:opacity .2s}
.open iframe{visibility:visible;opacity:1}
.open b{display:none}
@media(max-width:479px){iframe{inset:0;width:100%;height:100%;max-height:none;border-radius:0}.open button{display:none}}
@media(prefers-reduced-motion:reduce){iframe{transition:none}}
@media(prefers-color-scheme:dark){button{background:#6EC1E0;color:#04212D}button:hover{background:#8DD0EA}iframe{background:#12181B}}
@media print{button,iframe{display:none}}
`;

function start(): void {
  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
  const box = document.createElement("div");
  const button = document.createElement("button");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.append(path);
  const badge = document.createElement("b");
  button.type = "button";
  button.append(svg, badge);
  const frame = document.createElement("iframe");
  frame.title = "Chat";
  let unread = 0;
  let ready = false;
  const isOpen = (): boolean => box.className === "open";

  const tell = (message: PageSays): void => frame.contentWindow?.postMessage(message, home);
  const draw = (): void => {
    badge.textContent = unread > 0 ? (unread > 99 ? "99+" : `${unread}`) : "";
    const label = words[isOpen() ? 1 : 0];
    button.ariaLabel = unread > 0 && !isOpen() ? `${label} (${unread} ${words[2]})` : `${label}`;
    button.ariaExpanded = `${isOpen()}`;
    path.setAttribute(
      "d",
      isOpen() ? "M6 6l12 12M18 6L6 18" : "M20 11.5a8 8 0 0 1-11.6 7.1L4 20l1.4-4.4A8 8 0 1 1 20 11.5z",
    );
  };
  const show = (open: boolean): void => {
    if (open) load();
    box.className = open ? "open" : "";
    draw();
    if (ready) tell({ chattar: open ? "open" : "closed" });
    if (open) frame.focus();
    else button.focus();
  };
  const load = (): void => {
    if (frame.isConnected) return;
    // Our own origin goes behind the #: the panel needs it to answer, and no server has to know it.
    const query = new URLSearchParams({ firm, ...(lang ? { lang } : {}) });
    frame.src = `${home}/widget?${query}#${location.origin}`;
    box.prepend(frame);
  };

  addEventListener("message", ({ data, origin, source: from }) => {
    if (origin !== home || from !== frame.contentWindow || kindOf(data) === undefined) return;
    const said = data as PanelSays;
    if (said.chattar === "ready") {
      ready = true;
      if (isOpen()) tell({ chattar: "open" });
    } else if (said.chattar === "identity?") {
      identify().then(
        (identity) => tell({ chattar: "identity", ask: said.ask, identity }),
        () => tell({ chattar: "identity", ask: said.ask, identity: null }),
      );
    } else if (said.chattar === "unread") {
      unread = Number(said.count) || 0;
      draw();
    } else if (said.chattar === "close") show(false);
  });
  button.onclick = () => show(!isOpen());
  draw();
  box.append(button);
  root.append(box);
  document.body.append(host);
  // Later, so that the page comes first; before it is opened, so that the launcher can say how much is unread.
  setTimeout(load, 1_500);
}

async function identify(): Promise<string | null> {
  if (source.startsWith("/")) {
    const answer = await fetch(source, { method: "POST" });
    return answer.ok ? (await answer.text()).trim() : null;
  }
  const given = (window as unknown as Record<string, unknown>)[source];
  return typeof given === "function" ? ((await given()) as string | null) : null;
}

if (document.body) start();
else addEventListener("DOMContentLoaded", start);
