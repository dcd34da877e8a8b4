import { Button } from "@mantine/core";
import { useTranslation } from "../text/index.ts";
import { Page } from "./page.tsx";
import { Problem } from "./problem.tsx";

/** What is shown when a page itself broke or could not be loaded. */
export function ErrorPage({ error }: { readonly error: unknown }) {
  const { t } = useTranslation();
  return (
    <Page title={t("error.title")} width="narrow">
      <Problem error={error instanceof Error ? error : new Error("unknown")} />
      <Button mt="md" onClick={() => location.reload()}>
        {t("error.reload")}
      </Button>
    </Page>
  );
}
