/** For developers: the letters the server would have sent. */
import { Button, Group, Stack, Text } from "@mantine/core";
import { IconMail, IconRefresh } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "../../text/index.ts";
import { Card } from "../../ui/card.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { useFormat } from "../../ui/format.ts";
import { Loading } from "../../ui/loading.tsx";
import { NotFoundPage } from "../../ui/not-found-page.tsx";
import { Page } from "../../ui/page.tsx";
import { Problem } from "../../ui/problem.tsx";
import { developersMail, isAbsent } from "./dev.ts";
import classes from "./people.module.css";

export function MailPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const mail = useQuery(developersMail);
  if (mail.isPending) return <Loading />;
  if (isAbsent(mail.error)) return <NotFoundPage />;
  const mails = mail.data?.mails ?? [];
  return (
    <Page
      title={t("mail.title")}
      lead={t("mail.lead")}
      action={
        <Button variant="default" leftSection={<IconRefresh size={16} aria-hidden />} onClick={() => void mail.refetch()}>
          {t("mail.refresh")}
        </Button>
      }
    >
      <Problem error={mail.error} />
      {mails.length === 0 && !mail.error && (
        <EmptyState icon={<IconMail aria-hidden />} title={t("mail.emptyTitle")} next={t("mail.emptyNext")} />
      )}
      <Stack gap="sm">
        {mails.map((letter) => (
          <Card key={letter.id} title={letter.subject}>
            <Group gap="md">
              <Text size="sm" c="dimmed">
                {t("mail.to", { to: letter.to })}
              </Text>
              <Text size="sm" c="dimmed">
                {format.dateTime(letter.at)}
              </Text>
            </Group>
            <pre className={classes.mail}>{withLinks(letter.text)}</pre>
          </Card>
        ))}
      </Stack>
    </Page>
  );
}

/** Addresses in a plain text become links. */
function withLinks(text: string) {
  return text.split(/(https?:\/\/\S+)/).map((part, index) =>
    part.startsWith("http") ? (
      <a key={index} href={part}>
        {part}
      </a>
    ) : (
      part
    ),
  );
}
