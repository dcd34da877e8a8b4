/** The head of every page but the call: the mark, where to go, language, colours, the person. */
import { ActionIcon, Button, Skeleton, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { IconMoon, IconSun } from "@tabler/icons-react";
import type { Person } from "@minuta/contracts/people";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { changeLocale, currentLocale, useTranslation, withWords } from "../../text/index.ts";
import { BrandMark } from "../../ui/brand.tsx";
import classes from "./header.module.css";
import { useMe } from "./me.ts";
import { ButtonLink } from "../../ui/link.tsx";

const PersonMenu = lazy(async () => ({ default: (await withWords(import("./person-menu.tsx"))).PersonMenu }));

export function Header() {
  const { t } = useTranslation();
  const me = useMe();
  const person = me?.person ?? null;
  return (
    <header className={classes.header}>
      <a href="#content" className={classes.skip}>
        {t("header.skip")}
      </a>
      <div className={classes.inside}>
        <Link to="/" className={classes.brand} aria-label={t("brand")}>
          <BrandMark />
          <span className={classes.brandName} data-with-menu={person !== null || undefined}>
            {t("brand")}
          </span>
        </Link>
        {person && <Navigation person={person} />}
        <div className={classes.tools}>
          <LanguageSwitch />
          <ColorSchemeSwitch />
          {person && (
            <Suspense fallback={<Skeleton circle height={38} />}>
              <PersonMenu person={person} />
            </Suspense>
          )}
          {me && !person && (
            <ButtonLink to="/sign-in" variant="default" size="sm">
              {t("nav.signIn")}
            </ButtonLink>
          )}
        </div>
      </div>
    </header>
  );
}

function Navigation({ person }: { readonly person: Person }) {
  const { t } = useTranslation();
  return (
    <nav className={classes.nav} aria-label={t("header.navigation")}>
      <Link to="/" activeOptions={{ exact: true, includeSearch: false }} className={`${classes.link} ${classes.wideOnly}`}>
        {t("nav.catalogue")}
      </Link>
      <Link to="/cabinet/work" className={classes.link}>
        {t("nav.work")}
      </Link>
      <Link to="/cabinet" activeOptions={{ exact: true, includeSearch: false }} className={classes.link}>
        {t("nav.cabinet")}
      </Link>
      {person.roles.includes("operator") && (
        <Link to="/operator" className={`${classes.link} ${classes.wideOnly}`}>
          {t("nav.operator")}
        </Link>
      )}
    </nav>
  );
}

function LanguageSwitch() {
  const { t } = useTranslation();
  const other = currentLocale() === "ru" ? "en" : "ru";
  return (
    <Button
      variant="subtle"
      color="gray"
      size="compact-md"
      className={classes.language}
      onClick={() => void changeLocale(other)}
      aria-label={t("header.otherLanguage")}
      lang={other}
    >
      {other === "en" ? "EN" : "RU"}
    </Button>
  );
}

function ColorSchemeSwitch() {
  const { t } = useTranslation();
  const { setColorScheme } = useMantineColorScheme();
  const now = useComputedColorScheme("light");
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      onClick={() => setColorScheme(now === "dark" ? "light" : "dark")}
      aria-label={t(now === "dark" ? "header.toLight" : "header.toDark")}
    >
      {now === "dark" ? <IconSun size={20} aria-hidden /> : <IconMoon size={20} aria-hidden />}
    </ActionIcon>
  );
}
