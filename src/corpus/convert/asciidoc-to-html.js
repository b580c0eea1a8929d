/**
 * AsciiDoc as the HTML that Asciidoctor makes of it, without a head. In its mode `secure` it reads
 * no other file: an include becomes a link.
 */
export async function asciidocToHtml({ text, attributes }) {
  const { load, LoggerManager, NullLogger } = await import("@asciidoctor/core");
  LoggerManager.setLogger?.(new NullLogger());
  LoggerManager.logger = new NullLogger();
  const document = await load(text, { safe: "secure", attributes });
  return {
    title: document.getDocumentTitle({ sanitize: true }),
    description: document.getAttribute("description"),
    language: document.getAttribute("lang"),
    html: await document.convert(),
  };
}
