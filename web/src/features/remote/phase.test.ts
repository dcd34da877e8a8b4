import { describe, expect, it } from "vitest";
import { callView } from "@minuta/contracts/calls";
import type { CallEngineState } from "../../rtc/engine.ts";
import { notSigner, noticesOf, phaseOf, type Moment } from "./phase.ts";

const call = callView.parse({
  id: "0199b3c0-0000-7000-8000-000000000001",
  tariff: "carrier",
  state: "open",
  side: "client",
  consultant: { name: "Анна Смирнова", firm: null, inn: null, verified: false },
  client: { guestId: null, name: "Ольга", organisation: null, inn: null, email: null, emailConfirmed: false },
  task: "",
  configuration: null,
  ownRateKopecks: null,
  youPay: false,
  openedAt: "2026-11-23T10:00:00Z",
  endedAt: null,
  endReason: null,
  release: null,
  outcome: null,
  comments: [],
  flags: [],
  meter: {
    status: "idle",
    provenSeconds: 0,
    billableSeconds: 0,
    charged: 0,
    reserved: 0,
    pricePerMinute: 100,
    minutesLeft: null,
    pauseEndsAt: null,
    pausedBy: null,
  },
});

const state: CallEngineState = {
  connection: "connected",
  path: null,
  quality: 3,
  safetyNumber: null,
  otherPresent: true,
  otherSharing: "off",
  otherMicrophone: false,
  call,
  meter: call.meter,
  sharing: "off",
  microphone: "off",
  soundBlocked: false,
  chat: [],
  pointer: null,
  picture: null,
  minutesLeftWarning: null,
  recorder: "off",
  recorderTrouble: null,
  recordingsNews: 0,
  redStops: 0,
  signed: { client: 0, consultant: 0 },
  notSigning: { client: null, consultant: null },
};

const moment = (
  changes: { state?: Partial<CallEngineState>; call?: Partial<Moment["call"]>; meter?: Partial<Moment["meter"]> } = {},
): Moment => ({
  state: { ...state, ...changes.state },
  call: { ...call, ...changes.call },
  meter: { ...call.meter, ...changes.meter },
});
const keys = (of: Moment) => noticesOf(of).map((one) => one.key);

describe("the word for what a call is doing", () => {
  it("is the end as soon as the server says so, whatever the channel does", () => {
    expect(phaseOf(moment({ call: { state: "ended" }, state: { connection: "reconnecting" } }))).toBe("ended");
  });
  it("tells a lost channel of one's own from waiting for the other", () => {
    expect(phaseOf(moment({ state: { connection: "reconnecting", otherPresent: false } }))).toBe("reconnecting");
    expect(phaseOf(moment({ state: { otherPresent: false } }))).toBe("waiting");
  });
  it("says that another tab took over", () => {
    expect(phaseOf(moment({ state: { connection: "replaced" } }))).toBe("replaced");
  });
  it("is live only when the server's meter says so", () => {
    expect(phaseOf(moment())).toBe("ready");
    expect(phaseOf(moment({ meter: { status: "live" } }))).toBe("live");
  });
  it("keeps a pause by a person apart from a pause for money", () => {
    expect(phaseOf(moment({ meter: { status: "paused" } }))).toBe("paused");
    expect(phaseOf(moment({ meter: { status: "paused-for-top-up" } }))).toBe("paused-for-top-up");
  });
});

describe("what a person is told during a call", () => {
  it("is nothing while all is well", () => {
    expect(keys(moment({ meter: { status: "live" } }))).toEqual([]);
  });
  it("says to the client why his screen is not seen: refused, stopped by the browser's bar, not possible here", () => {
    for (const sharing of ["refused", "stopped-by-browser", "not-supported"] as const)
      expect(keys(moment({ state: { sharing } }))).toEqual([`sharing-${sharing}`]);
  });
  it("offers another try when the microphone was refused or is missing", () => {
    for (const microphone of ["refused", "missing"] as const)
      expect(noticesOf(moment({ state: { microphone } }))).toEqual([
        { key: `microphone-${microphone}`, tone: "warning", action: "microphone" },
      ]);
  });
  it("warns of a low balance only the one who pays", () => {
    expect(keys(moment({ state: { minutesLeftWarning: 2 } }))).toEqual([]);
    expect(keys(moment({ call: { youPay: true }, state: { minutesLeftWarning: 2 } }))).toEqual(["low-balance"]);
  });
  it("says at once to both that a browser does not sign, the own one first", () => {
    const client = { notSigning: { client: "other-recording", consultant: null } } as const;
    expect(keys(moment({ state: client }))).toEqual(["not-signing"]);
    expect(keys(moment({ state: client, meter: { status: "paused-for-signature" } })), "the pause says it itself").toEqual([]);
    expect(notSigner(moment({ state: client, call: { side: "consultant" } }))).toEqual({ side: "client", why: "other-recording" });
    const both = moment({ state: { notSigning: { client: "not-observed", consultant: "other-recording" } }, call: { side: "consultant" } });
    expect(notSigner(both)).toEqual({ side: "consultant", why: "other-recording" });
  });
  it("does not tell the client that the consultant used his own link", () => {
    expect(keys(moment({ call: { flags: ["own-link"] } }))).toEqual([]);
    expect(keys(moment({ call: { flags: ["own-link"], side: "consultant" } }))).toEqual(["own-link"]);
  });
});
