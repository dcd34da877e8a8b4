/** The browsers whose keys sign in the person's name: seen here, compared by fingerprint, revoked. */
import { Badge, Button, Stack, Table, Text } from "@mantine/core";
import { peopleApi, type Device } from "@minuta/contracts/people";
import { fingerprintOf } from "@minuta/contracts/signing";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "../../text/index.ts";
import { reading, useCommand } from "../../api/queries.ts";
import { inFours } from "../../keys/in-fours.ts";
import { keptPublicKey } from "../../keys/own-key.ts";
import { Card } from "../../ui/card.tsx";
import { useFormat } from "../../ui/format.ts";
import { Problem } from "../../ui/problem.tsx";
import { browserName } from "./browser-name.ts";
import classes from "./people.module.css";

export function Devices({ personId }: { readonly personId: string }) {
  const { t } = useTranslation();
  const read = useQuery(reading(peopleApi.devices, {}));
  const revoke = useCommand(peopleApi.revokeDevice, [peopleApi.devices]);
  const own = useQuery({ queryKey: ["own-key", personId], queryFn: () => keptPublicKey({ personId, callId: "" }) }).data ?? null;
  const devices = read.data?.devices ?? [];
  return (
    <Card title={t("devices.title")}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t(devices.length === 0 ? "devices.none" : "devices.text")}
        </Text>
        <Problem error={read.error ?? revoke.error} />
        <Table verticalSpacing="sm" horizontalSpacing={0}>
          <Table.Tbody>
            {devices.map((device) => (
              <Table.Tr key={device.id}>
                <Table.Td>
                  <DeviceLine device={device} />
                </Table.Td>
                <Table.Td ta="end">
                  {device.publicKey === own && (
                    <Badge variant="light" miw="max-content" mb={4}>
                      {t("profile.thisOne")}
                    </Badge>
                  )}
                  {device.revokedAt === null && (
                    <Button
                      size="compact-sm"
                      variant="default"
                      aria-label={t("devices.revokeOne", { device: browserName(device.agent) })}
                      onClick={() => revoke.run({ params: { deviceId: device.id } })}
                    >
                      {t("devices.revoke")}
                    </Button>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Stack>
    </Card>
  );
}

function DeviceLine({ device }: { readonly device: Device }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { agent, address, enrolledAt, revokedAt, publicKey } = device;
  return (
    <>
      <Text size="sm" fw={550}>
        {browserName(agent)}
      </Text>
      <Text size="xs" c="dimmed">
        {t("devices.since", { address, at: format.dateTime(enrolledAt) })}
        {revokedAt && ` ${t("devices.revoked", { at: format.dateTime(revokedAt) })}`}
      </Text>
      <Text className={classes.fingerprint}>{inFours(fingerprintOf(publicKey))}</Text>
    </>
  );
}
