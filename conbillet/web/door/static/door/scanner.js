/* Reads QR codes from the phone's camera, or from a picture.

   The class Scanner is all that this module exports. In use (no import is written out here, because the static file
   storage would take it for a real one):

   const scanner = new Scanner(document.querySelector("video"));
   scanner.addEventListener("code", (event) => check(event.detail.text));
   scanner.addEventListener("state", (event) => show(event.detail));   // { state, problem, message, torch }
   button.addEventListener("click", () => scanner.start());            // asks for the camera; after a click, not before
   scanner.pause(); scanner.resume();      // keep the camera, look at nothing: while an answer is on the screen
   scanner.setTorch(true);                 // where state.torch says that there is one
   scanner.readPicture(input.files[0]);    // without a camera; also emits "code"
   scanner.stop();                         // lets go of the camera

   States: "stopped", "starting", "scanning", "paused", "problem". `message` says in plain words what is wrong and what
   to do, in the language of the page. A code that stays in view is sent once; again only after it was away for three
   seconds. Nothing is stored and nothing leaves the page. The browser's own detector is used where there is one. */

import { BarcodeDetector as PlainDetector } from "./vendor/qr/decode.js";

const SCAN_EVERY = 100; // milliseconds
const FORGET_AFTER = 3000; // milliseconds
const LONGEST_SIDE = 960; // pixels that a frame is reduced to before it is decoded in JavaScript
const LONGEST_PICTURE = 1600;

const MESSAGES = {
  da: {
    insecure: "Kameraet kan kun bruges over en sikker forbindelse (https). Åbn siden med https, eller tast koden.",
    unsupported: "Denne browser kan ikke bruge kameraet. Prøv en nyere browser, vælg et billede, eller tast koden.",
    denied: "Siden har ikke lov til at bruge kameraet. Tillad det i browserens indstillinger for siden, og prøv igen.",
    "no-camera": "Der er intet kamera på denne enhed. Vælg et billede, eller tast koden.",
    "in-use": "Kameraet bruges af et andet program. Luk det, og prøv igen.",
    lost: "Forbindelsen til kameraet er afbrudt. Start kameraet igen.",
    failed: "Kameraet kunne ikke startes. Prøv igen, eller tast koden.",
    "no-code": "Der er ingen QR-kode i billedet. Prøv et skarpere billede, tættere på.",
    "bad-picture": "Filen kan ikke læses som et billede.",
  },
  en: {
    insecure: "The camera needs a secure connection (https). Open the page with https, or type the code.",
    unsupported: "This browser cannot use the camera. Try a newer one, choose a picture, or type the code.",
    denied: "The page may not use the camera. Allow it in the browser's settings for this page, and try again.",
    "no-camera": "This device has no camera. Choose a picture, or type the code.",
    "in-use": "Another program is using the camera. Close it, and try again.",
    lost: "The connection to the camera was lost. Start the camera again.",
    failed: "The camera could not be started. Try again, or type the code.",
    "no-code": "There is no QR code in the picture. Try a sharper picture, from closer by.",
    "bad-picture": "The file cannot be read as a picture.",
  },
};

const PROBLEMS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "no-camera",
  OverconstrainedError: "no-camera",
  NotReadableError: "in-use",
  AbortError: "in-use",
};

export class Scanner extends EventTarget {
  #video;
  #stream = null;
  #state = "stopped";
  #attempt = 0; // counts starts and stops, so that an answer that comes too late is recognised
  #scanned = 0; // when the last frame was looked at
  #looking = false;
  #seen = new Map(); // code -> when it was last in view
  #detector = null;
  #canvas = document.createElement("canvas");
  #wanted = false; // the camera was on when the page was hidden

