/** A statement of a month, read page by page. */
import type { Endpoint } from "@minuta/contracts/endpoint";
import { useInfiniteQuery } from "@tanstack/react-query";
import { keyOf } from "../../api/queries.ts";

const PAGE_SIZE = 25;

interface AskedPage {
  readonly month: string;
  readonly before: string | undefined;
  readonly limit: number;
}

export interface MonthPages<Totals, Row> {
  readonly endpoint: Endpoint;
  readonly month: string;
  readonly read: (page: AskedPage) => Promise<{ readonly totals: Totals; readonly rows: readonly Row[]; readonly next: string | null }>;
}

export function useMonthPages<Totals, Row>({ endpoint, month, read }: MonthPages<Totals, Row>) {
  const query = useInfiniteQuery({
    queryKey: [...keyOf(endpoint), month],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => read({ month, before: pageParam, limit: PAGE_SIZE }),
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const pages = query.data?.pages ?? [];
  return { query, totals: pages[0]?.totals, rows: pages.flatMap((page) => page.rows) };
}
