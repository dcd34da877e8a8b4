/** Which cells are played: every condition, and every event on the condition it happens in. */
import { conditions, type Condition } from "./conditions.ts";
import { happenings, type Happening } from "./events.ts";

export interface Planned {
  readonly name: string;
  readonly condition: Condition;
  readonly happening: Happening | null;
}

function conditionOf(name: string): Condition {
  const found = conditions.find((condition) => condition.name === name);
  if (found === undefined) throw new Error(`no condition ${name}`);
  return found;
}

const all: readonly Planned[] = [
  ...conditions.map((condition) => ({ name: condition.name, condition, happening: null })),
  ...happenings.map((happening) => ({ name: happening.name, condition: conditionOf(happening.on), happening })),
];

/** The cells of these names in the table's order, all when none is named; refuses (throws) a name there is not. */
export function plan(names?: readonly string[]): readonly Planned[] {
  const unknown = (names ?? []).filter((name) => !all.some((cell) => cell.name === name));
  if (unknown.length > 0) throw new Error(`no such cell: ${unknown.join(", ")}; there are ${all.map(({ name }) => name).join(", ")}`);
  return all.filter(({ name }) => names === undefined || names.includes(name));
}
