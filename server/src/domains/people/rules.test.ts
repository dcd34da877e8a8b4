import { describe, expect, test } from "vitest";
import { changedPerson, isWeakPassword } from "./rules.ts";
import { hashPassword, passwordFits } from "./passwords.ts";
import { person as personSchema } from "@minuta/contracts/people";

const owner = { email: "anna.smirnova@firma.ru", name: "Анна Смирнова" };

describe("a new password", () => {
  test("is refused when shorter than ten characters, however odd", () => {
    expect(isWeakPassword("x7#Q!z90Ж", owner)).toBe(true);
    // Ten characters that take twenty units of the language's strings.
    expect(isWeakPassword("😀🎈🚲🍏🎻", owner)).toBe(true);
  });

  test.each([
    "1234567890",
    "0987654321",
    "qwertyuiop",
    "йцукенгшщз",
    "aaaaaaaaaaaa",
    "abcabcabcabc",
    "12121212121",
    "password123",
    "Password2026!",
    "ПАРОЛЬ12345",
    "пароль-пароль-пароль",
    "qwerty123456",
    "1q2w3e4r5t6y",
    "demo-minuta",
    "!!iloveyou!!",
    "abcdefghijkl",
    "gfhjkm12345",
    "qwertyuiop1",
  ])("is refused when everybody would try it: %s", (common) => expect(isWeakPassword(common, owner)).toBe(true));

  test.each([
    "anna.smirnova@firma.ru",
    "ANNA.SMIRNOVA@firma.ru",
    "anna.smirnova",
    "anna.smirnova1990",
    "Анна Смирнова",
    "аннасмирнова",
    "аннасмирнова123",
  ])("is refused when it is the person's own e-mail or name: %s", (own) => expect(isWeakPassword(own, owner)).toBe(true));

  test.each([
    "correct horse battery",
    "проводка Дт41 Кт60",
    "лошадь скрепка батарея",
    "x7#Q!z90Жk",
    "hunter2hunter3",
    "закрытие-месяца-12",
  ])("is taken without rules on composition: %s", (good) => expect(isWeakPassword(good, owner)).toBe(false));

  test("of a person with a name in two letters does not make everything weak", () => {
    expect(isWeakPassword("лошадь скрепка батарея", { email: "1@x.ru", name: "Ли" })).toBe(false);
  });
});

describe("a stored password", () => {
  test("is argon2id with the parameters OWASP names, and another hash each time", async () => {
    const [one, two] = [await hashPassword("correct horse battery"), await hashPassword("correct horse battery")];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
    expect(await passwordFits(one, "correct horse battery")).toBe(true);
    expect(await passwordFits(one, "correct horse battery ")).toBe(false);
  });

  test("fits when the same letters are typed on a system that composes them otherwise", async () => {
    const stored = await hashPassword("ёлка и чайник".normalize("NFC"));
    expect(await passwordFits(stored, "ёлка и чайник".normalize("NFD"))).toBe(true);
  });

  test("that does not exist fits nothing", async () => expect(await passwordFits(null, "")).toBe(false));
});

describe("a changed profile", () => {
  const anna = personSchema.parse({
    id: "0198c0de-0000-7000-8000-000000000001",
    email: owner.email,
    name: owner.name,
    firm: "ИП Смирнова А. А.",
    inn: "500100732259",
    verified: true,
    locale: "ru",
    roles: [],
    ownRateKopecks: null,
  });

  test("keeps what was not named", () => expect(changedPerson(anna, { locale: "en" })).toEqual({ ...anna, locale: "en" }));

  test("is not verified any more when name, firm or INN became other ones", () => {
    for (const change of [{ name: "Анна Петрова" }, { firm: null }, { inn: null }])
      expect(changedPerson(anna, change)).toMatchObject({ ...change, verified: false });
  });

  test("stays verified when nothing that was checked changed", () =>
    expect(changedPerson(anna, { name: anna.name, ownRateKopecks: 2000 })?.verified).toBe(true));

  test("is refused with an INN whose check digits fail", () => expect(changedPerson(anna, { inn: "500100732258" })).toBeNull());
});
