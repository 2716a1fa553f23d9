// A video in a message. Until somebody presses, nothing of its provider is asked for: who only reads is told to nobody. Then a
// frame that may run its player and nothing of this page. Fetched with the first video.

import "./video.css";
import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { plainText } from "../core/threads.ts";
import { t } from "../i18n/index.ts";
import { PlayIcon } from "../kit/play_icon.tsx";
import { Linked } from "./Linked.tsx";
import type { ParagraphNode } from "./models.ts";
import { shownOf } from "./videos.ts";

const RELATIONS = "noopener noreferrer nofollow";
/** The widget, whose page may frame nothing: there a video is a link. */
const IN_A_PAGE = globalThis.self !== globalThis.top;
/** A player needs its scripts and its own cookies; it can neither leave its frame nor open windows. */
const SANDBOX = "allow-scripts allow-same-origin allow-presentation";

export function Video({ block }: { readonly block: ParagraphNode }): JSX.Element {
  const [playing, setPlaying] = useState(false);
  const frame = useRef<HTMLIFrameElement>(null);
  useLayoutEffect(() => {
    if (playing) frame.current?.focus();
  }, [playing]);
  const shown = block.video && shownOf(block.video);
  if (!shown)
    return (
      <p>
        <Linked text={plainText({ content: [block] })} />
      </p>
    );
  const { name, link } = shown;
  const still = (words: string): JSX.Element => (
    <>
      <span class="video__disc">
        <PlayIcon size={26} />
      </span>
      <span class="video__words">{words}</span>
      <span class="video__before">{t("video.before", { name })}</span>
    </>
  );
  if (IN_A_PAGE)
    return (
      <div class="video">
        <a class="video__frame video__play" href={link} target="_blank" rel={RELATIONS}>
          {still(t("video.open", { name }))}
        </a>
      </div>
    );
  return (
    <div class="video">
      {playing ? (
        <iframe
          ref={frame}
          class="video__frame"
          title={t("video.title", { name })}
          sandbox={SANDBOX}
          allow="fullscreen; encrypted-media; picture-in-picture"
          referrerpolicy={shown.referrer}
          src={shown.frame}
        />
      ) : (
        <button type="button" class="video__frame video__play" onClick={() => setPlaying(true)}>
          {still(t("video.play", { name }))}
        </button>
      )}
      <a class="video__link" href={link} target="_blank" rel={RELATIONS}>
        {t("video.open", { name })}
      </a>
    </div>
  );
}
