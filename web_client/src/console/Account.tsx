// What a member of staff sets for themselves, fed from the desk.

import "../../styles/pages.css";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Language } from "../core/protocol.gen.ts";
import { languages } from "../i18n/index.ts";
import { logout, meView, speak } from "../shell/boot.ts";
import { setTheme, theme } from "../shell/theme.ts";
import { attempt } from "../shell/toasts.ts";
import { AccountPage } from "../ui/screens/AccountPage.tsx";
import type { Desk } from "./desk.ts";

export function Account({ desk }: { readonly desk: Desk }): JSX.Element {
  const [passwordSent, setPasswordSent] = useState(false);
  const { api } = desk.client;
  const me = desk.me.value;
  return (
    <AccountPage
      me={meView(me)}
      theme={theme.value}
      languages={languages}
      passwordSent={passwordSent}
      onLanguage={(language) =>
        void attempt(async () => {
          const now = await api.call("me.update", { language: language as Language });
          desk.client.know(now);
          await speak(now.language, "staff");
        })
      }
      onTheme={setTheme}
      onPassword={async () => {
        setPasswordSent(await attempt(() => api.call("password.forgot", { email: me.email })));
      }}
      onLogout={() => void attempt(() => logout(desk.page))}
    />
  );
}
