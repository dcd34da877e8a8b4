/** An expected "no": thrown by use cases, mapped to an RFC 9457 problem in http.ts and nowhere else. */
import { problems, type ProblemFacts, type ProblemType } from "@minuta/contracts/problem";

export class Refusal<T extends ProblemType = ProblemType> extends Error {
  readonly type: T;
  readonly facts: ProblemFacts<T>;

  constructor(type: T, facts: ProblemFacts<T>) {
    super(problems[type].title);
    this.type = type;
    this.facts = facts;
  }
}

/** `throw refuse("wallet-empty", { … })` reads as what it does. */
export const refuse = <T extends ProblemType>(type: T, facts: ProblemFacts<T>): Refusal<T> => new Refusal(type, facts);
