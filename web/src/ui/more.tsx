/** The following page of a long list. */
import { Button, Center } from "@mantine/core";
import { useTranslation } from "../text/index.ts";

export interface MoreProps {
  readonly query: { readonly hasNextPage: boolean; readonly isFetchingNextPage: boolean; readonly fetchNextPage: () => unknown };
}

export function More({ query }: MoreProps) {
  const { t } = useTranslation();
  if (!query.hasNextPage) return null;
  return (
    <Center mt="md">
      <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {t("action.more")}
      </Button>
    </Center>
  );
}
