import type { Availability, CatalogueCard } from "@minuta/contracts/catalogue";
import { personId, type PersonId } from "@minuta/contracts/ids";
import { kopecks } from "@minuta/contracts/money";
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createHttp, type Http } from "#platform/http";
import { createLog } from "#platform/log";
import { createPeople, seedDemoPeople, type People } from "#people";
import { testDatabase, type TestDatabase } from "../../testing.ts";
import { catalogueRoutes, createCatalogue, seedDemoCards, type Catalogue } from "./index.ts";

let database: TestDatabase;
let people: People;
let catalogue: Catalogue;
let http: Http;
const availability = new Map<PersonId, Availability>();

beforeAll(async () => {
  database = await testDatabase();
  const mail = { send: async () => {} };
  people = createPeople({ db: database.db, bus: { publish: () => {} }, mail, publicUrl: "https://minuta.example", demo: true });
  catalogue = createCatalogue({ db: database.db, people, availability: async () => availability });
  http = createHttp({
    db: database.db,
    log: createLog("silent"),
    behindProxy: false,
    isParty: async () => false,
    identify: async (cookies) => ({
      personId: personId.safeParse(cookies.get("who")).data ?? null,
      roles: [],
      signInId: null,
      guestId: null,
    }),
  });
  catalogueRoutes(http, catalogue);
  await http.server.ready();
});
afterAll(async () => {
  await http.server.close();
  await database.close();
});
beforeEach(async () => {
  await database.db.pool.query("truncate catalogue.card");
  availability.clear();
});

async function person(name: string): Promise<PersonId> {
  const { rows } = await database.db.pool.query(
    "insert into people.person (email, name, locale, password_hash) values ($1, $2, 'ru', '') returning id",
    [`${randomUUID()}@firma.example`, name],
  );
  return personId.parse(rows[0].id);
}

const good = { configurations: ["bp3"], areas: ["vat"], pricePerMinute: 4_500, text: "Помогу закрыть месяц", published: true };

async function send(who: PersonId | null, path: string, payload?: object) {
  const answer = await http.server.inject({
    method: payload ? "POST" : "GET",
    url: `/api/catalogue${path}`,
    headers: { "idempotency-key": randomUUID(), ...(who === null ? {} : { cookie: `who=${who}` }) },
    ...(payload ? { payload } : {}),
  });
  return { status: answer.statusCode, body: answer.json() };
}
const save = async (who: PersonId, changes: Partial<typeof good> = {}) => (await send(who, "/own", { ...good, ...changes })).body.card;
const list = async (query: Record<string, string> = {}) => (await send(null, `?${new URLSearchParams(query).toString()}`)).body;
const namesFound = async (query: Record<string, string> = {}) => (await list(query)).cards.map(({ name }: CatalogueCard) => name);

async function consultant(name: string, changes: Partial<typeof good> & { is?: Availability } = {}): Promise<PersonId> {
  const id = await person(name);
  const { is = "free", ...card } = changes;
  availability.set(id, is);
  await save(id, card);
  return id;
}

describe("one's own card", () => {
  test("is empty at first, and has no address", async () => {
    expect((await send(await person("Анна"), "/own")).body.card).toEqual({
      slug: null,
      configurations: [],
      areas: [],
      pricePerMinute: null,
      text: "",
      published: false,
    });
  });

  test("is kept as written, unpublished however incomplete", async () => {
    const anna = await person("Анна");
    const draft = { configurations: [], areas: ["vat"], pricePerMinute: null, text: "", published: false };
    expect((await send(anna, "/own", draft)).body.card).toEqual({ ...draft, slug: expect.stringMatching(/^anna-[0-9a-f]{4}$/) });
    expect((await send(anna, "/own")).body.card).toMatchObject(draft);
    expect(await namesFound()).toEqual([]);
  });

  test("is not published without price, configuration and text, and stays as it was", async () => {
    const anna = await consultant("Анна");
    const answer = await send(anna, "/own", { ...good, pricePerMinute: null, text: " ", configurations: [] });
    expect(answer).toMatchObject({
      status: 422,
      body: { type: "card-incomplete", facts: { missing: ["price", "configuration", "text"] } },
    });
    expect((await send(anna, "/own")).body.card).toMatchObject(good);
  });

  test("does not take a price out of bounds or an unknown configuration", async () => {
    const anna = await person("Анна");
    for (const pricePerMinute of [499, 100_001])
      expect(await send(anna, "/own", { ...good, pricePerMinute })).toMatchObject({
        body: { type: "price-not-valid", facts: { minKopecks: 500, maxKopecks: 100_000 } },
      });
    expect(await send(anna, "/own", { ...good, configurations: ["sap"] })).toMatchObject({ status: 400, body: { type: "invalid-input" } });
  });

  test("keeps its address when its owner takes another name", async () => {
    const anna = await consultant("Анна Смирнова");
    const { slug } = (await send(anna, "/own")).body.card;
    await people.changeProfile(anna, { name: "Анна Петрова" });
    expect((await save(anna)).slug).toBe(slug);
    expect((await send(null, `/${slug}`)).body.card).toMatchObject({ name: "Анна Петрова", slug });
  });

  test("gets an address of its own when a namesake has the usual one", async () => {
    const anna = await consultant("Анна");
    const { slug } = (await send(anna, "/own")).body.card;
    const namesake = await person("Анна");
    await database.db.pool.query("update catalogue.card set slug = $2 where person_id = $1", [anna, `anna-${namesake.slice(-4)}`]);
    expect((await save(namesake)).slug).toBe(`anna-${namesake.slice(-8)}`);
    expect(slug).not.toBe(`anna-${namesake.slice(-8)}`);
  });

  test("is nobody's without signing in", async () => {
    expect((await send(null, "/own")).body.type).toBe("not-signed-in");
    expect((await send(null, "/own", good)).body.type).toBe("not-signed-in");
  });
});

