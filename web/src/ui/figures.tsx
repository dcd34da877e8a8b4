/** A few figures in a row, each under its name. */
import type { ReactNode } from "react";
import classes from "./page.module.css";

export interface FiguresProps {
  readonly figures: readonly { readonly name: string; readonly value: ReactNode }[];
}

export function Figures({ figures }: FiguresProps) {
  return (
    <dl className={classes.figureList}>
      {figures.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
