/** From month to month, no further than this one. */
import { ActionIcon, Group, Text } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useTranslation } from "../../text/index.ts";
import { useFormat } from "../../ui/format.ts";
import { monthAfter, monthOf } from "./period.ts";
import { useToday } from "./use-today.ts";

export interface MonthChoiceProps {
  /** `2026-11`. */
  readonly month: string;
  readonly onChoose: (month: string) => void;
}

export function MonthChoice({ month, onChoose }: MonthChoiceProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = monthOf(useToday());
  return (
    <Group gap="xs" role="group" aria-label={t("statement.month")}>
      <ActionIcon variant="default" size="lg" aria-label={t("statement.earlier")} onClick={() => onChoose(monthAfter(month, -1))}>
        <IconChevronLeft size={18} aria-hidden />
      </ActionIcon>
      <Text fw={600} miw={150} ta="center" aria-live="polite">
        {format.month(month)}
      </Text>
      <ActionIcon
        variant="default"
        size="lg"
        aria-label={t("statement.later")}
        disabled={month >= now}
        onClick={() => onChoose(monthAfter(month, 1))}
      >
        <IconChevronRight size={18} aria-hidden />
      </ActionIcon>
    </Group>
  );
}