describe("a card that is not published", () => {
  test("is neither listed nor found by its address, and has no price", async () => {
    const anna = await consultant("Анна");
    const { slug } = await save(anna, { published: false });
    expect(await namesFound()).toEqual([]);
    expect(await send(null, `/${slug}`)).toMatchObject({ status: 404, body: { type: "not-found" } });
    expect(await catalogue.priceOf(database.db, anna)).toBeNull();
    expect((await send(null, "/nobody-here")).body.type).toBe("not-found");
  });
});

test("a new price counts for those who ask from then on", async () => {
  const anna = await consultant("Анна");
  expect(await catalogue.priceOf(database.db, anna)).toBe(kopecks(4_500));
  await save(anna, { pricePerMinute: 6_000 });
  expect(await catalogue.priceOf(database.db, anna)).toBe(kopecks(6_000));
});

describe("the catalogue", () => {
  test("shows a card whole", async () => {
    const anna = await consultant("Анна Смирнова", { text: "<b>Жирно</b> & 'так'" });
    await people.changeProfile(anna, { firm: "ИП Смирнова А. А." });
    const { slug } = (await send(anna, "/own")).body.card;
    const card = {
      personId: anna,
      slug,
      name: "Анна Смирнова",
      firm: "ИП Смирнова А. А.",
      verified: false,
      configurations: ["bp3"],
      areas: ["vat"],
      pricePerMinute: 4_500,
      text: "<b>Жирно</b> & 'так'",
      availability: "free",
    };
    expect((await list()).cards).toEqual([card]);
    expect((await send(null, `/${slug}`)).body.card).toEqual(card);
  });

  test("shows who is free first, then who is busy, then the others, each by price and name", async () => {
    await consultant("Вера", { is: "off", pricePerMinute: 500 });
    await consultant("Яна", { pricePerMinute: 5_000 });
    await consultant("Борис", { is: "busy", pricePerMinute: 900 });
    await consultant("Анна", { pricePerMinute: 5_000 });
    await consultant("Пётр", { pricePerMinute: 4_000 });
    expect(await namesFound()).toEqual(["Пётр", "Анна", "Яна", "Борис", "Вера"]);
    expect(await namesFound({ free: "yes" })).toEqual(["Пётр", "Анна", "Яна"]);
    expect(await list()).toMatchObject({ total: 5, freeNow: 3 });
  });

  test("is narrowed by configuration and area, and says how many there are of the others", async () => {
    await consultant("Анна", { configurations: ["bp3", "zup3"], areas: ["vat"] });
    await consultant("Борис", { configurations: ["zup3"], areas: ["hr"], is: "busy" });
    await consultant("Вера", { configurations: ["erp2"], areas: ["vat"] });
    const found = await list({ configuration: "zup3" });
    expect(found.cards.map(({ name }: CatalogueCard) => name)).toEqual(["Анна", "Борис"]);
    expect(found).toMatchObject({
      total: 2,
      freeNow: 1,
      areas: [
        { code: "hr", count: 1 },
        { code: "vat", count: 1 },
      ],
    });
    expect(found.configurations).toEqual([
      { code: "zup3", count: 2 },
      { code: "bp3", count: 1 },
      { code: "erp2", count: 1 },
    ]);
    expect(await namesFound({ configuration: "zup3", area: "vat" })).toEqual(["Анна"]);
    expect((await send(null, "?configuration=sap")).body.type).toBe("invalid-input");
  });

  test("is read page by page while cards come, go and change their price", async () => {
    const ids: PersonId[] = [];
    for (let n = 0; n < 7; n += 1) ids.push(await consultant(`${n}`.repeat(2), { pricePerMinute: 1_000 + n * 100 }));
    const first = await list({ limit: "3" });
    expect(first.cards.map(({ name }: CatalogueCard) => name)).toEqual(["00", "11", "22"]);
    await save(ids[1]!, { published: false });
    await save(ids[2]!, { pricePerMinute: 900 });
    await consultant("new", { pricePerMinute: 500 });
    const second = await list({ limit: "3", after: first.next });
    expect(second.cards.map(({ name }: CatalogueCard) => name)).toEqual(["33", "44", "55"]);
    const third = await list({ limit: "3", after: second.next });
    expect(third.cards.map(({ name }: CatalogueCard) => name)).toEqual(["66"]);
    expect(third.next).toBeNull();
    expect((await send(null, "?after=nonsense")).body).toMatchObject({ type: "invalid-input", facts: { fields: ["after"] } });
  });
});

