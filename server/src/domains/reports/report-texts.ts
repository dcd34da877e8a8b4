/** The words of the protocol of a period in its files, Russian and English. */
import type { Side } from "@minuta/contracts/ids";
import type { Locale } from "@minuta/contracts/people";
import type { ReportLine } from "@minuta/contracts/period-reports";

export interface ReportTexts {
  readonly title: Readonly<Record<Side, string>>;
  readonly side: Readonly<Record<Side, string>>;
  readonly inn: (inn: string) => string;
  readonly period: (from: string, to: string) => string;
  readonly printed: (date: string, time: string) => string;
  readonly columns: Readonly<
    Record<"number" | "date" | "time" | "name" | "task" | "duration" | "price" | "sum" | "money" | "ownRate" | "ownSum" | "outcome", string>
  >;
  readonly money: Readonly<Record<ReportLine["money"], string>>;
  readonly outcome: Readonly<Record<ReportLine["outcome"], string>>;
  readonly calls: (calls: number) => string;
  readonly sums: Readonly<Record<"paid" | "earned" | "waiting", string>>;
  /** How many pages there are follows it. */
  readonly page: (page: number) => string;
  readonly fileName: string;
}

const ru: ReportTexts = {
  title: { client: "Протокол звонков клиента", consultant: "Протокол звонков консультанта" },
  side: { client: "Клиент", consultant: "Консультант" },
  inn: (inn) => `ИНН ${inn}`,
  period: (from, to) => `За период с ${from} по ${to}`,
  printed: (date, time) => `Напечатано ${date} в ${time}. Всё время московское, UTC+3.`,
  columns: {
    number: "№",
    date: "Дата",
    time: "Время",
    name: "С кем",
    task: "О чём",
    duration: "Длительность",
    price: "Цена, ₽/мин",
    sum: "Сумма, ₽",
    money: "Расчёт",
    ownRate: "Ставка, ₽/мин",
    ownSum: "По ставке, ₽",
    outcome: "Итог",
  },
  money: { paid: "оплачено", earned: "заработано", waiting: "ждёт слова клиента", nothing: "без списания" },
  outcome: { solved: "решено", "not-told": "не сказано" },
  calls: (calls) => `Всего звонков: ${calls}`,
  sums: { paid: "Всего оплачено", earned: "Всего заработано", waiting: "Всего ожидает ответа клиента" },
  page: (page) => `страница ${page} из `,
  fileName: "Протокол",
};

const en: ReportTexts = {
  title: { client: "Protocol of a client's calls", consultant: "Protocol of a consultant's calls" },
  side: { client: "Client", consultant: "Consultant" },
  inn: (inn) => `INN ${inn}`,
  period: (from, to) => `For the period from ${from} to ${to}`,
  printed: (date, time) => `Printed on ${date} at ${time}. All times are Moscow's, UTC+3.`,
  columns: {
    number: "No.",
    date: "Date",
    time: "Time",
    name: "With whom",
    task: "About what",
    duration: "Length",
    price: "Price, ₽/min",
    sum: "Sum, ₽",
    money: "Money",
    ownRate: "Own rate, ₽/min",
    ownSum: "By own rate, ₽",
    outcome: "Outcome",
  },
  money: { paid: "paid", earned: "earned", waiting: "waits for the client's word", nothing: "nothing charged" },
  outcome: { solved: "solved", "not-told": "not told" },
  calls: (calls) => `Calls in all: ${calls}`,
  sums: { paid: "Paid in all", earned: "Earned in all", waiting: "Waits for the client's word in all" },
  page: (page) => `page ${page} of `,
  fileName: "Protocol",
};

export const reportTexts: Readonly<Record<Locale, ReportTexts>> = { ru, en };
