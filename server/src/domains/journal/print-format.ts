/** How sums, lengths and instants stand in print. Instants are Moscow's: the zone of the documents they go with. Pure. */
import type { Kopecks } from "@minuta/contracts/money";
import type { Locale } from "@minuta/contracts/people";
import { configurations } from "@minuta/contracts/taxonomy";

const ZONE = "Europe/Moscow";
const tags: Readonly<Record<Locale, string>> = { ru: "ru-RU", en: "en-GB" };

export interface Formats {
  /** `23 ноября 2026 г., 19:04:07` */
  readonly dateTime: (at: Date) => string;
  readonly date: (at: Date) => string;
  /** `23.11.2026, 19:04:07` */
  readonly stamp: (at: Date) => string;
  /** `19:04:07` */
  readonly time: (at: Date) => string;
  readonly money: (sum: Kopecks) => string;
  /** `1:02:03`, `02:03` */
  readonly length: (seconds: number) => string;
  /** Minutes with at most two digits: `13`, `1,5`. */
  readonly minutes: (seconds: number) => string;
  /** Megabytes with two digits, of bytes. */
  readonly megabytes: (bytes: number) => string;
  /** The name of a configuration known by its code; anything else as it was typed. */
  readonly configuration: (codeOrName: string) => string;
}

const two = (number: number): string => String(number).padStart(2, "0");

function length(seconds: number): string {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${two(minutes)}:${two(rest)}`;
}

/** The font has no narrow no-break space, which number formats use. */
const printable = (text: string): string => text.replaceAll(/[\u202f\u2009]/g, "\u00a0");

export function formatsOf(locale: Locale): Formats {
  const tag = tags[locale];
  const day = { timeZone: ZONE, day: "numeric", month: "long", year: "numeric" } as const;
  const clock = { timeZone: ZONE, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;
  const date = new Intl.DateTimeFormat(tag, day);
  const time = new Intl.DateTimeFormat(tag, clock);
  const stamp = new Intl.DateTimeFormat(tag, { ...day, month: "2-digit", day: "2-digit", ...clock });
  const number = new Intl.NumberFormat(tag, { maximumFractionDigits: 2 });
  const fixed = new Intl.NumberFormat(tag, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return {
    date: (at) => printable(date.format(at)),
    stamp: (at) => printable(stamp.format(at)),
    time: (at) => time.format(at),
    dateTime: (at) => printable(`${date.format(at)}, ${time.format(at)}`),
    // Exact: the formatter takes decimal text, no float comes in between.
    money: (sum) => printable(`${fixed.format(decimalOf(sum))}\u00a0₽`),
    length,
    minutes: (seconds) => printable(number.format(seconds / 60)),
    megabytes: (bytes) => printable(fixed.format(bytes / 1_000_000)),
    configuration: (codeOrName) => configurations.find(({ code }) => code === codeOrName)?.[locale] ?? codeOrName,
  };
}

function decimalOf(sum: Kopecks): Intl.StringNumericLiteral {
  const digits = sum.toString().replace("-", "").padStart(3, "0");
  return `${sum < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}` as Intl.StringNumericLiteral;
}
