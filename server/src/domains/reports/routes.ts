/** HTTP of reports. */
import { reportsApi } from "@minuta/contracts/reports";
import { personOf, type Routes } from "#platform/http";
import type { Reports } from "./index.ts";

export function reportsRoutes(routes: Routes, reports: Reports): void {
  routes.bind(reportsApi.statistics, ({ caller, query }) => reports.statistics({ personId: personOf(caller), ...query }));
}
