// What is done to folders and documents from the page on which they are looked through: each change by its command, one after the
// other where there are several, and the list as it is afterwards. What was refused is said in words.

import type { Api } from "../core/api.ts";
import { problemOf } from "../core/problems.ts";
import type { ArgumentsOf, Document, Folder, Id } from "../core/protocol.gen.ts";
import { t } from "../i18n/index.ts";
import { problemText } from "../i18n/problems.ts";
import type { MenuItem } from "../kit/Menu.tsx";
import { EyeIcon } from "../kit/more_icons.tsx";
import { attempt, say } from "../shell/toasts.ts";
import type { Browsing } from "./browsing.ts";
import { isRead } from "./reading.tsx";
import { canBeShown } from "./shown.ts";

type Access = NonNullable<Folder["access"]>;

export class Changes {
  constructor(
    private readonly api: Pick<Api, "call">,
    private readonly browsing: Browsing,
  ) {}

  /** Make a folder; `key` is the same for all tries. */
  make(name: string, key: string, parent: Folder | undefined, access: Access): Promise<boolean> {
    const args: ArgumentsOf<"folder.create"> = {
      account_id: this.browsing.accountId,
      client_folder_id: key,
      name,
      ...(parent ? { parent_id: parent.id } : { access }),
    };
    return this.#do(() => this.api.call("folder.create", args));
  }

  renameFolder({ id }: Folder, name: string): Promise<boolean> {
    return this.#do(() => this.api.call("folder.rename", { folder_id: id, name }));
  }

  moveFolder({ id }: Folder, parentId: Id | undefined): Promise<boolean> {
    const to = parentId === undefined ? {} : { parent_id: parentId };
    return this.#do(() => this.api.call("folder.move", { folder_id: id, ...to }));
  }

  deleteFolder({ id }: Folder): Promise<boolean> {
    return this.#do(() => this.api.call("folder.delete", { folder_id: id }));
  }

  setAccess({ id }: Folder, access: Access, people: NonNullable<Folder["people"]>): Promise<boolean> {
    return this.#do(() => this.api.call("folder.set_access", { folder_id: id, access, people }));
  }

  rename({ id }: Document, name: string): Promise<boolean> {
    return this.#do(() => this.api.call("document.rename", { document_id: id, name }));
  }

  move(documents: readonly Document[], folderId: Id): Promise<boolean> {
    return this.#each(documents, ({ id }) =>
      this.api.call("document.move", { document_id: id, folder_id: folderId }),
    );
  }

  async delete(documents: readonly Document[]): Promise<boolean> {
    const done = await this.#each(documents, ({ id }) =>
      this.api.call("document.delete", { document_id: id }),
    );
    if (done) {
      const action = { label: t("undo"), run: () => void this.restore(documents) };
      say(t("docs.deletedCount", { n: documents.length }), { icon: "check", action });
    }
    return done;
  }

  /** Take them out of the trash; `elsewhere` asks where to, if the folder of one is gone. */
  async restore(documents: readonly Document[], elsewhere?: () => void): Promise<boolean> {
    if (elsewhere && documents.some(({ folder_id }) => this.browsing.folder(folder_id) === undefined)) {
      elsewhere();
      return false;
    }
    return this.#each(documents, ({ id }) => this.api.call("document.restore", { document_id: id }));
  }

  restoreTo(documents: readonly Document[], folderId: Id): Promise<boolean> {
    return this.#each(documents, ({ id }) =>
      this.api.call("document.restore", { document_id: id, folder_id: folderId }),
    );
  }

  /** Looking at a document, where a browser may show it or a page can; `read` opens the latter. */
  looks(document: Document, read: (id: Id) => void): readonly MenuItem[] {
    if (isRead(document))
      return [{ label: t("docs.view"), icon: EyeIcon, onSelect: () => read(document.id) }];
    if (!canBeShown(document.family) || document.scan === "refused") return [];
    return [
      {
        label: t("docs.view"),
        icon: EyeIcon,
        onSelect: () => {
          open(`/api/v1/documents/${document.id}/content?show`, "_blank", "noopener");
          this.browsing.put({ ...document, new: false });
        },
      },
    ];
  }

  /** All is uploaded that somebody wanted to: the firm hears of it at once. */
  async finish(): Promise<void> {
    const told = await attempt(() =>
      this.api.call("document.finish", { account_id: this.browsing.accountId }),
    );
    if (told) say(t("docs.finishedTold"), { icon: "check" });
  }

  async #do(act: () => Promise<unknown>): Promise<boolean> {
    const done = await attempt(act);
    await this.browsing.load();
    return done;
  }

  /** One after the other; those that are refused stay as they are, and the last refusal is said with their number. */
  async #each(
    documents: readonly Document[],
    act: (document: Document) => Promise<unknown>,
  ): Promise<boolean> {
    let refused = 0;
    let why = "";
    for (const document of documents) {
      try {
        await act(document);
      } catch (error) {
        refused += 1;
        why = problemText(problemOf(error));
      }
    }
    if (refused > 0)
      say(documents.length === 1 ? why : t("docs.refused", { n: refused, total: documents.length, why }), {
        icon: "problem",
      });
    await this.browsing.load();
    return refused === 0;
  }
}
