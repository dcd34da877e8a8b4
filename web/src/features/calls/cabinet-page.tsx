/** Money, running calls, history, statement and statistics of the person. */
import { Stack, Tabs } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "../../text/index.ts";
import { Card } from "../../ui/card.tsx";
import { TextLink } from "../../ui/link.tsx";
import { Loading } from "../../ui/loading.tsx";
import { Page } from "../../ui/page.tsx";
import { useOwnCard } from "../catalogue/use-own-card.ts";
import { WalletCard } from "../ledger/wallet-card.tsx";
import { Earnings } from "../reports/earnings.tsx";
import { EarningsCard } from "../reports/earnings-card.tsx";
import { monthOf } from "../reports/period.ts";
import { Statement } from "../reports/statement.tsx";
import { StatisticsPanel } from "../reports/statistics.tsx";
import { useToday } from "../reports/use-today.ts";
import classes from "./calls.module.css";
import { History } from "./history.tsx";
import { RunningCalls } from "./running.tsx";

const tabs = ["statement", "earnings", "statistics"] as const;

export function CabinetPage() {
  const { t } = useTranslation();
  const { tab, side } = useSearch({ from: "/person/cabinet" });
  const navigate = useNavigate();
  const card = useOwnCard().data?.card;
  const isConsultant = card !== undefined && card.slug !== null;
  const open = (name: string | null) =>
    void navigate({ to: "/cabinet", search: { tab: name === "calls" ? undefined : tabs.find((one) => one === name) }, resetScroll: false });
  return (
    <Page title={t("cabinet.title")} action={<TextLink to="/cabinet/report">{t("periodReport.link")}</TextLink>}>
      <Stack gap="lg">
        <WalletCard />
        {isConsultant && <EarningsCard />}
        <RunningCalls />
        <Card>
          <Tabs value={tab ?? "calls"} onChange={open} keepMounted={false}>
            <Tabs.List mb="md" className={classes.tabs} aria-label={t("cabinet.sections")}>
              <Tabs.Tab value="calls">{t("cabinet.calls")}</Tabs.Tab>
              <Tabs.Tab value="statement">{t("cabinet.statement")}</Tabs.Tab>
              {(isConsultant || tab === "earnings") && <Tabs.Tab value="earnings">{t("cabinet.earnings")}</Tabs.Tab>}
              <Tabs.Tab value="statistics">{t("cabinet.statistics")}</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="calls">
              <History side={side} onSide={(chosen) => void navigate({ to: "/cabinet", search: { side: chosen }, resetScroll: false })} />
            </Tabs.Panel>
            <Tabs.Panel value="statement">
              <ChosenMonth tab="statement" />
            </Tabs.Panel>
            <Tabs.Panel value="earnings">
              <ChosenMonth tab="earnings" />
            </Tabs.Panel>
            <Tabs.Panel value="statistics">{card ? <ChosenStatistics isConsultant={isConsultant} /> : <Loading />}</Tabs.Panel>
          </Tabs>
        </Card>
      </Stack>
    </Page>
  );
}

/** The month stands in the address; this one when it does not. */
function ChosenMonth({ tab }: { readonly tab: "statement" | "earnings" }) {
  const { month } = useSearch({ from: "/person/cabinet" });
  const navigate = useNavigate();
  const now = monthOf(useToday());
  const Chosen = tab === "statement" ? Statement : Earnings;
  return (
    <Chosen
      month={month ?? now}
      onChoose={(chosen) =>
        void navigate({ to: "/cabinet", search: { tab, month: chosen === now ? undefined : chosen }, resetScroll: false })
      }
    />
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
