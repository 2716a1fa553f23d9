// A list that comes in pages: grey lines while it is fetched, a word where it can't be had or holds nothing, More below.

import type { ComponentChildren, JSX } from "preact";
import { t } from "../i18n/index.ts";
import { Button } from "./Button.tsx";
import { Failed } from "./Failed.tsx";
import { Skeleton, type SkeletonProps } from "./Skeleton.tsx";

export interface ListingProps {
  readonly skeleton: SkeletonProps["kind"];
  readonly state: "loading" | "ready" | "failed";
  /** Stands where there is nothing; undefined where there is something. */
  readonly empty: JSX.Element | undefined;
  readonly more: boolean | undefined;
  readonly onMore: () => void;
  readonly onRetry: () => void;
  readonly children: ComponentChildren;
}

export function Listing(props: ListingProps): JSX.Element {
  const { skeleton, state, empty, more, onMore, onRetry, children } = props;
  if (state === "failed") return <Failed onRetry={onRetry} />;
  if (empty) return state === "loading" ? <Skeleton kind={skeleton} /> : empty;
  return (
    <>
      {children}
      {more && (
        <div class="more">
          <Button kind="quiet" onClick={onMore}>
            {t("list.more")}
          </Button>
        </div>
      )}
    </>
  );
}
