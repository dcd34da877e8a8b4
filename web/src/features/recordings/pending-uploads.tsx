/** How much of what was recorded in this browser is not with the server yet. */
import { Alert } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { recordingsApi } from "@minuta/contracts/recordings";
import { useEffect, useState } from "react";
import { keyOf } from "../../api/queries.ts";
import { hearNews, nudge } from "../../rtc/recorder/news.ts";
import { useTranslation } from "../../text/index.ts";

export function PendingUploads() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const stop = hearNews((news) => {
      if (news.t !== "left") return;
      setLeft(news.segments);
      void queries.invalidateQueries({ queryKey: keyOf(recordingsApi.kept) });
    });
    nudge();
    return stop;
  }, [queries]);
  if (left === 0) return null;
  return (
    <Alert icon={<IconUpload aria-hidden />} color="gray" variant="light" role="status" data-testid="pending-uploads">
      {t("recording.left", { count: left })}
    </Alert>
  );
}
