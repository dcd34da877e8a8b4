import { callState } from "@minuta/contracts/calls";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  answerRing,
  BOTH_AWAY_SECONDS,
  cleanComment,
  cleanLine,
  cleanText,
  flagsOf,
  forsakenSince,
  permissions,
  permit,
  WAITING_SECONDS,
  type Action,
  type RingAnswer,
  type Role,
} from "./rules.ts";

describe("who may do what, and when", () => {
  const roles: readonly Role[] = ["consultant", "client-person", "guest"];
  /** Written out once more by hand: `v` view, `p` pause and resume, `e` end, `t` task, `c` comment, `m` confirm an e-mail, `s` say that it is solved. */
  const letters: Readonly<Record<Action, string>> = {
    view: "v",
    pause: "p",
    resume: "p",
    end: "e",
    "change-task": "t",
    comment: "c",
    "confirm-email": "m",
    "say-solved": "s",
  };
  const expected: Readonly<Record<string, string>> = {
    "consultant open": "vpetc",
    "client-person open": "vpetc",
    "guest open": "vpetcm",
    "consultant ended": "vec",
    "client-person ended": "vecs",
    "guest ended": "vecm",
    "consultant settled": "vec",
    "client-person settled": "vecs",
    "guest settled": "vecm",
  };
  const rows = roles.flatMap((role) =>
    callState.options.flatMap((state) => Object.keys(permissions).map((action) => [role, action as Action, state] as const)),
  );

  test.each(rows)("%s: %s while %s", (role, action, state) => {
    const allowed = (expected[`${role} ${state}`] ?? "v").includes(letters[action]);
    expect(permit(action, role, state) === "yes").toBe(allowed);
  });
  test("a party who could do it in another state is told that the call is not open; others, that it is not theirs to do", () => {
    expect(permit("pause", "guest", "ended")).toBe("call-not-open");
    expect(permit("confirm-email", "consultant", "open")).toBe("not-allowed");
    expect(permit("say-solved", "client-person", "open")).toBe("not-allowed");
  });
});

describe("answering a ring", () => {
  const states = callState.options;
  const answers: readonly RingAnswer[] = ["accept", "decline", "cancel"];
  const whose = { accept: "consultant", decline: "consultant", cancel: "client-person" } as const;

  test.each(answers)("%s: only the side whose answer it is, only while it rings", (answer) => {
    for (const role of ["consultant", "client-person", "guest"] as const) {
      for (const state of states) {
        const outcome = answerRing(answer, { role, state, expired: false });
        if (role !== whose[answer]) expect(outcome).toBe("not-allowed");
        else expect(outcome === "do").toBe(state === "ringing");
      }
    }
  });
  test("a second click finds its answer done; whoever comes later finds the ring over", () => {
    expect(answerRing("accept", { role: "consultant", state: "open", expired: true })).toBe("done");
    expect(answerRing("decline", { role: "consultant", state: "declined", expired: true })).toBe("done");
    expect(answerRing("cancel", { role: "client-person", state: "cancelled", expired: false })).toBe("done");
    expect(answerRing("cancel", { role: "client-person", state: "open", expired: false })).toBe("over");
    expect(answerRing("accept", { role: "consultant", state: "settled", expired: true })).toBe("over");
  });
  test("after its time it can be answered no more, noted or not", () => {
    for (const answer of answers) expect(answerRing(answer, { role: whose[answer], state: "ringing", expired: true })).toBe("over");
  });
});

describe("when a forsaken call ends", () => {
  const openedAt = new Date("2026-11-23T10:00:00Z");
  const after = (seconds: number): Date => new Date(openedAt.getTime() + seconds * 1000);
  const at = (now: number, client: number | null, consultant: number | null) =>
    forsakenSince({
      openedAt,
      now: after(now),
      seenAt: { client: client === null ? null : after(client), consultant: consultant === null ? null : after(consultant) },
    });

  test("both ends are given 90 seconds to come back; then it ended when the first of them was lost", () => {
    expect(at(300 + BOTH_AWAY_SECONDS, 300, 290)).toBeNull();
    expect(at(301 + BOTH_AWAY_SECONDS, 300, 290)).toEqual(after(290));
  });
  test("one end may wait a quarter of an hour for the other", () => {
    expect(at(100 + WAITING_SECONDS, 100 + WAITING_SECONDS, 100)).toBeNull();
    expect(at(101 + WAITING_SECONDS, 101 + WAITING_SECONDS, 100)).toEqual(after(100));
  });
  test("a call to which nobody or only one came ends after a quarter of an hour", () => {
    expect(at(WAITING_SECONDS, null, null)).toBeNull();
    expect(at(1 + WAITING_SECONDS, null, null)).toEqual(openedAt);
    expect(at(1 + WAITING_SECONDS, 40, null)).toEqual(after(40));
    expect(at(200, 40, null)).toBeNull();
  });
  test("once over it stays over, and never ended before it opened or after now", () => {
    const seconds = fc.integer({ min: 0, max: 5000 });
    fc.assert(
      fc.property(fc.option(seconds), fc.option(seconds), seconds, seconds, (client, consultant, wait, later) => {
        const now = Math.max(client ?? 0, consultant ?? 0) + wait;
        const since = at(now, client, consultant);
        fc.pre(since !== null);
        expect(since.getTime()).toBeGreaterThanOrEqual(openedAt.getTime());
        expect(since.getTime()).toBeLessThanOrEqual(after(now).getTime());
        expect(at(now + later, client, consultant)).toEqual(since);
      }),
    );
  });
});

describe("flags of fairness", () => {
  const office = { address: "192.0.2.7", device: Uint8Array.of(1, 2) };
  test("two strangers raise none", () => {
    expect(flagsOf({ own: false, invited: office, joined: { address: "192.0.2.8", device: Uint8Array.of(1, 3) } })).toEqual([]);
  });
  test("one network and one browser are told apart", () => {
    expect(flagsOf({ own: false, invited: office, joined: { ...office, device: Uint8Array.of(9) } })).toEqual(["same-address"]);
    expect(flagsOf({ own: true, invited: office, joined: { address: "192.0.2.8", device: Uint8Array.of(1, 2) } })).toEqual([
      "own-link",
      "same-device",
    ]);
  });
  test("what is not known is not held against anybody", () => {
    const unknown = { address: "", device: null };
    expect(flagsOf({ own: false, invited: unknown, joined: unknown })).toEqual([]);
  });
});

describe("typed text", () => {
  test("loses what cannot be printed or misleads the eye, and keeps line breaks", () => {
    expect(cleanText("  Не \u0000проводится\nреализация\u202E ")).toBe("Не проводится\nреализация");
    expect(cleanLine("ООО\n «Ромашка»")).toBe("ООО «Ромашка»");
    expect(cleanLine(" \u0007 ")).toBeNull();
  });
  test("a comment of 4000 characters is taken, of 4001 or of none it is not", () => {
    expect(cleanComment("😀".repeat(4000))).toBe("😀".repeat(4000));
    expect(cleanComment("ю".repeat(4001))).toBeNull();
    expect(cleanComment(" \n\u0000 ")).toBeNull();
  });
});
