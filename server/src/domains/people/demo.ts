/** People of the demo, with a password shown on the sign-in page. They cannot be used on a server that is not a demo. */
import type { Person, Role } from "@minuta/contracts/people";
import type { Tx } from "#platform/db";
import { hashPassword } from "./passwords.ts";
import * as store from "./store.ts";

const DEMO_PASSWORD = "demo-minuta";

interface DemoPerson {
  readonly email: string;
  readonly name: string;
  readonly firm: string | null;
  /** Right by its check digits, of region 00, which the tax service gives to nobody. */
  readonly inn: string | null;
  readonly roles: readonly Role[];
  readonly ownRateKopecks: number | null;
  readonly role: "consultant" | "client" | "operator";
}

const demo: readonly DemoPerson[] = [
  {
    email: "anna@minuta.example",
    name: "Анна Смирнова",
    firm: "ИП Смирнова А. А.",
    inn: "007712345618",
    roles: [],
    ownRateKopecks: 4_500,
    role: "consultant",
  },
  { email: "igor@minuta.example", name: "Игорь Петров", firm: null, inn: null, roles: [], ownRateKopecks: null, role: "consultant" },
  { email: "maria@minuta.example", name: "Мария Кузнецова", firm: null, inn: null, roles: [], ownRateKopecks: null, role: "consultant" },
  {
    email: "olga@minuta.example",
    name: "Ольга Белова",
    firm: "ООО «Ромашка»",
    inn: "0077012344",
    roles: [],
    ownRateKopecks: null,
    role: "client",
  },
  {
    email: "sergey@minuta.example",
    name: "Сергей Волков",
    firm: "ООО «Вектор»",
    inn: "0078123456",
    roles: [],
    ownRateKopecks: null,
    role: "client",
  },
  {
    email: "operator@minuta.example",
    name: "Оператор Минуты",
    firm: null,
    inn: null,
    roles: ["operator"],
    ownRateKopecks: null,
    role: "operator",
  },
];

/** Adds the demo people that are missing; answers those added now, so that whoever gives them money gives it once. */
export async function seedDemoPeople(tx: Tx): Promise<Person[]> {
  const passwordHash = await hashPassword(DEMO_PASSWORD);
  const added: Person[] = [];
  for (const { email, name, firm, inn, roles, ownRateKopecks } of demo) {
    const person = await tx.maybe(store.addDemoPerson, [email, name, firm, inn, roles, ownRateKopecks, passwordHash]);
    if (person !== null) added.push(person);
  }
  return added;
}

export interface DemoSignIn extends Pick<DemoPerson, "email" | "name" | "role"> {
  readonly password: string;
}

/** For the sign-in page of a demo. */
export const demoPeople = (): DemoSignIn[] => demo.map(({ email, name, role }) => ({ email, name, role, password: DEMO_PASSWORD }));
