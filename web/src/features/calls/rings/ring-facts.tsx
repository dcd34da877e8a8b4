/** What a ring is about: task, configuration, release. */
import { Text } from "@mantine/core";
import type { Ring } from "@minuta/contracts/rings";
import { useTranslation } from "../../../text/index.ts";
import { termName } from "../../catalogue/terms.ts";
import classes from "../calls.module.css";

export function RingFacts({ ring }: { readonly ring: Ring }) {
  const { t } = useTranslation();
  const program = [
    ring.configuration && termName("configuration", ring.configuration),
    ring.release && t("incoming.release", { release: ring.release }),
  ];
  const said = program.filter((part) => part);
  return (
    <>
      <Text className={classes.task}>{ring.task}</Text>
      {said.length > 0 && (
        <Text size="sm" c="dimmed" mt={6}>
          {said.join(" · ")}
        </Text>
      )}
    </>
  );
}
