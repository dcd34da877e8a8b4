/** Figures line by line: by day, by person, by configuration. */
import { Table } from "@mantine/core";
import type { Side } from "@minuta/contracts/ids";
import type { Figures } from "@minuta/contracts/reports";
import { useTranslation } from "../../text/index.ts";
import { useFormat } from "../../ui/format.ts";
import { Money } from "../../ui/money.tsx";
import classes from "./reports.module.css";

export interface FiguresTableProps {
  readonly side: Side;
  /** What the first column names. */
  readonly name: string;
  readonly rows: readonly { readonly key: string; readonly name: string; readonly figures: Figures }[];
}

/** The sums a side can have; a consultant pays for the line when he invites his own clients. */
const sumsOf = { client: ["charged"], consultant: ["charged", "earned", "held"] } as const;

export function FiguresTable({ side, name, rows }: FiguresTableProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const sums = sumsOf[side].filter((sum) => rows.some(({ figures }) => figures[sum] > 0n));
  return (
    // Scrolled by keyboard too when it is wider than a phone.
    <div className={classes.scroll} tabIndex={0} role="group" aria-label={name}>
      <Table className={classes.table} verticalSpacing={6} horizontalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{name}</Table.Th>
            <Table.Th ta="end" visibleFrom="xs">
              {t("statistics.calls")}
            </Table.Th>
            <Table.Th ta="end">{t("history.time")}</Table.Th>
            {sums.map((sum) => (
              <Table.Th key={sum} ta="end">
                {t(`statistics.${sum}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.key}>
              <Table.Td>{row.name}</Table.Td>
              <Table.Td ta="end" visibleFrom="xs">
                {row.figures.calls}
              </Table.Td>
              <Table.Td ta="end">{format.duration(row.figures.billableSeconds)}</Table.Td>
              {sums.map((sum) => (
                <Table.Td key={sum} ta="end">
                  <Money kopecks={row.figures[sum]} />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
