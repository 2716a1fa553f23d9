// The console's places, at the left on wide screens and at the bottom on phones, with what waits in each.

import type { JSX } from "preact";
import { type PlainKey, t } from "../i18n/index.ts";
import { Avatar } from "../kit/Avatar.tsx";
import { Count } from "../kit/Badge.tsx";
import {
  AccountsIcon,
  BrandMark,
  ChatIcon,
  type Icon,
  InboxIcon,
  LogoutIcon,
  SettingsIcon,
  TasksIcon,
} from "../kit/icons.tsx";
import { menuList } from "../kit/Menu.tsx";
import type { MeView } from "../kit/models.ts";
import { useOnDemand } from "../kit/on_demand.ts";
import { PageLink } from "../kit/PageLink.tsx";

export type Place = "inbox" | "chats" | "tasks" | "clients" | "account";

export interface RailProps {
  readonly me: MeView;
  /** Undefined where an address leads nowhere. */
  readonly place: Place | undefined;
  readonly inboxCount: number;
  readonly unreadCount: number;
  readonly hrefOf: (place: Place) => string;
  readonly onGo: (place: Place) => void;
  readonly onLogout: () => void;
}

/** By the titles of their pages: a page has one name. */
const places: readonly { place: Place; icon: Icon; title: PlainKey }[] = [
  { place: "inbox", icon: InboxIcon, title: "inbox.title" },
  { place: "chats", icon: ChatIcon, title: "list.title" },
  { place: "tasks", icon: TasksIcon, title: "tasksPage.title" },
  { place: "clients", icon: AccountsIcon, title: "clients.title" },
];

export function Rail(props: RailProps): JSX.Element {
  const { me, place, inboxCount, unreadCount, hrefOf, onGo, onLogout } = props;
  const [MenuList, anchor, toggle, close] = useOnDemand(menuList);
  const item = (of: Place, Glyph: Icon, label: string, badge?: JSX.Element | null): JSX.Element => (
    <li key={of}>
      <PageLink
        href={hrefOf(of)}
        class={`rail__item rail__item--${of}${place === of ? " rail__item--here" : ""}`}
        aria-current={place === of ? "page" : undefined}
        onGo={() => onGo(of)}
      >
        <span class="rail__icon">
          <Glyph size={20} />
          {badge}
        </span>
        <span class="rail__label">{label}</span>
      </PageLink>
    </li>
  );
  const badges: Partial<Record<Place, JSX.Element>> = {
    inbox: <Count count={inboxCount} label={t("rail.inboxCount", { n: inboxCount })} />,
    chats: <Count count={unreadCount} label={t("unread.messages", { n: unreadCount })} />,
  };
  return (
    <nav class="rail" aria-label={t("rail")} data-column="rail">
      <span class="rail__brand">
        <BrandMark />
      </span>
      <ul class="rail__places">
        {places.map(({ place: of, icon, title }) => item(of, icon, t(title), badges[of]))}
        {item("account", SettingsIcon, t("rail.settings"))}
      </ul>
      <button
        type="button"
        class="rail__me"
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        aria-label={t("rail.me", { name: me.person.name })}
        title={me.person.name}
        onClick={toggle}
      >
        <Avatar person={me.person} size={32} />
      </button>
      {anchor && MenuList && (
        <MenuList
          anchor={anchor}
          align="start"
          label={me.person.name}
          items={[
            { label: t("rail.settings"), icon: SettingsIcon, onSelect: () => onGo("account") },
            { label: t("logout"), icon: LogoutIcon, onSelect: onLogout },
          ]}
          onClose={close}
        />
      )}
    </nav>
  );
}
