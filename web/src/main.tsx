/** The page's one entry: words first, then the tree. */
import "./no-eval.ts";
import "@fontsource-variable/onest/wght.css";
import "@mantine/core/styles.layer.css";
import "./ui/base.css";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "./api/queries.ts";
import { router } from "./routes.tsx";
import { uploadWhatIsLeft } from "./rtc/recorder/pending.ts";
import { startText } from "./text/index.ts";
import { colorSchemeManager, cssVariablesResolver, theme } from "./ui/theme.ts";

function draw(): void {
  const place = document.getElementById("root");
  if (!place) throw new Error("the page has no #root");
  createRoot(place).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariablesResolver}
        colorSchemeManager={colorSchemeManager}
        defaultColorScheme="auto"
      >
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}

// Not awaited at the top: the pages' files import this one, and Safari loses modules that wait for another's top-level await.
void startText().then(draw);
void uploadWhatIsLeft();
