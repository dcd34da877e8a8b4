/** Money, dates, durations as people read them. The only place that turns figures into text. */
import type { Locale } from "@minuta/contracts/people";
import { useTranslation } from "../text/index.ts";

const TIME_ZONE = "Europe/Moscow";
const tagOf: Record<Locale, string> = { ru: "ru-RU", en: "en-GB" };
const SECONDS_A_MINUTE = 60;
const MINUTES_AN_HOUR = 60;
const BYTES_A_MEGABYTE = 1_000_000;

export interface Format {
  /** `1 234,50 ₽`: always with kopecks, for tables and balances. Kopecks in. */
  money(kopecks: bigint): string;
  /** `20 ₽` or `20,50 ₽`: a price, without empty kopecks. Kopecks in. */
  price(kopecks: bigint | number): string;
  /** `12:34` or `1:02:34`: a running clock. Seconds in. */
  clock(seconds: number): string;
  /** `1 ч 2 мин 34 с`. Seconds in. */
  duration(seconds: number): string;
  /** `23 нояб. 2026 г., 14:05`, Moscow time. */
  dateTime(at: Date): string;
  /** `23 нояб., 14:05`, Moscow time: where the year is known. */
  dayAndTime(at: Date): string;
  /** `14:05:09`, Moscow time. */
  time(at: Date): string;
  /** `23 нояб.` of a calendar day `2026-11-23`. */
  day(isoDay: string): string;
  /** `ноябрь 2026 г.` of a month `2026-11`. */
  month(isoMonth: string): string;
  /** `1 234,5`: a count or a measure, two decimals at most. */
  number(value: number): string;
  /** `0,53 МБ`, of a million bytes each. Bytes in. */
  megabytes(bytes: number): string;
  /** `5 минут назад`. */
  ago(at: Date, now: Date): string;
}

/** Exact for any sum: the whole roubles are formatted as bigint, the kopecks are put in place of the fraction. */
function rouble(locale: Locale, digits: 0 | 2): (kopecks: bigint) => string {
  const format = new Intl.NumberFormat(tagOf[locale], {
    style: "currency",
    currency: "RUB",
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return (kopecks) => {
    const absolute = kopecks < 0n ? -kopecks : kopecks;
    const fraction = String(absolute % 100n).padStart(2, "0");
    const text = format
      .formatToParts(absolute / 100n)
      .map((part) => (part.type === "fraction" ? fraction : part.value))
      .join("");
    return kopecks < 0n ? `−${text}` : text;
  };
}

const two = (value: number): string => String(value).padStart(2, "0");

function split(seconds: number): { hours: number; minutes: number; seconds: number } {
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(whole / SECONDS_A_MINUTE);
  return { hours: Math.floor(minutes / MINUTES_AN_HOUR), minutes: minutes % MINUTES_AN_HOUR, seconds: whole % SECONDS_A_MINUTE };
}

function durationFormat(locale: Locale): (seconds: number) => string {
  const unit = (name: "hour" | "minute" | "second") =>
    new Intl.NumberFormat(tagOf[locale], { style: "unit", unit: name, unitDisplay: "short" });
  const [hour, minute, second] = [unit("hour"), unit("minute"), unit("second")];
  return (total) => {
    const at = split(total);
    const words = [
      at.hours > 0 && hour.format(at.hours),
      at.minutes > 0 && minute.format(at.minutes),
      at.seconds > 0 && second.format(at.seconds),
    ].filter((word) => word !== false);
    return words.length > 0 ? words.join(" ") : second.format(0);
  };
}

function agoFormat(locale: Locale): (at: Date, now: Date) => string {
  const relative = new Intl.RelativeTimeFormat(tagOf[locale], { numeric: "auto" });
  return (at, now) => {
    const minutes = Math.round((at.getTime() - now.getTime()) / 60_000);
    if (Math.abs(minutes) < MINUTES_AN_HOUR) return relative.format(minutes, "minute");
    const hours = Math.round(minutes / MINUTES_AN_HOUR);
    return Math.abs(hours) < 24 ? relative.format(hours, "hour") : relative.format(Math.round(hours / 24), "day");
  };
}

export function makeFormat(locale: Locale): Format {
  const withKopecks = rouble(locale, 2);
  const whole = rouble(locale, 0);
  const dateTime = new Intl.DateTimeFormat(tagOf[locale], { dateStyle: "medium", timeStyle: "short", timeZone: TIME_ZONE });
  const dayAndTime = new Intl.DateTimeFormat(tagOf[locale], {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZone: TIME_ZONE,
  });
  const month = new Intl.DateTimeFormat(tagOf[locale], { month: "long", year: "numeric", timeZone: "UTC" });
  const day = new Intl.DateTimeFormat(tagOf[locale], { day: "numeric", month: "short", timeZone: "UTC" });
  const time = new Intl.DateTimeFormat(tagOf[locale], { timeStyle: "medium", timeZone: TIME_ZONE });
  const number = new Intl.NumberFormat(tagOf[locale], { maximumFractionDigits: 2 });
  const hundredths = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  const megabytes = new Intl.NumberFormat(tagOf[locale], { style: "unit", unit: "megabyte", ...hundredths });
  return {
    money: withKopecks,
    price: (kopecks) => {
      const sum = BigInt(kopecks);
      return sum % 100n === 0n ? whole(sum) : withKopecks(sum);
    },
    clock: (seconds) => {
      const at = split(seconds);
      return at.hours > 0 ? `${at.hours}:${two(at.minutes)}:${two(at.seconds)}` : `${two(at.minutes)}:${two(at.seconds)}`;
    },
    duration: durationFormat(locale),
    number: (value) => number.format(value),
    megabytes: (bytes) => megabytes.format(bytes / BYTES_A_MEGABYTE),
    dateTime: (at) => dateTime.format(at),
    dayAndTime: (at) => dayAndTime.format(at),
    time: (at) => time.format(at),
    day: (isoDay) => day.format(new Date(`${isoDay}T00:00:00Z`)),
    month: (isoMonth) => month.format(new Date(`${isoMonth}-01T00:00:00Z`)),
    ago: agoFormat(locale),
  };
}

const formats: Record<Locale, Format> = { ru: makeFormat("ru"), en: makeFormat("en") };

/** The formats of the language on screen. */
export function useFormat(): Format {
  return formats[useTranslation().locale];
}

/** `123 456 789`: a join code as it is read aloud. */
export const codeInThrees = (digits: string): string => digits.replaceAll(/\D/g, "").replaceAll(/(\d{3})(?=\d)/g, "$1 ");

/** Roubles as typed (`1 250,5`) to kopecks; null when it is not a sum of money. */
export function kopecksOfTyped(typed: string | number): number | null {
  const match = /^(\d{1,9})(?:[.,](\d{1,2}))?$/.exec(String(typed).replaceAll(/[\s\u00a0₽]/g, ""));
  if (!match?.[1]) return null;
  return Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
}

/** Kopecks as a person would type them in roubles: `45` or `45,50`; nothing for null. */
export function typedOfKopecks(sum: number | null): string {
  if (sum === null) return "";
  return sum % 100 === 0 ? String(sum / 100) : `${Math.floor(sum / 100)},${two(sum % 100)}`;
}
