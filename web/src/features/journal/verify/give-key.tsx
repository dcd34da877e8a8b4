/** Where a person gives a key's fingerprint that he has from elsewhere than the file. */
import { Button, Group, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "../../../text/index.ts";

const FINGERPRINT = /^[0-9a-f]{64}$/;

/** As people copy it: with spaces, in capitals. Null: it is none. */
function fingerprintIn(typed: string): string | null {
  const fingerprint = typed.toLowerCase().replaceAll(/[^0-9a-f]/g, "");
  return FINGERPRINT.test(fingerprint) ? fingerprint : null;
}

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
