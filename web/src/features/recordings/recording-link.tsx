/** The way from a call that is over to its recordings. */
import { Stack, Text } from "@mantine/core";
import { IconVideo } from "@tabler/icons-react";
import { useTranslation } from "../../text/index.ts";
import { ButtonLink } from "../../ui/link.tsx";
import { PendingUploads } from "./pending-uploads.tsx";

export function RecordingLink({ callId }: { readonly callId: string }) {
  const { t } = useTranslation();
  return (
    <Stack gap="md" align="flex-start">
      <Text size="sm" c="dimmed">
        {t("recording.cardText")}
      </Text>
      <PendingUploads />
      <ButtonLink to="/call/$callId/recordings" params={{ callId }} variant="default" leftSection={<IconVideo size={18} aria-hidden />}>
        {t("recording.open")}
      </ButtonLink>
    </Stack>
  );
}
