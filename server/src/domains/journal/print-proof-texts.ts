/** The words of the printed signatures and drafts, Russian and English. */
import type { Locale } from "@minuta/contracts/people";

export interface ProofTexts {
  readonly title: string;
  readonly serverKey: string;
  readonly key: Readonly<Record<"client" | "consultant", string>>;
  readonly kind: Readonly<Record<"device" | "call", string>>;
  readonly lastStatement: string;
  readonly recording: Readonly<Record<"client" | "consultant", string>>;
  readonly segments: (count: number) => string;
  readonly none: string;
  readonly scan: string;
  readonly how: (address: string) => string;
  readonly countedTime: string;
  readonly server: string;
  readonly client: string;
  readonly consultant: string;
  readonly signed: string;
  readonly unsigned: string;
  readonly nothingSigned: string;
  readonly invoice: string;
  readonly act: string;
  readonly draft: string;
  readonly executor: string;
  readonly customer: string;
  readonly basis: string;
  readonly basisOf: (number: string, at: string) => string;
  readonly inn: string;
  readonly service: (task: string) => string;
  readonly serviceWithoutTask: string;
  readonly minutes: (count: string) => string;
  readonly what: string;
  readonly quantity: string;
  readonly price: string;
  readonly sum: string;
  readonly total: (sum: string) => string;
  readonly tax: string;
  readonly payBy: string;
  readonly accepted: string;
}

const ru: ProofTexts = {
  title: "Подписи",
  serverKey: "ключ сервера",
  key: { client: "ключ клиента", consultant: "ключ консультанта" },
  kind: { device: "устройство учётной записи", call: "только этого звонка" },
  lastStatement: "последняя запись",
  recording: { client: "видеозапись клиента", consultant: "видеозапись консультанта" },
  segments: (count) => `частей ${count}, последняя`,
  none: "нет",
  scan: "проверить",
  how: (address) =>
    `Каждую учтённую минуту подписывает сервер и, если видела её сама, каждая сторона (Ed25519). Файл с подписями проверяет кто угодно, без сети: ${address}. QR-код содержит последнюю запись: файл с другой записью не подойдёт.`,
  countedTime: "учтённое время",
  server: "сервер",
  client: "клиент",
  consultant: "консультант",
  signed: "подписано",
  unsigned: "не подписано",
  nothingSigned: "Подписывать нечего: учтённого времени нет.",
  invoice: "Счёт на оплату № ______ от ______________",
  act: "Акт об оказании услуг № ______ от ______________",
  draft: "Проект от имени консультанта: реквизиты, номер и дату проставляет он сам. Платформа не сторона и этих денег не переводит.",
  executor: "Исполнитель",
  customer: "Заказчик",
  basis: "Основание",
  basisOf: (number, at) => `протокол звонка № ${number}, ${at} МСК`,
  inn: "ИНН",
  service: (task) => `Консультационные услуги по минутам: ${task}`,
  serviceWithoutTask: "консультация",
  minutes: (count) => `${count} мин`,
  what: "услуга",
  quantity: "количество",
  price: "цена за минуту",
  sum: "сумма",
  total: (sum) => `Итого: ${sum}`,
  tax: "НДС указывает исполнитель по своему режиму налогообложения.",
  payBy: "Оплатить по реквизитам исполнителя: ______________________________________________",
  accepted: "Услуги оказаны полностью и в срок, заказчик претензий по объёму, качеству и срокам не имеет.",
};

const en: ProofTexts = {
  title: "Signatures",
  serverKey: "server's key",
  key: { client: "client's key", consultant: "consultant's key" },
  kind: { device: "a device of the account", call: "of this call only" },
  lastStatement: "last statement",
  recording: { client: "client's recording", consultant: "consultant's recording" },
  segments: (count) => `segments ${count}, the last`,
  none: "none",
  scan: "check",
  how: (address) =>
    `Every counted minute is signed by the server and, if it saw it itself, by each side (Ed25519). Anybody can check the file with the signatures, without network: ${address}. The QR code carries the last statement: a file with another one does not fit.`,
  countedTime: "counted time",
  server: "server",
  client: "client",
  consultant: "consultant",
  signed: "signed",
  unsigned: "not signed",
  nothingSigned: "Nothing to sign: no time was counted.",
  invoice: "Invoice No. ______ of ______________",
  act: "Act of services rendered No. ______ of ______________",
  draft:
    "A draft in the consultant's name: requisites, number and date are his to fill in. The platform is no party and moves none of this money.",
  executor: "Contractor",
  customer: "Customer",
  basis: "Basis",
  basisOf: (number, at) => `call protocol No. ${number}, ${at} MSK`,
  inn: "INN",
  service: (task) => `Consulting services by the minute: ${task}`,
  serviceWithoutTask: "consultation",
  minutes: (count) => `${count} min`,
  what: "service",
  quantity: "quantity",
  price: "price a minute",
  sum: "sum",
  total: (sum) => `Total: ${sum}`,
  tax: "VAT is stated by the contractor according to his tax regime.",
  payBy: "To be paid by the contractor's requisites: ______________________________________________",
  accepted: "The services were rendered in full and in time; the customer has no claims as to extent, quality and time.",
};

export const proofTexts: Readonly<Record<Locale, ProofTexts>> = { ru, en };
