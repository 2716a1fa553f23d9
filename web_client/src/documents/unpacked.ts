// What became of a zip, or of a folder of the computer, in one sentence (ZP-5). Pure.

import type { Unpacked } from "../core/protocol.gen.ts";
import { t } from "../i18n/index.ts";

/** `sent`: how many of them go with what is written; undefined where nothing is. */
export function unpackedText(name: string, { documents, whole }: Unpacked, sent: number | undefined): string {
  if (whole !== undefined) return t(`whole.${whole}`, { name });
  return part(name, documents, sent) ?? t("attach.unpacked", { name, n: documents });
}

export function folderText(name: string, documents: number, sent: number | undefined): string {
  return part(name, documents, sent) ?? t("attach.folderSaved", { name, n: documents });
}

function part(name: string, documents: number, sent: number | undefined): string | undefined {
  if (sent === undefined || sent >= documents) return undefined;
  return t("attach.unpackedPart", { name, n: documents, sent });
}
