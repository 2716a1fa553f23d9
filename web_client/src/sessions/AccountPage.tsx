// What a person sets for themselves: language, theme, password, and leaving. For staff and clients alike.

import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import { type PlainKey, t } from "../i18n/index.ts";
import { Avatar } from "../kit/Avatar.tsx";
import { Button } from "../kit/Button.tsx";
import { LogoutIcon } from "../kit/icons.tsx";
import type { MeView, Theme } from "../kit/models.ts";

export interface AccountPageProps {
  /** As the ways to it are called. */
  readonly title: PlainKey;
  readonly me: MeView;
  readonly theme: Theme;
  readonly languages: readonly string[];
  /** The link for a new password has been sent. */
  readonly passwordSent: boolean;
  readonly onLanguage: (language: string) => void;
  readonly onTheme: (theme: Theme) => void;
  readonly onPassword: () => void;
  /** To the list of keys, and whether single ones act. */
  readonly onKeys: () => void;
  readonly onLogout: () => void;
  /** Ways to what else can be set. */
  readonly further?: ComponentChildren;
}

const roles: Record<NonNullable<MeView["role"]>, PlainKey> = {
  owner: "role.owner",
  admin: "role.admin",
  employee: "role.employee",
};
const themes: readonly { id: Theme; label: PlainKey }[] = [
  { id: "system", label: "account.themeSystem" },
  { id: "light", label: "account.themeLight" },
  { id: "dark", label: "account.themeDark" },
];

export function AccountPage(props: AccountPageProps): JSX.Element {
  const { me, theme, languages } = props;
  return (
    <div class="page page--narrow">
      <header class="page__head">
        <h1 class="page__title">{t(props.title)}</h1>
      </header>
      <section class="settings">
        <div class="settings__who">
          <Avatar person={me.person} size={40} />
          <div>
            <p class="settings__name">{me.person.name}</p>
            <p class="settings__mail">
              {me.email}
              {me.role && ` · ${t(roles[me.role])}`}
            </p>
          </div>
        </div>
      </section>
      {props.further && <section class="settings">{props.further}</section>}
      <Choice
        title={t("account.language")}
        name="language"
        value={me.language}
        options={languages.map((tag) => ({ id: tag, label: nameOf(tag), lang: tag }))}
        onChange={props.onLanguage}
      />
      <Choice
        title={t("account.theme")}
        name="theme"
        value={theme}
        options={themes.map(({ id, label }) => ({ id, label: t(label) }))}
        onChange={(id) => props.onTheme(id as Theme)}
      />
      <section class="settings">
        <h2 class="settings__title">{t("account.password")}</h2>
        <p class="settings__text" role="status">
          {props.passwordSent ? t("account.passwordSent", { email: me.email }) : t("account.passwordHint")}
        </p>
        {!props.passwordSent && <Button onClick={props.onPassword}>{t("account.passwordSend")}</Button>}
      </section>
      <section class="settings">
        <h2 class="settings__title">{t("keys.title")}</h2>
        <Button onClick={props.onKeys}>{t("keys.show")}</Button>
      </section>
      <section class="settings">
        <Button icon={LogoutIcon} onClick={props.onLogout}>
          {t("logout")}
        </Button>
      </section>
    </div>
  );
}

/** A language's name in itself: Svenska, English. */
function nameOf(tag: string): string {
  const name = new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
  return name.charAt(0).toUpperCase() + name.slice(1);
}

interface ChoiceProps {
  readonly title: string;
  readonly name: string;
  readonly value: string;
  readonly options: readonly { readonly id: string; readonly label: string; readonly lang?: string }[];
  readonly onChange: (id: string) => void;
}

function Choice({ title, name, value, options, onChange }: ChoiceProps): JSX.Element {
  const id = useId();
  return (
    <fieldset class="settings">
      <legend class="settings__title">{title}</legend>
      <div class="choices">
        {options.map((option) => (
          <label key={option.id} class="choice" lang={option.lang}>
            <input
              type="radio"
              name={`${name}-${id}`}
              checked={option.id === value}
              onChange={() => onChange(option.id)}
            />
            <span class="choice__dot" aria-hidden="true" />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
