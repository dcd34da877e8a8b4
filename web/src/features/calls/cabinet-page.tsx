/** Money, running calls, history, statement and statistics of the person. */
import { Stack, Tabs } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Card } from "../../ui/card.tsx";
import { Loading } from "../../ui/loading.tsx";
import { Page } from "../../ui/page.tsx";
import { useOwnCard } from "../catalogue/use-own-card.ts";
import { Statement } from "../ledger/statement.tsx";
import { WalletCard } from "../ledger/wallet-card.tsx";
import { EarningsCard } from "../reports/earnings-card.tsx";
import { StatisticsPanel } from "../reports/statistics.tsx";
import { History } from "./history.tsx";
import { RunningCalls } from "./running.tsx";

export function CabinetPage() {
  const { t } = useTranslation();
  const { tab, side } = useSearch({ from: "/person/cabinet" });
  const navigate = useNavigate();
  const card = useOwnCard().data?.card;
  const open = (name: string | null) =>
    void navigate({
      to: "/cabinet",
      search: { tab: name === "statement" || name === "statistics" ? name : undefined },
      resetScroll: false,
    });
  return (
    <Page title={t("cabinet.title")}>
      <Stack gap="lg">
        <WalletCard />
        {card && card.slug !== null && <EarningsCard />}
        <RunningCalls />
        <Card>
          <Tabs value={tab ?? "calls"} onChange={open} keepMounted={false}>
            <Tabs.List mb="md" aria-label={t("cabinet.sections")}>
              <Tabs.Tab value="calls">{t("cabinet.calls")}</Tabs.Tab>
              <Tabs.Tab value="statement">{t("cabinet.statement")}</Tabs.Tab>
              <Tabs.Tab value="statistics">{t("cabinet.statistics")}</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="calls">
              <History side={side} onSide={(chosen) => void navigate({ to: "/cabinet", search: { side: chosen }, resetScroll: false })} />
            </Tabs.Panel>
            <Tabs.Panel value="statement">
              <Statement />
            </Tabs.Panel>
            <Tabs.Panel value="statistics">{card ? <ChosenStatistics isConsultant={card.slug !== null} /> : <Loading />}</Tabs.Panel>
          </Tabs>
        </Card>
      </Stack>
    </Page>
  );
}

/** Side and period stand in the address; who has a card is shown his consulting first. */
function ChosenStatistics({ isConsultant }: { readonly isConsultant: boolean }) {
  const { side = isConsultant ? "consultant" : "client", period = "month" } = useSearch({ from: "/person/cabinet" });
  const navigate = useNavigate();
  return (
    <StatisticsPanel
      side={side}
      period={period}
      onChoose={(choice) =>
        void navigate({
          to: "/cabinet",
          search: { tab: "statistics", side: choice.side, period: choice.period === "month" ? undefined : choice.period },
          resetScroll: false,
        })
      }
    />
  );
}
