/** What this browser saw and signed of a call that it took part in. */
import { chainPlace } from "@minuta/contracts/statement";
import { z } from "zod/mini";
import { kept } from "./store.ts";

/** `last`: the newest statement it took for true; its `n` is 0 as long as there was none. */
const witnessed = z.object({ publicKey: z.string(), since: chainPlace, last: chainPlace, observedMs: z.number() });
type Witnessed = z.infer<typeof witnessed>;

/** Null: it took no part, or keeps nothing. */
export const witnessedIn = async (callId: string): Promise<Witnessed | null> =>
  witnessed.safeParse(await kept("witnessed", callId)).data ?? null;
