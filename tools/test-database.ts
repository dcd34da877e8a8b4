/** One PostgreSQL for all database tests of a run: vitest calls `setup` before the first and what it answered after the last. */
export { startTestPostgres as setup } from "@minuta/server/testing";
