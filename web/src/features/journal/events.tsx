/** The journal's events in order, each in words. */
import { Text } from "@mantine/core";
import type { JournalEvent } from "@minuta/contracts/journal";
import { useTranslation } from "../../text/index.ts";
import { useFormat } from "../../ui/format.ts";
import { detailOf } from "./event-words.ts";
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
            <Text size="sm" className={classes.said}>
              {detailOf(event, t, format)}
            </Text>
          </div>
        </li>
      ))}
    </ol>
  );
}
