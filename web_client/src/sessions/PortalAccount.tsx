// What a client sets for themselves.

import "../kit/choice.css";
import "../kit/page.css";
import "./settings.css";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Language } from "../core/protocol.gen.ts";
import { languages } from "../i18n/index.ts";
import type { Visit } from "../portal/visit.ts";
import { logout, meView, speak } from "../shell/boot.ts";
import { setTheme, theme } from "../shell/theme.ts";
import { attempt } from "../shell/toasts.ts";
import { AccountPage } from "./AccountPage.tsx";

export function Account({ visit }: { readonly visit: Visit }): JSX.Element {
  const [passwordSent, setPasswordSent] = useState(false);
  const { client } = visit;
  const me = visit.me.value;
  return (
    <AccountPage
      title="account.title"
      me={meView(me)}
      theme={theme.value}
      languages={languages}
      passwordSent={passwordSent}
      onLanguage={(language) =>
        void attempt(async () => {
          const now = await client.api.call("me.update", { language: language as Language });
          client.know(now);
          await speak(now.language, "contact");
        })
      }
      onTheme={setTheme}
      onKeys={() => {
        visit.keys.value = true;
      }}
      onPassword={async () => {
        setPasswordSent(await attempt(() => client.api.call("password.forgot", { email: me.email })));
      }}
      onLogout={() => void attempt(() => logout(visit.page))}
    />
  );
}
