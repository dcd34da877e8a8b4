/** What a signed-in person must learn wherever he is: his live channel, a ring, a client who came, a wallet that was too short for one. */
import { Group, Modal, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "../../text/index.ts";
import { ButtonLink } from "../../ui/link.tsx";
import { useLiveNews } from "../remote/live.ts";
import { JoinedAlert } from "./joined-alert.tsx";
import { IncomingRing } from "./rings/incoming-ring.tsx";
import { OngoingBar } from "./rings/ongoing-bar.tsx";

export function PersonNews() {
  const { t } = useTranslation();
  const [noMoney, setNoMoney] = useState(false);
  useLiveNews(() => setNoMoney(true));
  return (
    <>
      <IncomingRing />
      <OngoingBar />
      <JoinedAlert />
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
