/** How well it connects: a bar and a word, never a choice. */
import type { CallEngineState } from "../../rtc/engine.ts";
import { useTranslation } from "../../text/index.ts";
import classes from "./call.module.css";

const BARS = [1, 2, 3] as const;

export function Quality({ quality, path }: Pick<CallEngineState, "quality" | "path">) {
  const { t } = useTranslation();
  const way = path ? t(`path.${path}`) : t("path.none");
  return (
    <div
      className={classes.quality}
      data-path={path ?? "none"}
      data-quality={quality}
      title={t("quality.title", { quality: t(`quality.${quality}`), path: way })}
    >
      <svg viewBox="0 0 18 14" width="18" height="14" role="img" aria-label={t(`quality.${quality}`)}>
        {BARS.map((bar) => (
          <rect
            key={bar}
            x={(bar - 1) * 6.5}
            y={14 - bar * 4.5}
            width="4"
            height={bar * 4.5}
            rx="1.2"
            className={classes.bar}
            data-lit={bar <= quality || undefined}
          />
        ))}
      </svg>
      <span className={classes.path}>{way}</span>
    </div>
  );
}
