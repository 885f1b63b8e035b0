import react from "@vitejs/plugin-react";
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig } from "vite";
import { howItWorks } from "./how";

const PAGES = readdirSync(import.meta.dirname).flatMap((file) => /^(.+)\.html$/.exec(file)?.[1] ?? []);
const API = process.env.API ?? "http://localhost:8080";

// Each face is an entry page of its own. Entries keep their names, so that pages which a service renders can name
// them; everything else carries a hash and is kept by browsers for good.
export default defineConfig({
  plugins: [react(), howItWorks()],
  appType: "mpa",
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200, // kB; the map's program is one chunk
    rollupOptions: {
      input: {
        ...Object.fromEntries(PAGES.map((page) => [page, resolve(import.meta.dirname, `${page}.html`)])),
        cities: resolve(import.meta.dirname, "src/cities/main.tsx"), // its page is written by the directory's service
        // Drawn over a page of the service, which has the same without scripts.
        list: resolve(import.meta.dirname, "src/list/main.tsx"),
      },
      output: {
        codeSplitting: { groups: [{ name: "maplibre", test: /maplibre-gl/ }] },
        entryFileNames: "assets/[name].js",
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: (asset) =>
          asset.names[0]?.endsWith(".css") ? "assets/[name].css" : "assets/[name]-[hash][extname]",
      },
    },
  },
  worker: { format: "es" },
  server: { proxy: { "/api": API, "/sign-in": API, "/sign-out": API } },
});
