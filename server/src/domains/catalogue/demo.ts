/** The cards of the demo's consultants. */
import type { PersonId } from "@minuta/contracts/ids";
import { kopecks } from "@minuta/contracts/money";
import type { Person } from "@minuta/contracts/people";
import type { Tx } from "#platform/db";
import { saveCard } from "./change-card.ts";
import type { CardChanges } from "./rules.ts";
import * as store from "./store.ts";

const demo: readonly (Omit<CardChanges, "published"> & { readonly email: string })[] = [
  {
    email: "anna@minuta.example",
    configurations: ["bp3", "ut11", "unf3", "fresh"],
    areas: ["vat", "usn", "ens", "close", "bank", "settle", "edo", "otch"],
    pricePerMinute: kopecks(4_500),
    text: "Главный бухгалтер с опытом 15 лет, веду учёт в «Бухгалтерии предприятия» с первой редакции.\n\nПомогу закрыть месяц, найти, почему не сходится НДС, разобраться с единым налоговым счётом и остатками на 68 и 69. Настраиваю УСН с НДС 5 и 7 %, обмен с банком, ЭДО и 1С-Отчётность.\n\nСначала смотрю базу вместе с вами, потом объясняю, что делаю и почему, чтобы в следующий раз вы справились сами.",
  },
  {
    email: "igor@minuta.example",
    configurations: ["erp2", "ka2", "ut11", "do", "custom"],
    areas: ["ext", "proc", "query", "bsl", "exch", "http", "perf", "skd", "upd", "sql"],
    pricePerMinute: kopecks(8_000),
    text: "Программист 1С, 12 лет в проектах ERP и комплексной автоматизации.\n\nРасширения, внешние обработки, отчёты на СКД, обмены через КД 3 и HTTP-сервисы. Разбираю медленные запросы и блокировки на PostgreSQL и MS SQL, обновляю сильно изменённые конфигурации без потери доработок.\n\nЕсли вопрос не решается за разговор, скажу об этом в первые минуты.",
  },
  {
    email: "maria@minuta.example",
    configurations: ["zup3", "zkgu3", "bp3"],
    areas: ["payroll", "hr", "ndfl", "sick", "time", "efs", "mil", "kedo"],
    pricePerMinute: kopecks(3_500),
    text: "Расчётчик зарплаты и кадровик, методист по ЗУП.\n\nОтпускные, больничные и пособия, перерасчёты за прошлые месяцы, НДФЛ и взносы по новым срокам, ЕФС-1, РСВ и 6-НДФЛ без отрицательных протоколов. Настраиваю графики, табели, воинский учёт и КЭДО, в том числе в государственных учреждениях.",
  },
];

/** Publishes the cards of the demo's consultants who have none, and answers whose; one that was changed stays as it is. */
export async function seedDemoCards(tx: Tx, byEmail: (email: string) => Promise<Pick<Person, "id" | "name"> | null>): Promise<PersonId[]> {
  const added: PersonId[] = [];
  for (const { email, ...card } of demo) {
    const person = await byEmail(email);
    if (person === null || (await tx.maybe(store.findOwn, [person.id])) !== null) continue;
    await saveCard(tx, { personId: person.id, name: person.name, changes: { ...card, published: true } });
    added.push(person.id);
  }
  return added;
}
