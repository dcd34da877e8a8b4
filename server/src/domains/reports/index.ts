/**
 * Reports: figures of calls over a period, for the cabinet: how many, how long, charged as payer, earned and held as payee; and the month of
 * a wallet and of earnings with one row a call, which the ledger cannot tell alone because it knows nothing of calls.
 * Read-only: every figure is asked anew of the other schemas' `*_view`, so it cannot differ from what they say.
 * The protocol of a period has each call as a line, and is written into files of any length while it is read.
 * A call counts once it is over, on the Moscow day on which it opened; what only rang is no call.
 * A person sees his own calls only, one side at a time: as client or as consultant.
 * Nothing here decides anything; a slow report must not be able to hold money or a call.
 */
import type { PersonId } from "@minuta/contracts/ids";
import type { Statistics } from "@minuta/contracts/reports";
import type { Db } from "#platform/db";
import type { StreamReply } from "#platform/http";
import {
  allLines,
  counterparties,
  daysAsked,
  headOf,
  pageOfLines,
  sumPeriod,
  type AskedPeriod,
  type Page,
  type Party,
} from "./period-report.ts";
import { reportFile, type AskedFile } from "./report-file.ts";
import { monthOfEarnings, monthOfWallet, type AskedMonth } from "./show-statement.ts";
import { statistics, type Asked } from "./show-statistics.ts";

export interface ReportsDeps {
  readonly db: Db;
  /** Whom a report names as its owner. */
  readonly findOwner: (personId: PersonId) => Promise<Party | null>;
}

export type Reports = ReturnType<typeof createReports>;

export function createReports(deps: ReportsDeps) {
  const { db } = deps;
  return {
    /** Refuses (`invalid-input`) days in the wrong order and more than 366 of them. */
    statistics: (asked: Asked): Promise<Statistics> => statistics(db, asked),
    /** Both refuse (`invalid-input`) a cursor that is none. */
    statement: (asked: AskedMonth) => monthOfWallet(db, asked),
    earnings: (asked: AskedMonth) => monthOfEarnings(db, asked),
    /** The protocol of a period; refuses (`invalid-input`) what is no period. */
    async period(asked: AskedPeriod, page: Page) {
      return { ...(await sumPeriod(db, asked)), ...(await pageOfLines(db, asked, page)) };
    },
    counterparties: (asked: Omit<AskedPeriod, "other">) => counterparties(db, asked),
    /** Refuses as `period`. */
    async periodFile(asked: AskedPeriod, file: AskedFile): Promise<StreamReply> {
      daysAsked(asked);
      return reportFile({ asked, head: await headOf(deps, asked), lines: allLines(db, asked) }, file);
    },
  };
}

export { reportsRoutes } from "./routes.ts";
