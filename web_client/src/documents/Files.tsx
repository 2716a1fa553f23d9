// What a composer shows of the files that go with what is written: the button, the files, why nothing goes out. All of it but
// the words is fetched.

import type { JSX } from "preact";
import { t } from "../i18n/index.ts";
import { lazy } from "../shell/lazy.tsx";
import type { AttachProps } from "./Attach.tsx";
import type { DraftFiles } from "./draft_files.ts";
import type { TrayProps } from "./Tray.tsx";

export const AttachButton = lazy<AttachProps>(async () => (await import("./Attach.tsx")).Attach);
const Tray = lazy<TrayProps>(async () => (await import("./Tray.tsx")).Tray);

/** The files, if there are any, or something to say of them. */
export function Files(props: TrayProps): JSX.Element | null {
  const { all, refused } = props.files;
  return all.value.length > 0 || refused.value !== undefined ? <Tray {...props} /> : null;
}

/** Why what is written can't go out, if that is because of its files: those that failed need somebody. */
export function whyUnsent(files: DraftFiles): string | undefined {
  if (!files.failed) return undefined;
  return t(files.all.value.some((one) => files.canRetry(one)) ? "attach.unsaved" : "attach.hopeless");
}
