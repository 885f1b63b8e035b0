// Asks the browser for a passkey: to sign in, or to register one. Bytes travel as base64url.
"use strict";

const API = "/api/intake/v1";

const toBytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

const toText = (buffer) =>
  btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

class Refused extends Error {}

async function post(path, form) {
  const answer = await fetch(API + path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(form),
  });
  const told = await answer.json();
  if (!answer.ok) throw new Refused(`${told.detail} ${told.next_step}`);
  return told;
}

function asked(options) {
  const known = (options.excludeCredentials || []).map((each) => ({ ...each, id: toBytes(each.id) }));
  const found = { ...options, challenge: toBytes(options.challenge) };
  if (options.user) {
    found.user = { ...options.user, id: toBytes(options.user.id) };
    found.excludeCredentials = known;
  }
  return found;
}

function answered(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  }
  return { id: credential.id, rawId: toText(credential.rawId), response, type: credential.type };
}

async function use() {
  const { public_key } = await post("/sign-in/passkey/challenge", {});
  const credential = await navigator.credentials.get({ publicKey: asked(public_key) });
  await post("/sign-in/passkey", { credential: answered(credential) });
  location.assign("/sign-in");
}

async function add(name) {
  const { public_key } = await post("/session/passkeys/challenge", {});
  const credential = await navigator.credentials.create({ publicKey: asked(public_key) });
  await post("/session/passkeys", { name, credential: answered(credential) });
  location.assign("/sign-in/passkeys");
}

function inWords(error) {
  if (error instanceof Refused) return error.message;
  if (error.name === "InvalidStateError") return "This device has a passkey of yours already.";
  if (error.name === "NotAllowedError") {
    return "Nothing was done: this device has no passkey for us, or the browser was told no or waited too long.";
  }
  return "That did not work. Try again, or ask for a link by e-mail.";
}

async function attempt(work) {
  const problem = document.getElementById("passkey-problem");
  problem.hidden = true;
  try {
    await work();
  } catch (error) {
    problem.textContent = inWords(error);
    problem.hidden = false;
  }
}

if (window.PublicKeyCredential) {
  const button = document.getElementById("use-passkey");
  if (button) {
    document.getElementById("passkey").hidden = false;
    button.addEventListener("click", () => attempt(use));
  }
  const form = document.getElementById("add-passkey");
  if (form) {
    form.hidden = false;
    document.getElementById("no-passkeys").hidden = true;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      attempt(() => add(form.elements.name.value));
    });
  }
}
