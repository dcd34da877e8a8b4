/**
 * The protocol of a call as a file that proves itself: the protocol, its journal, the statements with all signatures, the keys, and the
 * server's seal over everything. The file is canonical JSON and a line feed, so that a changed byte anywhere is another file.
 */
import { z } from "zod/mini";
import { callView } from "./calls.ts";
import { canonicalJson } from "./journal-chain.ts";
import { protocol } from "./journal.ts";
import { side } from "./ids.ts";
import { segmentFacts } from "./recordings.ts";
import { publicKey, signature } from "./signing.ts";
import { countersignature, signedStatement } from "./statement.ts";
import { instant } from "./time.ts";

/** A file with a member more or fewer than `protocolFile` has is of another form, and gets another name. */
export const PROTOCOL_FORM = "minuta-protocol-1";

/** A key an end showed, as the journal has it. `device`: enrolled with the person's account. */
export const endKey = z.object({
  side,
  publicKey,
  kind: z.enum(["device", "call"]),
  sinceN: z.int().check(z.nonnegative()),
  shownAt: instant,
});
export type EndKey = z.infer<typeof endKey>;

export const witnessedStatement = z.extend(signedStatement, { countersignatures: z.array(countersignature) });
export type WitnessedStatement = z.infer<typeof witnessedStatement>;

export const protocolFile = z.object({
  form: z.literal(PROTOCOL_FORM),
  /** The same for both sides: without what each side alone may see. */
  protocol: z.extend(protocol, { call: z.omit(callView, { side: true, youPay: true, meter: true }) }),
  statements: z.array(witnessedStatement),
  keys: z.array(endKey),
  /** What each side recorded, segment by segment in the order of its chain; the files themselves are not here, their hashes are. */
  recordings: z.object({ client: z.array(segmentFacts), consultant: z.array(segmentFacts) }),
  seal: z.object({ publicKey, signature }),
});
export type ProtocolFile = z.infer<typeof protocolFile>;

/** What the server seals: the file without its seal, as it is written. */
export const sealText = (unsealed: unknown, key: string): string => canonicalJson([`${PROTOCOL_FORM}-seal`, unsealed, key]);

/** The file's text. `sign`: by the key of that name. */
export function writeProtocolFile(
  content: Omit<ProtocolFile, "form" | "seal">,
  by: { readonly publicKey: string; sign(text: string): string },
): string {
  const { seal: _, ...unsealed } = z.encode(protocolFile, { form: PROTOCOL_FORM, ...content, seal: NO_SEAL });
  const seal = { publicKey: by.publicKey, signature: by.sign(sealText(unsealed, by.publicKey)) };
  return `${canonicalJson({ ...unsealed, seal })}\n`;
}
const NO_SEAL = { publicKey: "A".repeat(43), signature: "A".repeat(86) };
