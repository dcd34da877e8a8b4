/** What narrows the list: words, who is free, configuration, area. Each is a part of the address, so that back, reload and a sent link show the same. */
import { Button, TextInput, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconAdjustmentsHorizontal, IconSearch, IconX } from "@tabler/icons-react";
import { Link, useNavigate, useRouter } from "@tanstack/react-router";
import { useId, useState, type FormEvent } from "react";
import { useTranslation } from "../../text/index.ts";
import classes from "./catalogue.module.css";
import { termName, type TermKind } from "./terms.ts";
import type { Figures, Filters } from "./use-list.ts";

const TYPING_MS = 350;
const FACET_SHORT = 7;

interface FiltersProps {
  readonly filters: Filters;
  /** Undefined until the first answer. */
  readonly figures: Figures | undefined;
}

export function Toolbar({ filters, figures }: FiltersProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const onlyFree = filters.free === "yes";
  return (
    <div className={classes.toolbar} role="search">
      <SearchField text={filters.text ?? ""} />
      <Button
        variant={onlyFree ? "filled" : "default"}
        size="md"
        className={classes.freeNow}
        aria-pressed={onlyFree}
        leftSection={<span className={classes.freeDot} aria-hidden />}
        onClick={() => void navigate({ to: "/", search: { ...filters, free: onlyFree ? undefined : "yes" }, resetScroll: false })}
      >
        {t("catalogue.freeNow", { count: figures?.freeNow ?? 0 })}
      </Button>
    </div>
  );
}

/** Searches while typing, a moment after the last letter; Enter searches at once. */
function SearchField({ text }: { readonly text: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const router = useRouter();
  const [typed, setTyped] = useState(text);
  const [asked, setAsked] = useState({ text, byTyping: text });
  // The address may change by itself (back, "clear the filters"): the field follows, but never overtakes who is typing.
  if (asked.text !== text) {
    setAsked({ ...asked, text });
    if (text !== asked.byTyping) setTyped(text);
  }
  const search = (typedWords: string) => {
    // He may be on his way to another page by now, which is still being fetched: the last letters must not call him back.
    if (router.latestLocation.pathname !== "/") return;
    const words = typedWords.trim();
    setAsked((before) => ({ ...before, byTyping: words }));
    void navigate({ to: "/", search: (before) => ({ ...before, text: words || undefined }), replace: true, resetScroll: false });
  };
  const searchSoon = useDebouncedCallback(search, TYPING_MS);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    search(typed);
  };
  return (
    <form onSubmit={submit} className={classes.search}>
      <TextInput
        type="search"
        size="md"
        aria-label={t("catalogue.search")}
        placeholder={t("catalogue.searchHint")}
        maxLength={100}
        leftSection={<IconSearch size={18} aria-hidden />}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          searchSoon(event.currentTarget.value);
        }}
      />
    </form>
  );
}

/** Beside the list on a desk; on a phone folded behind one button, with what is chosen in sight. */
export function Facets({ filters, figures }: FiltersProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const id = useId();
  const chosen = [filters.configuration, filters.area].filter((code) => code !== undefined).length;
  return (
    <aside className={classes.facets} aria-label={t("catalogue.filters")}>
      <Button
        variant="default"
        size="sm"
        className={classes.facetsButton}
        aria-expanded={open}
        aria-controls={id}
        leftSection={<IconAdjustmentsHorizontal size={18} aria-hidden />}
        onClick={() => setOpen(!open)}
      >
        {chosen > 0 ? t("catalogue.filtersCount", { count: chosen }) : t("catalogue.filters")}
      </Button>
      <div id={id} className={classes.facetLists} data-open={open || undefined}>
        <Facet kind="configuration" title={t("catalogue.configurations")} filters={filters} values={figures?.configurations} />
        <Facet kind="area" title={t("catalogue.areas")} filters={filters} values={figures?.areas} />
      </div>
    </aside>
  );
}

interface FacetProps {
  readonly kind: TermKind;
  readonly title: string;
  readonly filters: Filters;
  readonly values: Figures["configurations"] | undefined;
}

function Facet({ kind, title, filters, values = [] }: FacetProps) {
  const { t } = useTranslation();
  const id = useId();
  const [whole, setWhole] = useState(false);
  const chosen = filters[kind];
  // What is chosen stays in sight, also when it counts nobody any more.
  const all = chosen !== undefined && !values.some(({ code }) => code === chosen) ? [{ code: chosen, count: 0 }, ...values] : values;
  const shown = whole ? all : all.filter(({ code }, place) => place < FACET_SHORT || code === chosen);
  if (all.length === 0) return null;
  return (
    <section aria-labelledby={id}>
      <h2 id={id} className={classes.facetTitle}>
        {title}
      </h2>
      <ul className={classes.facet}>
        {shown.map(({ code, count }) => (
          <li key={code}>
            <FacetLink kind={kind} code={code} count={count} chosen={code === chosen} />
          </li>
        ))}
      </ul>
      {all.length > FACET_SHORT && (
        <UnstyledButton className={classes.facetMore} aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? t("catalogue.facetLess") : t("catalogue.facetAll", { count: all.length })}
        </UnstyledButton>
      )}
    </section>
  );
}

interface FacetLinkProps {
  readonly kind: TermKind;
  readonly code: string;
  readonly count: number;
  readonly chosen: boolean;
}

function FacetLink({ kind, code, count, chosen }: FacetLinkProps) {
  const { t } = useTranslation();
  const name = termName(kind, code);
  return (
    <Link
      to="/"
      search={(before) => ({ ...before, [kind]: chosen ? undefined : code })}
      resetScroll={false}
      className={classes.facetLink}
      data-chosen={chosen || undefined}
      aria-current={chosen || undefined}
    >
      <span>{name}</span>
      {chosen ? (
        <>
          <VisuallyHidden>{t("catalogue.unselect")}</VisuallyHidden>
          <IconX size={16} aria-hidden />
        </>
      ) : (
        <span className={classes.facetCount}>{count}</span>
      )}
    </Link>
  );
}
