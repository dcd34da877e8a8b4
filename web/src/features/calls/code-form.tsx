/** The client's first step: nine digits read to him over the telephone. Spaces, dashes and a pasted sentence around them are forgiven. */
import { Button, TextInput } from "@mantine/core";
import { IconArrowRight } from "@tabler/icons-react";
import { callsApi } from "@minuta/contracts/calls";
import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { useCommand } from "../../api/queries.ts";
import { useTranslation } from "../../text/index.ts";
import { codeInThrees } from "../../ui/format.ts";
import { Problem } from "../../ui/problem.tsx";
import classes from "./calls.module.css";

const CODE_LENGTH = 9;

export interface CodeFormProps {
  readonly autoFocus?: boolean;
  /** In one line, for a page where the code is not the subject. */
  readonly compact?: boolean;
}

export function CodeForm({ autoFocus = false, compact = false }: CodeFormProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const find = useCommand(callsApi.findByCode);
  const [digits, setDigits] = useState("");
  const [tooShort, setTooShort] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (digits.length < CODE_LENGTH) {
      setTooShort(true);
      return;
    }
    find.run({ body: { code: digits } }, ({ invitation }) => void navigate({ to: "/join/$token", params: { token: invitation.token } }));
  };
  const type = (typed: string) => {
    setDigits(typed.replaceAll(/\D/g, "").slice(0, CODE_LENGTH));
    setTooShort(false);
    find.reset();
  };
  return (
    <form className={classes.codeForm} data-compact={compact || undefined} onSubmit={submit} noValidate>
      <TextInput
        label={t("code.label")}
        {...(compact ? {} : { description: t("code.hint") })}
        size={compact ? "md" : "lg"}
        inputMode="numeric"
        autoComplete="off"
        placeholder="000 000 000"
        autoFocus={autoFocus}
        classNames={{ input: classes.codeInput ?? "" }}
        value={codeInThrees(digits)}
        onChange={(event) => type(event.currentTarget.value)}
        error={tooShort ? t("code.tooShort") : undefined}
      />
      <Problem error={find.error} />
      <Button
        type="submit"
        size={compact ? "md" : "lg"}
        fullWidth={!compact}
        loading={find.isPending}
        rightSection={<IconArrowRight size={20} aria-hidden />}
      >
        {t("code.submit")}
      </Button>
    </form>
  );
}
