// What handles folders of the computer, fetched as one with the first of them.

export { bringWhole } from "./whole_bringing.ts";
export { readChosen, readDropped } from "./whole_folders.ts";
