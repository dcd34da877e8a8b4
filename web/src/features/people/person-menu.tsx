/** The person's own menu: where to go, and out. */
import { Avatar, Menu, UnstyledButton } from "@mantine/core";
import { IconHeadset, IconId, IconLogout, IconReportMoney, IconUserCog, IconUsers } from "@tabler/icons-react";
import { peopleApi, type Person } from "@minuta/contracts/people";
import { Link } from "@tanstack/react-router";
import { useCommand } from "../../api/queries.ts";
import { useTranslation } from "../../text/index.ts";
import { useOwnCard } from "../catalogue/use-own-card.ts";
import { useOwnPresence } from "../presence/own-presence.ts";
import { PresenceItem } from "../presence/presence-item.tsx";
import classes from "./header.module.css";
import { useLeave } from "./me.ts";

const initials = (name: string): string =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join("");

export function PersonMenu({ person }: { readonly person: Person }) {
  const { t } = useTranslation();
  const leave = useLeave();
  const signOut = useCommand(peopleApi.signOut);
  const isListed = useOwnCard().data?.card.published === true;
  const presence = useOwnPresence(isListed);
  const seenAs = isListed ? presence.seenAs : undefined;
  const label = seenAs
    ? t("presence.personMenu", { name: person.name, state: t(`presence.short.${seenAs}`) })
    : t("header.personMenu", { name: person.name });
  return (
    <Menu position="bottom-end" width={240} shadow="md" radius="md" withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <UnstyledButton aria-label={label} className={classes.person} data-seen-as={seenAs}>
          <Avatar color="minuta" size={38} aria-hidden>
            <span className={classes.initials} data-initials={initials(person.name)} />
          </Avatar>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{person.name}</Menu.Label>
        {isListed && <PresenceItem presence={presence} />}
        <Menu.Item component={Link} to="/" leftSection={<IconUsers size={18} aria-hidden />}>
          {t("nav.catalogue")}
        </Menu.Item>
        <Menu.Item component={Link} to="/cabinet/work" leftSection={<IconHeadset size={18} aria-hidden />}>
          {t("nav.work")}
        </Menu.Item>
        <Menu.Item component={Link} to="/cabinet" leftSection={<IconReportMoney size={18} aria-hidden />}>
          {t("nav.cabinet")}
        </Menu.Item>
        <Menu.Item component={Link} to="/cabinet/profile" leftSection={<IconUserCog size={18} aria-hidden />}>
          {t("nav.profile")}
        </Menu.Item>
        {person.roles.includes("operator") && (
          <Menu.Item component={Link} to="/operator" leftSection={<IconId size={18} aria-hidden />}>
            {t("nav.operator")}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={18} aria-hidden />} onClick={() => signOut.run({}, leave)}>
          {t("nav.signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
