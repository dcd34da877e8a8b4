/** Loaded before a program (`node --import`): settings of a file .env in the project's folder, when there is one; the environment wins. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const file = fileURLToPath(new URL("../.env", import.meta.url));
if (existsSync(file)) process.loadEnvFile(file);
