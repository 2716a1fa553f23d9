// Who is in this thread and since when: the account's contacts with their switches, the staff with access.

import { Fragment, type JSX } from "preact";
import { t } from "../i18n/index.ts";
import { Avatar } from "../kit/Avatar.tsx";
import { Button } from "../kit/Button.tsx";
import { Switch } from "../kit/Switch.tsx";
import { Time } from "../kit/Time.tsx";
import type { FateView } from "../letters/models.ts";
import { refusalText, serverWords } from "../letters/refusals.ts";
import type { ContactRowView, InfoPanelView } from "./models.ts";

export interface InfoPanelProps {
  readonly view: InfoPanelView;
  readonly onFollow: (following: boolean) => void;
  readonly onLogin: (contactId: string, on: boolean) => void;
  readonly onNotify: (contactId: string, on: boolean) => void;
  readonly onInvite: (contactId: string) => void;
  readonly onRetry: (letterIds: readonly string[]) => void;
  readonly onCorrect: (contactId: string) => void;
  readonly onDetails: (contactId: string) => void;
  /** Fill in the account's custom fields. */
  readonly onFill?: () => void;
}

export function InfoPanel({
  view,
  onFollow,
  onLogin,
  onNotify,
  onInvite,
  onRetry,
  onCorrect,
  onDetails,
  onFill,
}: InfoPanelProps): JSX.Element {
  return (
    <div class="info">
      <section class="info__part">
        <h3>{view.account.name}</h3>
        <dl class="facts">
          {view.account.shortId && (
            <>
              <dt>{t("info.shortId")}</dt>
              <dd>{view.account.shortId}</dd>
            </>
          )}
          <dt>{t("info.created")}</dt>
          <dd>
            {view.createdBy}, <Time at={view.createdAt} form="full" />
          </dd>
          {view.custom?.map(({ name, value }) => (
            <Fragment key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </Fragment>
          ))}
        </dl>
        {view.canFill && (
          <Button small onClick={onFill}>
            {t("fields.fill")}
          </Button>
        )}
        <Switch labelFirst checked={view.following} hint={t("info.followHint")} onChange={onFollow}>
          {t("info.follow")}
        </Switch>
      </section>
      <section class="info__part">
        <h3>{t("info.contacts")}</h3>
        <ul class="contacts">
          {view.contacts.map((contact) => (
            <Contact
              key={contact.person.id}
              contact={contact}
              canManage={view.canManage}
              onLogin={onLogin}
              onNotify={onNotify}
              onInvite={onInvite}
              onRetry={onRetry}
              onCorrect={onCorrect}
              onDetails={view.canDescribe ? onDetails : undefined}
            />
          ))}
        </ul>
        {view.contacts.length === 0 && <p class="info__none">{t("info.noContacts")}</p>}
      </section>
      <section class="info__part">
        <h3>{t("info.staff")}</h3>
        <ul class="recipients">
          {view.staff.map((person) => (
            <li key={person.id} class="recipients__row">
              <Avatar person={person} size={24} />
              <span class="recipients__name">{person.name}</span>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

interface ContactProps
  extends Pick<InfoPanelProps, "onLogin" | "onNotify" | "onInvite" | "onRetry" | "onCorrect"> {
  readonly contact: ContactRowView;
  readonly canManage: boolean;
  readonly onDetails: ((contactId: string) => void) | undefined;
}

function Contact({
  contact,
  canManage,
  onLogin,
  onNotify,
  onInvite,
  onRetry,
  onCorrect,
  onDetails,
}: ContactProps): JSX.Element {
  const { person, email, login, notify, state } = contact;
  const letters = contact.mail?.retry;
  const refused = contact.mail?.state === "failed" ? contact.mail.said : undefined;
  return (
    <li class="contacts__row">
      <div class="contacts__who">
        <Avatar person={person} size={28} />
        <span class="contacts__words">
          <span class="recipients__name">{person.name}</span>
          <span class="contacts__mail">{email}</span>
          <span class={`contacts__state contacts__state--${state}`}>{stateText(contact)}</span>
          {contact.mail && (
            <span class={`contacts__state contacts__state--${contact.mail.state}`}>
              {mailText(contact.mail)}
            </span>
          )}
          {refused !== undefined && serverWords(refused) && (
            <span class="contacts__state contacts__raw">{refused}</span>
          )}
        </span>
      </div>
      {letters !== undefined && (
        <div class="contacts__switches">
          <Button small onClick={() => onRetry(letters)}>
            {t("retry")}
          </Button>
        </div>
      )}
      {canManage && refused !== undefined && (
        <div class="contacts__switches">
          <Button small onClick={() => onCorrect(person.id)}>
            {t("info.correct")}
          </Button>
        </div>
      )}
      {onDetails && (
        <div class="contacts__switches">
          <Button small onClick={() => onDetails(person.id)}>
            {t("details.open")}
            <span class="hidden">, {person.name}</span>
          </Button>
        </div>
      )}
      {canManage && (
        <div class="contacts__switches">
          <Switch labelFirst checked={login} onChange={(on) => onLogin(person.id, on)}>
            {t("info.login")}
            <span class="hidden">, {person.name}</span>
          </Switch>
          <Switch labelFirst checked={notify} onChange={(on) => onNotify(person.id, on)}>
            {t("info.notify")}
            <span class="hidden">, {person.name}</span>
          </Switch>
          {login && state !== "activated" && (
            <Button small onClick={() => onInvite(person.id)}>
              {state === "invited" ? t("info.inviteAgain") : t("info.invite")}
            </Button>
          )}
        </div>
      )}
    </li>
  );
}

/** How the last letter fared: "handed over" is as far as anybody knows. */
function mailText({ state, said }: FateView): string {
  return state === "failed" && said ? t("mail.refused", { why: refusalText(said) }) : t(`mail.${state}`);
}

function stateText({ state, login }: ContactRowView): string {
  if (!login) return t("info.cannotLogin");
  return state === "activated"
    ? t("info.activated")
    : state === "invited"
      ? t("info.invited")
      : t("info.notInvited");
}
