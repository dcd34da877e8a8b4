/** The consultant's own client book: everyone who came by his invitations, with a note to each. */
import { Anchor, Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { IconAddressBook } from "@tabler/icons-react";
import { callsApi, type ClientBookEntry } from "@minuta/contracts/calls";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { reading, useCommand } from "../../api/queries.ts";
import { useTranslation } from "../../text/index.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { useFormat } from "../../ui/format.ts";
import { Loading } from "../../ui/loading.tsx";
import { Problem } from "../../ui/problem.tsx";
import classes from "./calls.module.css";
import { TextLink } from "../../ui/link.tsx";

export function ClientBook() {
  const { t } = useTranslation();
  const book = useQuery(reading(callsApi.clientBook, {}));
  if (book.isPending) return <Loading height={120} />;
  if (book.error) return <Problem error={book.error} onRetry={() => void book.refetch()} />;
  if (book.data.clients.length === 0)
    return <EmptyState icon={<IconAddressBook aria-hidden />} title={t("book.emptyTitle")} next={t("book.emptyNext")} />;
  return (
    <ul className={classes.invitations}>
      {book.data.clients.map((entry, index) => (
        <BookEntry key={entry.client.guestId ?? index} entry={entry} />
      ))}
    </ul>
  );
}

function BookEntry({ entry }: { readonly entry: ClientBookEntry }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { client } = entry;
  const details = [client.organisation, client.inn && t("card.inn", { inn: client.inn }), client.email].filter((part) => part);
  return (
    <li className={classes.invitation}>
      <div style={{ minWidth: 0, flex: "1 1 260px" }}>
        <Text fw={550}>{client.name}</Text>
        {details.length > 0 && (
          <Text size="sm" c="dimmed">
            {details.join(" · ")}
          </Text>
        )}
        <Note entry={entry} />
      </div>
      <Stack gap={0} className={classes.bookCalls}>
        <Text size="sm">
          {t("book.calls", { count: entry.calls })}, {format.duration(entry.billableSeconds)}
        </Text>
        {entry.lastCallAt && entry.lastCallId && (
          <TextLink to="/call/$callId/after" params={{ callId: entry.lastCallId }} size="sm">
            {t("book.lastCall", { at: format.dateTime(entry.lastCallAt) })}
          </TextLink>
        )}
      </Stack>
    </li>
  );
}

function Note({ entry }: { readonly entry: ClientBookEntry }) {
  const { t } = useTranslation();
  const { guestId, name } = entry.client;
  const [typed, setTyped] = useState<string | null>(null);
  const save = useCommand(callsApi.noteOnClient, [callsApi.clientBook]);
  if (guestId === null) return null;
  const action = entry.note ? t("book.changeNote") : t("book.addNote");
  if (typed === null) {
    return (
      <>
        {entry.note && (
          <Text size="sm" className={classes.task}>
            {entry.note}
          </Text>
        )}
        <Anchor
          component="button"
          type="button"
          size="sm"
          onClick={() => setTyped(entry.note)}
          aria-label={t("book.noteNamed", { action, name })}
        >
          {action}
        </Anchor>
      </>
    );
  }
  return (
    <Stack gap="xs" mt="xs">
      <Textarea
        label={t("book.note")}
        autosize
        minRows={2}
        maxLength={2000}
        autoFocus
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Problem error={save.error} />
      <Group gap="xs">
        <Button
          size="compact-sm"
          loading={save.isPending}
          onClick={() => save.run({ params: { guestId }, body: { note: typed } }, () => setTyped(null))}
        >
          {t("action.save")}
        </Button>
        <Button size="compact-sm" variant="default" onClick={() => setTyped(null)}>
          {t("action.cancel")}
        </Button>
      </Group>
    </Stack>
  );
}
