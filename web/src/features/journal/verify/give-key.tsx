/** Where a person gives a key's fingerprint that he has from elsewhere than the file. */
import { Button, Group, TextInput } from "@mantine/core";
import { sha256 } from "@minuta/contracts/recording-chain";
import { useState } from "react";
import { useTranslation } from "../../../text/index.ts";

/** As people copy it: with spaces, in capitals. Null: it is none. */
const fingerprintIn = (typed: string): string | null => sha256.safeParse(typed.toLowerCase().replaceAll(/[^0-9a-f]/g, "")).data ?? null;

export function GiveKey({ label, give }: { readonly label: string; readonly give: (fingerprint: string) => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState(false);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const fingerprint = fingerprintIn(typed);
        setWrong(fingerprint === null);
        if (fingerprint === null) return;
        give(fingerprint);
        setTyped("");
      }}
    >
      <Group align="flex-end" gap="sm">
        <TextInput
          flex="1 1 260px"
          label={label}
          description={t("verify.keys.hint")}
          value={typed}
          error={wrong ? t("verify.keys.wrong") : null}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" disabled={typed.trim() === ""}>
          {t("verify.keys.give")}
        </Button>
      </Group>
    </form>
  );
}
