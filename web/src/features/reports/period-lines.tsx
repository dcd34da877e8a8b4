/** The protocol of a period line by line, each with the way to its own protocol. */
import { Table, Text } from "@mantine/core";
import type { ReportLine } from "@minuta/contracts/period-reports";
import { useTranslation } from "../../text/index.ts";
import { useFormat } from "../../ui/format.ts";
import { TextLink } from "../../ui/link.tsx";
import { Money } from "../../ui/money.tsx";
import classes from "./reports.module.css";

export interface LinesProps {
  readonly lines: readonly ReportLine[];
  /** Whether any consultant asks by a rate of his own. */
  readonly withOwn: boolean;
}

export function Lines({ lines, withOwn }: LinesProps) {
  const { t } = useTranslation();
  return (
    // Scrolled by keyboard too when it is wider than a phone.
    <div className={classes.scroll} tabIndex={0} role="group" aria-label={t("periodReport.lines")}>
      <Table className={classes.lines} verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("periodReport.numberAt")}</Table.Th>
            <Table.Th>{t("periodReport.name")}</Table.Th>
            <Table.Th>{t("periodReport.task")}</Table.Th>
            <Table.Th ta="end">{t("periodReport.time")}</Table.Th>
            <Table.Th ta="end">{t("periodReport.price")}</Table.Th>
            <Table.Th ta="end">{t("periodReport.sum")}</Table.Th>
            {withOwn && <Table.Th ta="end">{t("periodReport.ownSum")}</Table.Th>}
            <Table.Th>{t("periodReport.outcome")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {lines.map((line) => (
            <Line key={line.callId} line={line} withOwn={withOwn} />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Line({ line, withOwn }: { readonly line: ReportLine; readonly withOwn: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Table.Tr>
      <Table.Td>
        <TextLink to="/call/$callId/protocol" params={{ callId: line.callId }} size="sm">
          {line.number}
        </TextLink>
        <small>{format.dateTime(line.at)}</small>
      </Table.Td>
      <Table.Td className={classes.words}>{line.name}</Table.Td>
      <Table.Td className={classes.words}>
        <Text size="sm" lineClamp={2} title={line.task}>
          {line.task}
        </Text>
      </Table.Td>
      <Table.Td ta="end">{format.clock(line.billableSeconds)}</Table.Td>
      <Table.Td ta="end">{format.price(line.pricePerMinute)}</Table.Td>
      <Table.Td ta="end">
        <Money kopecks={line.sum} />
        <small>{t(`periodReport.lineMoney.${line.money}`)}</small>
      </Table.Td>
      {withOwn && <OwnSum line={line} />}
      <Table.Td>{t(`periodReport.outcomes.${line.outcome}`)}</Table.Td>
    </Table.Tr>
  );
}

function OwnSum({ line: { ownRate, ownSum } }: { readonly line: ReportLine }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (ownRate === null || ownSum === null) return <Table.Td />;
  return (
    <Table.Td ta="end">
      <Money kopecks={ownSum} />
      <small>{t("statement.perMinute", { price: format.price(ownRate) })}</small>
    </Table.Td>
  );
}
