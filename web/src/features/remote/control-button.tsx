/** One button of the call: an icon with its word below; the full words are its accessible name. */
import type { Icon } from "@tabler/icons-react";
import classes from "./controls.module.css";

export interface ControlButtonProps {
  readonly Icon: Icon;
  /** What it does, in full. */
  readonly label: string;
  /** The word under the icon. */
  readonly short: string;
  readonly onClick: () => void;
  readonly active?: boolean;
  readonly danger?: boolean;
  /** Off, where the person probably wants it on. */
  readonly attention?: boolean;
  readonly disabled?: boolean;
  readonly busy?: boolean;
  readonly badge?: number;
  readonly expanded?: boolean;
}

export function ControlButton({
  Icon,
  label,
  short,
  onClick,
  active,
  danger,
  attention,
  disabled,
  busy,
  badge,
  expanded,
}: ControlButtonProps) {
  return (
    <button
      type="button"
      className={classes.control}
      aria-label={label}
      title={label}
      disabled={disabled || busy}
      onClick={onClick}
      aria-busy={busy}
      aria-expanded={expanded}
      data-active={active || undefined}
      data-danger={danger || undefined}
      data-attention={attention || undefined}
    >
      <span className={classes.controlIcon}>
        <Icon size={22} stroke={1.8} aria-hidden />
        {badge ? (
          <span className={classes.badge} aria-hidden>
            {badge}
          </span>
        ) : null}
      </span>
      <span className={classes.controlWord} aria-hidden>
        {short}
      </span>
    </button>
  );
}
