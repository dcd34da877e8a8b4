/** The frame of the short forms around an account: one card, one question. */
import { Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { BrandMark } from "../../ui/brand.tsx";
import { useWindowTitle } from "../../ui/page.tsx";
import classes from "./people.module.css";

export interface AuthPageProps {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly aside?: ReactNode;
  readonly children?: ReactNode;
}

export function AuthPage({ title, lead, aside, children }: AuthPageProps) {
  useWindowTitle(title);
  return (
    <div className={classes.auth}>
      <Stack gap="md" className={classes.authCard}>
        <BrandMark size={40} />
        <div>
          <Title order={1} size="h2" className={classes.authTitle}>
            {title}
          </Title>
          {lead && (
            <Text c="dimmed" mt={4}>
              {lead}
            </Text>
          )}
        </div>
        {children}
      </Stack>
      {aside}
    </div>
  );
}
