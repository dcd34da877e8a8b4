/** The journal's events in order, each in words. */
import { Text } from "@mantine/core";
import type { JournalEvent } from "@minuta/contracts/journal";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../ui/format.ts";
import classes from "./journal.module.css";

export function Events({ events }: { readonly events: readonly JournalEvent[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <ol className={classes.events}>
      {events.map((event) => (
        <li key={event.n} className={classes.event}>
          <Text size="sm" c="dimmed">
            {format.time(event.at)}
          </Text>
          <div>
            <Text size="sm">
              {t(`journal.kind.${event.kind}`)}{" "}
              <Text span inherit c="dimmed">
                · {t(`journal.actor.${event.actor}`)}
              </Text>
            </Text>
            <Said facts={event.facts} />
          </div>
        </li>
      ))}
    </ol>
  );
}

const TOLD_FACTS = ["text", "task", "configuration", "email", "path", "reason"] as const;

/** Facts that are words of people, or readable as such. */
function Said({ facts }: { readonly facts: JournalEvent["facts"] }) {
  const words = TOLD_FACTS.map((name) => facts[name]).filter((fact): fact is string => typeof fact === "string" && fact !== "");
  if (words.length === 0) return null;
  return (
    <Text size="sm" className={classes.said}>
      {words.join(" · ")}
    </Text>
  );
}
