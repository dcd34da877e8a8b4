/**
 * The shape of one HTTP endpoint. The tables `peopleApi`, `ledgerApi`, `callsApi`, `journalApi` are the contract:
 * the server binds its routes from them (path, schemas, who may call), the web's client is typed by them.
 */
import type { z } from "zod/mini";

/**
 * Who may call: anyone; a signed-in person; an operator; a party of the call named by `:callId` (the consultant, the client person
 * or the guest holding the call's cookie).
 */
export type Access = "anyone" | "person" | "operator" | "party";

export interface Endpoint {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Fastify notation: `/api/calls/:callId`. */
  readonly path: string;
  readonly access: Access;
  readonly params?: z.ZodMiniType;
  readonly query?: z.ZodMiniType;
  readonly body?: z.ZodMiniType;
  /** The longest body taken; without it 256 KiB. */
  readonly bodyMaxBytes?: number;
  /** A `Uint8Array` is sent as it is, a `ReadableStream` as it comes (by ranges where its size is known); anything else as JSON. */
  readonly reply: z.ZodMiniType;
  /** Changes something: carries an `Idempotency-Key` (a UUID) and runs once, in one transaction with its answer. */
  readonly command?: true;
  /**
   * At most `max` calls in `perSeconds` from one address (and over all addresses `maxGlobal`). `of: "caller"`: for each person or guest instead,
   * where what a page does by itself would else add up over an office that has one address.
   */
  readonly limit?: { readonly max: number; readonly perSeconds: number; readonly maxGlobal?: number; readonly of?: "caller" };
}

/** Keeps the literal types of an endpoint table. */
export const endpoints = <T extends Record<string, Endpoint>>(table: T): T => table;
