/** By whose keys the sides signed, as the file says, beside what a person knows of them from elsewhere. */
import { Stack, Text } from "@mantine/core";
import type { Side } from "@minuta/contracts/ids";
import { commentSigners } from "@minuta/contracts/check-protocol";
import type { EndKey, ProtocolFile } from "@minuta/contracts/protocol-file";
import { fingerprintOf } from "@minuta/contracts/signing";
import { inFours } from "../../../keys/in-fours.ts";
import { useTranslation } from "../../../text/index.ts";
import { Card } from "../../../ui/card.tsx";
import { useFormat } from "../../../ui/format.ts";
import classes from "../journal.module.css";
import { GiveKey } from "./give-key.tsx";

/** Fingerprints that are known to be a side's. */
export type KnownEnds = Readonly<Record<Side, readonly string[]>>;

export interface SideKeysProps {
  readonly file: ProtocolFile;
  readonly known: KnownEnds;
  readonly give: (side: Side, fingerprint: string) => void;
}

interface SideKey extends Pick<EndKey, "publicKey" | "shownAt"> {
  readonly kind: EndKey["kind"] | "comment";
}

/** Each once: shown in the call, or seen under a comment only. */
function keysOf({ keys, protocol }: ProtocolFile, side: Side): SideKey[] {
  const underComments = commentSigners(protocol.events).map((by) => ({ ...by, shownAt: by.at, kind: "comment" as const }));
  const all = [...keys, ...underComments].filter((key) => key.side === side);
  return all.filter(({ publicKey }, at) => all.findIndex((one) => one.publicKey === publicKey) === at);
}

export function SideKeys({ file, known, give }: SideKeysProps) {
  const { t } = useTranslation();
  return (
    <Card title={t("verify.sides.title")}>
      <Stack gap="lg">
        <Text size="sm">{t("verify.sides.lead")}</Text>
        {(["client", "consultant"] as const).map((side) => (
          <Stack key={side} gap="sm" data-keys-of={side}>
            <Text fw={600}>{t(`side.${side}`)}</Text>
            {keysOf(file, side).map((key) => (
              <KeyLine key={key.publicKey} shown={key} known={known[side]} />
            ))}
            {keysOf(file, side).length === 0 && <Text c="dimmed">{t("verify.sides.none")}</Text>}
            <GiveKey label={t(`verify.sides.label.${side}`)} give={(fingerprint) => give(side, fingerprint)} />
          </Stack>
        ))}
      </Stack>
    </Card>
  );
}

function KeyLine({ shown: { publicKey, kind, shownAt }, known }: { readonly shown: SideKey; readonly known: readonly string[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const fingerprint = fingerprintOf(publicKey);
  const said = known.length === 0 ? null : known.includes(fingerprint) ? "same" : "other";
  return (
    <div>
      <Text className={classes.hash}>{inFours(fingerprint)}</Text>
      <Text size="sm" c="dimmed">
        {t(`verify.sides.kind.${kind}`, { at: format.dateTime(shownAt) })}
      </Text>
      {said !== null && (
        <Text size="sm" fw={600} c={said === "same" ? "green" : "red"} data-key-said={said}>
          {t(`verify.sides.${said}`)}
        </Text>
      )}
    </div>
  );
}
