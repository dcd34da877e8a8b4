/** How screens read and command: TanStack Query over the typed client. One key per endpoint and its input. */
import type { Endpoint } from "@minuta/contracts/endpoint";
import { QueryClient, queryOptions, useMutation, type UseMutationResult } from "@tanstack/react-query";
import { useRef } from "react";
import { ProblemError, request, type Input, type Reply } from "./client.ts";

const RETRIES_WITHOUT_ANSWER = 2;

/** Only silence is tried again (with the same command id); an answer is an answer. */
const retry = (failures: number, error: Error): boolean =>
  failures < RETRIES_WITHOUT_ANSWER && error instanceof ProblemError && (error.type === "no-connection" || error.type === "overloaded");

export const queryClient = new QueryClient({
  defaultOptions: { queries: { retry, staleTime: 2_000, refetchOnWindowFocus: true }, mutations: { retry } },
});

/** Key of everything read from an endpoint, whatever its input: for invalidation. */
export const keyOf = (endpoint: Endpoint): readonly string[] => [endpoint.method, endpoint.path];

/** What `useQuery` needs to read an endpoint. */
export const reading = <E extends Endpoint>(endpoint: E, input: Input<E>) =>
  queryOptions<Reply<E>, Error>({ queryKey: [...keyOf(endpoint), input], queryFn: () => request(endpoint, input) });

export interface Command<E extends Endpoint> extends Pick<UseMutationResult<Reply<E>, Error, unknown>, "isPending" | "error" | "reset"> {
  /** Starts the command; a second start while one is under way does nothing. */
  readonly run: (input: Input<E>, onDone?: (reply: Reply<E>) => void, onRefused?: (error: Error) => void) => void;
}

interface Started<E extends Endpoint> {
  readonly input: Input<E>;
  readonly id: string;
}

/** A command of a screen. `changes` names the endpoints whose answers are stale afterwards. */
export function useCommand<E extends Endpoint>(endpoint: E, changes: readonly Endpoint[] = []): Command<E> {
  const mutation = useMutation<Reply<E>, Error, Started<E>>({
    mutationFn: ({ input, id }) => request(endpoint, input, id),
    onSuccess: () => {
      for (const changed of changes) void queryClient.invalidateQueries({ queryKey: keyOf(changed) });
    },
  });
  // A second click comes before the page has drawn the first one.
  const started = useRef(false);
  return {
    isPending: mutation.isPending,
    error: mutation.error,
    reset: mutation.reset,
    run: (input, onDone, onRefused) => {
      if (started.current) return;
      started.current = true;
      mutation.mutate(
        { input, id: crypto.randomUUID() },
        {
          onSuccess: (reply) => onDone?.(reply),
          onError: (error) => onRefused?.(error),
          onSettled: () => {
            started.current = false;
          },
        },
      );
    },
  };
}
