// What a member of staff sets for themselves, fed from the desk.

import "../kit/choice.css";
import "../kit/page.css";
import "./settings.css";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Desk } from "../console/desk.ts";
import { FURTHER } from "../console/further.ts";
import type { Language } from "../core/protocol.gen.ts";
import { languages, t } from "../i18n/index.ts";
import { Button } from "../kit/Button.tsx";
import { logout, meView, speak } from "../shell/boot.ts";
import { go } from "../shell/router.ts";
import { mayOpen } from "../shell/routes.ts";
import { setTheme, theme } from "../shell/theme.ts";
import { attempt } from "../shell/toasts.ts";
import { AccountPage } from "./AccountPage.tsx";

export function Account({ desk }: { readonly desk: Desk }): JSX.Element {
  const [passwordSent, setPasswordSent] = useState(false);
  const { api } = desk.client;
  const me = desk.me.value;
  return (
    <AccountPage
      title="rail.settings"
      me={meView(me)}
      theme={theme.value}
      languages={languages}
      passwordSent={passwordSent}
      further={FURTHER.filter((row) => mayOpen(row, me.may)).map(({ path, title }) => (
        <Button key={path} onClick={() => go(path)}>
          {t(title)}
        </Button>
      ))}
      onLanguage={(language) =>
        void attempt(async () => {
          const now = await api.call("me.update", { language: language as Language });
          desk.client.know(now);
          await speak(now.language, "staff");
        })
      }
      onTheme={setTheme}
      onKeys={() => {
        desk.keys.value = true;
      }}
      onPassword={async () => {
        setPasswordSent(await attempt(() => api.call("password.forgot", { email: me.email })));
      }}
      onLogout={() => void attempt(() => logout(desk.page))}
    />
  );
}
