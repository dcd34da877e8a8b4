/** Builds the pages into web/dist, which the server hands out. In development /api (with its WebSockets) goes on to a running server. */
import react from "@vitejs/plugin-react";
import postcssPresetMantine from "postcss-preset-mantine";
import { defineConfig } from "vite";
import { compress } from "./compress.ts";
import { boundFirstLoad } from "./first-load.ts";
import { firstWords } from "./first-words.ts";

const server = process.env.MINUTA_SERVER ?? "http://localhost:3000";

export default defineConfig({
  plugins: [firstWords(), react(), boundFirstLoad(), compress()],
  css: { postcss: { plugins: [postcssPresetMantine()] } },
  // Workers too load only what they need.
  worker: { format: "es" },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2023",
    sourcemap: false,
    // All that every page starts with is one file: thirty small ones weigh ten kilobytes more, as each is packed by itself.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "first", tags: ["$initial"] }] } } },
  },
  // A proxied page keeps its own Host, so that the server's Origin check sees one and the same origin.
  server: { proxy: { "/.well-known": { target: server, changeOrigin: false }, "/api": { target: server, ws: true, changeOrigin: false } } },
});
