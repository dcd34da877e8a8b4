/** Who looks at the page: a person, a guest with a call's cookie, or nobody known. */
import { peopleApi, type Person } from "@minuta/contracts/people";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { queryClient, reading } from "../../api/queries.ts";

const ME_FRESH_MS = 60_000;
const me = { ...reading(peopleApi.me, {}), staleTime: ME_FRESH_MS };

export const useMe = () => useQuery(me).data;

/** For routes that need a person: resolves with him, or null. */
export const whoAmI = async (): Promise<Person | null> => (await queryClient.ensureQueryData(me)).person;

/** After anything that signs in, changes or signs out the person. */
export function setPerson(person: Person | null): void {
  const before = queryClient.getQueryData(me.queryKey);
  queryClient.setQueryData(me.queryKey, { person, guest: before?.guest ?? null });
}

/** Forgets everything read in this sign-in and goes to the first page. */
export function useLeave(): () => void {
  const navigate = useNavigate();
  return useCallback(() => {
    queryClient.clear();
    void navigate({ to: "/" });
  }, [navigate]);
}
