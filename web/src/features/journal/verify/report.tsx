/** What was checked of a protocol file, check by check; and whose word stands for which minutes. */
import { Alert, Group, Stack, Table, Text } from "@mantine/core";
import { IconCircleCheck, IconCircleX, IconInfoCircle } from "@tabler/icons-react";
import { signedSegments, type Check, type CommentKey, type ProtocolCheck, type SignedMinute } from "@minuta/contracts/check-protocol";
import type { Comment } from "@minuta/contracts/calls";
import type { Side } from "@minuta/contracts/ids";
import { kopecks } from "@minuta/contracts/money";
import type { ProtocolFile } from "@minuta/contracts/protocol-file";
import { recordedSeconds } from "@minuta/contracts/recordings";
import { fingerprintOf } from "@minuta/contracts/signing";
import { z } from "zod/mini";
import { inFours } from "../../../keys/in-fours.ts";
import { useTranslation } from "../../../text/index.ts";
import { Card } from "../../../ui/card.tsx";
import { useFormat } from "../../../ui/format.ts";
import { termName } from "../../catalogue/terms.ts";
import classes from "../journal.module.css";

const colors = { holds: "minuta", "part-unsigned": "orange", "unknown-server": "orange", fails: "red" } as const;

export function Report({ name, result }: { readonly name: string; readonly result: ProtocolCheck }) {
  const { t } = useTranslation();
  const { verdict, checks, minutes, commentKeys, file } = result;
  const Icon = verdict === "holds" ? IconCircleCheck : verdict === "fails" ? IconCircleX : IconInfoCircle;
  return (
    <Card title={t("verify.result", { name })}>
      <Stack gap="md">
        <Alert
          color={colors[verdict]}
          icon={<Icon aria-hidden />}
          role="status"
          data-verdict={verdict}
          title={t(`verify.verdict.${verdict}.title`)}
        >
          {t(`verify.verdict.${verdict}.text`)}
        </Alert>
        {file && <Says file={file} />}
        <Stack gap={6}>
          {checks.map((check) => (
            <CheckLine key={check.name} check={check} />
          ))}
        </Stack>
        {minutes.length > 0 && <Minutes minutes={minutes} />}
        {file && commentKeys.length > 0 && <Comments comments={file.protocol.call.comments} keys={commentKeys} />}
      </Stack>
    </Card>
  );
}

