// The client's portal: the firm on top, the places beside it (below on phones), the account where there are several.

import type { ComponentChildren, JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { Avatar, FirmMark } from "../Avatar.tsx";
import { Count } from "../Badge.tsx";
import { ConnectionBanner } from "../ConnectionBanner.tsx";
import { ChatIcon, ChevronDownIcon, HomeIcon, type Icon, LogoutIcon, PersonIcon } from "../icons.tsx";
import { MenuList } from "../Menu.tsx";
import type { AccountView, ConnectionView, MeView, ToastView } from "../models.ts";
import { Toast } from "../Toast.tsx";

export type PortalPlace = "home" | "chats" | "account";

export interface PortalLayoutProps {
  readonly me: MeView;
  readonly accounts: readonly AccountView[];
  readonly accountId: string;
  readonly place: PortalPlace;
  readonly unreadCount: number;
  /** A thread is open: phones show it alone, without the bars. */
  readonly inThread?: boolean;
  readonly connection: ConnectionView;
  readonly toast: ToastView | undefined;
  readonly hrefOf: (place: PortalPlace) => string;
  readonly onGo: (place: PortalPlace) => void;
  readonly onAccount: (accountId: string) => void;
  readonly onLogout: () => void;
  readonly onRetry: () => void;
  readonly onToastDone: () => void;
  readonly children: ComponentChildren;
}

export function PortalLayout(props: PortalLayoutProps): JSX.Element {
  const { me, place, unreadCount, inThread = false, hrefOf, onGo } = props;
  const done = useRef(props.onToastDone);
  done.current = props.onToastDone;
  const toastDone = useRef(() => done.current()).current;
  const link = (of: PortalPlace, label: string, Glyph: Icon, short?: string): JSX.Element => (
    <li key={of}>
      <a
        href={hrefOf(of)}
        class={`portal-nav__link portal-nav__link--${of}`}
        aria-current={place === of ? "page" : undefined}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          onGo(of);
        }}
      >
        <span class="portal-nav__icon">
          <Glyph size={20} />
          {of === "chats" && <Count count={unreadCount} label={t("rail.unreadCount", { n: unreadCount })} />}
        </span>
        <span class="portal-nav__label">{label}</span>
        <span class="portal-nav__short" aria-hidden="true">
          {short ?? label}
        </span>
      </a>
    </li>
  );
  return (
    <div class={`portal client${inThread ? " portal--in-thread" : ""}`}>
      <a class="skip" href="#main">
        {t("skip")}
      </a>
      <header class="portal-header">
        <div class="portal-header__firm">
          <FirmMark name={me.firm.name} />
          <span class="portal-header__names">
            <span class="portal-header__name">{me.firm.name}</span>
            <AccountSwitch {...props} where="below" />
          </span>
        </div>
        <AccountSwitch {...props} where="right" />
        <Me {...props} />
      </header>
      <nav class="portal-nav" aria-label={t("portal.nav")}>
        <ul>
          {link("home", t("portal.home"), HomeIcon)}
          {link("chats", t("portal.chats"), ChatIcon, t("portal.chatsShort"))}
          {link("account", t("portal.account"), PersonIcon)}
        </ul>
      </nav>
      <main class="portal__main" id="main" tabIndex={-1}>
        {props.children}
      </main>
      <ConnectionBanner connection={props.connection} onRetry={props.onRetry} />
      <Toast toast={props.toast} onDone={toastDone} />
    </div>
  );
}

function Me({ me, onGo, onLogout }: PortalLayoutProps): JSX.Element {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  return (
    <>
      <button
        type="button"
        class="portal-header__me"
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        aria-label={t("rail.me", { name: me.person.name })}
        onClick={(event) => setAnchor(anchor ? null : event.currentTarget)}
      >
        {/* without a dot: everybody knows that they are here themselves, and offline it would not be true */}
        <Avatar person={{ ...me.person, online: false }} size={36} />
      </button>
      {anchor && (
        <MenuList
          anchor={anchor}
          label={me.person.name}
          items={[
            { label: t("rail.account"), icon: PersonIcon, onSelect: () => onGo("account") },
            { label: t("logout"), icon: LogoutIcon, onSelect: onLogout },
          ]}
          onClose={() => setAnchor(null)}
        />
      )}
    </>
  );
}

/** The account's name; a menu where the person has several. Stands twice, for narrow and wide; one is shown. */
function AccountSwitch({
  accounts,
  accountId,
  onAccount,
  where,
}: PortalLayoutProps & { readonly where: "below" | "right" }): JSX.Element | null {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const current = accounts.find((account) => account.id === accountId);
  if (!current) return null;
  const classes = `account-switch account-switch--${where}`;
  const name = <span class="account-switch__name">{current.name}</span>;
  if (accounts.length === 1) return <span class={classes}>{name}</span>;
  return (
    <>
      <button
        type="button"
        class={classes}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        onClick={(event) => setAnchor(anchor ? null : event.currentTarget)}
      >
        {name}
        <ChevronDownIcon size={14} />
        <span class="hidden">{t("portal.otherAccount")}</span>
      </button>
      {anchor && (
        <MenuList
          anchor={anchor}
          align={where === "below" ? "start" : "end"}
          label={t("portal.otherAccount")}
          items={accounts.map((account) => ({
            label: account.name,
            checked: account.id === accountId,
            onSelect: () => onAccount(account.id),
          }))}
          onClose={() => setAnchor(null)}
        />
      )}
    </>
  );
}
