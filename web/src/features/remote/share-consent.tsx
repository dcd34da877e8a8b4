/** Before the screen is shown for the first time: to whom, with the warning; later shows in the same call ask no more. */
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import type { ConsultantCard } from "@minuta/contracts/calls";
import { useState } from "react";
import type { CallEngine } from "../../rtc/engine.ts";
import { useTranslation } from "../../text/index.ts";
import { ConsultantLine } from "../calls/consultant-line.tsx";
import { ScamWarning } from "../calls/scam-warning.tsx";

export interface Consent {
  readonly asked: boolean;
  /** Shares at once when agreed before, else asks. Called from a click, as the browser requires. */
  readonly ask: () => void;
  readonly agree: () => void;
  readonly decline: () => void;
}

export function useShareConsent(engine: CallEngine): Consent {
  const [asked, setAsked] = useState(false);
  const [agreed, setAgreed] = useState(false);
  return {
    asked,
    ask: () => {
      if (agreed) void engine.shareScreen();
      else setAsked(true);
    },
    agree: () => {
      setAgreed(true);
      setAsked(false);
      void engine.shareScreen();
    },
    decline: () => setAsked(false),
  };
}

export function ShareConsent({ consent, consultant }: { readonly consent: Consent; readonly consultant: ConsultantCard }) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={consent.asked}
      onClose={consent.decline}
      title={t("consent.title")}
      size="lg"
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <Stack gap="md">
        <ConsultantLine consultant={consultant} />
        <Text>{t("consent.text")}</Text>
        <ScamWarning onLeave={consent.decline} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" size="md" onClick={consent.decline}>
            {t("consent.decline")}
          </Button>
          <Button size="md" onClick={consent.agree} data-autofocus>
            {t("consent.agree")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
