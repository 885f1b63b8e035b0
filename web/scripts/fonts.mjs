// Public Sans (SIL Open Font License 1.1) as the stylesheet names it: under fixed names, for pages of the services too.
import { copyFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const out = process.argv[2];

mkdirSync(out, { recursive: true });
for (const weight of [400, 700]) {
  const name = `public-sans-latin-${weight}-normal.woff2`;
  copyFileSync(require.resolve(`@fontsource/public-sans/files/${name}`), `${out}/${name}`);
}
