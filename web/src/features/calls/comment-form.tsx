/** A comment is added to the journal and stays there: nothing is edited afterwards. */
import { Button, Stack, Textarea } from "@mantine/core";
import { callsApi, COMMENT_MAX_LENGTH, type CallView } from "@minuta/contracts/calls";
import { journalApi } from "@minuta/contracts/journal";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCommand } from "../../api/queries.ts";
import { Problem } from "../../ui/problem.tsx";

export function CommentForm({ call }: { readonly call: CallView }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const comment = useCommand(callsApi.comment, [journalApi.protocol, callsApi.view]);
  const send = () => comment.run({ params: { callId: call.id }, body: { text } }, () => setText(""));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Stack gap="sm" align="flex-start">
        <Textarea
          w="100%"
          autosize
          minRows={3}
          maxLength={COMMENT_MAX_LENGTH}
          label={t("comments.label")}
          description={t("comments.hint")}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Problem error={comment.error} />
        <Button type="submit" disabled={text.trim() === ""} loading={comment.isPending}>
          {t("comments.submit")}
        </Button>
      </Stack>
    </form>
  );
}
