/** Calls for reports to read: their money moved by the meter and the ledger themselves, their rows as calls writes them. */
import { callId, type CallId, type PersonId, type Side } from "@minuta/contracts/ids";
import { kopecks } from "@minuta/contracts/money";
import type { World } from "../metering/testing.ts";

export interface Played {
  readonly at: string;
  readonly seconds: number;
  readonly consultant: { readonly person: PersonId; readonly name: string; readonly firm?: string; readonly inn?: string };
  readonly client: {
    readonly person?: PersonId;
    readonly guest?: string;
    readonly name: string;
    readonly organisation?: string;
    readonly inn?: string;
  };
  /** Kopecks a minute; a marketplace call has one, a carrier call costs its consultant 1 RUB. */
  readonly price?: number;
  /** Kopecks a minute that the consultant of a carrier call asks of his client. */
  readonly ownRate?: number;
  readonly configuration?: string;
  /** Whether the client said *solved*. */
  readonly solved?: boolean;
}

/** Below the life of a lease. */
const STEP_SECONDS = 5;
const ends = (call: CallId) => (["client", "consultant"] satisfies Side[]).map((side) => ({ callId: call, side }));

/** Who pays whom: the consultant the platform, or the client the consultant. */
const partiesOf = ({ consultant, client, price }: Played) =>
  price === undefined
    ? ({ kind: "carrier", payer: consultant.person, payee: null } as const)
    : ({ kind: "marketplace", payer: client.person!, payee: consultant.person, pricePerMinute: kopecks(price) } as const);

/** Opens the call and brings both on the line. Calls begin in the order of time. */
async function start({ world, call }: { world: World; call: Played }): Promise<CallId> {
  const id = callId.parse(crypto.randomUUID());
  await world.tick((Date.parse(call.at) - world.now().getTime()) / 1000);
  await world.db.tx((tx) => world.metering.openLine(tx, { callId: id, ...partiesOf(call) }));
  const { consultant, client, configuration = null, price, ownRate = null } = call;
  await world.db.pool.query(
    `insert into calls.call (id, tariff, state, consultant_id, consultant, client_person_id, client_guest_id, client, task, configuration, opened_at, own_rate_kopecks)
    values ($1, $2, 'open', $3, $4, $5, $6, $7, '', $8, $9, $10)`,
    [
      id,
      price === undefined ? "carrier" : "marketplace",
      consultant.person,
      { name: consultant.name, firm: consultant.firm, inn: consultant.inn },
      client.person ?? null,
      client.guest ?? null,
      { name: client.name, organisation: client.organisation, inn: client.inn },
      configuration,
      world.now(),
      ownRate,
    ],
  );
  for (const end of ends(id)) await world.evidence.begin(end);
  return id;
}

export function createHistory(world: World) {
  const { db, metering, evidence } = world;

  /** Time goes by on the line, with every pass of the meter. */
  async function talk(seconds: number): Promise<void> {
    await world.wait(seconds - (seconds % STEP_SECONDS), STEP_SECONDS);
    await world.tick(seconds % STEP_SECONDS);
  }

  async function finish({ price, solved = false }: Played, id: CallId): Promise<void> {
    for (const end of ends(id)) await evidence.end(end);
    const { billableSeconds } = await world.end(id);
    const state = price === undefined || solved ? "settled" : "ended";
    await db.pool.query(
      "update calls.call set state = $2, ended_at = $3, end_reason = 'client-ended', billable_seconds = $4 where id = $1",
      [id, state, world.now(), billableSeconds],
    );
    if (price !== undefined) await writeOutcome(id, solved);
  }

  async function writeOutcome(id: CallId, solved: boolean): Promise<void> {
    const { fee, earned } = await metering.sharesOf(db, id);
    if (solved) await db.tx((tx) => metering.settle(tx, id, "solved"));
    const by = solved ? ["client", world.now()] : [null, null];
    await db.pool.query(
      "insert into calls.outcome (call_id, waits_until, fee_kopecks, earned_kopecks, settled_by, settled_at) values ($1, $2, $3, $4, $5, $6)",
      [id, new Date(world.now().getTime() + 72 * 3_600_000), fee, earned, ...by],
    );
  }

  return {
    start: (call: Played) => start({ world, call }),
    talk,
    finish,
    async play(call: Played): Promise<CallId> {
      const id = await start({ world, call });
      await talk(call.seconds);
      await finish(call, id);
      return id;
    },
    async addGuest(name: string): Promise<string> {
      const id = crypto.randomUUID();
      await db.pool.query("insert into calls.guest (id, name) values ($1, $2)", [id, name]);
      return id;
    },
  };
}
