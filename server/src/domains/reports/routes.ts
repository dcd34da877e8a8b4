/** HTTP of reports. */
import { periodReportsApi } from "@minuta/contracts/period-reports";
import { reportsApi } from "@minuta/contracts/reports";
import { personOf, type Routes } from "#platform/http";
import { refuse } from "#platform/refusal";
import type { Reports } from "./index.ts";

export function reportsRoutes(routes: Routes, reports: Reports): void {
  routes.bind(reportsApi.statistics, ({ caller, query }) => reports.statistics({ personId: personOf(caller), ...query }));
  routes.bind(reportsApi.statement, ({ caller, query }) => reports.statement({ personId: personOf(caller), ...query }));
  routes.bind(reportsApi.earnings, ({ caller, query }) => reports.earnings({ personId: personOf(caller), ...query }));
  routes.bind(periodReportsApi.counterparties, async ({ caller, query }) => ({
    counterparties: await reports.counterparties({ personId: personOf(caller), ...query }),
  }));
  routes.bind(periodReportsApi.calls, async ({ caller, query: { with: other = null, after, limit, ...asked } }) => {
    if (after !== undefined && !/^\d{1,18}$/.test(after)) throw refuse("invalid-input", { fields: ["after"] });
    const { total, byDay, lines, next } = await reports.period(
      { personId: personOf(caller), other, ...asked },
      { after: BigInt(after ?? 0), limit },
    );
    return { total, byDay: [...byDay], lines, next: next === null ? null : String(next) };
  });
  routes.bind(periodReportsApi.file, ({ caller, query: { with: other = null, as, locale, ...asked } }) =>
    reports.periodFile({ personId: personOf(caller), other, ...asked }, { as, locale }),
  );
}
