/** A refusal as a person reads it: what happened and the way out, chosen by the problem's `type`, never by its text. */
import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { ProblemError, type RefusalType } from "../api/client.ts";
import { type Translate, useTranslation } from "../text/index.ts";
import { useFormat, type Format } from "./format.ts";
import { TextLink } from "./link.tsx";

type WayOut = "/sign-in" | "/forgot" | "/cabinet" | "/join" | "/";

/** Where the person goes from here; types without an entry are answered on the spot. */
const waysOut: Partial<Record<RefusalType, WayOut>> = {
  "not-signed-in": "/sign-in",
  "token-not-valid": "/forgot",
  "invitation-unknown": "/join",
  "invitation-used": "/join",
  "invitation-expired": "/join",
  "wallet-empty": "/cabinet",
  "overdraft-in-use": "/cabinet",
  "not-found": "/",
  "not-allowed": "/",
};

/** Facts of a problem made readable: kopecks as money, seconds as a duration. */
function readableFacts(facts: Readonly<Record<string, unknown>>, format: Format): Record<string, string> {
  const readable = Object.entries(facts).map(([name, value]) => {
    if (typeof value === "number" && name.endsWith("Kopecks")) return [name, format.price(value)];
    if (typeof value === "number" && name.endsWith("Seconds")) return [name, format.duration(value)];
    return [name, String(value)];
  });
  return Object.fromEntries(readable) as Record<string, string>;
}

/** The words of a refusal; anything unknown is told as an error of ours. */
function problemWords(error: Error, t: Translate, format: Format): { type: RefusalType; title: string; way: string } {
  const type: RefusalType = error instanceof ProblemError ? error.type : "not-understood";
  const facts = error instanceof ProblemError ? readableFacts(error.facts, format) : {};
  return { type, title: t(`problem.${type}.title`, facts), way: t(`problem.${type}.way`, facts) };
}

export interface ProblemProps {
  readonly error: Error | null;
  readonly onRetry?: () => void;
}

export function Problem({ error, onRetry }: ProblemProps) {
  const { t } = useTranslation();
  const format = useFormat();
  if (!error) return null;
  const { type, title, way } = problemWords(error, t, format);
  const to = waysOut[type];
  return (
    <Alert color="orange" variant="light" title={title} icon={<IconAlertTriangle aria-hidden />} role="alert" data-problem={type}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{way}</Text>
        {(to || onRetry) && (
          <Group gap="md">
            {to && (
              <TextLink to={to} size="sm" fw={600}>
                {t(`wayOut.${to}`)}
              </TextLink>
            )}
            {onRetry && (
              <Button size="compact-sm" variant="default" onClick={onRetry}>
                {t("action.tryAgain")}
              </Button>
            )}
          </Group>
        )}
      </Stack>
    </Alert>
  );
}
