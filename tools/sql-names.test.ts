/** Proof that the rule "a domain's SQL names only its own schema" bites, on statements as they are written in stores and migrations. */
import { expect, test } from "vitest";
import { foreignNames } from "./sql-names.ts";

const metering = { schema: "metering", uses: ["ledger"] };

test.each([
  ["its own tables", "select l.id from metering.line l join metering.lease using (id)"],
  [
    "names given by the statement itself",
    "with due as (select 1 as id) update metering.line set charged = 1 from due where line.id = due.id",
  ],
  ["an alias whose rows are locked", "select 1 from metering.line l where id = $1 for update of l"],
  ["another domain's view", "select * from people.person_view p where p.id = $1"],
  ["PostgreSQL's own functions and types", "select count(*)::bigint, unnest($1::uuid[]) from metering.line"],
  ["functions of platform and of a domain it may use", "select platform.now(), ledger.post_batch($1)"],
  [
    "a trigger's transition table",
    "create trigger t after insert on metering.line referencing new table as added for each statement execute function metering.f(); create function metering.f() returns trigger language plpgsql as $$ begin if exists (select 1 from added) then return null; end if; end $$",
  ],
])("%s may be named", async (_, sql) => {
  expect(await foreignNames(sql, metering)).toEqual([]);
});

test.each([
  ["a table of another domain", "select * from calls.call", ["table calls.call"]],
  ["a table of another domain, deep in a statement", "select (select max(at) from calls.leg) from metering.line", ["table calls.leg"]],
  ["a write to another domain", "with a as (insert into ledger.transfer values (1) returning 1) select 1", ["table ledger.transfer"]],
  ["a table without its schema", "delete from line", ["table line"]],
  ["a table of the platform", "update platform.clock set shift = '1 s'", ["table platform.clock"]],
  ["a function of a domain it may not use", "select journal.append($1)", ["function journal.append"]],
  ["a type of another domain", "select $1::calls.state", ["type calls.state"]],
  ["a foreign key to another domain", "create table metering.x (id uuid references calls.call(id))", ["table calls.call"]],
  ["an index on another domain's table", "create index i on calls.call (id)", ["table calls.call"]],
  ["another domain's schema", "create schema calls", ["schema calls"]],
  [
    "a trigger that runs another domain's function",
    "create trigger t before update on metering.line execute function journal.deny()",
    ["function journal.deny"],
  ],
  [
    "SQL inside a function",
    "create function metering.f() returns int language sql as $$ select 1 from calls.call $$",
    ["table calls.call"],
  ],
  [
    "PL/pgSQL inside a function",
    "create function metering.f() returns void language plpgsql as $$ declare n int := (select 1 from calls.leg); begin update calls.call set x = 1; n := (select 2 from calls.ring); end $$",
    ["table calls.leg", "table calls.call", "table calls.ring"],
  ],
])("%s is reported", async (_, sql, reported) => {
  expect((await foreignNames(sql, metering)).sort()).toEqual([...reported].sort());
});
