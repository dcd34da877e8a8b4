/** The call engine's life, tied to the page: made when the call page opens, disposed of when it is left. */
import type { CallView } from "@minuta/contracts/calls";
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { createCallEngine } from "../../rtc/create.ts";
import type { CallEngine, CallEngineOptions, CallEngineState } from "../../rtc/engine.ts";

export interface EngineLife {
  /** Null for the first moment. */
  readonly engine: CallEngine | null;
  /** A new engine for the same call: after another tab took over, or the channel closed for good. */
  readonly restart: () => void;
}

export function useEngine(call: CallView, { onlyPath, personId }: Pick<CallEngineOptions, "onlyPath" | "personId">): EngineLife {
  const [engine, setEngine] = useState<CallEngine | null>(null);
  const [life, setLife] = useState(0);
  const latest = useRef(call);
  useEffect(() => {
    latest.current = call;
  }, [call]);
  useEffect(() => {
    const made = createCallEngine({ call: latest.current, personId, ...(onlyPath ? { onlyPath } : {}) });
    setEngine(made);
    return () => {
      setEngine(null);
      made.dispose();
    };
  }, [call.id, life, onlyPath, personId]);
  return { engine, restart: useCallback(() => setLife((lives) => lives + 1), []) };
}

export function useEngineState(engine: CallEngine): CallEngineState {
  return useSyncExternalStore(
    useCallback((changed) => engine.subscribe(changed), [engine]),
    () => engine.getState(),
  );
}
