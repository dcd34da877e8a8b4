/** The key this browser signs with: one for each person with an account, enrolled as it is shown in a call; one for each call of a guest. */
import { newKeyPair, signerOf, type KeyPair, type Signer } from "@minuta/contracts/signing";
import "./signing-script.ts";
import { keepFirst, kept } from "./store.ts";

export interface KeyOwner {
  /** Null: a guest. */
  readonly personId: string | null;
  readonly callId: string;
}

const nameOf = ({ personId, callId }: KeyOwner): string => (personId === null ? `call:${callId}` : `person:${personId}`);

async function keptPair(name: string): Promise<KeyPair | null> {
  return (await kept("keys", name)) as KeyPair | null;
}

/** Made at the first call. */
export async function ownSigner(owner: KeyOwner): Promise<Signer> {
  const name = nameOf(owner);
  const pair = (await keptPair(name)) ?? (await keepFirst("keys", name, await newKeyPair()));
  return signerOf(pair);
}

/** The public half of what this browser keeps for them; null: nothing. */
export async function keptPublicKey(owner: KeyOwner): Promise<string | null> {
  const pair = await keptPair(nameOf(owner));
  return pair === null ? null : (await signerOf(pair)).publicKey;
}
