// The button that attaches to what is written, files of the computer or documents of the account (DC-1), and the other ways
// files come: as a whole folder (ZP-1), dropped anywhere on the place around it that says so (`data-drop`), and pasted. Fetched;
// draws nothing of them.

import "./drop.css";
import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Folder, Id, Link } from "../core/protocol.gen.ts";
import { t } from "../i18n/index.ts";
import { IconButton } from "../kit/IconButton.tsx";
import { FolderIcon, PaperclipIcon, PlusIcon } from "../kit/icons.tsx";
import { menuList } from "../kit/Menu.tsx";
import { ComputerIcon, FolderPlusIcon } from "../kit/more_icons.tsx";
import { useOnDemand } from "../kit/on_demand.ts";
import { lazy } from "../shell/lazy.tsx";
import type { DraftFiles } from "./draft_files.ts";
import type { PickerProps } from "./Picker.tsx";

const Picker = lazy<PickerProps>(async () => (await import("./Picker.tsx")).Picker);

export interface AttachProps {
  readonly files: DraftFiles;
  /** What is written stays among staff: documents that contacts don't see are offered, too. */
  readonly internal?: boolean;
  readonly linksOf?: ((accountId: Id) => readonly Link[] | undefined) | undefined;
  /** Files are brought into this folder: nothing is picked from others. */
  readonly into?: Folder | undefined;
  readonly tabIndex?: number;
  readonly size?: number;
  readonly class?: string;
}

export function Attach(props: AttachProps): JSX.Element {
  const { files, internal = false, linksOf, into, tabIndex = 0, size = 18, class: name } = props;
  const input = useRef<HTMLInputElement>(null);
  const [MenuList, anchor, toggle, close] = useOnDemand(menuList);
  const [picking, setPicking] = useState(false);
  const accountId = files.accountId;
  useLayoutEffect(() => {
    const place = input.current?.closest<HTMLElement>("[data-drop]");
    if (into) files.folderId.value = into.id;
    return place ? takeFrom(place, files) : undefined;
  }, [files, into?.id]);
  /** One input for both, which asks for what it is told to when it is opened. */
  const open = (folder: boolean): void => {
    if (input.current === null) return;
    input.current.webkitdirectory = folder;
    input.current.click();
  };
  const takesFolders = "webkitdirectory" in HTMLInputElement.prototype;
  return (
    <>
      <IconButton
        icon={into ? PlusIcon : PaperclipIcon}
        label={t(into ? "docs.upload" : "attach")}
        size={size}
        tabIndex={tabIndex}
        {...(name ? { class: name } : {})}
        {...(into ? {} : { "aria-haspopup": "menu", "aria-expanded": anchor !== null })}
        onClick={into ? () => open(false) : toggle}
      />
      {into && takesFolders && (
        <IconButton
          icon={FolderPlusIcon}
          label={t("docs.uploadFolder")}
          size={size}
          tabIndex={tabIndex}
          onClick={() => open(true)}
        />
      )}
      {anchor && MenuList && (
        <MenuList
          anchor={anchor}
          label={t("attach")}
          align="start"
          onClose={close}
          items={[
            { label: t("attach.computer"), icon: ComputerIcon, onSelect: () => open(false) },
            ...(takesFolders
              ? [{ label: t("attach.wholeFolder"), icon: FolderPlusIcon, onSelect: () => open(true) }]
              : []),
            { label: t("attach.folders"), icon: FolderIcon, onSelect: () => setPicking(true) },
          ]}
        />
      )}
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          const chosen = [...(event.currentTarget.files ?? [])];
          // Of an empty folder nothing is told.
          if (event.currentTarget.webkitdirectory) void files.addChosen(chosen);
          else files.add(chosen);
          // The same file again is a change, too.
          event.currentTarget.value = "";
        }}
      />
      {picking && accountId !== undefined && (
        <Picker
          api={files.api}
          accountId={accountId}
          files={files}
          internal={internal}
          linksOf={linksOf}
          onClose={() => setPicking(false)}
        />
      )}
    </>
  );
}

/** Take what is dropped or pasted there. What misses the place is not opened in place of the page. */
function takeFrom(place: HTMLElement, files: DraftFiles): () => void {
  const show = (shown: boolean): void => void place.classList.toggle("drop", shown);
  const over = (event: DragEvent): void => {
    if (!carriesFiles(event.dataTransfer)) return;
    event.preventDefault();
    const here = place.contains(event.target as Node);
    if (event.dataTransfer) event.dataTransfer.dropEffect = here ? "copy" : "none";
    show(here);
  };
  const left = (event: DragEvent): void => {
    if (!place.contains(event.relatedTarget as Node | null)) show(false);
  };
  const dropped = (event: DragEvent): void => {
    show(false);
    if (!carriesFiles(event.dataTransfer)) return;
    event.preventDefault();
    if (place.contains(event.target as Node)) add(files, event.dataTransfer);
  };
  const pasted = (event: ClipboardEvent): void => {
    const data = event.clipboardData;
    // What a text program copies is text, with a picture of it beside.
    const isText = data?.types.includes("text/plain") && data.types.includes("text/html");
    if (!carriesFiles(data) || isText) return;
    event.preventDefault();
    event.stopPropagation();
    add(files, data);
  };
  addEventListener("dragover", over);
  addEventListener("drop", dropped);
  place.addEventListener("dragleave", left);
  // Before the editor, which would take the text beside it.
  place.addEventListener("paste", pasted, true);
  return () => {
    show(false);
    removeEventListener("dragover", over);
    removeEventListener("drop", dropped);
    place.removeEventListener("dragleave", left);
    place.removeEventListener("paste", pasted, true);
  };
}

function carriesFiles(data: DataTransfer | null): data is DataTransfer {
  return data?.types.includes("Files") ?? false;
}

function add(files: DraftFiles, data: DataTransfer): void {
  const items = [...data.items].filter(({ kind }) => kind === "file");
  // Asked for at once: nothing of it is there any more once this is over.
  const directories = items.flatMap((item) => {
    const entry = item.webkitGetAsEntry?.();
    return entry?.isDirectory ? (entry as FileSystemDirectoryEntry) : [];
  });
  const whole = items.filter((item) => !item.webkitGetAsEntry?.()?.isDirectory);
  const given = whole.flatMap((item) => item.getAsFile() ?? []);
  if (given.length > 0) files.add(given.map(named));
  if (directories.length > 0) void files.addDropped(directories);
}

/** Browsers call every picture from the clipboard "image.png". */
function named(file: File): File {
  if (!/^image\.\w+$/.test(file.name)) return file;
  const ending = file.name.split(".").at(-1);
  return new File([file], `${t("attach.pasted")}.${ending}`, { type: file.type });
}
