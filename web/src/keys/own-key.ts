/** The key this browser signs with: one for each person with an account, enrolled with it; one for each call of a guest. */
import { newKeyPair, signerOf, type KeyPair, type Signer } from "@minuta/contracts/signing";
import { deviceText } from "@minuta/contracts/statement";
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
  const signer = await signerOf(pair);
  if (owner.personId !== null) await enrol(owner.personId, signer);
  return signer;
}

/** The public half of what this browser keeps for them; null: nothing. */
export async function keptPublicKey(owner: KeyOwner): Promise<string | null> {
  const pair = await keptPair(nameOf(owner));
  return pair === null ? null : (await signerOf(pair)).publicKey;
}

/** Before each try, ms: a busy server, a network that is just coming back. */
const ENROL_AFTER_MS = [0, 300, 1500];

/** A key that could not be enrolled signs all the same: then it is printed as one of this call only. */
async function enrol(personId: string, signer: Signer): Promise<void> {
  const body = JSON.stringify({ publicKey: signer.publicKey, signature: await signer.sign(deviceText(personId, signer.publicKey)) });
  for (const afterMs of ENROL_AFTER_MS) {
    await new Promise((passed) => setTimeout(passed, afterMs));
    const reply = await fetch("/api/people/devices", { method: "POST", headers: { "content-type": "application/json" }, body }).catch(
      () => null,
    );
    if (reply !== null && reply.status < 500) return;
  }
}
