/** What the person has: free, set aside by running calls, and how long it lasts. From the server, never guessed. */
import { Skeleton, Text } from "@mantine/core";
import { ledgerApi, type Wallet } from "@minuta/contracts/ledger";
import { useQuery } from "@tanstack/react-query";
import { reading } from "../../api/queries.ts";
import { useTranslation } from "../../text/index.ts";
import { Card } from "../../ui/card.tsx";
import { useFormat } from "../../ui/format.ts";
import { Money } from "../../ui/money.tsx";
import { Problem } from "../../ui/problem.tsx";
import classes from "./ledger.module.css";

const REFETCH_MS = 5_000;

export const useWallet = () => useQuery({ ...reading(ledgerApi.wallet, {}), refetchInterval: REFETCH_MS });

export function WalletCard() {
  const { t } = useTranslation();
  const wallet = useWallet();
  return (
    <Card>
      <Problem error={wallet.error} />
      {wallet.data ? <Figures wallet={wallet.data} /> : !wallet.error && <Skeleton height={86} />}
      <Text size="sm" c="dimmed" mt="md">
        {t("wallet.howToTopUp")}
      </Text>
    </Card>
  );
}

function Figures({ wallet }: { readonly wallet: Wallet }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <dl className={classes.figures}>
      <div className={classes.main}>
        <dt>{t("wallet.free")}</dt>
        <dd>
          <Money kopecks={wallet.balance} />
        </dd>
      </div>
      <div>
        <dt>{t("wallet.reserved")}</dt>
        <dd>
          <Money kopecks={wallet.reserved} />
        </dd>
      </div>
      <div>
        <dt>{t("wallet.held")}</dt>
        <dd>
          <Money kopecks={wallet.held} />
        </dd>
      </div>
      {wallet.minutesLeft !== null && (
        <div>
          <dt>{t("wallet.left")}</dt>
          <dd>
            {t("wallet.minutes", { count: wallet.minutesLeft })}
            <small>{t("wallet.burn", { burn: format.price(wallet.burnPerMinute) })}</small>
          </dd>
        </div>
      )}
      {wallet.overdraft > 0n && (
        <div>
          <dt>{t("wallet.overdraft")}</dt>
          <dd>
            <Money kopecks={wallet.overdraft} />
          </dd>
        </div>
      )}
    </dl>
  );
}
