/** Stretch by stretch: what was counted, and why the rest was not. */
import { Table, Text } from "@mantine/core";
import type { ProtocolInterval } from "@minuta/contracts/journal";
import { useTranslation } from "../../text/index.ts";
import { useFormat } from "../../ui/format.ts";
import classes from "./journal.module.css";

export function Intervals({ intervals }: { readonly intervals: readonly ProtocolInterval[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  // A stretch of less than a second, as between both ends' goodbyes, adds nothing to anything.
  const shown = intervals.filter(({ seconds }) => seconds > 0);
  if (shown.length === 0) return <Text c="dimmed">{t("intervals.none")}</Text>;
  return (
    <Table.ScrollContainer minWidth={300} type="native">
      <Table verticalSpacing="xs" horizontalSpacing={6} className={classes.table}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("intervals.from")}</Table.Th>
            <Table.Th>{t("intervals.to")}</Table.Th>
            <Table.Th>{t("intervals.why")}</Table.Th>
            <Table.Th ta="end">{t("intervals.counted")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map((interval) => (
            <Table.Tr key={interval.from.getTime()} data-counted={interval.counted}>
              <Table.Td>{format.time(interval.from)}</Table.Td>
              <Table.Td>{format.time(interval.to)}</Table.Td>
              <Table.Td>{t(`intervals.reason.${interval.why}`)}</Table.Td>
              <Table.Td ta="end">
                {interval.counted ? (
                  format.duration(interval.seconds)
                ) : (
                  <Text span inherit c="dimmed">
                    {t("intervals.notCounted", { time: format.duration(interval.seconds) })}
                  </Text>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
