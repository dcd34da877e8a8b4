/** A consultant's desk: one thing to do, "invite a client", and below what waits and whom he knows. */
import { Button, Stack } from "@mantine/core";
import { IconUserPlus } from "@tabler/icons-react";
import type { Invitation } from "@minuta/contracts/calls";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "../../text/index.ts";
import { Card } from "../../ui/card.tsx";
import { Loading } from "../../ui/loading.tsx";
import { Page } from "../../ui/page.tsx";
import { Problem } from "../../ui/problem.tsx";
import { CardEditor } from "../catalogue/card-editor.tsx";
import { OwnCardSection } from "../catalogue/own-card.tsx";
import { WalletLine } from "../ledger/wallet-line.tsx";
import { useMe } from "../people/me.ts";
import { ClientBook } from "./client-book.tsx";
import { Invitations } from "./invitations.tsx";
import { InviteModal } from "./invite-modal.tsx";
import { invitationsRead } from "./open-invitations.ts";
import { RunningCalls } from "./running.tsx";

const REFETCH_MS = 5_000;

export function WorkPage() {
  const { t } = useTranslation();
  const person = useMe()?.person;
  const { invitation: shownId, card } = useSearch({ from: "/person/cabinet/work" });
  const navigate = useNavigate();
  const show = (invitation: string | undefined) => void navigate({ to: "/cabinet/work", search: { invitation } });
  const read = useQuery({ ...invitationsRead, refetchInterval: REFETCH_MS });
  const waiting = read.data?.invitations.filter((invitation) => invitation.callId === null) ?? [];
  if (!person) return <Loading />;
  return (
    <Page
      title={t("work.title")}
      lead={t("work.lead")}
      action={
        <Button size="lg" leftSection={<IconUserPlus size={20} aria-hidden />} onClick={() => show("new")}>
          {t("work.invite")}
        </Button>
      }
    >
      <Stack gap="lg">
        <WalletLine />
        <RunningCalls />
        <OwnCardSection onEdit={() => void navigate({ to: "/cabinet/work", search: { card: "edit" } })} />
        <Card title={t("work.invitationsTitle")}>
          <Problem error={read.error} />
          {read.data ? (
            <Invitations invitations={waiting} onShow={(invitation) => show(invitation.id)} />
          ) : (
            !read.error && <Loading height={120} />
          )}
        </Card>
        <Card title={t("work.bookTitle")}>
          <ClientBook />
        </Card>
      </Stack>
      <CardEditor opened={card === "edit"} onClose={() => void navigate({ to: "/cabinet/work" })} />
      <InviteModal person={person} shown={shownOf(shownId, waiting)} onMade={(made) => show(made.id)} onClose={() => show(undefined)} />
    </Page>
  );
}

/** What the address asks to show: the form, one waiting invitation, or nothing (also when its client has come meanwhile). */
function shownOf(id: string | undefined, waiting: readonly Invitation[]): "new" | Invitation | null {
  return id === "new" ? "new" : (waiting.find((invitation) => invitation.id === id) ?? null);
}
