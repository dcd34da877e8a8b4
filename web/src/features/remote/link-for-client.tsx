/** The client's way back while the consultant waits: the invitation's link brings the same guest to the same call. */
import { Modal, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "../../text/index.ts";
import { CopyField } from "../../ui/copy-field.tsx";
import { invitationLink } from "../calls/invitation-link.ts";
import { invitationsRead } from "../calls/open-invitations.ts";

export interface LinkForClientProps {
  readonly callId: string;
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function LinkForClient({ callId, opened, onClose }: LinkForClientProps) {
  const { t } = useTranslation();
  const read = useQuery({ ...invitationsRead, enabled: opened });
  const invitation = read.data?.invitations.find((one) => one.callId === callId);
  return (
    <Modal opened={opened} onClose={onClose} title={t("linkForClient.title")} closeButtonProps={{ "aria-label": t("action.close") }}>
      <Text size="sm" c="dimmed" mb="sm">
        {t("linkForClient.text")}
      </Text>
      <CopyField label={t("invite.link")} value={invitation ? invitationLink(invitation.token) : location.href} />
    </Modal>
  );
}
