/** `/c/:slug`: one consultant, to be read, sent to a colleague, and called. */
import { Anchor, Badge, Stack, Text } from "@mantine/core";
import { IconArrowLeft, IconRosetteDiscountCheck } from "@tabler/icons-react";
import type { CatalogueCard } from "@minuta/contracts/catalogue";
import { Link, useParams } from "@tanstack/react-router";
import { useTranslation } from "../../text/index.ts";
import { Card } from "../../ui/card.tsx";
import { useFormat } from "../../ui/format.ts";
import { TextLink } from "../../ui/link.tsx";
import { Loading } from "../../ui/loading.tsx";
import { Page, useDescription } from "../../ui/page.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useMe } from "../people/me.ts";
import { Availability } from "./availability.tsx";
import { CallButton } from "./call-button.tsx";
import classes from "./catalogue.module.css";
import { termName, type TermKind } from "./terms.ts";
import { useCard } from "./use-card.ts";

export function ConsultantPage() {
  const { t } = useTranslation();
  const { slug } = useParams({ from: "/c/$slug" });
  const read = useCard(slug);
  if (read.isPending) return <Loading />;
  if (!read.data) {
    return (
      <Page title={t("consultant.failedTitle")} width="narrow">
        <Problem error={read.error} />
      </Page>
    );
  }
  return <Consultant card={read.data.card} />;
}

function Consultant({ card }: { readonly card: CatalogueCard }) {
  const { t } = useTranslation();
  const format = useFormat();
  const configurations = card.configurations.map((code) => termName("configuration", code)).join(", ");
  useDescription(t("consultant.description", { name: card.name, price: format.price(card.pricePerMinute), configurations }));
  return (
    <Page
      title={card.name}
      lead={
        <span className={classes.firm}>
          {card.firm ?? t("card.noFirm")}
          {card.verified && (
            <Badge variant="light" leftSection={<IconRosetteDiscountCheck size={14} aria-hidden />}>
              {t("card.verified")}
            </Badge>
          )}
        </span>
      }
      action={
        <Anchor component={Link} to="/" size="sm">
          <IconArrowLeft size={14} aria-hidden style={{ verticalAlign: "-2px" }} /> {t("consultant.back")}
        </Anchor>
      }
    >
      <div className={classes.profile}>
        <Stack gap="lg">
          <Card title={t("consultant.about")}>
            <Text className={classes.about}>{card.text}</Text>
          </Card>
          <Terms kind="configuration" title={t("catalogue.configurations")} codes={card.configurations} />
          <Terms kind="area" title={t("catalogue.areas")} codes={card.areas} />
        </Stack>
        <div className={classes.offerPlace}>
          <Offer card={card} />
        </div>
      </div>
    </Page>
  );
}

function Offer({ card }: { readonly card: CatalogueCard }) {
  const { t } = useTranslation();
  const format = useFormat();
  const own = useMe()?.person?.id === card.personId;
  return (
    <Card>
      <div className={classes.offerCard}>
        <Text className={classes.bigPrice}>{t("sums.perMinute", { price: format.price(card.pricePerMinute) })}</Text>
        <Text size="sm" c="dimmed">
          {t("consultant.priceNote")}
        </Text>
        <div role="status">
          <Availability of={card.availability} />
          <Text size="sm" c="dimmed" mih={40}>
            {t(`consultant.when.${card.availability}`)}
          </Text>
        </div>
        <CallButton card={card} size="lg" />
        {own ? (
          <TextLink to="/cabinet/work" search={{ card: "edit" }} size="sm">
            {t("consultant.edit")}
          </TextLink>
        ) : (
          card.availability !== "free" && (
            <TextLink to="/" search={{ free: "yes" }} size="sm">
              {t("consultant.whoIsFree")}
            </TextLink>
          )
        )}
      </div>
    </Card>
  );
}

/** Each leads to everybody with the same. */
function Terms({ kind, title, codes }: { readonly kind: TermKind; readonly title: string; readonly codes: readonly string[] }) {
  if (codes.length === 0) return null;
  return (
    <Card title={title}>
      <ul className={classes.termList}>
        {codes.map((code) => (
          <li key={code}>
            <Link to="/" search={{ [kind]: code }} className={classes.term}>
              {termName(kind, code)}
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}
