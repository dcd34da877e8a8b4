/** The protocol of a call as a page: the same as the PDF, fit for printing. */
import { Button, Group, Stack, Text } from "@mantine/core";
import { IconDownload, IconFileCertificate, IconPrinter } from "@tabler/icons-react";
import type { ClientCard, ConsultantCard } from "@minuta/contracts/calls";
import { journalApi, type Protocol } from "@minuta/contracts/journal";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { addressOf } from "../../api/client.ts";
import { reading } from "../../api/queries.ts";
import { currentLocale, useTranslation } from "../../text/index.ts";
import { Card } from "../../ui/card.tsx";
import { useFormat } from "../../ui/format.ts";
import { TextLink } from "../../ui/link.tsx";
import { Loading } from "../../ui/loading.tsx";
import { Page } from "../../ui/page.tsx";
import { Problem } from "../../ui/problem.tsx";
import { termName } from "../catalogue/terms.ts";
import { Events } from "./events.tsx";
import { Intervals } from "./intervals.tsx";
import classes from "./journal.module.css";
import { Sums } from "./sums.tsx";

/** Where the protocol's PDF is, in the language on screen. */
export const protocolPdfAddress = (callId: string): string =>
  addressOf(journalApi.protocolPdf, { params: { callId }, query: { locale: currentLocale() } });

export function ProtocolPage() {
  const { t } = useTranslation();
  const { callId } = useParams({ from: "/call/$callId/protocol" });
  // Whoever opens it relies on all of it, also on what was written a moment ago.
  const read = useQuery({ ...reading(journalApi.protocol, { params: { callId } }), refetchOnMount: "always" });
  if (read.isPending) return <Loading />;
  if (read.error) {
    return (
      <Page title={t("protocol.failedTitle")} width="narrow">
        <Problem error={read.error} />
      </Page>
    );
  }
  return <ProtocolDocument protocol={read.data.protocol} />;
}

function ProtocolDocument({ protocol }: { readonly protocol: Protocol }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { call } = protocol;
  return (
    <Page
      title={t("protocol.title", { number: protocol.number })}
      lead={t("protocol.lead", { from: format.dateTime(call.openedAt), printed: format.dateTime(protocol.printedAt) })}
      action={<Actions callId={call.id} />}
    >
      <Stack gap="lg">
        <Card title={t("protocol.parties")}>
          <div className={classes.parties}>
            <Consultant card={call.consultant} />
            <Client card={call.client} />
          </div>
          {call.flags.map((flag) => (
            <Text key={flag} size="sm" mt="md">
              {t(`flag.${flag}`)}
            </Text>
          ))}
        </Card>
        <Card title={t("protocol.task")}>
          <Text className={classes.said}>{call.task || t("history.noTask")}</Text>
          {call.configuration && (
            <Text size="sm" c="dimmed">
              {termName("configuration", call.configuration)}
              {call.release && ` · ${t("incoming.release", { release: call.release })}`}
            </Text>
          )}
        </Card>
        <Card title={t("protocol.sums")}>
          <Sums protocol={protocol} />
        </Card>
        <Card title={t("intervals.title")}>
          <Intervals intervals={protocol.intervals} />
        </Card>
        <Card title={t("comments.title")}>
          <Comments protocol={protocol} />
        </Card>
        <Card title={t("protocol.events")}>
          <Events events={protocol.events} />
          <Text size="sm" c="dimmed" mt="md">
            {t("protocol.head")}
          </Text>
          <Text className={classes.hash}>{protocol.journalHead}</Text>
          <TextLink to="/verify" size="sm" className={classes.screenOnly}>
            {t("protocol.verify")}
          </TextLink>
        </Card>
      </Stack>
    </Page>
  );
}

function Actions({ callId }: { readonly callId: string }) {
  const { t } = useTranslation();
  return (
    <Group gap="sm" className={classes.screenOnly}>
      <Button variant="default" leftSection={<IconPrinter size={18} aria-hidden />} onClick={() => print()}>
        {t("protocol.print")}
      </Button>
      <Button
        component="a"
        variant="default"
        href={addressOf(journalApi.protocolFile, { params: { callId } })}
        download
        leftSection={<IconFileCertificate size={18} aria-hidden />}
      >
        {t("protocol.file")}
      </Button>
      <Button component="a" href={protocolPdfAddress(callId)} download leftSection={<IconDownload size={18} aria-hidden />}>
        {t("protocol.pdf")}
      </Button>
    </Group>
  );
}

function Consultant({ card }: { readonly card: ConsultantCard }) {
  const { t } = useTranslation();
  return (
    <div>
      <Text size="sm" c="dimmed">
        {t("side.consultant")}
      </Text>
      <Text fw={600}>{card.name}</Text>
      {card.firm && <Text size="sm">{card.firm}</Text>}
      {card.inn && <Text size="sm">{t("card.inn", { inn: card.inn })}</Text>}
      <Text size="sm" c="dimmed">
        {t(card.verified ? "card.verified" : "card.notVerified")}
      </Text>
    </div>
  );
}

function Client({ card }: { readonly card: ClientCard }) {
  const { t } = useTranslation();
  return (
    <div>
      <Text size="sm" c="dimmed">
        {t("side.client")}
      </Text>
      <Text fw={600}>{card.name}</Text>
      {card.organisation && <Text size="sm">{card.organisation}</Text>}
      {card.inn && <Text size="sm">{t("card.inn", { inn: card.inn })}</Text>}
      {card.email && <Text size="sm">{card.email}</Text>}
      <Text size="sm" c="dimmed">
        {t(card.emailConfirmed ? "card.identified" : "card.notIdentified")}
      </Text>
    </div>
  );
}

export function Comments({ protocol }: { readonly protocol: Protocol }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (protocol.call.comments.length === 0)
    return (
      <Text c="dimmed" size="sm">
        {t("comments.none")}
      </Text>
    );
  return (
    <Stack gap="md">
      {protocol.call.comments.map((comment) => (
        <div key={comment.at.getTime()}>
          <Text size="sm" c="dimmed">
            {t(`side.${comment.side}`)}, {format.dateTime(comment.at)}
          </Text>
          <Text className={classes.said}>{comment.text}</Text>
        </div>
      ))}
    </Stack>
  );
}
