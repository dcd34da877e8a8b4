/** What the client wants solved, kept in this tab until it rings, and again when nobody answered: the task is typed once. */
import type { Ring } from "@minuta/contracts/rings";
import { useState } from "react";
import { z } from "zod/mini";

const STORAGE_KEY = "minuta.ring-draft";
const draftSchema = z.object({ task: z.string(), configuration: z.nullable(z.string()), release: z.nullable(z.string()) });
export type Draft = z.infer<typeof draftSchema>;

export function keepDraft({ task, configuration, release }: Draft | Ring): void {
  try {
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify({ task, configuration, release }));
  } catch {
    // Storage may be forbidden; the task is then typed again.
  }
}

export function keptDraft(): Draft | null {
  try {
    return draftSchema.parse(JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? "null"));
  } catch {
    return null;
  }
}

export function forgetDraft(): void {
  try {
    sessionStorage.removeItem(STORAGE_KEY);
  } catch {
    // Nothing was kept then.
  }
}

export function useKeptDraft(): { readonly draft: Draft | null; readonly forget: () => void } {
  const [draft, setDraft] = useState(keptDraft);
  const forget = () => {
    forgetDraft();
    setDraft(null);
  };
  return { draft, forget };
}
