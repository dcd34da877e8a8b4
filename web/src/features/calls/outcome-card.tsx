/** What becomes of an ended marketplace call: the client says that it is solved, or his silence does; the consultant sees what he gets and when. */
import { Button, Text } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { callsApi, type CallOutcome, type CallView } from "@minuta/contracts/calls";
import { journalApi } from "@minuta/contracts/journal";
import { ledgerApi } from "@minuta/contracts/ledger";
import { reportsApi } from "@minuta/contracts/reports";
import { ringsApi } from "@minuta/contracts/rings";
import { useCommand } from "../../api/queries.ts";
import { useTranslation } from "../../text/index.ts";
import { Card } from "../../ui/card.tsx";
import { useFormat } from "../../ui/format.ts";
import { Money } from "../../ui/money.tsx";
import { Problem } from "../../ui/problem.tsx";
import classes from "../journal/journal.module.css";

export function OutcomeCard({ call }: { readonly call: CallView }) {
  const { outcome, side } = call;
  if (!outcome) return null;
  if (outcome.state === "settled") return <Settled outcome={outcome} side={side} />;
  return side === "client" ? <Solved callId={call.id} until={outcome.until} /> : <Waiting outcome={outcome} />;
}

function Solved({ callId, until }: { readonly callId: string; readonly until: Date }) {
  const { t } = useTranslation();
  const format = useFormat();
  const solved = useCommand(ringsApi.solved, [
    journalApi.protocol,
    callsApi.view,
    callsApi.history,
    ledgerApi.wallet,
    reportsApi.statement,
  ]);
  return (
    <Card title={t("outcome.title")}>
      <Text mb="md">{t("outcome.ask", { at: format.dateTime(until) })}</Text>
      <Problem error={solved.error} />
      <Button
        size="lg"
        loading={solved.isPending}
        leftSection={<IconCheck size={20} aria-hidden />}
        onClick={() => solved.run({ params: { callId } })}
      >
        {t("outcome.solved")}
      </Button>
    </Card>
  );
}

type Of<S extends CallOutcome["state"]> = Extract<CallOutcome, { readonly state: S }>;

function Waiting({ outcome }: { readonly outcome: Of<"waiting"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Card title={t("outcome.waitingTitle")}>
      <Text mb="md">{t("outcome.waiting", { at: format.dateTime(outcome.until) })}</Text>
      <Shares outcome={outcome} label={t("outcome.willEarn")} />
    </Card>
  );
}

function Settled({ outcome, side }: { readonly outcome: Of<"settled">; readonly side: CallView["side"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = side === "client" ? "outcome.done" : "outcome.doneFor";
  return (
    <Card title={t("outcome.settledTitle")}>
      <Text role="status">{t(`${words}.${outcome.by}`)}</Text>
      <Text size="sm" c="dimmed" mb={side === "consultant" ? "md" : 0}>
        {t("outcome.at", { at: format.dateTime(outcome.at) })}
      </Text>
      {side === "consultant" && outcome.by !== "nothing-charged" && <Shares outcome={outcome} label={t("outcome.earned")} />}
    </Card>
  );
}

/** What of the charge is the consultant's, and what is the platform's. */
function Shares({ outcome, label }: { readonly outcome: CallOutcome; readonly label: string }) {
  const { t } = useTranslation();
  return (
    <dl className={classes.sums}>
      <dt>{t("outcome.fee")}</dt>
      <dd>
        <Money kopecks={outcome.fee} />
      </dd>
      <dt className={classes.total}>{label}</dt>
      <dd className={classes.total} data-testid="earned">
        <Money kopecks={outcome.earned} />
      </dd>
    </dl>
  );
}
