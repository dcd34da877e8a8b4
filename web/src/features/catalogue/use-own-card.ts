import { catalogueApi } from "@minuta/contracts/catalogue";
import { useQuery } from "@tanstack/react-query";
import { reading } from "../../api/queries.ts";

const CARD_FRESH_MS = 60_000;

/** One's own card; changed by its owner alone, so it is seldom read again. */
export const useOwnCard = () => useQuery({ ...reading(catalogueApi.own, {}), staleTime: CARD_FRESH_MS });
