/** `/call/:callId/recordings`: what both ends recorded, side by side, with its hashes, and who opened it. */
import { Button, Group, Stack, Table, Text } from "@mantine/core";
import { IconDownload, IconVideoOff } from "@tabler/icons-react";
import type { Side } from "@minuta/contracts/ids";
import { recordingsApi, type KeptRecordings, type RecordedSegment, type RecordingFile } from "@minuta/contracts/recordings";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { addressOf } from "../../api/client.ts";
import { reading } from "../../api/queries.ts";
import { useTranslation } from "../../text/index.ts";
import { Card } from "../../ui/card.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { useFormat } from "../../ui/format.ts";
import { TextLink } from "../../ui/link.tsx";
import { Loading } from "../../ui/loading.tsx";
import { Page } from "../../ui/page.tsx";
import { Problem } from "../../ui/problem.tsx";
import { PendingUploads } from "./pending-uploads.tsx";
import classes from "./recordings.module.css";

const sides = ["client", "consultant"] as const satisfies readonly Side[];

export function RecordingsPage() {
  const { t } = useTranslation();
  const { callId } = useParams({ from: "/call/$callId/recordings" });
  const read = useQuery(reading(recordingsApi.kept, { params: { callId } }));
  if (read.isPending) return <Loading />;
  return (
    <Page title={t("recording.title")} lead={t("recording.lead")}>
      <Stack gap="lg">
        <PendingUploads />
        <Problem error={read.error} onRetry={() => void read.refetch()} />
        {read.data && <Kept callId={callId} kept={read.data.kept} />}
      </Stack>
    </Page>
  );
}

interface KeptProps {
  readonly callId: string;
  readonly kept: KeptRecordings;
}

function Kept({ callId, kept }: KeptProps) {
  const { t } = useTranslation();
  const format = useFormat();
  if (sides.every((side) => kept[side].segments.length === 0))
    return <EmptyState icon={<IconVideoOff aria-hidden />} title={t("recording.emptyTitle")} next={t("recording.emptyNext")} />;
  return (
    <>
      {sides.map((side) => (
        <Card key={side} title={t(`recording.of.${side}`)}>
          <OfSide callId={callId} side={side} recorded={kept[side]} />
        </Card>
      ))}
      <Card title={t("recording.accesses")}>
        <Accesses kept={kept} />
        {kept.held && (
          <Text size="sm" c="dimmed" mt="md">
            {t("recording.held")}
          </Text>
        )}
        {kept.deletedAt !== null && (
          <Text size="sm" c="dimmed" mt="md">
            {t("recording.deletedAt", { at: format.dateTime(kept.deletedAt) })}
          </Text>
        )}
      </Card>
    </>
  );
}

interface OfSideProps {
  readonly callId: string;
  readonly side: Side;
  readonly recorded: KeptRecordings[Side];
}

function OfSide({ callId, side, recorded }: OfSideProps) {
  const { t } = useTranslation();
  if (recorded.segments.length === 0) return <Text c="dimmed">{t("recording.none")}</Text>;
  return (
    <Stack gap="md">
      {recorded.files.map((file) => (
        <Film key={`${file.index} ${file.segments}`} callId={callId} side={side} file={file} />
      ))}
      {recorded.segments.some(({ state }) => state === "kept") && <Originals callId={callId} side={side} />}
      <details>
        <summary>{t("recording.segments")}</summary>
        <Segments segments={recorded.segments} />
        <Text size="sm" c="dimmed" mt="sm">
          {t("recording.head")}
        </Text>
        <Text className={classes.hash}>{recorded.head.hash}</Text>
      </details>
    </Stack>
  );
}

function Film({ callId, side, file }: { readonly callId: string; readonly side: Side; readonly file: RecordingFile }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [failed, setFailed] = useState(false);
  const address = (as: "play" | "download") =>
    addressOf(recordingsApi.file, { params: { callId, side, index: file.index }, query: { as } });
  const words = t("recording.part", { n: file.index + 1, from: format.time(file.from), to: format.time(file.to) });
  return (
    <div>
      {/* What was said in a call has no captions. */}
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption */}
      <video
        className={classes.film}
        src={address("play")}
        controls
        // Opening the page opens no recording: each opening is written down.
        preload="none"
        aria-label={words}
        onError={() => setFailed(true)}
        {...(file.picture === null ? { height: 60 } : { width: file.picture.width, height: file.picture.height })}
      />
      <Group justify="space-between" mt={6} gap="xs">
        <Text size="sm" c="dimmed">
          {words}
          {file.picture === null && `, ${t("recording.voicesOnly")}`}
        </Text>
        <DownloadButton href={address("download")}>{t("recording.download")}</DownloadButton>
      </Group>
      {failed && (
        <Text size="sm" c="red" role="alert">
          {t("recording.cannotPlay")}
        </Text>
      )}
    </div>
  );
}

/** What the hashes are of: the films above are made of it. */
function Originals({ callId, side }: { readonly callId: string; readonly side: Side }) {
  const { t } = useTranslation();
  return (
    <Group justify="space-between" gap="xs">
      <Text size="sm" c="dimmed" flex="1 1 260px">
        {t("recording.originalsText")}{" "}
        <TextLink to="/verify" size="sm" underline="always">
          {t("protocol.verify")}
        </TextLink>
      </Text>
      <DownloadButton href={addressOf(recordingsApi.originals, { params: { callId, side } })}>{t("recording.originals")}</DownloadButton>
    </Group>
  );
}

function DownloadButton({ href, children }: { readonly href: string; readonly children: string }) {
  return (
    <Button component="a" href={href} download variant="subtle" size="compact-sm" leftSection={<IconDownload size={16} aria-hidden />}>
      {children}
    </Button>
  );
}

function Segments({ segments }: { readonly segments: readonly RecordedSegment[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    // Scrolled by keyboard too when it is wider than a phone.
    <Table.ScrollContainer minWidth={520} type="native" tabIndex={0} role="group" aria-label={t("recording.segments")}>
      <Table verticalSpacing={6} horizontalSpacing={8} className={classes.table}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("recording.n")}</Table.Th>
            <Table.Th>{t("recording.time")}</Table.Th>
            <Table.Th>{t("recording.size")}</Table.Th>
            <Table.Th>{t("recording.state")}</Table.Th>
            <Table.Th>SHA-256</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {segments.map((segment) => (
            <Table.Tr key={segment.segmentId} data-state={segment.state}>
              <Table.Td>{segment.n}</Table.Td>
              <Table.Td>
                {format.time(segment.from)} – {format.time(segment.to)}
              </Table.Td>
              <Table.Td>{format.megabytes(segment.bytes)}</Table.Td>
              <Table.Td>
                {t(`recording.segmentState.${segment.state}`)}
                {segment.cut && `, ${t("recording.cut")}`}
              </Table.Td>
              <Table.Td className={classes.hash}>{segment.sha256}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Accesses({ kept: { accesses } }: { readonly kept: KeptRecordings }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (accesses.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t("recording.noAccesses")}
      </Text>
    );
  return (
    <Stack gap={4}>
      {accesses.map(({ at, by, what, side }) => (
        <Text key={`${at.getTime()} ${by} ${side} ${what}`} size="sm">
          {format.dateTime(at)}:{" "}
          {t("recording.access", { by: t(`recording.by.${by}`), what: t(`recording.what.${what}`), of: t(`recording.accessOf.${side}`) })}
        </Text>
      ))}
    </Stack>
  );
}
