/* What the crew hears and feels: two rising tones for yes, one deep one for no, two equal ones for "already
   in", three for "not confirmed". */

const TONES = {
  yes: [[660, 0, 0.12], [990, 0.13, 0.2]],
  no: [[160, 0, 0.5]],
  pending: [[660, 0, 0.12], [660, 0.18, 0.12], [660, 0.36, 0.12]],
  again: [[330, 0, 0.14], [330, 0.22, 0.14]],
};
const VIBRATIONS = { yes: [90], no: [350], pending: [60, 60, 60], again: [120, 90, 120] };

let speaker = null;

/** To be called after a click or a key: browsers make no sound before. */
export function allowSound() {
  try {
    speaker ??= new AudioContext();
    if (speaker.state === "suspended") speaker.resume();
  } catch {
    speaker = null; // no sound on this device; the colour and the words remain
  }
}

export function signal(kind) {
  navigator.vibrate?.(VIBRATIONS[kind] ?? []);
  if (speaker?.state !== "running") return;
  for (const [pitch, start, length] of TONES[kind] ?? []) {
    const tone = speaker.createOscillator();
    const loudness = speaker.createGain();
    const from = speaker.currentTime + start;
    tone.type = kind === "no" ? "sawtooth" : "sine";
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0.25, from);
    loudness.gain.exponentialRampToValueAtTime(0.001, from + length);
    tone.connect(loudness).connect(speaker.destination);
    tone.start(from);
    tone.stop(from + length);
  }
}
