/** Always in sight: with whom, what the call is doing, time and money as the server last said, and how well it connects. */
import type { CallView } from "@minuta/contracts/calls";
import { Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "../../text/index.ts";
import { BrandMark } from "../../ui/brand.tsx";
import { useFormat } from "../../ui/format.ts";
import { RecordingBadge } from "../recordings/recording-badge.tsx";
import type { Recording } from "../recordings/use-recording.ts";
import classes from "./call.module.css";
import type { Moment, Phase } from "./phase.ts";
import { Quality } from "./quality.tsx";
import { SafetyNumber } from "./safety-number.tsx";
import { TaskButton } from "./task-button.tsx";

export interface CallHeadProps {
  readonly moment: Moment;
  readonly phase: Phase;
  readonly recording: Recording;
}

export function CallHead({ moment, phase, recording }: CallHeadProps) {
  const { t } = useTranslation();
  const { call, state } = moment;
  return (
    <header className={classes.head}>
      <div className={classes.who}>
        <BrandMark size={28} />
        <div className={classes.names}>
          <Title order={1} className={classes.name}>
            {otherOf(call)}
          </Title>
          <Text size="xs" c="dimmed" truncate role="status" data-testid="phase">
            <span className={classes.dot} data-phase={phase} aria-hidden /> {t(`phase.${phase}`)}
          </Text>
        </div>
        <TaskButton call={call} />
        <RecordingBadge recording={recording} call={call} />
        <Quality quality={state.quality} path={state.path} />
      </div>
      <Figures moment={moment} />
    </header>
  );
}

function otherOf(call: CallView): string {
  if (call.side === "client") return [call.consultant.name, call.consultant.firm].filter(Boolean).join(", ");
  return [call.client.name, call.client.organisation].filter(Boolean).join(", ");
}

function Figures({ moment: { call, meter, state } }: { readonly moment: Moment }) {
  const { t } = useTranslation();
  const format = useFormat();
  // In a carrier call the price of the line is its payer's business alone.
  const seesMoney = call.youPay || call.tariff === "marketplace";
  return (
    <dl className={classes.figures}>
      <Figure label={t("meter.time")} name="time">
        {format.clock(meter.billableSeconds)}
      </Figure>
      {seesMoney ? (
        <>
          <Figure label={t(call.youPay ? "meter.charged" : "sums.chargedToClient")} name="charged">
            {format.money(meter.charged)}
          </Figure>
          {call.youPay && (
            <Figure label={t("meter.reserved")} name="reserved">
              {format.money(meter.reserved)}
            </Figure>
          )}
          <Figure label={t("meter.price")} name="price">
            {t("sums.perMinute", { price: format.price(meter.pricePerMinute) })}
          </Figure>
        </>
      ) : (
        <>
          <Figure label={t("meter.forYou")} name="charged">
            {t("meter.free")}
          </Figure>
          {call.ownRateKopecks !== null && (
            <Figure label={t("meter.ownRate")} name="own-rate">
              {t("sums.perMinute", { price: format.price(call.ownRateKopecks) })}
            </Figure>
          )}
        </>
      )}
      {meter.minutesLeft !== null && call.youPay && (
        <Figure label={t("meter.left")} name="left">
          {t("wallet.minutes", { count: meter.minutesLeft })}
        </Figure>
      )}
      {state.safetyNumber !== null && (
        <Figure label={t("safetyNumber.label")} name="safety">
          <SafetyNumber number={state.safetyNumber} />
        </Figure>
      )}
    </dl>
  );
}

function Figure({ label, name, children }: { readonly label: string; readonly name: string; readonly children: ReactNode }) {
  return (
    <div className={classes.figure} data-figure={name}>
      <dt>{label}</dt>
      <dd data-testid={`meter-${name}`}>{children}</dd>
    </div>
  );
}
