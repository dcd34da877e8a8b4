/** `/verify`: a protocol file is checked here, in the browser; nothing is sent anywhere. */
import { Alert, Button, FileButton, List, Stack, Text } from "@mantine/core";
import { IconFileCheck } from "@tabler/icons-react";
import { checkProtocol, type ProtocolCheck } from "@minuta/contracts/check-protocol";
import type { Side } from "@minuta/contracts/ids";
import type { ProtocolFile } from "@minuta/contracts/protocol-file";
import { chainPlace, type ChainPlace } from "@minuta/contracts/statement";
import { useRef, useState } from "react";
import { useTranslation } from "../../../text/index.ts";
import { inFours } from "../../../keys/in-fours.ts";
import { signedBy, witnessedIn } from "../../../keys/witnessed.ts";
import { Card } from "../../../ui/card.tsx";
import { useFormat } from "../../../ui/format.ts";
import { Page } from "../../../ui/page.tsx";
import classes from "../journal.module.css";
import { DropZone } from "./drop-zone.tsx";
import { GiveKey } from "./give-key.tsx";
import { Recordings } from "./recordings.tsx";
import { Report } from "./report.tsx";
import { useServerKeys, type ServerKeys } from "./server-keys.ts";
import { SideKeys, type KnownEnds } from "./side-keys.tsx";

/** More than the longest call's journal; what is larger is no protocol. */
const FILE_MAX_BYTES = 50_000_000;

export function VerifyPage() {
  const { t } = useTranslation();
  const keys = useServerKeys();
  const [checked, setChecked] = useState<Checked | null>(null);
  const asked = useRef<Asked>({ name: "", bytes: new Uint8Array(), ends: nobody });
  /** A check takes its time; what was asked meanwhile is shown, and nothing that was asked before. */
  const ask = async (what: Asked): Promise<void> => {
    asked.current = what;
    const result = await checkHere(what, keys);
    if (asked.current === what) setChecked({ ...what, result });
  };
  const check = async (file: File | null | undefined): Promise<void> => {
    if (!file) return;
    const bytes = file.size > FILE_MAX_BYTES ? new Uint8Array() : new Uint8Array(await file.arrayBuffer());
    await ask({ name: file.name, bytes, ends: nobody });
  };
  const give = (side: Side, fingerprint: string): void => {
    const { bytes, ends } = asked.current;
    // Given for the file that is shown; another one may be on its way already.
    if (bytes === checked?.bytes) void ask({ ...asked.current, ends: { ...ends, [side]: [...ends[side], fingerprint] } });
  };
  const file = checked?.result.verdict === "fails" ? null : checked?.result.file;
  return (
    <Page title={t("verify.title")} lead={t("verify.lead")}>
      <Stack gap="lg">
        <DropZone drop={([file]) => void check(file)}>
          <IconFileCheck size={32} aria-hidden />
          <Text>{t("verify.drop")}</Text>
          <FileButton
            accept="application/json,.json"
            onChange={(file) => void check(file)}
            inputProps={{ "aria-label": t("verify.choose") }}
          >
            {(props) => (
              <Button {...props} disabled={keys.known === null}>
                {t("verify.choose")}
              </Button>
            )}
          </FileButton>
        </DropZone>
        {checked && <Report name={checked.name} result={checked.result} />}
        {file && hasRecordings(file) && <Recordings key={file.seal.signature} listed={file.recordings} />}
        {checked?.result.file && <SideKeys file={checked.result.file} known={checked.ends} give={give} />}
        <Keys keys={keys} />
        <Limits />
      </Stack>
    </Page>
  );
}

const hasRecordings = ({ recordings }: ProtocolFile): boolean => recordings.client.length + recordings.consultant.length > 0;

interface Asked {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** What a person knows of the sides of this call. */
  readonly ends: KnownEnds;
}
interface Checked extends Asked {
  readonly result: ProtocolCheck;
}

const nobody: KnownEnds = { client: [], consultant: [] };

async function checkHere({ bytes, ends: given }: Asked, { known }: ServerKeys): Promise<ProtocolCheck> {
  const ends = Object.fromEntries(Object.entries(given).filter(([, keys]) => keys.length > 0));
  const server = (known ?? []).map(({ fingerprint }) => fingerprint);
  const result = await checkProtocol(bytes, { server, ends });
  if (result.file === null) return result;
  const { id } = result.file.protocol.call;
  const [seen, own] = [await witnessedIn(id), await signedBy(id)];
  const places = [seen?.last ?? null, printedPlace(id)].filter((place) => place !== null);
  return checkProtocol(bytes, { server, ends, kept: places, own: own === null ? [] : [own.publicKey] });
}

/** What the QR code of a printed protocol says: `#<call>.<n>.<hash>`. Null: nothing, or of another call. */
function printedPlace(callId: string): ChainPlace | null {
  const [call, n, hash] = location.hash.slice(1).split(".");
  const place = chainPlace.safeParse({ n: Number(n), hash, provenSeconds: 0 }).data;
  return call === callId && place !== undefined ? place : null;
}

function Keys({ keys: { known, added, give } }: { readonly keys: ServerKeys }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Card title={t("verify.keys.title")}>
      <Stack gap="md">
        <Text size="sm">{t("verify.keys.lead")}</Text>
        {known?.map(({ fingerprint, seenAt, from }) => (
          <div key={fingerprint}>
            <Text className={classes.hash}>{inFours(fingerprint)}</Text>
            <Text size="sm" c="dimmed">
              {t(`verify.keys.from.${from}`, { at: format.dateTime(seenAt) })}
            </Text>
          </div>
        ))}
        {known?.length === 0 && <Text c="dimmed">{t("verify.keys.none")}</Text>}
        {added.map((fingerprint) => (
          <Alert key={fingerprint} color="orange" title={t("verify.keys.added")}>
            <Text className={classes.hash}>{inFours(fingerprint)}</Text>
            <Button size="compact-sm" variant="default" mt="xs" onClick={() => give(fingerprint)}>
              {t("verify.keys.trust")}
            </Button>
          </Alert>
        ))}
        <GiveKey label={t("verify.keys.label")} give={give} />
      </Stack>
    </Card>
  );
}

/** What these signatures are worth, and what they are not. */
function Limits() {
  const { t } = useTranslation();
  return (
    <Card title={t("verify.limits.title")}>
      <Stack gap="sm">
        {(["cannot", "can", "against"] as const).map((part) => (
          <div key={part}>
            <Text fw={600}>{t(`verify.limits.${part}.title`)}</Text>
            <List size="sm" spacing={4}>
              {(["1", "2", "3"] as const).map((item) => (
                <List.Item key={item}>{t(`verify.limits.${part}.${item}`)}</List.Item>
              ))}
            </List>
          </div>
        ))}
      </Stack>
    </Card>
  );
}
