/** Invitations that wait for their client. */
import { Anchor, Button, Group, Text } from "@mantine/core";
import { IconMailOpened } from "@tabler/icons-react";
import { callsApi, type Invitation } from "@minuta/contracts/calls";
import { useCommand } from "../../api/queries.ts";
import { useTranslation } from "../../text/index.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { useFormat } from "../../ui/format.ts";
import { Problem } from "../../ui/problem.tsx";
import classes from "./calls.module.css";

export interface InvitationsProps {
  readonly invitations: readonly Invitation[];
  readonly onShow: (invitation: Invitation) => void;
}

export function Invitations({ invitations, onShow }: InvitationsProps) {
  const { t } = useTranslation();
  const withdraw = useCommand(callsApi.withdraw, [callsApi.invitations]);
  if (invitations.length === 0)
    return <EmptyState icon={<IconMailOpened aria-hidden />} title={t("invitations.emptyTitle")} next={t("invitations.emptyNext")} />;
  return (
    <>
      <Problem error={withdraw.error} />
      <ul className={classes.invitations}>
        {invitations.map((invitation) => (
          <InvitationRow
            key={invitation.id}
            invitation={invitation}
            onShow={onShow}
            onWithdraw={() => withdraw.run({ params: { invitationId: invitation.id } })}
          />
        ))}
      </ul>
    </>
  );
}

function InvitationRow({
  invitation,
  onShow,
  onWithdraw,
}: {
  readonly invitation: Invitation;
  readonly onShow: InvitationsProps["onShow"];
  readonly onWithdraw: () => void;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const name = invitation.task || t("invitations.untitled");
  return (
    <li className={classes.invitation}>
      <div style={{ minWidth: 0, flex: "1 1 260px" }}>
        <Text fw={550} lineClamp={2}>
          {name}
        </Text>
        <Text size="sm" c="dimmed">
          {t("invitations.made", { at: format.dateTime(invitation.createdAt) })}
          {invitation.configuration ? ` · ${invitation.configuration}` : ""}
        </Text>
      </div>
      <Group gap="md">
        <Button size="sm" variant="default" onClick={() => onShow(invitation)}>
          {t("invitations.show")}
        </Button>
        <Anchor
          component="button"
          type="button"
          size="sm"
          c="dimmed"
          onClick={onWithdraw}
          aria-label={t("invitations.withdrawNamed", { name })}
        >
          {t("invitations.withdraw")}
        </Anchor>
      </Group>
    </li>
  );
}
