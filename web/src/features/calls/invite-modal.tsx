/** Inviting a client: what is to be solved, then a link, a code to read aloud, and a QR. */
import { Autocomplete, Button, Group, Modal, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMediaQuery } from "@mantine/hooks";
import { callsApi, type Invitation } from "@minuta/contracts/calls";
import type { Person } from "@minuta/contracts/people";
import { useCommand } from "../../api/queries.ts";
import { useTranslation } from "../../text/index.ts";
import { CopyField } from "../../ui/copy-field.tsx";
import { orNull } from "../../ui/form.ts";
import { codeInThrees, kopecksOfTyped, typedOfKopecks, useFormat } from "../../ui/format.ts";
import { Problem } from "../../ui/problem.tsx";
import { Qr } from "../../ui/qr.tsx";
import { useNow } from "../../ui/use-now.ts";
import classes from "./calls.module.css";
import { oftenMetConfigurations } from "./configurations.ts";
import { invitationLink } from "./invitation-link.ts";
import { rememberInvitation } from "./open-invitations.ts";

export interface InviteModalProps {
  readonly person: Person;
  /** `new` asks for the task; an invitation shows its link and code; null is closed. */
  readonly shown: "new" | Invitation | null;
  readonly onMade: (invitation: Invitation) => void;
  readonly onClose: () => void;
}

export function InviteModal({ person, shown, onMade, onClose }: InviteModalProps) {
  const { t } = useTranslation();
  const phone = useMediaQuery("(max-width: 40em)") ?? false;
  const title = shown === "new" ? t("invite.title") : t("invite.readyTitle");
  return (
    <Modal
      opened={shown !== null}
      onClose={onClose}
      title={title}
      size={620}
      fullScreen={phone}
      radius={phone ? 0 : "lg"}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      {shown === "new" && <InviteForm person={person} onMade={onMade} />}
      {shown !== null && shown !== "new" && <InvitationReady invitation={shown} />}
    </Modal>
  );
}

function InviteForm({ person, onMade }: { readonly person: Person; readonly onMade: (invitation: Invitation) => void }) {
  const { t } = useTranslation();
  const invite = useCommand(callsApi.invite);
  const code = useCommand(callsApi.newCode);
  const form = useForm({
    initialValues: {
      task: "",
      configuration: "",
      rate: typedOfKopecks(person.ownRateKopecks),
    },
    validate: { rate: (typed) => (typed.trim() !== "" && kopecksOfTyped(typed) === null ? t("invalid.amount") : null) },
  });
  const submit = form.onSubmit(({ task, configuration, rate }) => {
    const ownRateKopecks = rate.trim() === "" ? null : kopecksOfTyped(rate);
    invite.run({ body: { task, configuration: orNull(configuration), ownRateKopecks } }, ({ invitation }) => {
      const made = (told: Invitation) => {
        rememberInvitation(told);
        onMade(told);
      };
      // A code at once: most clients are on the telephone. Without one the link is still good.
      code.run(
        { params: { invitationId: invitation.id } },
        (reply) => made(reply.invitation),
        () => made(invitation),
      );
    });
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <Textarea
          label={t("invite.task")}
          description={t("invite.taskHint")}
          autosize
          minRows={3}
          maxRows={8}
          maxLength={2000}
          data-autofocus
          {...form.getInputProps("task")}
        />
        <Autocomplete
          label={t("invite.configuration")}
          data={[...oftenMetConfigurations]}
          maxLength={100}
          {...form.getInputProps("configuration")}
        />
        <TextInput
          label={t("invite.ownRate")}
          description={t("invite.ownRateHint")}
          inputMode="decimal"
          rightSection="₽"
          {...form.getInputProps("rate")}
        />
        <Problem error={invite.error} />
        <Group justify="flex-end">
          <Button type="submit" size="md" loading={invite.isPending || code.isPending}>
            {t("invite.submit")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function InvitationReady({ invitation }: { readonly invitation: Invitation }) {
  const { t } = useTranslation();
  const format = useFormat();
  const link = invitationLink(invitation.token);
  return (
    <Stack gap="lg">
      <CopyField label={t("invite.link")} value={link} />
      <div className={classes.share}>
        <Code invitation={invitation} />
        <div className={classes.qr}>
          <Qr value={link} label={t("invite.qr")} />
        </div>
      </div>
      <Text size="sm" c="dimmed">
        {t("invite.linkUntil", { at: format.dateTime(invitation.linkExpiresAt) })} {t("invite.waiting")}
      </Text>
    </Stack>
  );
}

/** The nine digits with what is left of their ten minutes, and a new code when they ran out. */
function Code({ invitation }: { readonly invitation: Invitation }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const renew = useCommand(callsApi.newCode);
  const secondsLeft = invitation.codeExpiresAt ? Math.ceil((invitation.codeExpiresAt.getTime() - now.getTime()) / 1_000) : 0;
  const alive = invitation.code !== null && secondsLeft > 0;
  return (
    <Stack gap={6} align="flex-start">
      <Text size="sm" fw={500}>
        {t("invite.code")}
      </Text>
      {alive && invitation.code ? (
        <Text className={classes.bigCode} data-testid="join-code">
          {codeInThrees(invitation.code)}
        </Text>
      ) : (
        <Text c="dimmed">{t("invite.codeOver")}</Text>
      )}
      <Group gap="sm">
        {alive && (
          <Text size="sm" c="dimmed" className={classes.nowrap}>
            {t("invite.codeLeft", { left: format.clock(secondsLeft) })}
          </Text>
        )}
        <Button
          size="compact-sm"
          variant={alive ? "subtle" : "light"}
          loading={renew.isPending}
          onClick={() => renew.run({ params: { invitationId: invitation.id } }, (reply) => rememberInvitation(reply.invitation))}
        >
          {t("invite.newCode")}
        </Button>
      </Group>
      <Problem error={renew.error} />
    </Stack>
  );
}
