/** The words of the protocol of a period in its files, Russian and English. */
import type { Side } from "@minuta/contracts/ids";
import type { Locale } from "@minuta/contracts/people";
import type { ReportLine } from "@minuta/contracts/period-reports";

export interface ReportTexts {
  readonly title: Readonly<Record<Side, string>>;
  readonly period: (from: string, to: string) => string;
  readonly columns: Readonly<Record<"number" | "date" | "time" | "name" | "task" | "duration" | "price" | "sum" | "outcome", string>>;
  readonly outcome: Readonly<Record<ReportLine["outcome"], string>>;
  readonly total: string;
  readonly calls: string;
  readonly sums: Readonly<Record<"paid" | "earned" | "waiting", string>>;
  readonly page: (page: number) => string;
  readonly zone: string;
  readonly fileName: string;
}

const ru: ReportTexts = {
  title: { client: "Протокол звонков клиента", consultant: "Протокол звонков консультанта" },
  period: (from, to) => `за период с ${from} по ${to}`,
  columns: {
    number: "№",
    date: "Дата",
    time: "Время",
    name: "С кем",
    task: "О чём",
    duration: "Длительность",
    price: "Цена, ₽/мин",
    sum: "Сумма, ₽",
    outcome: "Итог",
  },
  outcome: { paid: "оплачено", earned: "заработано", waiting: "ждёт слова клиента", nothing: "без оплаты" },
  total: "Всего",
  calls: "Всего звонков",
  sums: { paid: "оплачено", earned: "заработано", waiting: "ждёт слова клиента" },
  page: (page) => `страница ${page}`,
  zone: "Время московское.",
  fileName: "Протокол",
};

const en: ReportTexts = {
  title: { client: "Protocol of a client's calls", consultant: "Protocol of a consultant's calls" },
  period: (from, to) => `from ${from} to ${to}`,
  columns: {
    number: "No.",
    date: "Date",
    time: "Time",
    name: "With whom",
    task: "About what",
    duration: "Length",
    price: "Price, ₽/min",
    sum: "Sum, ₽",
    outcome: "Outcome",
  },
  outcome: { paid: "paid", earned: "earned", waiting: "waits for the client's word", nothing: "no money" },
  total: "Total",
  calls: "Calls in all",
  sums: { paid: "paid", earned: "earned", waiting: "waits for the client's word" },
  page: (page) => `page ${page}`,
  zone: "Times are Moscow's.",
  fileName: "Protocol",
};

export const reportTexts: Readonly<Record<Locale, ReportTexts>> = { ru, en };
