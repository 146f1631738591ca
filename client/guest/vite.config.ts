import { defineConfig } from "vite";

export default defineConfig({
  base: "/g/",
  build: {
    // Phones of 2021.
    target: ["es2020", "safari14", "chrome87", "firefox85"],
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
  },
});
