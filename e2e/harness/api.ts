/** A person at the product's HTTP door, typed by the contract: for what a journey needs before or after its pages. */
import { callsApi, type Invitation } from "@minuta/contracts/calls";
import { CONSENT_VERSION } from "@minuta/contracts/consent";
import type { Endpoint } from "@minuta/contracts/endpoint";
import { ledgerApi, type Wallet } from "@minuta/contracts/ledger";
import type { CallId } from "@minuta/contracts/ids";
import type { Kopecks } from "@minuta/contracts/money";
import { peopleApi } from "@minuta/contracts/people";
import type { Page } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { request, type IncomingMessage } from "node:http";
import { text as wholeText } from "node:stream/consumers";
import { z } from "zod";
import type { Credentials, Product } from "./product.ts";

type Part<E, Name extends "params" | "query" | "body"> =
  E extends Record<Name, infer Schema extends z.core.$ZodType> ? { [Key in Name]: z.input<Schema> } : unknown;
type Input<E extends Endpoint> = Part<E, "params"> & Part<E, "query"> & Part<E, "body"> & LooseInput;
type Reply<E extends Endpoint> = z.output<E["reply"]>;

interface LooseInput {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

export interface Caller {
  /** One request; refuses (throws) with the problem's body when the answer is not a success. */
  ask<E extends Endpoint>(endpoint: E, input: Input<E>): Promise<Reply<E>>;
  /** The secret of the caller's sign-in; null when he has none. */
  signIn(): Promise<string | null>;
  /** Goes on under a sign-in made elsewhere. */
  continueAs(signIn: string): Promise<void>;
  wallet(): Promise<Wallet>;
  invite(task: string): Promise<Invitation>;
}

interface Sent {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}
interface Answered {
  readonly status: number;
  readonly text: string;
}
/** How a request gets to the product: by a program of its own, or by the page of a browser. */
type Way = (address: string, sent: Sent) => Promise<Answered>;

function callerBy(product: Product, way: Way, cookies: Pick<Caller, "signIn" | "continueAs">): Caller {
  const ask = async <E extends Endpoint>(endpoint: E, input: Input<E>): Promise<Reply<E>> => {
    const { params, query, body }: LooseInput = input;
    const path = endpoint.path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params?.[name])));
    const search = new URLSearchParams(Object.entries(query ?? {}).map(([name, value]) => [name, String(value)])).toString();
    const { status, text } = await way(`${product.address}${path}?${search}`, {
      method: endpoint.method,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(endpoint.command === true ? { "idempotency-key": randomUUID() } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (status < 200 || status > 299) throw new Error(`${endpoint.method} ${path}: ${status} ${text}`);
    return endpoint.reply.parse(JSON.parse(text)) as Reply<E>;
  };
  return {
    ...cookies,
    ask,
    wallet: async () => await ask(ledgerApi.wallet, {}),
    invite: async (task) => (await ask(callsApi.invite, { body: { task, configuration: null, ownRateKopecks: null } })).invitation,
  };
}

const SIGN_IN_COOKIE = "__Host-minuta";

interface Heard extends Answered {
  readonly cookies: readonly string[];
}

/** One request over a socket bound to an address of this computer. */
async function sendFrom(localAddress: string, address: string, sent: Sent): Promise<Heard> {
  const { host, port, pathname, search } = new URL(address);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const headers = { ...sent.headers, host };
  request({ host: "127.0.0.1", port, path: pathname + search, method: sent.method, headers, localAddress }, resolve)
    .on("error", reject)
    .end(sent.body);
  const reply = await promise;
  return { status: reply.statusCode ?? 0, text: await wholeText(reply), cookies: reply.headers["set-cookie"] ?? [] };
}

/** Somebody without a cookie; cookies that answers set are kept. `from`: where he is, as limits count him. */
export function stranger(product: Product, from = "127.0.0.1"): Caller {
  const cookies = new Map<string, string>();
  const way: Way = async (address, sent) => {
    const cookie = Array.from(cookies, ([name, value]) => `${name}=${value}`).join("; ");
    const reply = await sendFrom(from, address, { ...sent, headers: { ...sent.headers, cookie } });
    for (const line of reply.cookies) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) cookies.set(name, value);
    }
    return reply;
  };
  return callerBy(product, way, {
    signIn: async () => cookies.get(SIGN_IN_COOKIE) ?? null,
    continueAs: async (signIn) => void cookies.set(SIGN_IN_COOKIE, signIn),
  });
}

/** What a browser keeps of a sign-in. */
export const signInCookie = ({ address }: Pick<Product, "address">, signIn: string) =>
  ({
    name: SIGN_IN_COOKIE,
    value: signIn,
    domain: new URL(address).hostname,
    path: "/",
    secure: true,
    httpOnly: true,
    sameSite: "Lax",
  }) as const;

/** Whoever the browser of this page is; the page must be one of the product's. */
export function inBrowser(product: Product, page: Page): Caller {
  const way: Way = async (address, sent) => {
    const script = `fetch(${JSON.stringify(address)}, ${JSON.stringify(sent)}).then(async (reply) => ({ status: reply.status, text: await reply.text() }))`;
    return await page.evaluate<Answered>(script);
  };
  return callerBy(product, way, {
    signIn: async () => (await page.context().cookies()).find(({ name }) => name === SIGN_IN_COOKIE)?.value ?? null,
    continueAs: async (value) => await page.context().addCookies([signInCookie(product, value)]),
  });
}

const signIns = new WeakMap<Product, Map<string, string>>();

/**
 * The caller as that person. A person signs in once for all his programs and browsers here: sign-ins from one address are limited,
 * and signing in is tried elsewhere.
 */
export async function signedIn(product: Product, { email, password }: Credentials, caller = stranger(product)): Promise<Caller> {
  const known = signIns.get(product) ?? new Map<string, string>();
  signIns.set(product, known);
  const signIn = known.get(email);
  if (signIn === undefined) {
    await caller.ask(peopleApi.signIn, { body: { email, password } });
    known.set(email, (await caller.signIn()) ?? "");
  } else {
    await caller.continueAs(signIn);
  }
  return caller;
}

/** A new person with a confirmed e-mail and an empty wallet. */
export async function newPerson(
  product: Product,
  name: string,
  caller = stranger(product),
): Promise<{ credentials: Credentials; caller: Caller }> {
  const credentials: Credentials = { email: `${randomUUID()}@client.example`, password: "длинный пароль 42" };
  await caller.ask(peopleApi.signUp, { body: { ...credentials, name, locale: "ru" } });
  const letter = await product.letter(credentials.email);
  const token = /confirm\S*[/=]([\w-]{43})/.exec(letter.text)?.[1];
  if (token === undefined) throw new Error(`no link in the letter: ${letter.text}`);
  await caller.ask(peopleApi.confirmEmail, { body: { token, password: credentials.password } });
  return { credentials, caller };
}

/** Money from the operator, as the bank would bring it. */
export async function topUp(product: Product, email: string, amount: Kopecks): Promise<void> {
  const operator = await signedIn(product, await product.demo("operator@minuta.example"));
  await operator.ask(ledgerApi.topUp, { body: { email, amount: Number(amount), reason: "Пополнение для проверки" } });
}

/** A guest with a name only comes in by a link's token; returns the call's id. */
export async function joinAs(guest: Caller, token: string, name: string): Promise<CallId> {
  const body = { token, guest: { name, organisation: null, inn: null, email: null }, consent: CONSENT_VERSION };
  return (await guest.ask(callsApi.join, { body })).callId;
}
