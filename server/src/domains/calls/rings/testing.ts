/** For the tests of rings: consultants who can be called, clients with a page open, and what both click. */
import { RING_CONSENT_VERSION } from "@minuta/contracts/consent";
import { callId, type CallId, type PersonId } from "@minuta/contracts/ids";
import { kopecks } from "@minuta/contracts/money";
import { configurations } from "@minuta/contracts/taxonomy";
import { expect } from "vitest";
import { newPerson, type Browser, type World } from "../testing.ts";

export interface Party {
  readonly id: PersonId;
  readonly browser: Browser;
}

const page = (person: Party): string => `page of ${person.id}`;
export const CONFIGURATION = configurations[0]!;
/** Kopecks a minute, where a test names no other. */
export const PRICE = 2000;

/** Published in the catalogue at this price a minute, page open, taking calls. No money of his own is needed. */
export async function newConsultant(world: World, { price = PRICE, name = "Анна Смирнова" } = {}): Promise<Party> {
  const person = await newPerson(world, { roubles: 0, name });
  await changePrice(world, person, price);
  await world.database.db.tx((tx) => world.presence.setTakingCalls(tx, person.id, true));
  await openPage(world, person);
  return person;
}

export async function newClient(world: World, { roubles = 100, name = "Ольга Петрова" } = {}): Promise<Party> {
  const person = await newPerson(world, { roubles, name });
  await openPage(world, person);
  return person;
}

export async function openPage({ presence }: World, person: Party): Promise<void> {
  presence.opened(person.id, page(person));
  await presence.look();
}
export const closePage = ({ presence }: World, person: Party): void => presence.closed(person.id, page(person));

export const changePrice = ({ database, catalogue }: World, { id }: Party, price: number) =>
  database.db.tx((tx) =>
    catalogue.changeCard(tx, id, {
      configurations: [CONFIGURATION.code],
      areas: [],
      pricePerMinute: kopecks(price),
      text: "Помогаю с учётом двенадцать лет",
      published: true,
    }),
  );

export const rings = (client: Party, consultant: Party, asked: object = {}) =>
  client.browser.send("POST", "calls/rings", {
    consultantId: consultant.id,
    task: "Не проводится реализация",
    configuration: CONFIGURATION.code,
    release: "3.0.150.22",
    pricePerMinute: PRICE,
    consent: RING_CONSENT_VERSION,
    ...asked,
  });
export type Answer = "accept" | "decline" | "cancel";
export const answers = (party: Party, id: string, answer: Answer) => party.browser.send("POST", `calls/rings/${id}/${answer}`);
export const saysSolved = (party: Party, id: string) => party.browser.send("POST", `calls/${id}/solved`);
export const availabilityOf = async ({ presence }: World, { id }: Party) => (await presence.availability([id])).get(id);
export const ringSeenBy = async (party: Party, id: string) => (await party.browser.send("GET", `calls/rings/${id}`)).body.ring;
export const kindsOf = async ({ journal }: World, id: CallId) => (await journal.events(id)).map(({ kind, actor }) => `${actor} ${kind}`);

export interface Ringing {
  readonly id: CallId;
  readonly consultant: Party;
  readonly client: Party;
}

export async function ringing(world: World, { price = PRICE, roubles = 100 } = {}): Promise<Ringing> {
  const [consultant, client] = [await newConsultant(world, { price }), await newClient(world, { roubles })];
  const answer = await rings(client, consultant, { pricePerMinute: price });
  expect(answer.body).toMatchObject({ ring: { state: "ringing" } });
  return { id: callId.parse(answer.body.ring.callId), consultant, client };
}

/** A marketplace call, rung and accepted. */
export async function accepted(world: World, of: { price?: number; roubles?: number } = {}): Promise<Ringing> {
  const call = await ringing(world, of);
  expect((await answers(call.consultant, call.id, "accept")).body).toMatchObject({ ring: { state: "open" } });
  return call;
}
