/** The tests' own `test`: with what is dear to start kept for the whole worker. */
import { writeFile } from "node:fs/promises";
import { test as base, chromium, type Browser, type BrowserContext } from "@playwright/test";
import { CHROMIUM, quietFlags, type Browser as DeskBrowser } from "./browser.ts";
import { startProduct, type Product } from "./product.ts";
import { startStage, type Desk, type Stage } from "./stage.ts";

interface Kept {
  /** Two desks with real screens and loudspeakers. */
  readonly stage: Stage;
  readonly product: Product;
  /** A browser without a screen, for journeys that need none. */
  readonly unseen: Browser;
}

interface Fresh {
  /** Opens a browser at a desk; closed after the test. When the test fails, both screens are kept as pictures. */
  readonly sit: (desk: Desk, wishes?: Parameters<Desk["openBrowser"]>[0]) => Promise<DeskBrowser>;
  /** Gives a browser profile of its own for one person; closed after the test. */
  readonly visitor: () => Promise<BrowserContext>;
}

export const test = base.extend<Fresh, Kept>({
  stage: [
    async ({}, use) => {
      const stage = await startStage();
      await use(stage);
      await stage.stop();
    },
    { scope: "worker", timeout: 60_000 },
  ],
  product: [
    async ({}, use) => {
      const product = await startProduct();
      await use(product);
      await product.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  unseen: [
    async ({}, use) => {
      const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...quietFlags, "--use-fake-device-for-media-stream"] });
      await use(browser);
      await browser.close();
    },
    { scope: "worker" },
  ],
  sit: async ({ stage }, use, info) => {
    const open: DeskBrowser[] = [];
    await use(async (desk, wishes) => {
      const browser = await desk.openBrowser(wishes);
      open.push(browser);
      return browser;
    });
    if (info.status !== info.expectedStatus) {
      for (const [name, { screen }] of Object.entries({ client: stage.client, consultant: stage.consultant })) {
        await writeFile(info.outputPath(`${name}-screen.png`), await screen.png());
      }
      for (const { page, complaints } of open) console.log([page.url(), ...complaints].join("\n"));
    }
    for (const browser of open) await browser.close();
  },
  visitor: async ({ unseen }, use) => {
    const open: BrowserContext[] = [];
    await use(async () => {
      const context = await unseen.newContext({ locale: "ru-RU", permissions: ["microphone"] });
      context.setDefaultTimeout(30_000);
      open.push(context);
      return context;
    });
    for (const context of open) await context.close();
  },
});
