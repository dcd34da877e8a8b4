/** What this browser saw and signed of a call that it took part in. */
import { side } from "@minuta/contracts/ids";
import { chainPlace } from "@minuta/contracts/statement";
import { z } from "zod/mini";
import { kept } from "./store.ts";

const witnessed = z.object({
  side,
  publicKey: z.string(),
  since: chainPlace,
  /** The newest statement it took for true. */
  last: chainPlace,
  observedMs: z.number(),
  /** Whether it ever signed one: a key that was only kept may be in no protocol. */
  signed: z.boolean(),
});
type Witnessed = z.infer<typeof witnessed>;

/** Null: it took no part, or keeps nothing. */
export const witnessedIn = async (callId: string): Promise<Witnessed | null> =>
  witnessed.safeParse(await kept("witnessed", callId)).data ?? null;

/** The key by which this browser signed in this call; null: it signed nothing. */
export async function signedBy(callId: string): Promise<Pick<Witnessed, "side" | "publicKey"> | null> {
  const own = await witnessedIn(callId);
  return own?.signed === true ? own : null;
}
