// The one script in a firm's own page: a launcher, and a frame of ours behind it. Small, and a stranger there: it works
// under a strict policy (nothing inline, styles as a constructed sheet in a shadow root) and takes nothing from the page
// but what its own tag says, and what the page says through `window.chattar` (docs/widget.md):
//
//   <script src="https://chat.firm.example/widget.js" data-firm="<firm id>" data-identity="/my/identity" async></script>
//
// data-identity: a path of the page's own server that answers a POST with the visitor's identity (a JWT as text), or the
// name of a global function that returns it or a promise of it. data-lang: sv or en; default: the page's language.
// However many tags there are, there is one widget. It stands beside the body, which pages swap, and goes back to where
// it was when it is taken away all the same.

import type { PageSays, PanelSays } from "./messages.ts";

type Source = string | (() => string | null | Promise<string | null>);

/** What the page can do, as `window.chattar`, once it has heard `chattar:ready`. */
interface Chattar {
  open(): void;
  close(): void;
  /** Another visitor, or the first: whatever was shown is gone, and who it is is asked of `source`, or of what was named last. */
  identify(source?: Source): void;
  /** Nobody: no panel, no launcher, until `identify`. */
  logout(): void;
  destroy(): void;
}

const page = window as unknown as { chattar?: Chattar } & Record<string, unknown>;
const tag = document.currentScript as HTMLScriptElement;
const home = new URL(tag.src).origin;
const { firm = "", identity = "", lang = document.documentElement.lang } = tag.dataset;
const swedish = lang.slice(0, 2) === "sv";
const words = swedish
  ? ["Öppna chatten", "Stäng chatten", "olästa"]
  : ["Open the chat", "Close the chat", "unread"];

// Of what is important, what is said inside a shadow root wins over all that the page says of its host.
const css = `
:host{all:initial!important;display:block!important;position:fixed!important;z-index:2147483000!important;direction:ltr!important}
*{box-sizing:border-box}
button{position:fixed;right:24px;bottom:24px;width:56px;height:56px;border:0;border-radius:50%;
background:#0B5C7A;color:#fff;cursor:pointer;box-shadow:0 4px 16px rgb(16 32 40/.10),0 1px 3px rgb(16 32 40/.08)}
button:hover{background:#084A63}
button:focus-visible{outline:2px solid #0B5C7A;outline-offset:2px}
svg{display:block;margin:auto;width:24px;height:24px;fill:none;stroke:currentColor;stroke-width:1.6;stroke-linecap:round;
stroke-linejoin:round}
b{position:absolute;top:-4px;right:-4px;min-width:20px;height:20px;padding:0 6px;border-radius:10px;background:#fff;color:#0B5C7A;
border:1px solid #0B5C7A;font:600 11px/18px system-ui,sans-serif}
b:empty{display:none}
iframe{position:fixed;right:24px;bottom:96px;width:384px;height:620px;max-height:calc(100vh - 120px);border:0;
border-radius:14px;background:#fff;color-scheme:normal;box-shadow:0 24px 64px rgb(16 32 40/.20),0 4px 14px rgb(16 32 40/.10);
visibility:hidden;opacity:0;transition:opacity .2s}
.open{visibility:visible;opacity:1}
.open+button b{display:none}
@media(max-width:479px){iframe{inset:0;width:100%;height:100%;max-height:none;border-radius:0}.open+button{display:none}}
@media(prefers-reduced-motion:reduce){iframe{transition:none}}
@media(prefers-color-scheme:dark){button{background:#6EC1E0;color:#04212D}button:hover{background:#8DD0EA}iframe{background:#12181B}}
@media print{button,iframe{display:none}}
`;

function start(): void {
  if (page.chattar?.identify) return;
  const host = document.createElement("chattar-widget");
  // Above whatever the page lays on top, and placed in the window whatever the page is made to be.
  host.popover = "manual";
  const root = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
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
  let source: Source = identity;
  let here = false;
  let unread = 0;
  let ready = false;
  let opener: Element | null = null;
  const isOpen = (): boolean => frame.className === "open";

  const tell = (message: PageSays, to = frame.contentWindow): void => to?.postMessage(message, home);
  const happened = (name: string, detail?: unknown): boolean =>
    dispatchEvent(new CustomEvent(`chattar:${name}`, { detail }));
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
  const counted = (count: number): void => {
    unread = count;
    draw();
    happened("unread", { count });
  };
  const show = (open: boolean): void => {
    if (!here || open === isOpen()) return;
    const focused = document.activeElement;
    if (open) load();
    frame.className = open ? "open" : "";
    draw();
    if (ready) tell({ chattar: open ? "open" : "closed" });
    if (open) {
      opener = focused;
      frame.focus();
    } else if (focused === host) {
      button.focus();
      // Nothing happens where that is the body, or the host itself.
      (opener as HTMLElement | null)?.focus();
    }
    happened(open ? "open" : "close");
  };
  const load = (): void => {
    if (!here || frame.isConnected) return;
    // Our own origin goes behind the #: the panel needs it to answer, and no server has to know it.
    const query = new URLSearchParams({ firm, ...(lang ? { lang } : {}) });
    frame.src = `${home}/widget?${query}#${location.origin}`;
    root.prepend(frame);
  };
  const put = (): void => {
    if (!here || host.isConnected) return;
    ready = false;
    const { documentElement } = document;
    documentElement.append(host);
    host.showPopover?.();
    for (const parent of [document, documentElement]) watch.observe(parent, { childList: true });
  };
  // Not at once: a page that takes it away again and again keeps its turn.
  const watch = new MutationObserver(() => setTimeout(put));
  const hear = ({ data, origin, source: from }: MessageEvent): void => {
    if (origin !== home || !from || from !== frame.contentWindow) return;
    const said = data as PanelSays;
    if (said.chattar === "ready") {
      ready = true;
      if (isOpen()) tell({ chattar: "open" });
    } else if (said.chattar === "identity?") {
      // To the panel that asked: by the time of the answer another visitor's may be here.
      const answer = (identity: string | null): void =>
        tell({ chattar: "identity", ask: said.ask, identity }, from as Window);
      identityOf(source).then(answer, () => answer(null));
    } else if (said.chattar === "unread") {
      counted(Number(said.count) || 0);
    } else if (said.chattar === "close") show(false);
  };
  const logout = (): void => {
    show(false);
    here = ready = false;
    frame.remove();
    host.remove();
    counted(0);
  };
  const arrive = (): void => {
    here = true;
    put();
  };

  addEventListener("message", hear);
  button.onclick = () => show(!isOpen());
  root.append(button);
  draw();
  arrive();
  // Later, so that the page comes first; before it is opened, so that the launcher can say how much is unread.
  setTimeout(load, 1_500);
  page.chattar = {
    open: () => show(true),
    close: () => show(false),
    identify: (next = source) => {
      logout();
      source = next;
      arrive();
      load();
    },
    logout,
    destroy: () => {
      logout();
      removeEventListener("message", hear);
      watch.disconnect();
      delete page.chattar;
    },
  };
  happened("ready");
}

async function identityOf(source: Source): Promise<string | null> {
  if (typeof source === "string" && source.startsWith("/")) {
    const answer = await fetch(source, { method: "POST" });
    return answer.ok ? (await answer.text()).trim() : null;
  }
  const given = typeof source === "string" ? page[source] : source;
  return typeof given === "function" ? ((await given()) as string | null) : null;
}

if (document.body) start();
else addEventListener("DOMContentLoaded", start);