function Says({ file }: { readonly file: ProtocolFile }) {
  const { protocol, recordings, seal } = file;
  const { t } = useTranslation();
  const format = useFormat();
  const { call } = protocol;
  const signed = signedSegments(file);
  const recorded = (side: Side): string => {
    const share = t("verify.says.share", {
      recorded: format.clock(recordedSeconds(recordings[side], protocol.intervals)),
      counted: format.clock(protocol.provenSeconds),
    });
    const total = recordings[side].length;
    return total === 0 ? share : `${share}, ${t("verify.says.signedFiles", { signed: signed[side], total })}`;
  };
  const named = (...parts: readonly (string | null)[]): string => parts.filter((part) => part !== null && part !== "").join(", ");
  const inn = (of: string | null): string | null => (of === null ? null : t("card.inn", { inn: of }));
  const { consultant, client } = call;
  const byRate =
    call.ownRateKopecks === null || protocol.ownSum === null ? null : { rate: kopecks(call.ownRateKopecks), sum: protocol.ownSum };
  const facts = [
    [t("verify.says.number"), protocol.number],
    [t("side.consultant"), named(consultant.name, consultant.firm, inn(consultant.inn))],
    [t("side.client"), named(client.name, client.organisation, inn(client.inn), client.emailConfirmed ? client.email : null)],
    [t("protocol.task"), named(call.task, termName("configuration", call.configuration ?? ""), call.release)],
    [t("verify.says.opened"), format.dateTime(call.openedAt)],
    ...(call.endedAt === null ? [] : [[t("verify.says.ended"), format.dateTime(call.endedAt)] as const]),
    [t("verify.says.proven"), format.duration(protocol.provenSeconds)],
    [
      t("verify.says.charged"),
      `${format.money(protocol.charged)} (${t("sums.perMinute", { price: format.money(protocol.pricePerMinute) })})`,
    ],
    ...(byRate === null
      ? []
      : [[t("verify.says.own"), `${format.money(byRate.sum)} (${t("sums.perMinute", { price: format.money(byRate.rate) })})`] as const]),
    [t("verify.says.recordedByClient"), recorded("client")],
    [t("verify.says.recordedByConsultant"), recorded("consultant")],
    [t("verify.says.server"), inFours(fingerprintOf(seal.publicKey))],
  ] as const;
  return (
    <dl className={classes.facts}>
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const counted = z.enum(["statement", "event", "interval", "comment"]);

/** What can be counted in the file is named by its number; null: the check's own words say enough. */
function placeOf(at: string): { readonly what: z.infer<typeof counted>; readonly n: string } | null {
  const [what, n] = at.split(" ");
  const known = counted.safeParse(what).data;
  return known === undefined || n === undefined ? null : { what: known, n };
}

function CheckLine({ check: { name, holds, at } }: { readonly check: Check }) {
  const { t } = useTranslation();
  const Icon = holds ? IconCircleCheck : IconCircleX;
  const place = placeOf(at);
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start" data-check={name} data-holds={holds}>
      <Icon size={18} aria-hidden color={`var(--mantine-color-${holds ? "green" : "red"}-text)`} className={classes.mark} />
      <Text size="sm">
        {t(`verify.check.${name}.${holds ? "holds" : "fails"}`)}
        {place !== null && ` (${t(`verify.at.${place.what}`, { n: place.n })})`}
      </Text>
    </Group>
  );
}

/** What was said, and whether by a key that its side had shown. */
function Comments({ comments, keys }: { readonly comments: readonly Comment[]; readonly keys: readonly CommentKey[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Stack gap="sm">
      {comments.map(({ side, text, at }, index) => {
        const key = keys[index] ?? "none";
        return (
          <div key={at.getTime()} data-comment-key={key}>
            <Text size="sm" c="dimmed">
              {t(`side.${side}`)}, {format.dateTime(at)}. {t(`verify.comment.${key}`)}
            </Text>
            <Text size="sm" className={classes.said}>
              {text}
            </Text>
          </div>
        );
      })}
    </Stack>
  );
}

/** A sign, not a word: four columns have no room for words on a phone. */
function Signed({ signed }: { readonly signed: boolean }) {
  const { t } = useTranslation();
  const Icon = signed ? IconCircleCheck : IconCircleX;
  const label = t(signed ? "verify.minutes.yes" : "verify.minutes.no");
  return <Icon size={18} role="img" aria-label={label} color={`var(--mantine-color-${signed ? "green" : "red"}-text)`} />;
}

/** Minutes signed alike are one row. */
function Minutes({ minutes }: { readonly minutes: readonly SignedMinute[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const folded = minutes.reduce<SignedMinute[]>((rows, minute) => {
    const last = rows.at(-1);
    if (minute.toSecond === minute.fromSecond) return rows;
    if (last === undefined || last.client !== minute.client || last.consultant !== minute.consultant) return [...rows, minute];
    return [...rows.slice(0, -1), { ...minute, fromSecond: last.fromSecond }];
  }, []);
  return (
    <Table.ScrollContainer minWidth={280} type="native">
      <Table verticalSpacing="xs" horizontalSpacing={6} className={classes.table}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("verify.minutes.time")}</Table.Th>
            <Table.Th>{t("verify.minutes.server")}</Table.Th>
            <Table.Th>{t("side.client")}</Table.Th>
            <Table.Th>{t("side.consultant")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {folded.map((row) => (
            <Table.Tr key={row.n}>
              <Table.Td>
                {format.clock(row.fromSecond)}–{format.clock(row.toSecond)}
              </Table.Td>
              <Table.Td>
                <Signed signed />
              </Table.Td>
              <Table.Td>
                <Signed signed={row.client} />
              </Table.Td>
              <Table.Td>
                <Signed signed={row.consultant} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
