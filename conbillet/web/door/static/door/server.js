/* Talking to the server: JSON there and back, with a limit on the wait. */

const PATIENCE = 4000; // milliseconds

/** The server gave no answer, or none that we understand. `signedOut`: it wants to know who we are. */
export class NoAnswer extends Error {
  constructor(signedOut = false) {
    super("no answer");
    this.signedOut = signedOut;
  }
}

export async function post(address, said, token) {
  let answer;
  try {
    answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
      body: JSON.stringify(said),
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    throw new NoAnswer();
  }
  if (answer.redirected || answer.status === 403) throw new NoAnswer(true);
  if (!answer.ok) throw new NoAnswer();
  try {
    return await answer.json();
  } catch {
    throw new NoAnswer();
  }
}

/** A random name for a scan, so that one that is sent twice counts once. Works without a secure context too. */
export function randomName() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
