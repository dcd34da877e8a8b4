/** Words typed during the call; they stay in the journal. */
import { ActionIcon, CloseButton, Text, TextInput, Title } from "@mantine/core";
import { IconSend } from "@tabler/icons-react";
import type { Side } from "@minuta/contracts/ids";
import { CHAT_MAX_LENGTH } from "@minuta/contracts/wire";
import { useEffect, useRef, useState } from "react";
import type { ChatLine } from "../../rtc/engine.ts";
import { useTranslation } from "../../text/index.ts";
import { useFormat } from "../../ui/format.ts";
import callClasses from "./call.module.css";
import classes from "./chat.module.css";

export interface ChatProps {
  readonly lines: readonly ChatLine[];
  readonly side: Side;
  readonly onSend: (text: string) => void;
  readonly onClose: () => void;
}

export function Chat({ lines, side, onSend, onClose }: ChatProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    end.current?.scrollIntoView({ block: "end" });
  }, [lines.length]);
  return (
    <aside className={classes.chat} aria-label={t("chat.title")}>
      <div className={classes.chatHead}>
        <Title order={2} size="h5">
          {t("chat.title")}
        </Title>
        <CloseButton aria-label={t("chat.close")} onClick={onClose} />
      </div>
      <div className={classes.chatLines} role="log" aria-label={t("chat.log")} tabIndex={0}>
        {lines.length === 0 && <p className={classes.chatEmpty}>{t("chat.empty")}</p>}
        {lines.map((line) => (
          <div key={line.id} className={classes.chatLine} data-own={line.from === side || undefined}>
            <Text size="xs" className={classes.chatWho}>
              {t(line.from === side ? "chat.you" : `side.${line.from}`)}, {format.time(line.at)}
            </Text>
            <Text size="sm" className={callClasses.said}>
              {line.text}
            </Text>
          </div>
        ))}
        <div ref={end} />
      </div>
      <ChatForm onSend={onSend} />
    </aside>
  );
}

function ChatForm({ onSend }: Pick<ChatProps, "onSend">) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  return (
    <form
      className={classes.chatForm}
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() === "") return;
        onSend(text.trim());
        setText("");
      }}
    >
      <TextInput
        flex={1}
        aria-label={t("chat.message")}
        placeholder={t("chat.message")}
        maxLength={CHAT_MAX_LENGTH}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        autoFocus
        autoComplete="off"
      />
      <ActionIcon type="submit" size={36} aria-label={t("chat.send")}>
        <IconSend size={18} aria-hidden />
      </ActionIcon>
    </form>
  );
}
