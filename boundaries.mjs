/**
 * Who may import whom, in one table. `npm run check:boundaries` turns it into dependency-cruiser rules (tools/boundaries.ts), the domain
 * graph in ARCHITECTURE.md is drawn from it, and tools/tidy.test.ts reads the domains' names here.
 */

/** The workspaces: which of ours, and which packages (all that are declared when not named), each may use. */
export const workspaces = {
  contracts: { uses: [], packages: ["zod"] },
  server: { uses: ["contracts"] },
  web: { uses: ["contracts"] },
  helper: { uses: ["contracts"] },
  e2e: { uses: ["contracts", "server"] },
  labs: { uses: ["contracts", "server", "e2e"] },
  tools: { uses: ["contracts", "server"] },
};

/** The server's domains: which other domains each may use, by their doors (`#people`) only. Money never looks back at calls. */
export const domains = {
  ledger: [],
  people: [],
  organisations: ["people", "ledger"],
  catalogue: ["people", "organisations"],
  presence: ["people", "organisations"],
  metering: ["ledger"],
  calls: ["people", "organisations", "catalogue", "presence", "metering"],
  remote: ["calls", "metering"],
  recordings: ["calls"],
  journal: ["people", "calls", "metering", "recordings"],
  reviews: ["people", "calls"],
  disputes: ["calls", "metering", "journal", "recordings"],
  payments: ["people", "organisations", "ledger"],
  documents: ["people", "organisations", "ledger", "metering"],
  reports: [],
  oversight: ["people", "organisations", "calls"],
};

/** Tests and the files that help them: they may see more than the product does. */
export const tests = "[.]test[.]tsx?$|/testing[.]ts$|^server/src/simulation/";

/** What is absent on purpose: `from` never imports `to` (regular expressions over repository paths and package names). */
export const absences = [
  {
    name: "platform-knows-no-domain",
    from: "^server/src/platform/",
    to: "^server/src/(domains/|(app|main|run)[.]ts)",
    why: "platform has no business word",
  },
  {
    name: "only-app-knows-the-domains",
    from: "^server/src/(?!domains/|app[.]ts|ledger-proof[.]ts)",
    except: tests,
    to: "^server/src/domains/",
    why: "app.ts is the one composition root; ledger-proof.ts is a program of its own that only reads the money",
  },
  {
    name: "domains-do-not-know-the-app",
    from: "^server/src/domains/",
    except: tests,
    to: "^server/src/[^/]+[.]ts$",
    why: "a domain is given what it needs",
  },
  {
    name: "the-database-driver-stays-in-platform",
    from: "^server/src/(?!platform/|app[.]ts)",
    except: tests,
    to: "^(pg|graphile-worker)$|node_modules/(pg|graphile-worker)/",
    why: "SQL runs through platform/db.ts, jobs through platform/jobs.ts",
  },
  {
    name: "rules-are-pure",
    from: "^server/src/domains/[^/]+/(rules|tariff)[.]ts$",
    to: "^node:|^server/src/platform/|/(store|routes|jobs)[.]ts$",
    why: "decisions are functions of their arguments",
  },
  {
    name: "the-product-does-not-import-tests",
    from: "^(contracts|server|web|helper)/",
    except: tests,
    to: tests,
    why: "tests see the product, not the other way",
  },
  {
    name: "the-engine-has-no-ui",
    from: "^web/src/rtc/",
    to: "node_modules/(react|react-dom|@mantine|@tabler|@tanstack|mantine-datatable)/|^web/src/(ui|features|api|text)/|^web/src/[^/]+[.]tsx$",
    why: "media, signalling and permissions are tried without a screen",
  },
  {
    name: "the-vocabulary-knows-no-feature",
    from: "^web/src/(ui|api|text)/",
    to: "^web/src/features/",
    why: "ui, api and text are used by features",
  },
];
