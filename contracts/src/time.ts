/** Instants travel as RFC 3339 strings in UTC; people see them in Europe/Moscow unless they choose otherwise. */
import { z } from "zod/mini";

/** JSON string ↔ Date. */
export const instant = z.codec(z.iso.datetime({ offset: true }), z.date(), {
  decode: (wire) => new Date(wire),
  encode: (at) => at.toISOString(),
});
