/**
 * A client rings: on whatever page the consultant is, in every tab, he sees the task before he answers. It stops everywhere when one tab
 * answers, the client cancels or the time is over.
 */
import { Button, Group, Modal, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { IconPhone, IconPhoneOff } from "@tabler/icons-react";
import { ringsApi, type Ring } from "@minuta/contracts/rings";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useCommand } from "../../../api/queries.ts";
import { useTranslation } from "../../../text/index.ts";
import { chime } from "../../../ui/chime.ts";
import { useFormat } from "../../../ui/format.ts";
import { Problem } from "../../../ui/problem.tsx";
import { useBlinkingTitle } from "../../../ui/use-blinking-title.ts";
import { useNow } from "../../../ui/use-now.ts";
import classes from "../calls.module.css";
import { RingFacts } from "./ring-facts.tsx";
import { forgetRing, useRings } from "./rings.ts";

const CHIME_EVERY_MS = 3_000;

/** Sounds in one tab only: three tabs at once are an echo. The next one takes over when that tab is closed. */
function useRinging(on: boolean): void {
  useEffect(() => {
    if (!on) return undefined;
    const over = new AbortController();
    const sound = () =>
      new Promise<void>((done) => {
        chime();
        const timer = setInterval(chime, CHIME_EVERY_MS);
        over.signal.addEventListener("abort", () => {
          clearInterval(timer);
          done();
        });
      });
    // A tab nobody has touched yet is kept silent by the browser: it must not hold the sound.
    if (navigator.userActivation.hasBeenActive) {
      navigator.locks.request("minuta.ring-sound", { signal: over.signal }, sound).catch(() => undefined);
    }
    return () => over.abort();
  }, [on]);
}

export function IncomingRing() {
  const { t } = useTranslation();
  const ring = useRings().incoming[0];
  const [failed, setFailed] = useState(false);
  useRinging(ring !== undefined);
  useBlinkingTitle(ring ? t("incoming.title") : null);
  return (
    <>
      <Modal
        opened={ring !== undefined}
        onClose={() => undefined}
        title={t("incoming.title")}
        size={520}
        zIndex={500}
        withCloseButton={false}
        closeOnEscape={false}
        closeOnClickOutside={false}
        data-testid="incoming-ring"
      >
        {ring && <Question key={ring.callId} ring={ring} onFailed={() => setFailed(true)} />}
      </Modal>
      <Modal opened={failed} onClose={() => setFailed(false)} title={t("ring.ofOthers")} zIndex={500} withCloseButton={false}>
        <Text>{t("incoming.couldNotOpen")}</Text>
        <Group mt="lg" justify="flex-end">
          <Button onClick={() => setFailed(false)}>{t("incoming.understood")}</Button>
        </Group>
      </Modal>
    </>
  );
}

function Question({ ring, onFailed }: { readonly ring: Ring; readonly onFailed: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const now = useNow();
  const accept = useCommand(ringsApi.accept, [ringsApi.rings]);
  const decline = useCommand(ringsApi.decline, [ringsApi.rings]);
  const { callId, client } = ring;
  const left = Math.max(0, Math.ceil((ring.expiresAt.getTime() - now.getTime()) / 1_000));
  const opened = (answered: Ring) => {
    forgetRing(callId);
    if (answered.state === "open") void navigate({ to: "/call/$callId", params: { callId } });
    else onFailed();
  };
  return (
    <Stack gap="md">
      {/* The dialog takes the focus, not a button: who was typing must not answer by his next space. */}
      <div data-autofocus tabIndex={-1} className={classes.ringer}>
        <Title order={3} size="h3">
          {client.name}
        </Title>
        {client.organisation && <Text c="dimmed">{client.organisation}</Text>}
      </div>
      <div>
        <Text size="sm" c="dimmed">
          {t("incoming.task")}
        </Text>
        <RingFacts ring={ring} />
      </div>
      <Group justify="space-between">
        <Text size="sm">
          {t("incoming.price")}: <b>{t("sums.perMinute", { price: format.price(ring.pricePerMinute) })}</b>
        </Text>
        <Text size="sm" role="timer" className={classes.nowrap}>
          {t("incoming.left", { count: left })}
        </Text>
      </Group>
      <Problem error={accept.error ?? decline.error} />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <Button
          size="lg"
          variant="default"
          leftSection={<IconPhoneOff size={20} aria-hidden />}
          loading={decline.isPending}
          disabled={accept.isPending}
          onClick={() => decline.run({ params: { callId } }, () => forgetRing(callId))}
        >
          {t("incoming.decline")}
        </Button>
        <Button
          size="lg"
          leftSection={<IconPhone size={20} aria-hidden />}
          loading={accept.isPending}
          disabled={decline.isPending}
          onClick={() => accept.run({ params: { callId } }, (reply) => opened(reply.ring))}
        >
          {t("incoming.accept")}
        </Button>
      </SimpleGrid>
    </Stack>
  );
}
