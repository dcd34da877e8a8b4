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
    // A small file by itself packs badly: what every page starts with is one file, and what the first page adds to it is a few.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "first", tags: ["$initial"], priority: 2 },
            // By the pages that share a part, so that no other page gets much that it does not use.
            { name: "catalogue", test: /catalogue-page\.tsx$/, priority: 1, entriesAware: true, entriesAwareMergeThreshold: 8000 },
          ],
        },
        // Such a group is named after all the pages that share it.
        chunkFileNames: ({ name }) => `assets/${name.replace(/~.*/, "")}-[hash].js`,
        assetFileNames: ({ names }) => `assets/${(names[0] ?? "[name]").replace(/~.*|[.]\w+$/, "")}-[hash][extname]`,
      },
    },
  },
  // A proxied page keeps its own Host, so that the server's Origin check sees one and the same origin.
  server: { proxy: { "/.well-known": { target: server, changeOrigin: false }, "/api": { target: server, ws: true, changeOrigin: false } } },
});
