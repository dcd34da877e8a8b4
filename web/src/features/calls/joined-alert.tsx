/**
 * Tells a consultant, wherever in the cabinet he is, that a client came: a sound, the window's title, and one button into the call.
 * No automatic jump: the click that opens the call also lets the browser play the client's voice.
 */
import { Button, Group, Modal, Text } from "@mantine/core";
import type { CallSummary } from "@minuta/contracts/calls";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLiveNews } from "../remote/live.ts";
import { chime } from "../../ui/chime.ts";
import { ButtonLink } from "../../ui/link.tsx";
import { useRunningCalls } from "./running.tsx";

const BLINK_MS = 900;

/** The newest call that opened while this page was open. */
function useNewCall(): [CallSummary | null, () => void] {
  const running = useRunningCalls();
  const known = useRef<ReadonlySet<string> | null>(null);
  const [fresh, setFresh] = useState<CallSummary | null>(null);
  useEffect(() => {
    if (!running) return;
    const before = known.current;
    known.current = new Set(running.map((call) => call.id));
    const opened = before && running.find((call) => call.side === "consultant" && !before.has(call.id));
    if (opened) setFresh(opened);
  }, [running]);
  return [fresh, () => setFresh(null)];
}

function useBlinkingTitle(title: string | null): void {
  useEffect(() => {
    if (title === null) return undefined;
    const before = document.title;
    let on = false;
    const blink = () => {
      on = !on;
      document.title = on ? `● ${title}` : title;
    };
    blink();
    const timer = setInterval(blink, BLINK_MS);
    return () => {
      clearInterval(timer);
      document.title = before;
    };
  }, [title]);
}

/** Two pieces of news that cannot wait: a client came; a client could not come because the wallet is short. */
export function JoinedAlert() {
  const { t } = useTranslation();
  const [noMoney, setNoMoney] = useState(false);
  useLiveNews(() => setNoMoney(true));
  return (
    <>
      <ClientJoined />
      <Modal
        opened={noMoney}
        onClose={() => setNoMoney(false)}
        title={t("joined.noMoneyTitle")}
        closeButtonProps={{ "aria-label": t("action.close") }}
      >
        <Text>{t("joined.noMoney")}</Text>
        <Group mt="lg" justify="flex-end">
          <ButtonLink to="/cabinet" onClick={() => setNoMoney(false)}>
            {t("joined.toWallet")}
          </ButtonLink>
        </Group>
      </Modal>
    </>
  );
}

function ClientJoined() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [call, dismiss] = useNewCall();
  useBlinkingTitle(call ? t("joined.title") : null);
  useEffect(() => {
    if (call) chime();
  }, [call]);
  return (
    <Modal
      opened={call !== null}
      onClose={dismiss}
      title={t("joined.title")}
      zIndex={400}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      {call && (
        <>
          <Text size="lg" fw={600}>
            {call.client.name}
          </Text>
          <Text c="dimmed" size="sm">
            {call.task || t("history.noTask")}
          </Text>
          <Group mt="lg" justify="flex-end">
            <Button variant="default" onClick={dismiss}>
              {t("joined.later")}
            </Button>
            <Button
              data-autofocus
              onClick={() => {
                dismiss();
                void navigate({ to: "/call/$callId", params: { callId: call.id } });
              }}
            >
              {t("joined.go")}
            </Button>
          </Group>
        </>
      )}
    </Modal>
  );
}
