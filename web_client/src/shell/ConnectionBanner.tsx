// Said when the connection is lost and while it is being made again; goes silently. Two seconds of trouble are not
// worth a word, so reconnecting waits that long; offline is said at once.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { Banner } from "../kit/Banner.tsx";
import { ProblemIcon } from "../kit/icons.tsx";
import type { ConnectionView } from "../kit/models.ts";
import { Dots } from "../kit/TypingDots.tsx";

const PATIENCE_MS = 2_000;

export interface ConnectionBannerProps {
  readonly connection: ConnectionView;
  readonly onRetry: () => void;
  /** Show at once, for the gallery. */
  readonly immediate?: boolean;
}

export function ConnectionBanner({
  connection,
  onRetry,
  immediate = false,
}: ConnectionBannerProps): JSX.Element {
  const { state } = connection;
  const [patient, setPatient] = useState(!immediate);
  useEffect(() => {
    if (immediate) return;
    setPatient(true);
    if (state !== "reconnecting") return;
    const timer = setTimeout(() => setPatient(false), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [state, immediate]);
  return (
    <div class="connection" role="alert">
      {state === "offline" && <Banner icon={ProblemIcon}>{t("connection.offline")}</Banner>}
      {connection.state === "reconnecting" && !patient && (
        <Banner lead={<Dots />} action={{ label: t("connection.now"), run: onRetry }}>
          {t("connection.again", { n: connection.attempt })}
        </Banner>
      )}
    </div>
  );
}
