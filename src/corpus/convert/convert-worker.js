/**
 * Turns documents into something simpler by libraries that are written without a bound on their time
 * and memory. It runs in a thread of its own, which is ended when one takes too long.
 */
// oxlint-disable unicorn/require-post-message-target-origin -- a thread has no origin
import { parentPort } from "node:worker_threads";
import { asciidocToHtml } from "./asciidoc-to-html.js";
import { pdfToText } from "./pdf-to-text.js";

const CONVERTERS = { asciidoc: asciidocToHtml, pdf: pdfToText };

parentPort?.on("message", async ({ kind, input }) => {
  try {
    parentPort?.postMessage({ output: await CONVERTERS[kind](input) });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: "", message: String(error) };
    parentPort?.postMessage({ failure: { name, message } });
  }
});
