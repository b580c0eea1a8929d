import type { Page, Section } from "../corpus/page.ts";
import type { IndexDocument, IndexGroup } from "../search/index-document.ts";
import { encodeJson, optional, type StoredHit } from "./stored-json.ts";

/** A page as the index takes it: a group with the page, and a document a section. */
export interface PageRecords {
  readonly group: IndexGroup & { readonly stored: Uint8Array };
  readonly documents: readonly IndexDocument[];
}

export function pageRecords(page: Page): PageRecords {
  return {
    group: { id: page.id, stored: encodeJson(storedPage(page)) },
    documents: page.sections.map((section) => documentOf(page, section)),
  };
}

function documentOf(page: Page, section: Section): IndexDocument {
  const isLead = section.anchor === "" && section.level === 0;
  const hit: StoredHit = {
    title: section.title,
    headingPath: section.headingPath,
    url: section.url,
    language: page.language,
    ...optional("version", page.version),
    ...optional("modifiedAt", page.modifiedAt),
    ...optional("revision", page.revision),
  };
  return {
    id: section.id,
    group: page.id,
    ...optional("translationKey", page.translationKey),
    language: page.language,
    ...optional("version", page.version),
    section: page.id,
    title: section.title,
    headings: section.headingPath.slice(0, -1),
    // The author's summary stands nowhere in the text, and says what the page is about.
    text: isLead && page.description ? `${page.description}\n${section.text}` : section.text,
    code: section.code,
    stored: encodeJson(hit),
  };
}

function storedPage(page: Page): object {
  let end = 0;
  const sections = page.sections.map((section) => {
    const start = end;
    end += section.markdown.length;
    const { id, anchor, title, headingPath, url, level } = section;
    return { id, anchor, title, headingPath, url, level, start, end };
  });
  const { id, title, description, url, aliases, language, version } = page;
  const { translationKey, modifiedAt, revision, markdown } = page;
  return {
    ...{ id, title, description, url, aliases, language, version, translationKey },
    ...{ modifiedAt, revision, markdown, sections },
  };
}
