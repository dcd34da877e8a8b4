/** Six digits to read to each other: the same on both screens when nobody stands between them. */
import { Modal, Stack, Text, UnstyledButton } from "@mantine/core";
import { IconShieldCheck } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "../../text/index.ts";
import { codeInThrees } from "../../ui/format.ts";
import classes from "./call.module.css";

export function SafetyNumber({ number }: { readonly number: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const digits = codeInThrees(number);
  return (
    <>
      <UnstyledButton className={classes.safetyNumber} title={t("safetyNumber.title")} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <IconShieldCheck size={16} aria-hidden />
        <span data-testid="safety-number">{digits}</span>
      </UnstyledButton>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={t("safetyNumber.title")}
        closeButtonProps={{ "aria-label": t("action.close") }}
      >
        <Stack gap="md">
          <Text className={classes.safetyDigits}>{digits}</Text>
          <Text>{t("safetyNumber.explain")}</Text>
          <Text fw={600}>{t("safetyNumber.differs")}</Text>
          <Text size="sm" c="dimmed">
            {t("safetyNumber.changes")}
          </Text>
        </Stack>
      </Modal>
    </>
  );
}
