/** The first page: who can help now. Anyone may look; a client with a code from his consultant goes in at the top. */
import { Button, Group, Text, Title } from "@mantine/core";
import { IconClockCheck, IconPlugConnected, IconReceipt } from "@tabler/icons-react";
import { useSearch } from "@tanstack/react-router";
import { useTranslation } from "../../text/index.ts";
import { ButtonLink, TextLink } from "../../ui/link.tsx";
import { useDescription, useWindowTitle } from "../../ui/page.tsx";
import { CodeForm } from "../calls/code-form.tsx";
import { useKeptDraft } from "../calls/rings/draft.ts";
import { useMe } from "../people/me.ts";
import classes from "./catalogue.module.css";
import { Facets, Toolbar } from "./filters.tsx";
import { Results } from "./results.tsx";
import { isKnown } from "./terms.ts";
import { useList, type Filters } from "./use-list.ts";

/** What the address asks for; a code this page does not know is passed over. */
function useFilters(): Filters {
  const { configuration, area, text, free } = useSearch({ from: "/" });
  return {
    ...(configuration && isKnown("configuration", configuration) ? { configuration } : {}),
    ...(area && isKnown("area", area) ? { area } : {}),
    ...(text ? { text } : {}),
    ...(free ? { free } : {}),
  };
}

export function CataloguePage() {
  const { t } = useTranslation();
  useWindowTitle(t("catalogue.windowTitle"));
  useDescription(t("catalogue.description"));
  const filters = useFilters();
  const found = useList(filters);
  return (
    <div className={classes.page}>
      <div className={classes.hero}>
        <div>
          <Title order={1} className={classes.title}>
            {t("catalogue.title")}
          </Title>
          <Text className={classes.lead}>{t("catalogue.lead")}</Text>
        </div>
        <section className={classes.entrance} aria-label={t("landing.clientTitle")}>
          <CodeForm compact />
          <Text size="sm" c="dimmed">
            {t("landing.clientTitle")} {t("landing.clientHint")}
          </Text>
        </section>
      </div>
      <KeptDraft />
      <div className={classes.catalogue}>
        <Toolbar filters={filters} figures={found.figures} />
        <Facets filters={filters} figures={found.figures} />
        <Results filters={filters} found={found} />
      </div>
      <Promises />
    </div>
  );
}

/** A ring came to nothing; its task waits for another consultant. */
function KeptDraft() {
  const { t } = useTranslation();
  const { draft, forget } = useKeptDraft();
  if (!draft) return null;
  return (
    <div className={classes.draft} role="status">
      <div className={classes.draftWords}>
        <Text fw={600}>{t("catalogue.draft")}</Text>
        <Text size="sm" truncate>
          {draft.task}
        </Text>
      </div>
      <Button size="compact-sm" variant="subtle" onClick={forget}>
        {t("catalogue.forgetDraft")}
      </Button>
    </div>
  );
}

const promises = [
  { key: "connects", Icon: IconPlugConnected },
  { key: "proven", Icon: IconClockCheck },
  { key: "minutes", Icon: IconReceipt },
] as const;

function Promises() {
  const { t } = useTranslation();
  const me = useMe();
  if (!me || me.person) return null;
  return (
    <>
      <ul className={classes.promises}>
        {promises.map(({ key, Icon }) => (
          <li key={key} className={classes.promise}>
            <Icon size={26} stroke={1.6} aria-hidden className={classes.promiseIcon} />
            <div>
              <Text fw={600}>{t(`landing.promise.${key}.title`)}</Text>
              <Text size="sm" c="dimmed">
                {t(`landing.promise.${key}.text`)}
              </Text>
            </div>
          </li>
        ))}
      </ul>
      <section className={classes.consultantDoor} aria-labelledby="consultant-door">
        <div>
          <Title order={2} size="h3" id="consultant-door">
            {t("landing.consultantTitle")}
          </Title>
          <Text c="dimmed" mt={4} maw={560}>
            {t("landing.consultantLead")}
          </Text>
        </div>
        <Group gap="md">
          <ButtonLink to="/sign-up" size="md" variant="default">
            {t("landing.signUp")}
          </ButtonLink>
          <TextLink to="/sign-in" fw={600}>
            {t("nav.signIn")}
          </TextLink>
        </Group>
      </section>
    </>
  );
}
