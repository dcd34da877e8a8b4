/** The first page: what Minuta is in one breath; a field for the client's code; a door for the consultant. */
import { Group, Text, Title } from "@mantine/core";
import { IconClockCheck, IconPlugConnected, IconReceipt } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useWindowTitle } from "../../ui/page.tsx";
import { useMe } from "../people/me.ts";
import { CodeForm } from "./code-form.tsx";
import classes from "./landing.module.css";
import { ButtonLink, TextLink } from "../../ui/link.tsx";

const promises = [
  { key: "connects", Icon: IconPlugConnected },
  { key: "proven", Icon: IconClockCheck },
  { key: "minutes", Icon: IconReceipt },
] as const;

export function LandingPage() {
  const { t } = useTranslation();
  useWindowTitle(t("landing.windowTitle"));
  return (
    <div className={classes.landing}>
      <div className={classes.hero}>
        <div>
          <Title order={1} className={classes.title}>
            {t("landing.title")}
          </Title>
          <Text className={classes.lead}>{t("landing.lead")}</Text>
        </div>
        <section className={classes.entrance} aria-labelledby="client-entrance">
          <Title order={2} size="h3" id="client-entrance">
            {t("landing.clientTitle")}
          </Title>
          <CodeForm />
          <Text size="sm" c="dimmed">
            {t("landing.clientHint")}
          </Text>
        </section>
      </div>
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
      <ConsultantDoor />
    </div>
  );
}

function ConsultantDoor() {
  const { t } = useTranslation();
  const person = useMe()?.person;
  return (
    <section className={classes.consultant} aria-labelledby="consultant-door">
      <div>
        <Title order={2} size="h3" id="consultant-door">
          {t("landing.consultantTitle")}
        </Title>
        <Text c="dimmed" mt={4} maw={560}>
          {t("landing.consultantLead")}
        </Text>
      </div>
      {person ? (
        <ButtonLink to="/cabinet/work" size="md" variant="default">
          {t("landing.toWork")}
        </ButtonLink>
      ) : (
        <Group gap="md">
          <ButtonLink to="/sign-up" size="md" variant="default">
            {t("landing.signUp")}
          </ButtonLink>
          <TextLink to="/sign-in" fw={600}>
            {t("nav.signIn")}
          </TextLink>
        </Group>
      )}
    </section>
  );
}
