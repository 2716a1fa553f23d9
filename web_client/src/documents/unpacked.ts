// What became of a zip, in one sentence (ZP-5). Pure.

import type { Unpacked } from "../core/protocol.gen.ts";
import { t } from "../i18n/index.ts";

export function unpackedText(name: string, { documents, whole }: Unpacked, sent: number): string {
  if (whole !== undefined) return t(`whole.${whole}`, { name });
  return sent < documents
    ? t("attach.unpackedPart", { name, n: documents, sent })
    : t("attach.unpacked", { name, n: documents });
}
