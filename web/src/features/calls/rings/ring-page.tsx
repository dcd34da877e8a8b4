/** `/ring/:callId`: the client waits for an answer; how it went stays here, with the way on. */
import { Avatar, Button, Group, RingProgress, Stack, Text, Title } from "@mantine/core";
import { IconPhoneOff } from "@tabler/icons-react";
import { ringsApi, type Ring } from "@minuta/contracts/rings";
import { useQuery } from "@tanstack/react-query";
import { Navigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { queryClient, reading, useCommand } from "../../../api/queries.ts";
import { useTranslation } from "../../../text/index.ts";
import { Card } from "../../../ui/card.tsx";
import { ButtonLink, TextLink } from "../../../ui/link.tsx";
import { Loading } from "../../../ui/loading.tsx";
import { Page, useWindowTitle } from "../../../ui/page.tsx";
import { Problem } from "../../../ui/problem.tsx";
import { useNow } from "../../../ui/use-now.ts";
import classes from "../calls.module.css";
import { keepDraft } from "./draft.ts";
import { RingFacts } from "./ring-facts.tsx";

const REFETCH_MS = 2_000;

export function RingPage() {
  const { t } = useTranslation();
  const { callId } = useParams({ from: "/person/ring/$callId" });
  const read = useQuery({
    ...reading(ringsApi.ringView, { params: { callId } }),
    refetchInterval: (query) => (query.state.data?.ring.state === "ringing" ? REFETCH_MS : false),
  });
  if (read.isPending) return <Loading />;
  if (!read.data) {
    return (
      <Page title={t("ring.failedTitle")} width="narrow">
        <Problem error={read.error} onRetry={() => void read.refetch()} />
      </Page>
    );
  }
  const { ring } = read.data;
  switch (ring.state) {
    case "ringing":
      return <Ringing ring={ring} />;
    case "declined":
    case "missed":
    case "cancelled":
      return <Over ring={ring} state={ring.state} />;
    case "open":
      return <Navigate to="/call/$callId" params={{ callId }} replace />;
    case "ended":
    case "settled":
      return <Navigate to="/call/$callId/after" params={{ callId }} replace />;
  }
}

function Ringing({ ring }: { readonly ring: Ring }) {
  const { t } = useTranslation();
  const cancel = useCommand(ringsApi.cancel, [ringsApi.rings]);
  const { callId, consultant } = ring;
  const now = useNow();
  const [whole, left] = [secondsBetween(ring.rungAt, ring.expiresAt), secondsBetween(now, ring.expiresAt)];
  useWindowTitle(`${t("ring.windowTitle")} · ${left}`);
  return (
    <div className={classes.ringPage}>
      <div className={classes.ringing}>
        <RingProgress
          size={172}
          thickness={6}
          roundCaps
          sections={[{ value: whole > 0 ? (left / whole) * 100 : 0, color: "minuta" }]}
          label={<Avatar size={116} color="minuta" name={consultant.name} className={classes.ringFace} aria-hidden />}
          aria-hidden
        />
        <div>
          <Title order={1} size="h2">
            {t("ring.title", { name: consultant.name })}
          </Title>
          {consultant.firm && <Text c="dimmed">{consultant.firm}</Text>}
        </div>
        <Text size="lg" fw={600} className={classes.nowrap} role="timer" data-testid="ring-left">
          {t("ring.left", { count: left })}
        </Text>
        <Text c="dimmed" maw={440}>
          {t("ring.waiting")} {t("ring.keepOpen")}
        </Text>
        <Problem error={cancel.error} />
        <Button
          size="lg"
          variant="default"
          loading={cancel.isPending}
          leftSection={<IconPhoneOff size={20} aria-hidden />}
          onClick={() => cancel.run({ params: { callId } }, (reply) => remember(reply.ring))}
        >
          {t("ring.cancel")}
        </Button>
      </div>
      <Card title={t("ring.task")}>
        <RingFacts ring={ring} />
      </Card>
    </div>
  );
}

/** What an answer just told of a ring, shown before it is read again. */
const remember = (ring: Ring): void =>
  void queryClient.setQueryData(reading(ringsApi.ringView, { params: { callId: ring.callId } }).queryKey, { ring });

const secondsBetween = (from: Date, to: Date): number => Math.max(0, Math.ceil((to.getTime() - from.getTime()) / 1_000));

function Over({ ring, state }: { readonly ring: Ring; readonly state: "declined" | "missed" | "cancelled" }) {
  const { t } = useTranslation();
  const { to } = useSearch({ from: "/person/ring/$callId" });
  useEffect(() => keepDraft(ring), [ring]);
  const why = ring.cancelledBecause ?? state;
  return (
    <Page title={t(`ring.over.${why}.title`, { name: ring.consultant.name })} lead={t(`ring.over.${why}.text`)} width="narrow">
      <Stack gap="lg">
        {ring.cancelledBecause === "no-money" && (
          <Text>
            {t("wallet.howToTopUp")} <TextLink to="/cabinet">{t("wayOut./cabinet")}</TextLink>
          </Text>
        )}
        <Group gap="sm">
          <ButtonLink size="md" to="/" search={{ free: "yes", ...(ring.configuration ? { configuration: ring.configuration } : {}) }}>
            {t("ring.another")}
          </ButtonLink>
          {to && (
            <ButtonLink size="md" variant="default" to="/c/$slug/call" params={{ slug: to }}>
              {t("ring.again")}
            </ButtonLink>
          )}
        </Group>
        <Card title={t("ring.task")}>
          <RingFacts ring={ring} />
          <Text size="sm" c="dimmed" mt="md">
            {t("ring.taskKept")}
          </Text>
        </Card>
      </Stack>
    </Page>
  );
}
