/** Who consults, as the other side must be able to check it: name, firm, INN, and whether anybody checked them. */
import { Avatar, Badge, Group, Stack, Text } from "@mantine/core";
import { IconRosetteDiscountCheck } from "@tabler/icons-react";
import type { ConsultantCard } from "@minuta/contracts/calls";
import { useTranslation } from "../../text/index.ts";
import classes from "./calls.module.css";

export function ConsultantLine({ consultant }: { readonly consultant: ConsultantCard }) {
  const { t } = useTranslation();
  return (
    <div className={classes.who}>
      <Avatar size={56} color="minuta" name={consultant.name} aria-hidden />
      <Stack gap={2} miw={0}>
        <Group gap="xs">
          <Text fw={650} size="lg" lh={1.25}>
            {consultant.name}
          </Text>
          {consultant.verified ? (
            <Badge variant="light" leftSection={<IconRosetteDiscountCheck size={14} aria-hidden />}>
              {t("card.verified")}
            </Badge>
          ) : (
            <Badge variant="light" color="gray">
              {t("card.notVerified")}
            </Badge>
          )}
        </Group>
        <Text size="sm" c="dimmed">
          {lineOf([consultant.firm, consultant.inn ? t("card.inn", { inn: consultant.inn }) : null], t("card.noFirm"))}
        </Text>
      </Stack>
    </div>
  );
}

function lineOf(parts: readonly (string | null)[], otherwise: string): string {
  const said = parts.filter((part) => part !== null && part !== "");
  return said.length > 0 ? said.join(" · ") : otherwise;
}
