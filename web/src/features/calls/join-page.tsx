/** Who invites, what will be seen, what it costs, one button. Written for someone who fears computers. */
import { Button, Group, Stack, Text } from "@mantine/core";
import { IconCurrencyRubel, IconEye, IconHandStop, IconListDetails, IconMouseOff } from "@tabler/icons-react";
import { callsApi, type InvitationView } from "@minuta/contracts/calls";
import { useQuery } from "@tanstack/react-query";
import { Navigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { reading } from "../../api/queries.ts";
import { useTranslation } from "../../text/index.ts";
import { Card } from "../../ui/card.tsx";
import { useFormat } from "../../ui/format.ts";
import { Loading } from "../../ui/loading.tsx";
import { Page } from "../../ui/page.tsx";
import { Problem } from "../../ui/problem.tsx";
import { ConsultantLine } from "./consultant-line.tsx";
import { GuestForm } from "./guest-form.tsx";
import { Preflight } from "./preflight.tsx";
import { ScamWarning } from "./scam-warning.tsx";
import classes from "./calls.module.css";
import { ButtonLink } from "../../ui/link.tsx";

export function JoinPage() {
  const { t } = useTranslation();
  const { token } = useParams({ from: "/join/$token" });
  const [left, setLeft] = useState(false);
  const view = useQuery({ ...reading(callsApi.viewInvitation, { params: { token } }), refetchOnWindowFocus: false, retry: false });
  if (view.isPending) return <Loading />;
  if (view.error) {
    return (
      <Page title={t("join.failedTitle")} width="narrow">
        <Problem error={view.error} />
      </Page>
    );
  }
  const { invitation } = view.data;
  if (invitation.callId) return <Navigate to="/call/$callId" params={{ callId: invitation.callId }} replace />;
  if (left) return <LeftPage onBack={() => setLeft(false)} />;
  return (
    <Page title={t("join.title")} lead={t("join.lead")} width="narrow">
      <Stack gap="lg">
        <Card title={t("join.whoTitle")}>
          <Stack gap="md">
            <ConsultantLine consultant={invitation.consultant} />
            {!invitation.consultant.verified && (
              <Text size="sm" c="dimmed">
                {t("join.notVerifiedHint")}
              </Text>
            )}
            <Task invitation={invitation} />
          </Stack>
        </Card>
        <ScamWarning onLeave={() => setLeft(true)} />
        <Card title={t("join.whatTitle")}>
          <WhatHappens ownRateKopecks={invitation.ownRateKopecks} />
        </Card>
        <Card title={t("preflight.title")}>
          <Preflight />
        </Card>
        <Card title={t("join.formTitle")}>
          <GuestForm token={token} />
        </Card>
      </Stack>
    </Page>
  );
}

function Task({ invitation }: { readonly invitation: InvitationView }) {
  const { t } = useTranslation();
  if (!invitation.task && !invitation.configuration) return null;
  return (
    <div>
      <Text size="sm" c="dimmed">
        {t("join.task")}
      </Text>
      {invitation.task && <Text className={classes.task}>{invitation.task}</Text>}
      {invitation.configuration && <Text size="sm">{invitation.configuration}</Text>}
    </div>
  );
}

function WhatHappens({ ownRateKopecks }: { readonly ownRateKopecks: number | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const facts = [
    { Icon: IconEye, title: t("join.sees.title"), text: t("join.sees.text") },
    { Icon: IconMouseOff, title: t("join.cannot.title"), text: t("join.cannot.text") },
    { Icon: IconHandStop, title: t("join.stop.title"), text: t("join.stop.text") },
    { Icon: IconListDetails, title: t("join.kept.title"), text: t("join.kept.text") },
    {
      Icon: IconCurrencyRubel,
      title: t("join.free.title"),
      text: ownRateKopecks ? t("join.free.withRate", { rate: format.price(ownRateKopecks) }) : t("join.free.text"),
    },
  ];
  return (
    <ul className={classes.facts}>
      {facts.map(({ Icon, title, text }) => (
        <li key={title} className={classes.fact}>
          <Icon size={24} stroke={1.7} aria-hidden className={classes.factIcon} />
          <div>
            <Text fw={600}>{title}</Text>
            <Text size="sm" c="dimmed">
              {text}
            </Text>
          </div>
        </li>
      ))}
    </ul>
  );
}

/** He got frightened and left: nothing was opened, and he is told so. */
function LeftPage({ onBack }: { readonly onBack: () => void }) {
  const { t } = useTranslation();
  return (
    <Page title={t("scam.leftTitle")} lead={t("scam.leftText")} width="narrow">
      <Group>
        <ButtonLink variant="default" to="/">
          {t("scam.home")}
        </ButtonLink>
        <Button variant="subtle" onClick={onBack}>
          {t("scam.back")}
        </Button>
      </Group>
    </Page>
  );
}
