import { useTranslation } from "../../text/index.ts";
import { Card } from "../../ui/card.tsx";
import { Page } from "../../ui/page.tsx";
import { CodeForm } from "./code-form.tsx";

export function JoinCodePage() {
  const { t } = useTranslation();
  return (
    <Page title={t("code.title")} lead={t("code.lead")} width="narrow">
      <Card>
        <CodeForm autoFocus />
      </Card>
    </Page>
  );
}
