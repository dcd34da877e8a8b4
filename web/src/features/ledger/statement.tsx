/** Every movement of the person's wallet, newest first. */
import { Text } from "@mantine/core";
import { IconReceipt } from "@tabler/icons-react";
import { ledgerApi, type StatementLine } from "@minuta/contracts/ledger";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { request } from "../../api/client.ts";
import { keyOf } from "../../api/queries.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { useFormat } from "../../ui/format.ts";
import { Loading } from "../../ui/loading.tsx";
import { Money } from "../../ui/money.tsx";
import { More } from "../../ui/more.tsx";
import { Problem } from "../../ui/problem.tsx";
import classes from "./ledger.module.css";
import { TextLink } from "../../ui/link.tsx";

const PAGE_SIZE = 50;

export function Statement() {
  const { t } = useTranslation();
  const statement = useInfiniteQuery({
    queryKey: [...keyOf(ledgerApi.statement), "pages"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => request(ledgerApi.statement, { query: { before: pageParam, limit: PAGE_SIZE } }),
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const lines = statement.data?.pages.flatMap((page) => page.lines) ?? [];
  return (
    <>
      <Problem error={statement.error} />
      {statement.isPending && <Loading />}
      {statement.isSuccess && lines.length === 0 && (
        <EmptyState icon={<IconReceipt aria-hidden />} title={t("statement.emptyTitle")} next={t("statement.emptyNext")} />
      )}
      <ul className={classes.statement}>
        {lines.map((line) => (
          <Line key={line.id} line={line} />
        ))}
      </ul>
      <More query={statement} />
    </>
  );
}

function Line({ line }: { readonly line: StatementLine }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <li className={classes.statementLine}>
      <Text fw={550}>{t(`statement.kind.${line.kind}`)}</Text>
      <Text ta="end" fw={600} {...(line.amount > 0n ? { c: "minuta" } : {})}>
        <Money kopecks={line.amount} signed />
      </Text>
      <Text size="sm" c="dimmed">
        {format.dateTime(line.occurredAt)}
        {line.reason && ` · ${line.reason}`}
        {line.callId && (
          <>
            {" · "}
            <TextLink to="/call/$callId/after" params={{ callId: line.callId }} size="sm" underline="always">
              {t("statement.call")}
            </TextLink>
          </>
        )}
      </Text>
      <Text size="sm" c="dimmed" ta="end">
        {t("statement.after")} <Money kopecks={line.balanceAfter} />
      </Text>
    </li>
  );
}
