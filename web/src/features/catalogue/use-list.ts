/** The catalogue's list for one set of filters: page by page, read again every few seconds, without moving anybody. */
import { catalogueApi, type CatalogueCard } from "@minuta/contracts/catalogue";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { request, type Input, type Reply } from "../../api/client.ts";
import { keyOf } from "../../api/queries.ts";
import { distinct, isOutOfOrder, keepPlaces, type ShownCard } from "./keep-places.ts";

const REFETCH_MS = 10_000;
const PAGE_SIZE = 24;

export type Filters = Pick<Input<typeof catalogueApi.list>["query"], "configuration" | "area" | "text" | "free">;
export type Figures = Omit<Reply<typeof catalogueApi.list>, "cards" | "next">;

export function useList(filters: Filters) {
  const list = useInfiniteQuery({
    queryKey: [...keyOf(catalogueApi.list), filters],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => request(catalogueApi.list, { query: { ...filters, after: pageParam, limit: PAGE_SIZE } }),
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: REFETCH_MS,
  });
  const fresh = useMemo(() => distinct(list.data?.pages.flatMap((page) => page.cards) ?? []), [list.data]);
  const places = usePlaces(list.isPlaceholderData ? null : JSON.stringify(filters), fresh);
  // What was asked first is what the figures belong to: each page carries them.
  const figures: Figures | undefined = list.data?.pages[0];
  return { list, figures, ...places };
}

interface Places {
  readonly key: string | null;
  /** The answer these places were made from. */
  readonly from: readonly CatalogueCard[];
  readonly cards: readonly ShownCard[];
}

/** `key` says which list `fresh` is; null while another one's cards still stand in for it. */
function usePlaces(key: string | null, fresh: readonly CatalogueCard[]) {
  const [kept, setKept] = useState<Places>({ key: null, from: [], cards: [] });
  if (key !== null && (kept.key !== key || kept.from !== fresh)) {
    setKept({ key, from: fresh, cards: kept.key === key ? keepPlaces(kept.cards, fresh) : fresh });
  }
  return {
    cards: kept.cards,
    isOutOfOrder: kept.key === key && isOutOfOrder(kept.cards, fresh),
    putInOrder: () => setKept({ key, from: fresh, cards: fresh }),
  };
}
