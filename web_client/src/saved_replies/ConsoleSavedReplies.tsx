// Where staff manage saved replies: the firm's and their own. What stands here is what the page keeps (core/keeping.ts), so it
// changes by itself when a colleague saves something.

import "../kit/page.css";
import "../sessions/settings.css";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Desk } from "../console/desk.ts";
import type { Api } from "../core/api.ts";
import { oneLine, saysNothing } from "../core/blank.ts";
import { keptOf } from "../core/keeping.ts";
import type { Body, SavedReply } from "../core/protocol.gen.ts";
import { plainText } from "../core/threads.ts";
import { useCustomFields } from "../custom_fields/kept.ts";
import { t } from "../i18n/index.ts";
import { problemText } from "../i18n/problems.ts";
import { Button } from "../kit/Button.tsx";
import { Checkbox } from "../kit/Checkbox.tsx";
import { ConfirmDialog } from "../kit/ConfirmDialog.tsx";
import { Field } from "../kit/Field.tsx";
import { FormDialog } from "../kit/FormDialog.tsx";
import { IconButton } from "../kit/IconButton.tsx";
import { PencilIcon } from "../kit/icons.tsx";
import { TrashIcon } from "../kit/more_icons.tsx";
import { Skeleton } from "../kit/Skeleton.tsx";
import { isBlank, trimmed } from "../messages/body_text.ts";
import type { BodyDoc } from "../messages/models.ts";
import { RichField } from "../messages/writing/RichField.tsx";
import { useSaving } from "../shell/saving.ts";
import { attempt } from "../shell/toasts.ts";
import { ShortcodeTool } from "../shortcodes/ShortcodeButton.tsx";

export function SavedReplies({ desk }: { readonly desk: Desk }): JSX.Element {
  const { client } = desk;
  const [edited, setEdited] = useState<SavedReply | "new">();
  const [doomed, setDoomed] = useState<SavedReply>();
  useEffect(() => client.keep("saved_reply"), []);
  useCustomFields(client);
  const { kept } = client.state.value;
  const manages = desk.me.value.may?.includes("manage_templates") ?? false;
  const all = keptOf(kept, "saved_reply").sort((a, b) => a.title.localeCompare(b.title));
  const list = (replies: readonly SavedReply[], mine: boolean): JSX.Element => (
    <section class="settings">
      <h2 class="settings__title">{t(mine ? "replies.mine" : "replies.firms")}</h2>
      {replies.length === 0 && <p class="settings__text">{t(mine ? "replies.noneMine" : "replies.none")}</p>}
      {replies.map((reply) => (
        <div key={reply.id} class="settings__row">
          <div>
            <h3 class="settings__name">{reply.title}</h3>
            <p class="settings__text settings__text--line">{plainText(reply.body)}</p>
          </div>
          {(mine || manages) && (
            <>
              <IconButton
                icon={PencilIcon}
                label={t("replies.edit", { title: reply.title })}
                onClick={() => setEdited(reply)}
              />
              <IconButton
                icon={TrashIcon}
                label={t("replies.delete", { title: reply.title })}
                onClick={() => setDoomed(reply)}
              />
            </>
          )}
        </div>
      ))}
    </section>
  );
  const remove = async ({ id }: SavedReply): Promise<void> => {
    setDoomed(undefined);
    await attempt(() => client.api.call("saved_reply.delete", { saved_reply_id: id }));
  };
  return (
    <div class="page page--narrow">
      <header class="page__head">
        <h1 class="page__title">{t("replies.title")}</h1>
        <Button kind="primary" onClick={() => setEdited("new")}>
          {t("replies.new")}
        </Button>
      </header>
      {kept.saved_reply?.loaded ? (
        <>
          {list(
            all.filter((reply) => reply.personal !== true),
            false,
          )}
          {list(
            all.filter((reply) => reply.personal),
            true,
          )}
        </>
      ) : (
        <Skeleton kind="entries" />
      )}
      {edited && (
        <ReplyDialog
          key={edited === "new" ? "new" : edited.id}
          api={client.api}
          reply={edited === "new" ? undefined : edited}
          canShare={manages}
          onClose={() => setEdited(undefined)}
        />
      )}
      {doomed && (
        <ConfirmDialog
          title={t("replies.delete", { title: doomed.title })}
          verb={t("replies.deleteVerb")}
          danger
          onConfirm={() => void remove(doomed)}
          onCancel={() => setDoomed(undefined)}
        >
          {t(doomed.personal ? "replies.deleteMine" : "replies.deleteFirms")}
        </ConfirmDialog>
      )}
    </div>
  );
}

interface ReplyDialogProps {
  readonly api: Api;
  /** Undefined: a new one. */
  readonly reply: SavedReply | undefined;
  /** May save for all colleagues. */
  readonly canShare: boolean;
  readonly onClose: () => void;
}

/** Writing one: title, text, and of a new one whom it is for. */
function ReplyDialog({ api, reply, canShare, onClose }: ReplyDialogProps): JSX.Element {
  const saving = useSaving();
  const [title, setTitle] = useState(reply?.title ?? "");
  const [personal, setPersonal] = useState(!canShare);
  const [dirty, setDirty] = useState(false);
  const [lacking, setLacking] = useState(false);
  const body = useRef<BodyDoc | null>(reply?.body ?? null);
  const save = async (): Promise<void> => {
    if (saysNothing(title) || isBlank(body.current)) {
      setLacking(true);
      return;
    }
    const said = { title: oneLine(title), body: trimmed(body.current as BodyDoc) as Body };
    const saved = await saving.save((key) =>
      reply
        ? api.call("saved_reply.update", { saved_reply_id: reply.id, ...said })
        : api.call("saved_reply.create", { client_reply_id: key, personal, ...said }),
    );
    if (saved) onClose();
  };
  const { busy, problem } = saving;
  const textLacks = lacking && isBlank(body.current);
  return (
    <FormDialog
      title={reply ? t("replies.edit", { title: reply.title }) : t("replies.new")}
      verb={t("replies.save")}
      dirty={dirty}
      leaveWhy={t("replies.leaveWhy")}
      busy={busy}
      onSubmit={() => void save()}
      onClose={onClose}
    >
      <div class="settings__form">
        <Field
          label={t("replies.name")}
          value={title}
          onInput={(text) => {
            setTitle(text);
            setDirty(true);
          }}
          maxLength={80}
          hint={t("replies.nameHint")}
          error={lacking && saysNothing(title) ? t("replies.nameMissing") : undefined}
        />
        <RichField
          label={t("replies.text")}
          placeholder={t("replies.text")}
          body={body.current}
          docKey="reply"
          error={problem ? problemText(problem) : textLacks ? t("replies.textMissing") : undefined}
          codes
          tools={(editor) => <ShortcodeTool editor={editor} />}
          onChange={(next) => {
            body.current = next;
            setLacking(false);
            setDirty(true);
          }}
          onSubmit={() => void save()}
        />
        {reply === undefined && canShare && (
          <Checkbox checked={personal} onChange={setPersonal}>
            {t("replies.onlyMe")}
          </Checkbox>
        )}
      </div>
    </FormDialog>
  );
}