  constructor(video) {
    super();
    this.#video = video;
    video.muted = true;
    video.playsInline = true;
    document.addEventListener("visibilitychange", () => this.#visibilityChanged());
    window.addEventListener("pagehide", () => this.stop());
  }

  get state() {
    return this.#state;
  }

  /** Ask for the back camera and scan until `stop`. Resolves when scanning or when there is a problem; never rejects. */
  async start() {
    if (this.#state === "starting" || this.#stream) return;
    const attempt = ++this.#attempt;
    if (!window.isSecureContext) return this.#problem("insecure");
    if (!navigator.mediaDevices?.getUserMedia) return this.#problem("unsupported");
    this.#enter("starting");
    let stream = null;
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
      });
      if (attempt !== this.#attempt) return release(stream);
      this.#stream = stream;
      this.#video.srcObject = stream;
      await this.#video.play();
    } catch (error) {
      if (stream) release(stream);
      if (attempt !== this.#attempt) return;
      this.#letGo();
      return this.#problem(PROBLEMS[error.name] ?? "failed");
    }
    if (attempt !== this.#attempt) return;
    const [track] = stream.getVideoTracks();
    track.addEventListener("ended", () => {
      if (this.#stream !== stream) return;
      this.stop();
      this.#problem("lost");
    });
    if (track.getCapabilities?.().focusMode?.includes("continuous")) {
      track.applyConstraints({ advanced: [{ focusMode: "continuous" }] }).catch(() => {});
    }
    this.#enter("scanning");
    this.#next(attempt);
  }

  /** Let go of the camera. */
  stop() {
    this.#attempt += 1;
    this.#wanted = false;
    this.#seen.clear();
    this.#letGo();
    if (this.#state !== "stopped") this.#enter("stopped");
  }

  pause() {
    if (this.#state === "scanning") this.#enter("paused");
  }

  resume() {
    if (this.#state === "paused") this.#enter("scanning");
  }

  /** Switch the lamp; whether that worked. */
  async setTorch(on) {
    const track = this.#stream?.getVideoTracks()[0];
    if (!this.#hasTorch()) return false;
    try {
      await track.applyConstraints({ advanced: [{ torch: Boolean(on) }] });
      return true;
    } catch {
      return false;
    }
  }

  /** Look for a code in a picture file; its text or null. Emits "code", or "state" with a problem. */
  async readPicture(file) {
    let picture;
    try {
      picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    } catch {
      this.#report("bad-picture");
      return null;
    }
    try {
      // A code may be small in a large picture, or too coarse in a reduced one: both sizes are tried.
      for (const side of [LONGEST_PICTURE, LONGEST_SIDE / 2]) {
        const text = await this.#detect(this.#draw(picture, picture.width, picture.height, side), true);
        if (text !== null) {
          this.#emit("code", { text });
          return text;
        }
      }
    } finally {
      picture.close();
    }
    this.#report("no-code");
    return null;
  }

  #next(attempt) {
    const again = () => this.#frame(attempt);
    if (this.#video.requestVideoFrameCallback) this.#video.requestVideoFrameCallback(again);
    else requestAnimationFrame(again);
  }

  #frame(attempt) {
    if (attempt !== this.#attempt) return;
    this.#next(attempt);
    const now = performance.now();
    if (this.#state !== "scanning" || this.#looking || now - this.#scanned < SCAN_EVERY) return;
    this.#scanned = now;
    this.#looking = true;
    this.#look(attempt).finally(() => {
      this.#looking = false;
    });
  }

  async #look(attempt) {
    const { videoWidth, videoHeight } = this.#video;
    if (!videoWidth || !videoHeight) return;
    const text = await this.#detect(this.#draw(this.#video, videoWidth, videoHeight, LONGEST_SIDE), false);
    if (text === null || attempt !== this.#attempt || this.#state !== "scanning") return;
    const now = performance.now();
    const last = this.#seen.get(text);
    this.#seen.set(text, now);
    for (const [code, when] of this.#seen) if (now - when > FORGET_AFTER) this.#seen.delete(code);
    if (last === undefined || now - last > FORGET_AFTER) this.#emit("code", { text });
  }

  /** The picture on our canvas, reduced so that its longest side fits. */
  #draw(source, width, height, longest) {
    const scale = Math.min(1, longest / Math.max(width, height));
    this.#canvas.width = Math.max(1, Math.round(width * scale));
    this.#canvas.height = Math.max(1, Math.round(height * scale));
    const context = this.#canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(source, 0, 0, this.#canvas.width, this.#canvas.height);
    return this.#canvas;
  }

  /** The text of a code on the canvas, or null. */
  async #detect(canvas, thorough) {
    this.#detector ??= await ownDetector();
    if (this.#detector) {
      try {
        const [found] = await this.#detector.detect(canvas);
        if (found || !thorough) return found?.rawValue || null;
      } catch {
        this.#detector = false; // it is there but does not work, as on some phones without the vendor's services
      }
    }
    const [found] = await new PlainDetector({ formats: ["qr_code"] }).detect(canvas);
    return found?.rawValue || null;
  }

  #visibilityChanged() {
    if (document.hidden && this.#stream) {
      this.stop();
      this.#wanted = true;
    } else if (!document.hidden && this.#wanted) {
      this.#wanted = false;
      this.start();
    }
  }

  #letGo() {
    if (this.#stream) release(this.#stream);
    this.#stream = null;
    this.#video.srcObject = null;
  }

  #hasTorch() {
    return Boolean(this.#stream?.getVideoTracks()[0]?.getCapabilities?.().torch);
  }

  #enter(state) {
    this.#state = state;
    this.#emit("state", { state, problem: "", message: "", torch: this.#hasTorch() });
  }

  #problem(problem) {
    this.#state = "problem";
    this.#report(problem);
  }

  /** Tell about a problem; the state stays as it is, since a bad picture does not end the scanning. */
  #report(problem) {
    const language = document.documentElement.lang.startsWith("en") ? "en" : "da";
    const message = MESSAGES[language][problem];
    this.#emit("state", { state: this.#state, problem, message, torch: this.#hasTorch() });
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

async function ownDetector() {
  try {
    const formats = await window.BarcodeDetector.getSupportedFormats();
    return formats.includes("qr_code") ? new window.BarcodeDetector({ formats: ["qr_code"] }) : false;
  } catch {
    return false;
  }
}

function release(stream) {
  for (const track of stream.getTracks()) track.stop();
}
