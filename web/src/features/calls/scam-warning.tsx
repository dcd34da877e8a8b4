/** The warning before anything is shown to anybody: thieves telephone people and ask them to open such pages. */
import { Alert, Button, Stack, Text } from "@mantine/core";
import { IconShieldExclamation } from "@tabler/icons-react";
import { useTranslation } from "../../text/index.ts";
import classes from "./calls.module.css";

export function ScamWarning({ onLeave }: { readonly onLeave: () => void }) {
  const { t } = useTranslation();
  return (
    <Alert color="red" variant="light" icon={<IconShieldExclamation aria-hidden />} title={t("scam.title")}>
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{t("scam.text")}</Text>
        <Button variant="outline" size="sm" className={classes.leave} onClick={onLeave}>
          {t("scam.leave")}
        </Button>
      </Stack>
    </Alert>
  );
}
