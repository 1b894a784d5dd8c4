// Passkeys (WebAuthn). Three kinds of forms, each with a hidden field `credential` that gets the browser's answer as JSON:
//   data-passkey-create="id"  makes a passkey from the options in <script type="application/json" id="…">
//   data-passkey-use="id"     uses one of the account's passkeys
//   data-passkey-login="url"  fetches options for any passkey of this site, and signs in with it
// Forms that are hidden are shown when the browser can do it.

const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const toText = (bytes) =>
  bytes && btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const withBytes = (list) => (list ?? []).map((item) => ({ ...item, id: toBytes(item.id) }));

function answer(credential) {
  const { response } = credential;
  const said = { clientDataJSON: toText(response.clientDataJSON) };
  if (response.attestationObject) {
    said.attestationObject = toText(response.attestationObject);
    said.transports = response.getTransports?.() ?? [];
  } else {
    said.authenticatorData = toText(response.authenticatorData);
    said.signature = toText(response.signature);
    said.userHandle = toText(response.userHandle) || null;
  }
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: said,
  });
}

async function create(form) {
  const { publicKey } = JSON.parse(document.getElementById(form.dataset.passkeyCreate).textContent);
  return navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: toBytes(publicKey.challenge),
      user: { ...publicKey.user, id: toBytes(publicKey.user.id) },
      excludeCredentials: withBytes(publicKey.excludeCredentials),
      authenticatorSelection: { ...publicKey.authenticatorSelection, residentKey: "required", requireResidentKey: true, userVerification: "required" },
    },
  });
}

async function use(form) {
  let options;
  if ("passkeyLogin" in form.dataset) {
    const reply = await fetch(form.dataset.passkeyLogin, { headers: { Accept: "application/json" } });
    options = (await reply.json()).request_options;
  } else {
    options = JSON.parse(document.getElementById(form.dataset.passkeyUse).textContent);
  }
  const { publicKey } = options;
  return navigator.credentials.get({
    publicKey: { ...publicKey, challenge: toBytes(publicKey.challenge), allowCredentials: withBytes(publicKey.allowCredentials) },
  });
}

for (const form of document.querySelectorAll("[data-passkey-create],[data-passkey-use],[data-passkey-login]")) {
  const trouble = form.querySelector("[data-passkey-error]");
  if (!window.PublicKeyCredential) {
    if (trouble) trouble.hidden = false;
    continue;
  }
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    if (trouble) trouble.hidden = true;
    try {
      const credential = await ("passkeyCreate" in form.dataset ? create(form) : use(form));
      form.elements.credential.value = answer(credential);
      form.submit();
    } catch {
      if (trouble) trouble.hidden = false;
    }
  });
}
