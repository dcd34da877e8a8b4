/** After the call, for both sides: what it cost, minute by minute; a comment; the protocol; the guest's way back. */
import { Button, Group, Stack, Text } from "@mantine/core";
import { IconDownload, IconFileText } from "@tabler/icons-react";
import type { CallView } from "@minuta/contracts/calls";
import { journalApi, type Protocol } from "@minuta/contracts/journal";
import { fingerprintOf } from "@minuta/contracts/signing";
import { useQuery } from "@tanstack/react-query";
import { Navigate, useParams } from "@tanstack/react-router";
import { reading } from "../../api/queries.ts";
import { inFours } from "../../keys/in-fours.ts";
import { signedBy } from "../../keys/witnessed.ts";
import { useTranslation } from "../../text/index.ts";
import { Card } from "../../ui/card.tsx";
import { CopyField } from "../../ui/copy-field.tsx";
import { useFormat } from "../../ui/format.ts";
import { Loading } from "../../ui/loading.tsx";
import { Page } from "../../ui/page.tsx";
import { Problem } from "../../ui/problem.tsx";
import { Intervals } from "../journal/intervals.tsx";
import { Comments, protocolPdfAddress } from "../journal/protocol-page.tsx";
import { RecordingLink } from "../recordings/recording-link.tsx";
import { Sums } from "../journal/sums.tsx";
import classes from "./calls.module.css";
import { CommentForm } from "./comment-form.tsx";
import { GuestEmail } from "./guest-email.tsx";
import { KeepCalls } from "./keep-calls.tsx";
import { useMe } from "../people/me.ts";
import { OutcomeCard } from "./outcome-card.tsx";
import { privateLinkOf } from "./private-link.ts";
import { ButtonLink } from "../../ui/link.tsx";

const ENDING_REFETCH_MS = 2_000;
/** The client's word comes by the live channel; this is for who has none. */
const UNSETTLED_REFETCH_MS = 10_000;

export function AfterPage() {
  const { t } = useTranslation();
  const { callId } = useParams({ from: "/call/$callId/after" });
  const read = useQuery({
    ...reading(journalApi.protocol, { params: { callId } }),
    refetchInterval: (query) => refetchOf(query.state.data?.protocol.call),
  });
  if (read.isPending) return <Loading />;
  if (read.error) {
    return (
      <Page title={t("after.failedTitle")} width="narrow">
        <Problem error={read.error} />
      </Page>
    );
  }
  const { protocol } = read.data;
  if (protocol.call.state === "open") return <Navigate to="/call/$callId" params={{ callId }} replace />;
  return <After protocol={protocol} />;
}

function refetchOf(call: CallView | undefined): number | false {
  if (call?.state !== "ended") return false;
  return call.outcome === null ? ENDING_REFETCH_MS : UNSETTLED_REFETCH_MS;
}

/** Once he has taken the call into his cabinet he is a guest no more. */
function useIsGuest({ side, client }: CallView): boolean {
  const guest = useMe()?.guest;
  return side === "client" && client.guestId !== null && guest?.id === client.guestId;
}

function After({ protocol }: { readonly protocol: Protocol }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { call } = protocol;
  const other = call.side === "consultant" ? call.client.name : call.consultant.name;
  const isGuest = useIsGuest(call);
  return (
    <Page title={t("after.title")} lead={t("after.lead", { name: other, at: format.dateTime(call.openedAt) })} width="narrow">
      <Stack gap="lg">
        {call.endReason && <Text>{t(`endReason.${call.endReason}`)}</Text>}
        <OutcomeCard call={call} />
        <Card title={t("after.costTitle")}>
          {call.tariff === "carrier" && !call.youPay && <Text mb="md">{t(call.ownRateKopecks ? "after.freeWithRate" : "after.free")}</Text>}
          <Sums protocol={protocol} />
        </Card>
        <Card title={t("after.protocolTitle")}>
          <ProtocolLinks protocol={protocol} />
        </Card>
        <Card title={t("recording.cardTitle")}>
          <RecordingLink callId={call.id} />
        </Card>
        <Card title={t("comments.title")}>
          <Stack gap="lg">
            <Comments protocol={protocol} />
            <CommentForm call={call} />
          </Stack>
        </Card>
        {isGuest && <KeepCalls />}
        {isGuest && <GuestEmail call={call} />}
        {isGuest && <GuestLink protocol={protocol} />}
        <Card title={t("intervals.title")}>
          <Intervals intervals={protocol.intervals} />
        </Card>
      </Stack>
    </Page>
  );
}

function ProtocolLinks({ protocol }: { readonly protocol: Protocol }) {
  const { t } = useTranslation();
  return (
    <>
      <Text size="sm" c="dimmed" mb="md">
        {t("after.protocolText", { number: protocol.number })}
      </Text>
      <Group gap="sm">
        <ButtonLink
          to="/call/$callId/protocol"
          params={{ callId: protocol.call.id }}
          variant="default"
          leftSection={<IconFileText size={18} aria-hidden />}
        >
          {t("after.openProtocol")}
        </ButtonLink>
        <Button
          component="a"
          href={protocolPdfAddress(protocol.call.id)}
          download
          variant="default"
          leftSection={<IconDownload size={18} aria-hidden />}
        >
          {t("protocol.pdf")}
        </Button>
      </Group>
    </>
  );
}

/** The guest's way back, and the key his browser signed with, from the browser itself where it is here, to be compared with the protocol. */
function GuestLink({ protocol: { call, events } }: { readonly protocol: Protocol }) {
  const { t } = useTranslation();
  const link = privateLinkOf(call.id);
  const own = useQuery({ queryKey: ["signed-by", call.id], queryFn: () => signedBy(call.id) });
  const shown = events.findLast(({ kind, actor }) => kind === "key-shown" && actor === "client")?.facts["publicKey"];
  const key = own.data?.side === "client" ? own.data.publicKey : shown;
  if (own.isPending) return null;
  if (!link && key === undefined) return null;
  return (
    <Card title={t(link ? "privateLink.title" : "privateLink.keyTitle")}>
      {link && (
        <>
          <Text size="sm" c="dimmed" mb="sm">
            {t("privateLink.text")}
          </Text>
          <CopyField label={t("privateLink.label")} value={link} />
        </>
      )}
      {typeof key === "string" && (
        <Text size="sm" c="dimmed" mt="sm" className={classes.fingerprint}>
          {t("privateLink.key")} {inFours(fingerprintOf(key))}
        </Text>
      )}
    </Card>
  );
}
