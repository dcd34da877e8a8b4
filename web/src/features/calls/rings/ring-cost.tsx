/** What a call will cost, before it is made: price, what the wallet is enough for, what is set aside first. */
import { Alert, Skeleton, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { Kopecks } from "@minuta/contracts/money";
import { useTranslation } from "../../../text/index.ts";
import { useFormat } from "../../../ui/format.ts";
import { TextLink } from "../../../ui/link.tsx";
import { Money } from "../../../ui/money.tsx";
import { Problem } from "../../../ui/problem.tsx";
import { useWallet } from "../../ledger/wallet-card.tsx";
import classes from "../../journal/journal.module.css";

export function RingCost({ pricePerMinute }: { readonly pricePerMinute: Kopecks }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { data: wallet, error } = useWallet();
  const minutes = wallet && wallet.balance > 0n ? Number(wallet.balance / pricePerMinute) : 0;
  return (
    <Stack gap="md">
      <dl className={classes.sums}>
        <dt>{t("meter.price")}</dt>
        <dd>{t("sums.perMinute", { price: format.price(pricePerMinute) })}</dd>
        <dt>{t("ringForm.wallet")}</dt>
        <dd>{wallet ? <Money kopecks={wallet.balance} /> : <Skeleton width={90} height={20} />}</dd>
        <dt>{t("ringForm.enough")}</dt>
        <dd data-testid="ring-minutes">{wallet ? t("wallet.minutes", { count: minutes }) : <Skeleton width={90} height={20} />}</dd>
        <dt>{t("ringForm.quota")}</dt>
        <dd>
          <Money kopecks={pricePerMinute} />
        </dd>
      </dl>
      <Text size="sm" c="dimmed">
        {t("ringForm.quotaNote")}
      </Text>
      <Problem error={error} />
      {wallet && minutes === 0 && (
        <Alert color="orange" variant="light" icon={<IconAlertTriangle aria-hidden />} title={t("ringForm.short")} role="status">
          <Text size="sm">
            {t("ringForm.shortWay", { needed: format.price(pricePerMinute), free: format.price(wallet.balance) })} {t("wallet.howToTopUp")}{" "}
            <TextLink to="/cabinet" size="sm" underline="always">
              {t("wayOut./cabinet")}
            </TextLink>
          </Text>
        </Alert>
      )}
    </Stack>
  );
}
