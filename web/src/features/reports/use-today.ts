import { useState } from "react";
import { moscowDay } from "./period.ts";

/** Today in Moscow, as it was when the page came up: figures do not change under the reader at midnight. */
export const useToday = (): string => useState(() => moscowDay(new Date()))[0];
