/** HTTP of reports. */
import { reportsApi } from "@minuta/contracts/reports";
import { personOf, type Routes } from "#platform/http";
import type { Reports } from "./index.ts";

export function reportsRoutes(routes: Routes, reports: Reports): void {
  routes.bind(reportsApi.statistics, ({ caller, query }) => reports.statistics({ personId: personOf(caller), ...query }));
  routes.bind(reportsApi.statement, ({ caller, query }) => reports.statement({ personId: personOf(caller), ...query }));
  routes.bind(reportsApi.earnings, ({ caller, query }) => reports.earnings({ personId: personOf(caller), ...query }));
}
