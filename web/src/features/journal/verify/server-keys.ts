/** Which keys of the server this browser knows: what it saw this site publish (and since when), and what a person gave it from elsewhere. */
import { publishedKeys } from "@minuta/contracts/journal";
import { sha256 } from "@minuta/contracts/recording-chain";
import { fingerprintOf, prepareSigning } from "@minuta/contracts/signing";
import { useCallback, useEffect, useState } from "react";
import { whenWrong } from "@minuta/contracts/fallback";
import { z } from "zod/mini";
import "../../../keys/signing-script.ts";
import { keep, kept } from "../../../keys/store.ts";

const knownKey = z.object({ fingerprint: sha256, seenAt: z.date(), from: z.enum(["site", "person"]) });
export type KnownKey = z.infer<typeof knownKey>;

const HERE = "known";

const readKnown = async (): Promise<KnownKey[]> => whenWrong(z.array(knownKey), []).parse(await kept("server-keys", HERE));

async function published(): Promise<string[]> {
  const answer = await fetch("/.well-known/minuta-keys.json");
  return publishedKeys.parse(await answer.json()).keys.map(fingerprintOf);
}

export interface ServerKeys {
  /** Null for the first moment. */
  readonly known: readonly KnownKey[] | null;
  /** Published now, but not when this browser first looked: a rotation, or somebody else's server. */
  readonly added: readonly string[];
  /** A fingerprint a person has from elsewhere. */
  readonly give: (fingerprint: string) => void;
}

/** The site's keys are taken on first sight and remembered; later ones are told apart, and counted only once a person confirmed them. */
export function useServerKeys(): ServerKeys {
  const [known, setKnown] = useState<readonly KnownKey[] | null>(null);
  const [added, setAdded] = useState<readonly string[]>([]);
  useEffect(() => {
    void (async () => {
      const before = await readKnown();
      const now = await published().catch(() => []);
      // From here on the page works without network.
      await prepareSigning().catch(() => {});
      const first = before.some(({ from }) => from === "site") ? [] : now;
      const all = [...before, ...first.map((fingerprint): KnownKey => ({ fingerprint, seenAt: new Date(), from: "site" }))];
      if (first.length > 0) await keep("server-keys", HERE, all);
      setKnown(all);
      setAdded(now.filter((fingerprint) => !all.some((one) => one.fingerprint === fingerprint)));
    })();
  }, []);
  const give = useCallback(
    (fingerprint: string) => {
      const given: KnownKey = { fingerprint, seenAt: new Date(), from: "person" };
      const all = [...(known ?? []).filter((one) => one.fingerprint !== fingerprint), given];
      setKnown(all);
      setAdded((before) => before.filter((one) => one !== fingerprint));
      void keep("server-keys", HERE, all);
    },
    [known],
  );
  return { known, added, give };
}
