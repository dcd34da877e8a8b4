/** The consultant writes his card: what he knows, what a minute costs, a text; and whether the catalogue shows it. */
import {
  Button,
  Group,
  Modal,
  MultiSelect,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
  type ComboboxItem,
  type OptionsFilter,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMediaQuery } from "@mantine/hooks";
import { CARD_TERMS_MAX, CARD_TEXT_MAX_LENGTH, catalogueApi, PRICE_MAX, PRICE_MIN, type OwnCard } from "@minuta/contracts/catalogue";
import { areaGroups, areas, configurations } from "@minuta/contracts/taxonomy";
import { ProblemError } from "../../api/client.ts";
import { useCommand } from "../../api/queries.ts";
import { currentLocale, useTranslation } from "../../text/index.ts";
import { kopecksOfTyped, typedOfKopecks, useFormat } from "../../ui/format.ts";
import { Loading } from "../../ui/loading.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useOwnCard } from "./use-own-card.ts";

export function CardEditor({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const phone = useMediaQuery("(max-width: 40em)") ?? false;
  const card = useOwnCard().data?.card;
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("ownCard.editTitle")}
      size={680}
      fullScreen={phone}
      radius={phone ? 0 : "lg"}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      {card ? <CardForm card={card} onSaved={onClose} /> : <Loading />}
    </Modal>
  );
}

function useCardForm(card: OwnCard, onSaved: () => void) {
  const { t } = useTranslation();
  const format = useFormat();
  const change = useCommand(catalogueApi.change, [catalogueApi.own, catalogueApi.card, catalogueApi.list]);
  const form = useForm({
    initialValues: {
      configurations: card.configurations,
      areas: card.areas,
      price: typedOfKopecks(card.pricePerMinute === null ? null : Number(card.pricePerMinute)),
      text: card.text,
      published: card.published || card.slug === null,
    },
    validate: {
      price: (typed) => (typed.trim() !== "" && kopecksOfTyped(typed) === null ? t("invalid.amount") : null),
    },
  });
  const submit = form.onSubmit(({ price, ...rest }) => {
    const pricePerMinute = price.trim() === "" ? null : kopecksOfTyped(price);
    change.run({ body: { ...rest, pricePerMinute } }, onSaved, (refusal) => form.setErrors(missingFields(refusal, t("invalid.needed"))));
  });
  const bounds = { min: format.price(PRICE_MIN), max: format.price(PRICE_MAX) };
  return { form, submit, change, bounds };
}

const fieldOf: Partial<Record<string, string>> = { pricePerMinute: "price", configurations: "configurations", text: "text" };

/** The fields a card cannot be published without, each marked where it is filled in. */
function missingFields(refusal: Error, needed: string): Record<string, string> {
  if (!(refusal instanceof ProblemError) || refusal.type !== "card-incomplete") return {};
  const missing = Array.isArray(refusal.facts["missing"]) ? refusal.facts["missing"] : [];
  return Object.fromEntries(missing.flatMap((name) => (fieldOf[String(name)] ? [[fieldOf[String(name)], needed]] : [])));
}

function CardForm({ card, onSaved }: { readonly card: OwnCard; readonly onSaved: () => void }) {
  const { t } = useTranslation();
  const { form, submit, change, bounds } = useCardForm(card, onSaved);
  const picking = {
    searchable: true,
    clearable: true,
    hidePickedOptions: true,
    maxValues: CARD_TERMS_MAX,
    maxDropdownHeight: 260,
    nothingFoundMessage: t("ownCard.nothingFound"),
    clearButtonProps: { "aria-label": t("ownCard.clear") },
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <MultiSelect
          label={t("ownCard.configurations")}
          description={t("ownCard.configurationsHint")}
          data={configurations.map(({ code, [currentLocale()]: label }) => ({ value: code, label }))}
          filter={byNameOrAlias}
          {...picking}
          {...form.getInputProps("configurations")}
        />
        <MultiSelect
          label={t("ownCard.areas")}
          description={t("ownCard.areasHint")}
          data={areasByGroup()}
          {...picking}
          {...form.getInputProps("areas")}
        />
        <TextInput
          label={t("ownCard.price")}
          description={t("ownCard.priceHint", bounds)}
          inputMode="decimal"
          rightSection="₽"
          {...form.getInputProps("price")}
        />
        <Textarea
          label={t("ownCard.text")}
          description={t("ownCard.textHint")}
          autosize
          minRows={4}
          maxRows={12}
          maxLength={CARD_TEXT_MAX_LENGTH}
          {...form.getInputProps("text")}
        />
        <Switch label={t("ownCard.publish")} {...form.getInputProps("published", { type: "checkbox" })} />
        <Refusal error={change.error} />
        <Group justify="flex-end">
          <Button type="submit" size="md" loading={change.isPending}>
            {t("action.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** An incomplete card is told by what it lacks; everything else as everywhere. */
function Refusal({ error }: { readonly error: Error | null }) {
  const { t } = useTranslation();
  const missing = error instanceof ProblemError && error.type === "card-incomplete" ? error.facts["missing"] : null;
  if (!Array.isArray(missing)) return <Problem error={error} />;
  const fields = (["pricePerMinute", "configurations", "text"] as const).filter((name) => missing.includes(name));
  return (
    <Text role="alert" size="sm" c="var(--mantine-color-error)" data-problem="card-incomplete">
      {t("ownCard.missing", { fields: fields.map((name) => t(`ownCard.field.${name}`)).join(", ") })}
    </Text>
  );
}

const aliasesByCode = new Map(configurations.map(({ code, aliases }) => [code, aliases]));

/** "УТ 11" finds "Управление торговлей": people type what they call it. */
const byNameOrAlias: OptionsFilter = ({ options, search }) => {
  const sought = search.trim().toLowerCase();
  const matches = ({ value, label }: ComboboxItem): boolean =>
    [label, ...(aliasesByCode.get(value) ?? [])].some((name) => name.toLowerCase().includes(sought));
  return options.filter((option) => "group" in option || matches(option));
};

const areasByGroup = () =>
  areaGroups.map(({ code, [currentLocale()]: group }) => ({
    group,
    items: areas.filter((area) => area.group === code).map(({ code: value, [currentLocale()]: label }) => ({ value, label })),
  }));
