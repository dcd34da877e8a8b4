/** What stands around the pages. */
import { Outlet, useMatchRoute } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { Header } from "./features/people/header.tsx";
import { useMe } from "./features/people/me.ts";
import { withWords } from "./text/index.ts";
import classes from "./shell.module.css";

const PersonNews = lazy(async () => ({ default: (await withWords(import("./features/calls/person-news.tsx"))).PersonNews }));

/** Every page has the product's head, but the call: its screen has a layout of its own. */
export function Root() {
  const inCall = useMatchRoute()({ to: "/call/$callId" });
  const person = useMe()?.person;
  if (inCall) return <Outlet />;
  return (
    <div className={classes.shell}>
      <Header />
      <main id="content" className={classes.content} tabIndex={-1}>
        <Outlet />
      </main>
      {person && (
        <Suspense fallback={null}>
          <PersonNews />
        </Suspense>
      )}
    </div>
  );
}
