import { type Plugin, defineConfig } from "vite";

/** The browser fetches the page's main part beside the small one that asks for the card, instead of after it. */
const beside: Plugin = {
  name: "beside",
  transformIndexHtml: {
    order: "post",
    handler: (_, { bundle }) =>
      Object.values(bundle ?? {}).flatMap((file) => {
        if (file.type !== "chunk" || file.name !== "app") return [];
        const others = file.imports.filter((name) => !Object.values(bundle ?? {}).some((one) => one.fileName === name && one.type === "chunk" && one.isEntry));
        return [file.fileName, ...others].map((name) => ({ tag: "link", attrs: { rel: "modulepreload", href: `/g/${name}` }, injectTo: "head" as const }));
      }),
  },
};

export default defineConfig({
  base: "/g/",
  plugins: [beside],
  build: {
    // Phones of 2021.
    target: ["es2020", "safari14", "chrome87", "firefox85"],
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
  },
});
