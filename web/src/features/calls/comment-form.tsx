/** A comment is added to the journal and stays there: nothing is edited afterwards. */
import { Button, Stack, Textarea } from "@mantine/core";
import { callsApi, COMMENT_MAX_LENGTH, type CallView } from "@minuta/contracts/calls";
import { journalApi } from "@minuta/contracts/journal";
import { commentText } from "@minuta/contracts/statement";
import { useState } from "react";
import { useCommand } from "../../api/queries.ts";
import { ownSigner } from "../../keys/own-key.ts";
import { useTranslation } from "../../text/index.ts";
import { Problem } from "../../ui/problem.tsx";
import { useMe } from "../people/me.ts";

export function CommentForm({ call }: { readonly call: CallView }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const comment = useCommand(callsApi.comment, [journalApi.protocol, callsApi.view]);
  const personId = useMe()?.person?.id ?? null;
  const send = async () => {
    const signed = await signComment({ call, personId, text });
    comment.run({ params: { callId: call.id }, body: { text, ...(signed ? { signed } : {}) } }, () => setText(""));
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void send();
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

interface Said {
  readonly call: CallView;
  readonly personId: string | null;
  readonly text: string;
}

/** By the key this browser signs minutes with; null where it cannot sign: the comment stands all the same, unsigned. */
async function signComment({ call: { id, side }, personId, text }: Said): Promise<{ publicKey: string; signature: string } | null> {
  try {
    const { publicKey, sign } = await ownSigner({ personId, callId: id });
    return { publicKey, signature: await sign(commentText(id, { side, publicKey, text: text.trim() })) };
  } catch {
    return null;
  }
}
