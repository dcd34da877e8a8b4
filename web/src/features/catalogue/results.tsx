/** The list itself: who, what he knows, what a minute costs, whether he can be called, and one button. */
import { Anchor, Avatar, Badge, Group, Text } from "@mantine/core";
import { IconRosetteDiscountCheck, IconUserSearch } from "@tabler/icons-react";
import { useTranslation } from "../../text/index.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { useFormat } from "../../ui/format.ts";
import { ButtonLink, TextLink } from "../../ui/link.tsx";
import { Loading } from "../../ui/loading.tsx";
import { More } from "../../ui/more.tsx";
import { Problem } from "../../ui/problem.tsx";
import { Availability } from "./availability.tsx";
import { CallButton } from "./call-button.tsx";
import classes from "./catalogue.module.css";
import type { ShownCard } from "./keep-places.ts";
import { termName, type TermKind } from "./terms.ts";
import type { Filters, useList } from "./use-list.ts";

const TERMS_SHOWN = 3;
const LIST_HEIGHT = 480;

export interface ResultsProps {
  readonly filters: Filters;
  readonly found: ReturnType<typeof useList>;
}

export function Results({ filters, found }: ResultsProps) {
  const { t } = useTranslation();
  const { list, figures, cards, isOutOfOrder, putInOrder } = found;
  return (
    <section className={classes.results} aria-label={t("catalogue.list")} data-stale={list.isPlaceholderData || undefined}>
      <Group justify="space-between" mih={28} mb="xs" gap="xs">
        <Text size="sm" c="dimmed" role="status">
          {figures && t("catalogue.total", { count: figures.total })}
        </Text>
        {isOutOfOrder && cards.length > 0 && (
          <Anchor component="button" type="button" size="sm" onClick={putInOrder}>
            {t("catalogue.rearrange")}
          </Anchor>
        )}
      </Group>
      <Problem error={list.error} onRetry={() => void list.refetch()} />
      {list.isPending && <Loading height={LIST_HEIGHT} />}
      {figures && !list.isPlaceholderData && cards.length === 0 && <Nobody filters={filters} />}
      <ul className={classes.cards}>
        {cards.map((card) => (
          <ConsultantRow key={card.personId} card={card} filters={filters} />
        ))}
      </ul>
      <More query={list} />
    </section>
  );
}

function Nobody({ filters }: { readonly filters: Filters }) {
  const { t } = useTranslation();
  const icon = <IconUserSearch aria-hidden />;
  const { free, ...others } = filters;
  if (free === "yes") {
    return (
      <EmptyState
        icon={icon}
        title={t("catalogue.noneFreeTitle")}
        next={t("catalogue.noneFreeNext")}
        action={
          <ButtonLink to="/" search={others} resetScroll={false} variant="default">
            {t("catalogue.showAll")}
          </ButtonLink>
        }
      />
    );
  }
  if (Object.keys(others).length === 0) return <EmptyState icon={icon} title={t("catalogue.emptyTitle")} next={t("catalogue.emptyNext")} />;
  return (
    <EmptyState
      icon={icon}
      title={t("catalogue.noneTitle")}
      next={t("catalogue.noneNext")}
      action={
        <ButtonLink to="/" search={{}} resetScroll={false} variant="default">
          {t("catalogue.reset")}
        </ButtonLink>
      }
    />
  );
}

function ConsultantRow({ card, filters }: { readonly card: ShownCard; readonly filters: Filters }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <li className={classes.row} data-availability={card.availability}>
      <Avatar size={52} color="minuta" name={card.name} aria-hidden className={classes.face} />
      <div className={classes.words}>
        <Group gap={8}>
          <TextLink to="/c/$slug" params={{ slug: card.slug }} fw={650} size="lg" lh={1.25} c="inherit">
            {card.name}
          </TextLink>
          {card.verified && (
            <Badge variant="light" leftSection={<IconRosetteDiscountCheck size={14} aria-hidden />}>
              {t("card.verified")}
            </Badge>
          )}
        </Group>
        <Text size="sm" c="dimmed">
          {card.firm ?? t("card.noFirm")}
        </Text>
        <Terms kind="configuration" codes={card.configurations} first={filters.configuration} />
        <Text size="sm" lineClamp={2} className={classes.said}>
          {card.text}
        </Text>
        <Terms kind="area" codes={card.areas} first={filters.area} />
      </div>
      <div className={classes.offer}>
        <Availability of={card.availability} />
        <Text className={classes.price}>{t("sums.perMinute", { price: format.price(card.pricePerMinute) })}</Text>
        <CallButton card={card} {...(filters.configuration ? { configuration: filters.configuration } : {})} />
      </div>
    </li>
  );
}

interface TermsProps {
  readonly kind: TermKind;
  readonly codes: readonly string[];
  /** What was asked for stands first. */
  readonly first: string | undefined;
}

/** A few of the card's terms in one line; the rest is counted. */
function Terms({ kind, codes, first }: TermsProps) {
  const { t } = useTranslation();
  if (codes.length === 0) return null;
  const ordered = first !== undefined && codes.includes(first) ? [first, ...codes.filter((code) => code !== first)] : codes;
  const shown = ordered.slice(0, TERMS_SHOWN).map((code) => termName(kind, code));
  const rest = ordered.length - shown.length;
  return (
    <Text size="sm" className={classes.terms} data-kind={kind}>
      {shown.join(" · ")}
      {rest > 0 && ` ${t("catalogue.more", { count: rest })}`}
    </Text>
  );
}
