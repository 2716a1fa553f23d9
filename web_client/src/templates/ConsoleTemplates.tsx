// The firm's templates: read by all staff, who begin chats with them; managed by who has the right to (AC-16). What stands here is
// what the page keeps (core/keeping.ts), so it changes by itself when a colleague saves something.

import "../kit/listed.css";
import "../kit/page.css";
import "../sessions/settings.css";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Desk } from "../console/desk.ts";
import type { Template } from "../core/protocol.gen.ts";
import { useCustomFields } from "../custom_fields/kept.ts";
import { t } from "../i18n/index.ts";
import { Button } from "../kit/Button.tsx";
import { ConfirmDialog } from "../kit/ConfirmDialog.tsx";
import { IconButton } from "../kit/IconButton.tsx";
import { PencilIcon } from "../kit/icons.tsx";
import { CopyIcon, TrashIcon } from "../kit/more_icons.tsx";
import { Skeleton } from "../kit/Skeleton.tsx";
import { attempt } from "../shell/toasts.ts";
import { templatesOf } from "./listed.ts";
import { TemplateDialog } from "./TemplateDialog.tsx";

/** What the form is opened with: a template that is there, or what a new one begins with. */
type Edited = Template | (Partial<Template> & { readonly id?: undefined });

export function Templates({ desk }: { readonly desk: Desk }): JSX.Element {
  const { client } = desk;
  const [edited, setEdited] = useState<Edited>();
  const [doomed, setDoomed] = useState<Template>();
  useEffect(() => client.keep("template"), []);
  useCustomFields(client);
  const state = client.state.value;
  const manages = desk.me.value.may?.includes("manage_templates") ?? false;
  const templates = templatesOf(state);
  const use = (template: Template): void => {
    desk.newChat.value = { template };
  };
  const remove = async ({ id }: Template): Promise<void> => {
    setDoomed(undefined);
    await attempt(() => client.api.call("template.delete", { template_id: id }));
  };
  return (
    <div class="page page--narrow">
      <header class="page__head">
        <h1 class="page__title">{t("templates.title")}</h1>
        {manages && (
          <Button kind="primary" onClick={() => setEdited({})}>
            {t("templates.new")}
          </Button>
        )}
      </header>
      <p class="settings__text">{t(templates.length > 0 ? "templates.hint" : "templates.none")}</p>
      {!state.kept.template?.loaded && <Skeleton kind="entries" />}
      <ul class="templates">
        {templates.map((template) => (
          <li key={template.id} class="listed__row">
            <div class="listed__said">
              <h2 class="settings__name">{template.name}</h2>
              <p class="settings__text settings__text--line">{template.subject}</p>
            </div>
            <Button aria-label={t("templates.use", { name: template.name })} onClick={() => use(template)}>
              {t("templates.useVerb")}
            </Button>
            {manages && (
              <span class="listed__acts">
                <IconButton
                  icon={PencilIcon}
                  label={t("templates.edit", { name: template.name })}
                  onClick={() => setEdited(template)}
                />
                <IconButton
                  icon={CopyIcon}
                  label={t("templates.duplicate", { name: template.name })}
                  onClick={() => setEdited(copyOf(template))}
                />
                <IconButton
                  icon={TrashIcon}
                  label={t("templates.delete", { name: template.name })}
                  onClick={() => setDoomed(template)}
                />
              </span>
            )}
          </li>
        ))}
      </ul>
      {edited && (
        <TemplateDialog
          api={client.api}
          template={edited}
          onSaved={(saved, thenUse) => {
            setEdited(undefined);
            if (thenUse) use(saved);
          }}
          onClose={() => setEdited(undefined)}
        />
      )}
      {doomed && (
        <ConfirmDialog
          title={t("templates.delete", { name: doomed.name })}
          verb={t("templates.deleteVerb")}
          danger
          onConfirm={() => void remove(doomed)}
          onCancel={() => setDoomed(undefined)}
        >
          {t("templates.deleteWhy")}
        </ConfirmDialog>
      )}
    </div>
  );
}

const NAME_MAX = 80;

/** A new one that says the same, to be saved under a name of its own. */
function copyOf({ id: _, name, ...said }: Template): Edited {
  return { ...said, name: t("templates.copyOf", { name }).slice(0, NAME_MAX) };
}
