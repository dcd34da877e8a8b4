/** `/c/:slug/call`: the client says what is to be solved, sees what it costs, and rings. */
import { Alert, Button, Group, Select, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconAlertTriangle, IconPhone } from "@tabler/icons-react";
import { catalogueApi, type CatalogueCard } from "@minuta/contracts/catalogue";
import { RING_CONSENT_VERSION, consentTexts } from "@minuta/contracts/consent";
import { ringsApi } from "@minuta/contracts/rings";
import { configurations } from "@minuta/contracts/taxonomy";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { z } from "zod/mini";
import { ProblemError } from "../../../api/client.ts";
import { keyOf, queryClient, useCommand } from "../../../api/queries.ts";
import { currentLocale, useTranslation } from "../../../text/index.ts";
import { Card } from "../../../ui/card.tsx";
import { fieldErrors, orNull } from "../../../ui/form.ts";
import { ButtonLink } from "../../../ui/link.tsx";
import { Loading } from "../../../ui/loading.tsx";
import { Page } from "../../../ui/page.tsx";
import { Problem } from "../../../ui/problem.tsx";
import { Availability } from "../../catalogue/availability.tsx";
import { useCard } from "../../catalogue/use-card.ts";
import { termName } from "../../catalogue/terms.ts";
import { useMe } from "../../people/me.ts";
import { ConsultantLine } from "../consultant-line.tsx";
import { Preflight } from "../preflight.tsx";
import { forgetDraft, keepDraft, keptDraft } from "./draft.ts";
import { RingCost } from "./ring-cost.tsx";

export function RingFormPage() {
  const { t } = useTranslation();
  const { slug } = useParams({ from: "/person/c/$slug/call" });
  const read = useCard(slug);
  if (read.isPending) return <Loading />;
  if (!read.data) {
    return (
      <Page title={t("consultant.failedTitle")} width="narrow">
        <Problem error={read.error} />
      </Page>
    );
  }
  const { card } = read.data;
  return (
    <Page title={t("ringForm.title", { name: card.name })} lead={t("ringForm.lead")} width="narrow">
      <Stack gap="lg">
        <Card title={t("ringForm.whoTitle")} action={<Availability of={card.availability} />}>
          <ConsultantLine consultant={{ ...card, inn: null }} />
        </Card>
        <RingForm card={card} />
      </Stack>
    </Page>
  );
}

function useRingForm(card: CatalogueCard) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { configuration } = useSearch({ from: "/person/c/$slug/call" });
  const ring = useCommand(ringsApi.ring, [ringsApi.rings]);
  const kept = keptDraft();
  const form = useForm({
    initialValues: {
      task: kept?.task ?? "",
      configuration: kept?.configuration ?? configuration ?? null,
      release: kept?.release ?? "",
    },
    validate: ({ task }) => fieldErrors(z.pick(ringsApi.ring.body, { task: true }), { task }, t),
  });
  const submit = form.onSubmit(({ task, configuration, release }) => {
    const wanted = { task: task.trim(), configuration, release: orNull(release) };
    keepDraft(wanted);
    ring.run(
      { body: { ...wanted, consultantId: card.personId, pricePerMinute: Number(card.pricePerMinute), consent: RING_CONSENT_VERSION } },
      (reply) => {
        // From here on the ring has it.
        forgetDraft();
        void navigate({ to: "/ring/$callId", params: { callId: reply.ring.callId }, search: { to: card.slug } });
      },
      // What the page said of price or freedom may be old.
      () => void queryClient.invalidateQueries({ queryKey: keyOf(catalogueApi.card) }),
    );
  });
  return { form, submit, ring };
}

function RingForm({ card }: { readonly card: CatalogueCard }) {
  const { t } = useTranslation();
  const { form, submit, ring } = useRingForm(card);
  const own = useMe()?.person?.id === card.personId;
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="lg">
        <Card title={t("ringForm.taskTitle")}>
          <Stack gap="sm">
            <Textarea
              label={t("ringForm.task")}
              description={t("ringForm.taskHint")}
              autosize
              minRows={3}
              maxRows={10}
              maxLength={2000}
              required
              autoFocus
              {...form.getInputProps("task")}
            />
            <Select
              label={t("ringForm.configuration")}
              description={t("ringForm.configurationHint")}
              data={configurationChoice(card, t("ringForm.knows"), t("ringForm.others"))}
              searchable
              clearable
              clearButtonProps={{ "aria-label": t("ownCard.clear") }}
              nothingFoundMessage={t("ownCard.nothingFound")}
              {...form.getInputProps("configuration")}
            />
            <TextInput
              label={t("ringForm.release")}
              description={t("ringForm.releaseHint")}
              maxLength={60}
              autoComplete="off"
              {...form.getInputProps("release")}
            />
          </Stack>
        </Card>
        <Card title={t("ringForm.costTitle")}>
          <RingCost pricePerMinute={card.pricePerMinute} />
        </Card>
        <Card title={t("preflight.title")}>
          <Preflight />
        </Card>
        <Refused card={card} error={ring.error} />
        <Button
          type="submit"
          size="xl"
          fullWidth
          loading={ring.isPending}
          disabled={card.availability !== "free" || own}
          leftSection={<IconPhone size={22} aria-hidden />}
        >
          {t("ringForm.submit")}
        </Button>
        <Text size="sm" c="dimmed">
          {consentTexts[RING_CONSENT_VERSION]?.[currentLocale()]}
        </Text>
      </Stack>
    </form>
  );
}

/** What the consultant knows first, then everything else. */
function configurationChoice(card: CatalogueCard, knows: string, others: string) {
  const item = (code: string) => ({ value: code, label: termName("configuration", code) });
  const known = new Set(card.configurations);
  return [
    { group: knows, items: card.configurations.map(item) },
    { group: others, items: configurations.filter(({ code }) => !known.has(code)).map(({ code }) => item(code)) },
  ];
}

/** Why it does not ring, and the way out: who is free instead. */
function Refused({ card, error }: { readonly card: CatalogueCard; readonly error: Error | null }) {
  const { t } = useTranslation();
  const taken = error instanceof ProblemError && error.type === "consultant-not-free";
  if (card.availability === "free" && !taken) return <Problem error={error} />;
  return (
    <>
      {taken ? (
        <Problem error={error} />
      ) : (
        card.availability !== "free" && (
          <Alert color="orange" variant="light" icon={<IconAlertTriangle aria-hidden />} role="status">
            {t(`ringForm.notFree.${card.availability}`, { name: card.name })}
          </Alert>
        )
      )}
      <Group>
        <ButtonLink to="/" search={{ free: "yes" }} variant="default">
          {t("consultant.whoIsFree")}
        </ButtonLink>
      </Group>
    </>
  );
}
