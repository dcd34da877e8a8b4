/** Figures line by line: by day, by person, by configuration. */
import { Table } from "@mantine/core";
import { useTranslation } from "../../text/index.ts";
import { useFormat } from "../../ui/format.ts";
import { Money } from "../../ui/money.tsx";
import classes from "./reports.module.css";
import { present, sumIn, type Row, type Series } from "./series.ts";

export interface FiguresTableProps {
  /** What the first column names. */
  readonly name: string;
  readonly rows: readonly Row[];
  readonly series: readonly Series[];
}

export function FiguresTable({ name, rows, series }: FiguresTableProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const sums = present(series, rows);
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
              <Table.Th key={sum.name} ta="end">
                {sum.label}
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
                <Table.Td key={sum.name} ta="end">
                  <Money kopecks={sumIn(row, sum)} />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
