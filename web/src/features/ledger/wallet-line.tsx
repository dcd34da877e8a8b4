/** The wallet in one line, for pages where money is not the subject. */
import { Skeleton } from "@mantine/core";
import { useTranslation } from "../../text/index.ts";
import { Money } from "../../ui/money.tsx";
import classes from "./ledger.module.css";
import { useWallet } from "./wallet-card.tsx";
import { TextLink } from "../../ui/link.tsx";

export function WalletLine() {
  const { t } = useTranslation();
  const wallet = useWallet().data;
  if (!wallet) return <Skeleton height={58} radius="lg" />;
  return (
    <div className={classes.line}>
      <span>
        {t("wallet.free")} <Money kopecks={wallet.balance} fw={650} />
      </span>
      {wallet.reserved > 0n && (
        <span>
          {t("wallet.reserved")} <Money kopecks={wallet.reserved} fw={650} />
        </span>
      )}
      {wallet.minutesLeft !== null && (
        <span>
          {t("wallet.left")} <b>{t("wallet.minutes", { count: wallet.minutesLeft })}</b>
        </span>
      )}
      <TextLink to="/cabinet" search={{ tab: "statement" }} size="sm" ms="auto">
        {t("cabinet.statement")}
      </TextLink>
    </div>
  );
}
