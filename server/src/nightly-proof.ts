/** Every night the money is proved; when it does not add up, the log, the operator's mailbox and `/api/ledger/proof` say so. */
import type { Db } from "#platform/db";
import type { Nightly } from "#platform/jobs";
import type { Log } from "#platform/log";
import type { Mail } from "#platform/mail";
import { printed, proveMoney } from "./ledger-proof.ts";

export interface NightlyProof {
  readonly db: Db;
  readonly ledger: { noteProof(broken: readonly string[]): Promise<void> };
  readonly mail: Pick<Mail, "send">;
  readonly log: Pick<Log, "info" | "error">;
}

/** 03:17 in Moscow, when fewest calls run; the proof reads one snapshot and waits for nobody. */
const AT_UTC = { hour: 0, minute: 17 } as const;

/** `operator`: whom to write; without one only the log says so. */
export function nightlyProof({ db, ledger, mail, log }: NightlyProof, operator?: string): Nightly {
  return {
    atUtc: AT_UTC,
    async run() {
      const invariants = await proveMoney(db);
      const broken = invariants.filter(({ holds }) => !holds);
      await ledger.noteProof(broken.map(printed));
      if (broken.length === 0) return log.info({ invariants: invariants.length }, "ledger.proved");
      log.error({ broken: broken.map(printed) }, "ledger.proof_broken");
      if (operator === undefined) return;
      const text = `Сверка денег не сошлась / The money does not add up:\n\n${broken.map(printed).join("\n")}\n\nnpm run ledger:proof\n`;
      await db.tx((tx) => mail.send(tx, { to: operator, subject: "Минута: сверка денег не сошлась", text }));
    },
  };
}
