/** What is to be solved: read and amended by both sides during the call; the journal keeps every version. */
import { ActionIcon, Autocomplete, Button, Group, Modal, Stack, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconClipboardText } from "@tabler/icons-react";
import { callsApi, type CallView } from "@minuta/contracts/calls";
import { useState } from "react";
import { useCommand } from "../../api/queries.ts";
import { useTranslation } from "../../text/index.ts";
import { orNull } from "../../ui/form.ts";
import { Problem } from "../../ui/problem.tsx";
import { termName } from "../catalogue/terms.ts";
import { oftenMetConfigurations } from "../calls/configurations.ts";

export function TaskButton({ call }: { readonly call: CallView }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("task.open")} title={t("task.open")} onClick={() => setOpen(true)}>
        <IconClipboardText size={20} aria-hidden />
      </ActionIcon>
      <Modal opened={open} onClose={close} title={t("join.task")} closeButtonProps={{ "aria-label": t("action.close") }}>
        <TaskForm call={call} onDone={close} />
      </Modal>
    </>
  );
}

function TaskForm({ call, onDone }: { readonly call: CallView; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const change = useCommand(callsApi.changeTask, [callsApi.view]);
  const named = call.configuration === null ? "" : termName("configuration", call.configuration);
  const form = useForm({ initialValues: { task: call.task, configuration: named } });
  const submit = form.onSubmit(({ task, configuration: typed }) => {
    // The code stays unless other words were typed.
    const configuration = typed === named ? call.configuration : orNull(typed);
    change.run({ params: { callId: call.id }, body: { task, configuration } }, onDone);
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <Textarea
          label={t("task.text")}
          description={t("task.hint")}
          autosize
          minRows={3}
          maxRows={10}
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
        <Problem error={change.error} />
        <Group justify="flex-end">
          <Button type="submit" loading={change.isPending}>
            {t("action.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
