/** What only a developer's or a demo server answers: demo sign-ins and the mails it would have sent. */
import { devApi } from "@minuta/contracts/dev";
import { ProblemError } from "../../api/client.ts";
import { reading } from "../../api/queries.ts";

export const demoSignIns = { ...reading(devApi.demo, {}), retry: false, staleTime: Infinity };
export const developersMail = { ...reading(devApi.mail, {}), retry: false };

/** Elsewhere these addresses are not found; nothing is shown then. */
export const isAbsent = (error: Error | null): boolean => error instanceof ProblemError && error.type === "not-found";
