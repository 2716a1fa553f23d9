// What screens of both sides show.

import type { JSX } from "preact";
import { AccountPage } from "../sessions/AccountPage.tsx";
import type { ThreadView as View } from "../threads/models.ts";
import * as cast from "./cast.ts";

export const nothing = (): void => undefined;
export const online = { state: "online" } as const;

export const threadView: View = {
  header: cast.header,
  entries: cast.entries,
  unreadFrom: "m3",
  typing: ["Petra"],
  draft: { body: null, internal: false },
  receivers: ["Petra"],
  state: "ready",
  older: false,
};

export function Account({ me }: { readonly me: typeof cast.me }): JSX.Element {
  return (
    <AccountPage
      title="account.title"
      me={me}
      theme="system"
      languages={["en", "sv"]}
      passwordSent={false}
      onLanguage={nothing}
      onTheme={nothing}
      onPassword={nothing}
      onKeys={nothing}
      onLogout={nothing}
    />
  );
}
