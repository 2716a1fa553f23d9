// The files of something that is begun on a page: a new chat, kept with its draft, and what is brought into a folder, which isn't.

import { useEffect, useState } from "preact/hooks";
import type { Id } from "../core/protocol.gen.ts";
import type { Attaching } from "./attaching.ts";
import type { DraftFiles } from "./draft_files.ts";
import type { FilesKept } from "./files_of.ts";

/** Undefined until what handles them is here; other ones for another `subject`. */
export function useBegun(
  attaching: Attaching,
  accountId: () => Id | undefined,
  send?: () => void,
  subject?: Id,
  draft?: FilesKept,
): DraftFiles | undefined {
  const [files, setFiles] = useState<DraftFiles>();
  useEffect(() => {
    let wanted = true;
    setFiles(undefined);
    attaching.files().then(
      (all) => wanted && setFiles(all.begun(accountId, send, draft)),
      () => undefined, // then none can be attached
    );
    return () => {
      wanted = false;
    };
  }, [subject]);
  return files;
}