describe("search", () => {
  beforeEach(async () => {
    await consultant("Анна Смирнова", {
      configurations: ["bp3"],
      areas: ["vat", "close"],
      text: "Помогу закрыть месяц и найти ошибки в НДС",
    });
    await consultant("Мария Кузнецова", { configurations: ["zup3"], areas: ["sick"], text: "Больничные, отпускные, перерасчёты" });
    await consultant("Игорь Петров", { configurations: ["erp2", "ut11"], areas: ["ext", "query"], text: "Расширения и медленные запросы" });
  });
  test.each([
    ["зуп", ["Мария Кузнецова"]],
    ["ЗУП 3.1", ["Мария Кузнецова"]],
    ["УТ 11.4", ["Игорь Петров"]],
    ["1С:Бухгалтерия", ["Анна Смирнова"]],
    ["зарплат", ["Мария Кузнецова"]],
    ["ошибка", ["Анна Смирнова"]],
    ["перерасчетов", ["Мария Кузнецова"]],
    ["запрос", ["Игорь Петров"]],
    ["payroll", ["Мария Кузнецова"]],
    ["кузнецова", ["Мария Кузнецова"]],
    ["смирнова ндс", ["Анна Смирнова"]],
    ["анна", ["Анна Смирнова"]],
    ["медл запр", ["Игорь Петров"]],
    ["зуп запрос", []],
    ["и", ["Анна Смирнова", "Игорь Петров", "Мария Кузнецова"]],
    ["':* & | !(", ["Анна Смирнова", "Игорь Петров", "Мария Кузнецова"]],
    ["щщщщщ", []],
  ])("for «%s» finds %j", async (text, names) => {
    expect(await namesFound({ text })).toEqual(names);
  });
  test("counts only what it found, and goes with the other filters", async () => {
    expect(await list({ text: "расширения" })).toMatchObject({
      total: 1,
      freeNow: 1,
      configurations: [
        { code: "erp2", count: 1 },
        { code: "ut11", count: 1 },
      ],
    });
    expect(await namesFound({ text: "расширения", configuration: "bp3" })).toEqual([]);
  });
  test("learns a new name of a person once the card was shown", async () => {
    const { cards } = await list({ text: "кузнецова" });
    await people.changeProfile(personId.parse(cards[0].personId), { name: "Мария Орлова" });
    expect(await namesFound()).toContain("Мария Орлова");
    expect(await namesFound({ text: "орлова" })).toEqual(["Мария Орлова"]);
  });
});

test("the demo has three consultants with different configurations, areas and prices; what was changed stays", async () => {
  const { db } = database;
  await db.tx((tx) => seedDemoPeople(tx));
  const seed = () => db.tx((tx) => seedDemoCards(tx, (email) => people.findPersonByEmail(tx, email)));
  expect(await seed()).toHaveLength(3);
  const found = await list();
  expect(found.cards.map(({ name }: CatalogueCard) => name)).toEqual(["Мария Кузнецова", "Анна Смирнова", "Игорь Петров"]);
  expect(new Set(found.cards.map(({ pricePerMinute }: CatalogueCard) => pricePerMinute)).size).toBe(3);
  await save(found.cards[0].personId, { text: "Своими словами" });
  expect(await seed()).toEqual([]);
  expect((await list({ text: "своими словами" })).total).toBe(1);
});
