/**
 * Tells a consultant, wherever he is, that a client came: a sound, the window's title, and one button into the call.
 * No automatic jump: the click that opens the call also lets the browser play the client's voice.
 */
import { Button, Group, Modal, Text } from "@mantine/core";
import type { CallSummary } from "@minuta/contracts/calls";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "../../text/index.ts";
import { chime } from "../../ui/chime.ts";
import { useBlinkingTitle } from "../../ui/use-blinking-title.ts";
import { useRunningCalls } from "./running.tsx";

const isOwnInvitation = (call: CallSummary): boolean => call.side === "consultant" && call.tariff === "carrier";

/** The newest call by invitation that opened while this page was open; a ring has been answered already. */
function useNewCall(): [CallSummary | null, () => void] {
  const running = useRunningCalls();
  const known = useRef<ReadonlySet<string> | null>(null);
  const [fresh, setFresh] = useState<CallSummary | null>(null);
  useEffect(() => {
    if (!running) return;
    const before = known.current;
    known.current = new Set(running.map((call) => call.id));
    const opened = before && running.find((call) => isOwnInvitation(call) && !before.has(call.id));
    if (opened) setFresh(opened);
  }, [running]);
  return [fresh, () => setFresh(null)];
}

export function JoinedAlert() {
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
