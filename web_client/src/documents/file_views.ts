// One file of what somebody writes, as it is shown, and what of it survives a reload. Pure.

import type { DraftFile } from "../core/drafts.ts";
import type { Document, Id, Problem } from "../core/protocol.gen.ts";

export type FileState = "waiting" | "coming" | "brought" | "saving" | "stalled" | "saved" | "failed";

/** One file, as it is shown. */
export interface FileView {
  readonly key: string;
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** `stalled`: there is no connection; it goes on by itself. `brought`: it is there, and no folder was chosen yet. */
  readonly state: FileState;
  /** How many of its bytes have left. */
  readonly sent: number;
  readonly problem?: Problem;
  /** How many bytes a file may have, where it has more. */
  readonly most?: number;
  readonly uploadId?: Id;
  readonly documentId?: Id;
  /** It is in a folder that contacts don't see. */
  readonly hidden?: boolean;
  /** Of a folder: how many files are in it, and how many of them are saved. */
  readonly files?: number;
  readonly filesSaved?: number;
  /** Of a folder that failed: the file that is why. */
  readonly behind?: string;
  /** In bytes. */
  readonly behindSize?: number;
  /** Why the other side won't see it, or not yet. */
  readonly scan?: Document["scan"];
}

/** It failed because of what it is: another try would end as this one did. */
export function isHopeless({ state, problem, most }: FileView): boolean {
  return state === "failed" && (most !== undefined || problem?.reason?.startsWith("zip_") === true);
}

/** A document. `hidden`: it is in a folder that contacts don't see. */
export function savedAs({ id, name, size, scan }: Document, hidden: boolean): Omit<FileView, "key"> {
  const also = { ...(hidden ? { hidden } : {}), ...(scan ? { scan } : {}) };
  return { name, size, sent: size, state: "saved", documentId: id, ...also };
}

/** What survives a reload: what the server has. */
export function keptOf({ key, name, size, documentId, uploadId, hidden }: FileView): DraftFile[] {
  const file = { key, name, size };
  if (documentId !== undefined) return [{ ...file, document_id: documentId, ...(hidden ? { hidden } : {}) }];
  return uploadId === undefined ? [] : [{ ...file, upload_id: uploadId }];
}

/** A file that an earlier page kept. */
export function restored({ key, name, size, document_id, upload_id, hidden }: DraftFile): FileView {
  const file = { key, name, size, sent: size };
  if (document_id !== undefined)
    return { ...file, state: "saved", documentId: document_id, ...(hidden ? { hidden } : {}) };
  return { ...file, state: "brought", ...(upload_id === undefined ? {} : { uploadId: upload_id }) };
}

/** What a file calls itself, short: "PDF". */
export function typeOf(name: string): string {
  const ending = /\.([\p{L}\d]{1,5})$/u.exec(name)?.[1];
  return ending?.toUpperCase() ?? "···";
}
