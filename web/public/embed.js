// One line on any page: <script src="https://HOST/embed.js" data-country="JP"></script> shows the cities of a country,
// data-state="OH" those of a U.S. state, data-lang="fr" in another language, data-height="600" higher than usual.
(() => {
  const script = document.currentScript;
  const { country, state, lang, height } = script.dataset;
  const address = new URL("/embed", script.src);
  if (country) address.searchParams.set("country", country);
  if (state) address.searchParams.set("state", state);
  if (lang) address.searchParams.set("lang", lang);
  const frame = document.createElement("iframe");
  frame.src = address.href;
  frame.title = "Cities Seeking Cities";
  frame.loading = "lazy";
  frame.referrerPolicy = "no-referrer";
  frame.style.cssText = "display: block; border: 0; inline-size: 100%;";
  frame.style.blockSize = `${Number(height) || 520}px`;
  script.after(frame);
})();
