/** Money, running calls, history and statement of the person. */
import { Stack, Tabs } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Card } from "../../ui/card.tsx";
import { Page } from "../../ui/page.tsx";
import { Statement } from "../ledger/statement.tsx";
import { WalletCard } from "../ledger/wallet-card.tsx";
import { History } from "./history.tsx";
import { RunningCalls } from "./running.tsx";

export function CabinetPage() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/person/cabinet" });
  const navigate = useNavigate();
  return (
    <Page title={t("cabinet.title")}>
      <Stack gap="lg">
        <WalletCard />
        <RunningCalls />
        <Card>
          <Tabs
            value={search.tab ?? "calls"}
            onChange={(tab) => void navigate({ to: "/cabinet", search: { tab: tab === "statement" ? "statement" : undefined } })}
            keepMounted={false}
          >
            <Tabs.List mb="md" aria-label={t("cabinet.sections")}>
              <Tabs.Tab value="calls">{t("cabinet.calls")}</Tabs.Tab>
              <Tabs.Tab value="statement">{t("cabinet.statement")}</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="calls">
              <History side={search.side} onSide={(side) => void navigate({ to: "/cabinet", search: { side } })} />
            </Tabs.Panel>
            <Tabs.Panel value="statement">
              <Statement />
            </Tabs.Panel>
          </Tabs>
        </Card>
      </Stack>
    </Page>
  );
}
