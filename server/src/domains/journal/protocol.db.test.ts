import { journalApi } from "@minuta/contracts/journal";
import { checkChain } from "@minuta/contracts/journal-chain";
import { describe, expect, test } from "vitest";
import { callsWorld, heardAll, openCall, talk } from "../calls/testing.ts";

const world = callsWorld();

const protocolFor = async (browser: Awaited<ReturnType<typeof openCall>>["guest"], id: string) =>
  journalApi.protocol.reply.parse((await browser.send("GET", `journal/${id}/protocol`)).body).protocol;

describe("the protocol", () => {
  test("of a talk in two stretches: minutes with why the others did not count, the charge to the kopeck, what the consultant asks", async () => {
    const { id, consultant, guest } = await openCall(world, { organisation: "ООО «Ромашка»" });
    await world.wait(20);
    await talk(world, id, 70);
    await guest.send("POST", `calls/${id}/pause`);
    await world.wait(40);
    await guest.send("POST", `calls/${id}/resume`);
    await talk(world, id, 56);
    await consultant.browser.send("POST", `calls/${id}/comments`, { text: "Исправлен счёт учёта" });
    await guest.send("POST", `calls/${id}/end`);
    await heardAll(world);
    const protocol = await protocolFor(consultant.browser, id);
    expect(protocol.intervals.map(({ why, seconds, counted }) => `${why} ${seconds} ${counted}`)).toEqual([
      "waiting 20 false",
      "on-the-line 70 true",
      "paused 40 false",
      "on-the-line 56 true",
    ]);
    // 126 s by started minutes: 3 minutes at 1 RUB for the consultant; at his own 20 RUB he asks for 60 RUB.
    expect(protocol).toMatchObject({
      provenSeconds: 126,
      billableSeconds: 126,
      chargeableSeconds: 180,
      charged: 300n,
      pricePerMinute: 100n,
      ownSum: 6000n,
    });
    expect(protocol.number).toMatch(/^П-\d{6}-\d$/);
    expect(protocol.call).toMatchObject({
      state: "settled",
      endReason: "client-ended",
      comments: [{ side: "consultant", text: "Исправлен счёт учёта" }],
    });
    expect((await world.ledger.wallet(consultant.id)).balance).toBe(9700n);
    expect(checkChain(id, protocol.events, protocol.journalHead)).toEqual({ holds: true });
  });

  test("is the same evidence for both sides; only each one's own view of who pays differs", async () => {
    const { id, consultant, guest } = await openCall(world);
    await talk(world, id, 10);
    await guest.send("POST", `calls/${id}/end`);
    await heardAll(world);
    const [{ call: one, ...ofConsultant }, { call: other, ...ofGuest }] = [
      await protocolFor(consultant.browser, id),
      await protocolFor(guest, id),
    ];
    expect(ofGuest).toEqual(ofConsultant);
    expect([one.youPay, other.youPay]).toEqual([true, false]);
    expect(ofGuest.charged).toBe(100n);
  });

  test("of a call that was nothing but waiting asks for no money", async () => {
    const { id, consultant } = await openCall(world);
    await world.wait(50);
    await consultant.browser.send("POST", `calls/${id}/end`);
    expect(await protocolFor(consultant.browser, id)).toMatchObject({
      provenSeconds: 0,
      chargeableSeconds: 0,
      charged: 0n,
      ownSum: 0n,
      intervals: [{ why: "waiting", seconds: 50, counted: false }],
    });
  });

  test("comes as a PDF in both languages, while the call is open too", async () => {
    const { id, guest } = await openCall(world);
    for (const [locale, title] of [
      ["ru", "Протокол"],
      ["en", "Call protocol"],
    ] as const) {
      const { status, headers, bytes } = await guest.send("GET", `journal/${id}/protocol.pdf?locale=${locale}`);
      expect(status).toBe(200);
      expect(headers["content-type"]).toBe("application/pdf");
      expect(headers["content-disposition"]).toMatch(/^attachment; filename\*=UTF-8''%D0%9F-\d{6}-\d\.pdf$/);
      expect(bytes.subarray(0, 5).toString()).toBe("%PDF-");
      const inUtf16 = Buffer.from(title, "utf16le").swap16();
      expect(bytes.includes(inUtf16) || bytes.includes(title)).toBe(true);
    }
    expect((await guest.send("GET", `journal/${id}/protocol.pdf?locale=de`)).body).toMatchObject({ type: "invalid-input" });
  });
});
