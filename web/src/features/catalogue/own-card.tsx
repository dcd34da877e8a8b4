/** On the consultant's desk: whether he takes calls from the catalogue, and how his card stands. */
import { Badge, Button, Divider, Group, Stack, Text } from "@mantine/core";
import { IconAddressBook } from "@tabler/icons-react";
import type { OwnCard } from "@minuta/contracts/catalogue";
import { useTranslation } from "../../text/index.ts";
import { Card } from "../../ui/card.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { useFormat } from "../../ui/format.ts";
import { TextLink } from "../../ui/link.tsx";
import { Loading } from "../../ui/loading.tsx";
import { Problem } from "../../ui/problem.tsx";
import { PresenceSwitch } from "../presence/presence-switch.tsx";
import { termName } from "./terms.ts";
import { useOwnCard } from "./use-own-card.ts";

export function OwnCardSection({ onEdit }: { readonly onEdit: () => void }) {
  const { t } = useTranslation();
  const read = useOwnCard();
  if (!read.data) {
    return <Card title={t("presence.title")}>{read.error ? <Problem error={read.error} /> : <Loading height={120} />}</Card>;
  }
  const { card } = read.data;
  if (card.slug === null) {
    return (
      <Card title={t("presence.title")}>
        <EmptyState
          icon={<IconAddressBook aria-hidden />}
          title={t("ownCard.none")}
          next={t("ownCard.noneNext")}
          action={
            <Button variant="default" onClick={onEdit}>
              {t("ownCard.create")}
            </Button>
          }
        />
      </Card>
    );
  }
  return (
    <Card
      title={t("presence.title")}
      action={
        <Button variant="default" size="sm" onClick={onEdit}>
          {t("ownCard.edit")}
        </Button>
      }
    >
      <Stack gap="md">
        {card.published && (
          <>
            <PresenceSwitch />
            <Divider />
          </>
        )}
        <Summary card={card} />
      </Stack>
    </Card>
  );
}

function Summary({ card }: { readonly card: OwnCard }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Stack gap={6}>
      <Group gap="sm">
        <Text fw={600}>{t("ownCard.title")}</Text>
        <Badge variant="light" color={card.published ? "minuta" : "gray"}>
          {t(card.published ? "ownCard.published" : "ownCard.draft")}
        </Badge>
      </Group>
      <Text size="sm">
        {card.pricePerMinute !== null && <b>{t("sums.perMinute", { price: format.price(card.pricePerMinute) })}</b>}{" "}
        {card.configurations.map((code) => termName("configuration", code)).join(" · ")}
      </Text>
      {card.published && card.slug && (
        <TextLink to="/c/$slug" params={{ slug: card.slug }} size="sm" w="fit-content">
          {t("ownCard.view")}
        </TextLink>
      )}
    </Stack>
  );
}
