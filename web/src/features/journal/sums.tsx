/** What the call came to, for the side that looks: time, what was charged, what the consultant asks himself. */
import type { CallView } from "@minuta/contracts/calls";
import type { Protocol } from "@minuta/contracts/journal";
import { useTranslation } from "../../text/index.ts";
import { useFormat } from "../../ui/format.ts";
import classes from "./journal.module.css";

export function Sums({ protocol }: { readonly protocol: Protocol }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { call } = protocol;
  return (
    <dl className={classes.sums}>
      <dt>{t("sums.proven")}</dt>
      <dd>{format.duration(protocol.provenSeconds)}</dd>
      <dt>{t("sums.chargeable")}</dt>
      <dd>{format.duration(protocol.chargeableSeconds)}</dd>
      {seesMoney(call) && (
        <>
          <dt>{t(call.tariff === "marketplace" ? "meter.price" : "sums.price")}</dt>
          <dd>{t("sums.perMinute", { price: format.price(protocol.pricePerMinute) })}</dd>
        </>
      )}
      <dt className={classes.total}>{t(totalWords(call))}</dt>
      <dd className={classes.total} data-testid="charged">
        {seesMoney(call) ? format.money(protocol.charged) : t("meter.free")}
      </dd>
      {call.ownRateKopecks !== null && protocol.ownSum !== null && (
        <>
          <dt>{t("sums.ownSum", { rate: format.price(call.ownRateKopecks) })}</dt>
          <dd>{format.money(protocol.ownSum)}</dd>
        </>
      )}
    </dl>
  );
}

/** What a consultant pays for the line of a carrier call is no business of his client. */
const seesMoney = (call: CallView): boolean => call.youPay || call.tariff === "marketplace";

function totalWords(call: CallView): "sums.chargedToYou" | "sums.chargedToClient" | "sums.forYou" {
  if (call.youPay) return "sums.chargedToYou";
  return call.tariff === "marketplace" ? "sums.chargedToClient" : "sums.forYou";
}
