/** Waiting for the first answer: reserves room, so that nothing jumps when it comes. */
import { Center, Loader, VisuallyHidden } from "@mantine/core";
import { useTranslation } from "../text/index.ts";

export function Loading({ height = 240 }: { readonly height?: number | string }) {
  const { t } = useTranslation();
  return (
    <Center mih={height} role="status">
      <Loader size="sm" type="dots" aria-hidden />
      <VisuallyHidden>{t("loading")}</VisuallyHidden>
    </Center>
  );
}
