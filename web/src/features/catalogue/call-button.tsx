/** The one button of a card. Who is not signed in signs in on the way and comes out at the same form. */
import { Button, Text } from "@mantine/core";
import { IconPhone } from "@tabler/icons-react";
import { useTranslation } from "../../text/index.ts";
import { ButtonLink } from "../../ui/link.tsx";
import { useMe } from "../people/me.ts";
import type { ShownCard } from "./keep-places.ts";

export interface CallButtonProps {
  readonly card: Pick<ShownCard, "personId" | "slug" | "name" | "availability">;
  /** What the client looks for, carried into the form. */
  readonly configuration?: string;
  readonly size?: "md" | "lg";
}

export function CallButton({ card, configuration, size = "md" }: CallButtonProps) {
  const { t } = useTranslation();
  const me = useMe()?.person?.id;
  const look = { size, leftSection: <IconPhone size={18} aria-hidden />, "aria-label": t("catalogue.callNamed", { name: card.name }) };
  if (me === card.personId) return <Text c="dimmed">{t("catalogue.you")}</Text>;
  if (card.availability !== "free") {
    return (
      <Button {...look} disabled>
        {t("catalogue.call")}
      </Button>
    );
  }
  return (
    <ButtonLink {...look} to="/c/$slug/call" params={{ slug: card.slug }} search={configuration ? { configuration } : {}}>
      {t("catalogue.call")}
    </ButtonLink>
  );
}
