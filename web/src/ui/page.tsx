/** One page: one title (also the window's), a short lead, at most one primary action. */
import { Group, Stack, Text, Title } from "@mantine/core";
import { useEffect, type ReactNode } from "react";
import { useTranslation } from "../text/index.ts";
import classes from "./page.module.css";

/** Sets the window's title for as long as the caller is on screen. */
export function useWindowTitle(title: string): void {
  const { t } = useTranslation();
  const full = `${title} — ${t("brand")}`;
  useEffect(() => {
    document.title = full;
  }, [full]);
}

/** Says what the page is about to whoever finds or shares it, for as long as the caller is on screen. */
export function useDescription(description: string): void {
  useEffect(() => {
    const meta = document.querySelector('meta[name="description"]');
    const before = meta?.getAttribute("content") ?? "";
    meta?.setAttribute("content", description);
    return () => meta?.setAttribute("content", before);
  }, [description]);
}

export interface PageProps {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly action?: ReactNode;
  /** `narrow` for forms and texts, `wide` for tables. */
  readonly width?: "narrow" | "wide";
  readonly children: ReactNode;
}

export function Page({ title, lead, action, width = "wide", children }: PageProps) {
  useWindowTitle(title);
  return (
    <div className={classes.page} data-width={width}>
      <Group justify="space-between" align="flex-start" gap="md" mb="xl">
        <Stack gap={6} maw={640}>
          <Title order={1} className={classes.title}>
            {title}
          </Title>
          {lead && <Text c="dimmed">{lead}</Text>}
        </Stack>
        {action}
      </Group>
      {children}
    </div>
  );
}
