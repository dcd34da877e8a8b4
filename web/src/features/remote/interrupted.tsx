/** What lies over the picture while the call does not run: a pause, an empty wallet, another tab, a closed channel. */
import { Anchor, Button, Text, Title } from "@mantine/core";
import { callsApi } from "@minuta/contracts/calls";
import type { Side } from "@minuta/contracts/ids";
import { useCommand } from "../../api/queries.ts";
import { useTranslation } from "../../text/index.ts";
import { useFormat } from "../../ui/format.ts";
import { Problem } from "../../ui/problem.tsx";
import { useNow } from "../../ui/use-now.ts";
import classes from "./call.module.css";
import type { Moment, Phase } from "./phase.ts";

export interface InterruptedProps {
  readonly moment: Moment;
  readonly phase: Phase;
  readonly onRestart: () => void;
}

export function Interrupted({ moment, phase, onRestart }: InterruptedProps) {
  if (phase === "paused") return <Paused moment={moment} />;
  if (phase === "paused-for-top-up") return <PausedForTopUp moment={moment} />;
  if (phase === "paused-for-signature") return <PausedForSignature moment={moment} />;
  if (phase === "replaced" || phase === "closed") return <Gone phase={phase} onRestart={onRestart} />;
  return null;
}

function Paused({ moment: { call, meter } }: { readonly moment: Moment }) {
  const { t } = useTranslation();
  const resume = useCommand(callsApi.resume, [callsApi.view]);
  const by = meter.pausedBy;
  const who = by === null ? "someone" : by === call.side ? "you" : by;
  return (
    <div className={classes.over} role="status">
      <Title order={2} size="h3">
        {t("paused.title")}
      </Title>
      <Text>
        {t(`paused.by.${who}`)} {t("paused.text")}
      </Text>
      <Until at={meter.pauseEndsAt} />
      <Problem error={resume.error} />
      {by === call.side ? (
        <Button size="md" loading={resume.isPending} onClick={() => resume.run({ params: { callId: call.id } })}>
          {t("controls.resume")}
        </Button>
      ) : (
        <Text size="sm">{t(`paused.goesOn.${call.side}`)}</Text>
      )}
    </div>
  );
}

function PausedForTopUp({ moment: { call, meter } }: { readonly moment: Moment }) {
  const { t } = useTranslation();
  return (
    <div className={classes.over} role="alert">
      <Title order={2} size="h3">
        {t("topUpPause.title")}
      </Title>
      <Text>{t(call.youPay ? "topUpPause.payer" : "topUpPause.other")}</Text>
      <Until at={meter.pauseEndsAt} />
      {call.youPay && (
        <Anchor href="/cabinet" target="_blank" rel="noopener" fw={600}>
          {t("topUpPause.cabinet")}
        </Anchor>
      )}
    </div>
  );
}

/** Whose signature is missing, why, and what he can do. */
function PausedForSignature({ moment: { state, call, meter } }: { readonly moment: Moment }) {
  const { t } = useTranslation();
  const { signed, notSigning } = state;
  const behind: Side = signed.client <= signed.consultant ? "client" : "consultant";
  const why = notSigning[behind];
  return (
    <div className={classes.over} role="alert">
      <Title order={2} size="h3">
        {t("signaturePause.title")}
      </Title>
      <Text>{t(`signaturePause.by.${behind === call.side ? "you" : behind}`)}</Text>
      {why !== null && <Text>{t(`signaturePause.why.${why}`)}</Text>}
      <Text size="sm" c="dimmed">
        {t("signaturePause.text")}
      </Text>
      <Until at={meter.pauseEndsAt} />
    </div>
  );
}

function Until({ at }: { readonly at: Date | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  if (!at) return null;
  const left = Math.max(0, Math.ceil((at.getTime() - now.getTime()) / 1_000));
  return (
    <Text c="dimmed" size="sm" className={classes.tabular}>
      {t("paused.until", { left: format.clock(left), at: format.time(at) })}
    </Text>
  );
}

function Gone({ phase, onRestart }: { readonly phase: "replaced" | "closed"; readonly onRestart: () => void }) {
  const { t } = useTranslation();
  return (
    <div className={classes.over} role="alert">
      <Title order={2} size="h3">
        {t(`gone.${phase}.title`)}
      </Title>
      <Text>{t(`gone.${phase}.text`)}</Text>
      <Button size="md" onClick={onRestart}>
        {t(`gone.${phase}.action`)}
      </Button>
    </div>
  );
}
