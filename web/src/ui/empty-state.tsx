/** Says that there is nothing yet, and what to do next. */
import { Stack, Text, ThemeIcon } from "@mantine/core";
import type { ReactNode } from "react";

export interface EmptyStateProps {
  readonly icon: ReactNode;
  readonly title: string;
  readonly next: ReactNode;
  readonly action?: ReactNode;
}

export function EmptyState({ icon, title, next, action }: EmptyStateProps) {
  return (
    <Stack align="center" gap="xs" py="xl" px="md" ta="center">
      <ThemeIcon size={52} radius="xl" variant="light" aria-hidden>
        {icon}
      </ThemeIcon>
      <Text fw={600}>{title}</Text>
      <Text c="dimmed" size="sm" maw={420}>
        {next}
      </Text>
      {action}
    </Stack>
  );
}
