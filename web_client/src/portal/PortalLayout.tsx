// The client's portal: the firm on top, the places beside it (below on phones), the account where there are several.

import type { ComponentChildren, JSX } from "preact";
import { useRef } from "preact/hooks";
import { type PlainKey, t } from "../i18n/index.ts";
import { Avatar } from "../kit/Avatar.tsx";
import { Count } from "../kit/Badge.tsx";
import { HomeIcon } from "../kit/contact_icons.tsx";
import { FirmMark } from "../kit/FirmMark.tsx";
import { ChatIcon, ChevronDownIcon, FolderIcon, type Icon, LogoutIcon, PersonIcon } from "../kit/icons.tsx";
import { menuList } from "../kit/Menu.tsx";
import type { AccountView, ConnectionView, MeView, ToastView } from "../kit/models.ts";
import { useOnDemand } from "../kit/on_demand.ts";
import { PageLink } from "../kit/PageLink.tsx";
import { Toast } from "../kit/Toast.tsx";
import { ConnectionBanner } from "../shell/ConnectionBanner.tsx";

export type PortalPlace = "home" | "chats" | "documents" | "account";

export interface PortalLayoutProps {
  readonly me: MeView;
  readonly accounts: readonly AccountView[];
  readonly accountId: string;
  /** Undefined where an address leads nowhere. */
  readonly place: PortalPlace | undefined;
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

interface Linked {
  readonly place: PortalPlace;
  readonly icon: Icon;
  /** Of its page: it has one name. */
  readonly title: PlainKey;
}

const places: readonly Linked[] = [
  { place: "home", icon: HomeIcon, title: "portal.home" },
  { place: "chats", icon: ChatIcon, title: "list.title" },
  { place: "documents", icon: FolderIcon, title: "docs.title" },
  { place: "account", icon: PersonIcon, title: "account.title" },
];

export function PortalLayout(props: PortalLayoutProps): JSX.Element {
  const { me, place, unreadCount, inThread = false, hrefOf, onGo } = props;
  const done = useRef(props.onToastDone);
  done.current = props.onToastDone;
  const toastDone = useRef(() => done.current()).current;
  const link = ({ place: of, icon: Glyph, title }: Linked): JSX.Element => (
    <li key={of}>
      <PageLink
        href={hrefOf(of)}
        class={`portal-nav__link portal-nav__link--${of}`}
        aria-current={place === of ? "page" : undefined}
        onGo={() => onGo(of)}
      >
        <span class="portal-nav__icon">
          <Glyph size={20} />
          {of === "chats" && <Count count={unreadCount} label={t("unread.messages", { n: unreadCount })} />}
        </span>
        <span class="portal-nav__label">{t(title)}</span>
      </PageLink>
    </li>
  );
  return (
    <div class={`portal roomy${inThread ? " portal--in-thread" : ""}`}>
      <a class="skip" href="#main">
        {t("skip")}
      </a>
      <header class="portal-header">
        <div class="portal-header__firm">
          <FirmMark {...me.firm} />
          <span class="portal-header__names">
            <span class="portal-header__name">{me.firm.name}</span>
            <AccountSwitch {...props} where="below" />
          </span>
        </div>
        <AccountSwitch {...props} where="right" />
        <Me {...props} />
      </header>
      <nav class="portal-nav" aria-label={t("portal.nav")}>
        <ul>{places.map(link)}</ul>
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
  const [MenuList, anchor, toggle, close] = useOnDemand(menuList);
  return (
    <>
      <button
        type="button"
        class="portal-header__me"
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        aria-label={t("rail.me", { name: me.person.name })}
        onClick={toggle}
      >
        {/* without a dot: everybody knows that they are here themselves, and offline it would not be true */}
        <Avatar person={{ ...me.person, online: false }} size={36} />
      </button>
      {anchor && MenuList && (
        <MenuList
          anchor={anchor}
          label={me.person.name}
          items={[
            { label: t("account.title"), icon: PersonIcon, onSelect: () => onGo("account") },
            { label: t("logout"), icon: LogoutIcon, onSelect: onLogout },
          ]}
          onClose={close}
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
  const [MenuList, anchor, toggle, close] = useOnDemand(menuList);
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
        onClick={toggle}
      >
        {name}
        <ChevronDownIcon size={14} />
        <span class="hidden">{t("portal.otherAccount")}</span>
      </button>
      {anchor && MenuList && (
        <MenuList
          anchor={anchor}
          align={where === "below" ? "start" : "end"}
          label={t("portal.otherAccount")}
          items={accounts.map((account) => ({
            label: account.name,
            checked: account.id === accountId,
            onSelect: () => onAccount(account.id),
          }))}
          onClose={close}
        />
      )}
    </>
  );
}
