/** Something to be given to somebody: shown whole, copied by one button. */
import { Button, CopyButton, Group, Input } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useId } from "react";
import { useTranslation } from "../text/index.ts";

export function CopyField({ label, value }: { readonly label: string; readonly value: string }) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <Input.Wrapper label={label} id={id}>
      <Group gap="xs" wrap="nowrap" mt={4}>
        <Input id={id} value={value} readOnly flex={1} miw={0} onFocus={(event) => event.currentTarget.select()} />
        <CopyButton value={value} timeout={2500}>
          {({ copied, copy }) => (
            <Button
              variant={copied ? "light" : "default"}
              data-autofocus
              onClick={copy}
              leftSection={copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
              miw={148}
            >
              {copied ? t("action.copied") : t("action.copy")}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Input.Wrapper>
  );
}
