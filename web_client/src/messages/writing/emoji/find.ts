// Finding an emoji by a word in English or Swedish, whichever language the page has: people mix them. Pure.

import { fold } from "../../../kit/folding.ts";
import { type EmojiGroup, emojiGroups } from "./data.ts";

export interface Emoji {
  readonly char: string;
  readonly en: string;
  readonly sv: string;
}

/** The emoji of a group, in the order of the data. */
export function emojiOf(group: EmojiGroup): Emoji[] {
  return group.lines
    .trim()
    .split("\n")
    .map((line) => {
      const gap = line.indexOf(" ");
      const [en = "", sv = ""] = line.slice(gap + 1).split("|");
      return { char: line.slice(0, gap), en, sv };
    });
}

/** Those in which each typed word begins a word. */
export function findEmoji(query: string): Emoji[] {
  const typed = fold(query).split(/\s+/).filter(Boolean);
  return emojiGroups.flatMap(emojiOf).filter(({ en, sv }) => {
    const words = fold(`${en} ${sv}`).split(/\s+/);
    return typed.every((part) => words.some((word) => word.startsWith(part)));
  });
}
