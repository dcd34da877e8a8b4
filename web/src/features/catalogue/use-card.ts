import { catalogueApi } from "@minuta/contracts/catalogue";
import { useQuery } from "@tanstack/react-query";
import { reading } from "../../api/queries.ts";

const REFETCH_MS = 10_000;

/** One card, read again every few seconds: whether its owner is free changes all the time. */
export const useCard = (slug: string) => useQuery({ ...reading(catalogueApi.card, { params: { slug } }), refetchInterval: REFETCH_MS });
