import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { detectLanguage } from "../../../src/search/analysis/detect-language.ts";

const SENTENCES: readonly (readonly [string, string])[] = [
  ["en", "How do I renew the certificate before it expires?"],
  ["de", "Wie kann ich das Zertifikat erneuern, bevor es abläuft?"],
  ["fr", "Comment puis-je renouveler le certificat avant qu'il n'expire ?"],
  ["es", "¿Cómo puedo renovar el certificado antes de que caduque?"],
  ["pt", "Como posso renovar o certificado antes que ele não seja válido?"],
  ["it", "Come posso rinnovare il certificato prima che scada?"],
  ["nl", "Hoe kan ik het certificaat vernieuwen voordat het verloopt?"],
  ["sv", "Hur förnyar jag certifikatet innan det går ut och inte gäller?"],
  ["da", "Hvordan fornyer jeg certifikatet, før det udløber af sig selv?"],
  ["fi", "Miten uusin varmenteen ennen kuin se vanhenee?"],
  ["pl", "Jak odnowić certyfikat, zanim się skończy jego ważność?"],
  ["cs", "Jak obnovím certifikát, než vyprší jeho platnost?"],
  ["hu", "Hogyan lehet megújítani a tanúsítványt, mielőtt lejár?"],
  ["ro", "Cum pot să reînnoiesc certificatul înainte să expire?"],
  ["tr", "Sertifika süresi dolmadan önce nasıl yenilenir ve bu ne kadar?"],
  ["vi", "Làm thế nào để gia hạn chứng chỉ trước khi nó hết hạn?"],
  ["id", "Bagaimana cara memperbarui sertifikat yang sudah kedaluwarsa?"],
  ["ru", "Как обновить сертификат, пока он не истёк?"],
  ["uk", "Як оновити сертифікат, поки він не закінчився?"],
  ["bg", "Как да подновя сертификата, преди да изтече?"],
  ["sr", "Како да обновим сертификат пре него што истекне?"],
  ["el", "Πώς ανανεώνω το πιστοποιητικό;"],
  ["he", "איך לחדש את האישור?"],
  ["ar", "كيف يمكنني تجديد الشهادة قبل أن تنتهي؟"],
  ["fa", "چگونه گواهی را پیش از پایان تمدید کنم؟"],
  ["hi", "प्रमाणपत्र को कैसे नवीनीकृत करें, यह क्या है?"],
  ["th", "ต่ออายุใบรับรองอย่างไร"],
  ["ko", "인증서를 어떻게 갱신합니까?"],
  ["ja", "証明書の更新方法"],
  ["zh-hans", "如何在证书过期之前续订"],
  ["zh-hant", "如何在證書過期之前續訂"],
  ["zh", "更新方法"],
];

describe("detectLanguage", () => {
  it.each(SENTENCES)("%s: %s", (language, sentence) => {
    expect(detectLanguage(sentence)).toBe(language);
  });

  it("goes by the prose when a page quotes another language", () => {
    expect(
      detectLanguage("Die Option `Bearbeiten` heißt auf Japanisch 編集 und ist im Menü."),
    ).toBe("de");
  });

  it.each(["", "   ", "12345 --- 0x7f", "kubectl rollout undo", "ACME"])(
    "says nothing where nothing tells: %j",
    (text) => {
      expect(detectLanguage(text)).toBe("");
    },
  );

  it("looks at the beginning of a long text only", () => {
    expect(
      detectLanguage(`${"the way to the server ".repeat(300)}${"и это не ".repeat(9_000)}`),
    ).toBe("en");
  });

  it("answers any text with a language code or nothing", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        expect(detectLanguage(text)).toMatch(/^(?:[a-z]{2}(?:-han[st])?)?$/);
      }),
    );
  });
});
