import { Group } from "@mantine/core";
import { useTranslation } from "../text/index.ts";
import { Page } from "./page.tsx";
import { ButtonLink } from "./link.tsx";

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("notFound.title")} lead={t("notFound.lead")} width="narrow">
      <Group>
        <ButtonLink to="/">{t("notFound.home")}</ButtonLink>
        <ButtonLink to="/join" variant="default">
          {t("notFound.join")}
        </ButtonLink>
      </Group>
    </Page>
  );
}
