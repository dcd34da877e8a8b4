/** A sum of money with tabular figures; kopecks in. */
import { Text, type TextProps } from "@mantine/core";
import { useFormat } from "./format.ts";
import classes from "./page.module.css";

export interface MoneyProps extends TextProps {
  readonly kopecks: bigint;
  /** Puts a plus before what comes in. */
  readonly signed?: boolean;
}

export function Money({ kopecks, signed = false, ...rest }: MoneyProps) {
  const format = useFormat();
  return (
    <Text component="span" inherit className={classes.figures} {...rest}>
      {signed && kopecks > 0n ? "+" : ""}
      {format.money(kopecks)}
    </Text>
  );
}
