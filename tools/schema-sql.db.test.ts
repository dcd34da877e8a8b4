/** server/schema.sql is not prose: run on an empty database it makes the very database it was read from. */
import { testDatabase, type TestDatabase } from "@minuta/server/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { schemaSql } from "./schema-sql.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

test("the dump of the database, loaded into an empty one, is dumped the same", async () => {
  const dump = await schemaSql(database.db);
  expect(dump).toContain("create table platform.clock");
  const schemas = [...dump.matchAll(/^create schema (\w+);$/gm)].map(([, name]) => name);
  await database.db.pool.query(`drop schema ${schemas.join(", ")} cascade`);
  await database.db.pool.query(dump);
  expect(await schemaSql(database.db)).toBe(dump);
});
