/** A quiet surface: a section of a page, named by its heading. */
import { Group, Title } from "@mantine/core";
import { useId, type ReactNode } from "react";
import classes from "./page.module.css";

export interface CardProps {
  readonly title?: ReactNode;
  readonly action?: ReactNode;
  readonly children: ReactNode;
}

export function Card({ title, action, children }: CardProps) {
  const id = useId();
  return (
    <section className={classes.card} {...(title ? { "aria-labelledby": id } : {})}>
      {(title || action) && (
        <Group justify="space-between" mb="md" gap="sm">
          {title && (
            <Title order={2} size="h4" id={id}>
              {title}
            </Title>
          )}
          {action}
        </Group>
      )}
      {children}
    </section>
  );
}
