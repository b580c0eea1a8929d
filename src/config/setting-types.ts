import { isIP } from "node:net";
import { resolve } from "node:path";
import { domainToASCII } from "node:url";
import { nearestName } from "../lib/nearest-name.ts";
import type { Mistake, SettingType } from "./setting.ts";

type Reading<T> = { readonly value: T } | Omit<Mistake, "path" | "value">;

/** A type whose values are read one by one, without a path below them. */
function scalar<T>(
  valueName: string | undefined,
  read: (raw: unknown, folder: string) => Reading<T>,
): SettingType<T> {
  return {
    ...(valueName === undefined ? {} : { valueName }),
    read(raw, site) {
      const reading = read(raw, site.folder);
      if ("value" in reading) return reading.value;
      site.report({ value: raw, ...reading });
      return undefined;
    },
  };
}

/** Text on one line. YAML's numbers and dates are taken as they are written. */
export function text(valueName: string, maxChars = 200): SettingType<string> {
  const expected = `text on one line, 1 to ${maxChars} characters`;
  return scalar(valueName, (raw) => {
    const value: unknown = typeof raw === "number" ? String(raw) : raw;
    const fits =
      typeof value === "string" &&
      value.trim() !== "" &&
      value.length <= maxChars &&
      !/\p{Cc}/u.test(value);
    return fits ? { value: value.trim() } : { expected };
  });
}

/** A whole number in decimal digits, both ends included. */
export function wholeNumber(valueName: string, min: number, max: number): SettingType<number> {
  return scalar(valueName, (raw) => {
    const isDigits = typeof raw === "string" && /^\d{1,15}$/.test(raw.trim());
    const value = isDigits ? Number(raw) : raw;
    return typeof value === "number" && Number.isInteger(value) && value >= min && value <= max
      ? { value }
      : { expected: `a whole number from ${min} to ${max}` };
  });
}

/** A whole number, or `auto`: what `choose` finds, held to the same bounds. */
export function countOrAuto(
  valueName: string,
  min: number,
  max: number,
  choose: () => number,
): SettingType<number> {
  const number = wholeNumber(valueName, min, max);
  return {
    valueName,
    read(raw, site) {
      const isAuto = typeof raw === "string" && raw.trim().toLowerCase() === "auto";
      if (isAuto) return Math.min(max, Math.max(min, choose()));
      return number.read(raw, {
        ...site,
        report: (mistake) => site.report({ ...mistake, expected: `${mistake.expected}, or auto` }),
      });
    },
  };
}

const UNIT_POWERS: Readonly<Record<string, number>> = { "": 0, k: 1, m: 2, g: 3 };

/** Bytes: a number, or one with a unit (`512 KB`, `10MB`; `KiB` and so on count by 1,024). */
export function byteSize(minBytes: number, maxBytes: number): SettingType<number> {
  const expected = `a size from ${minBytes} bytes to ${maxBytes / 1e9} GB, such as 10MB`;
  return scalar("SIZE", (raw) => {
    const typed = typeof raw === "number" ? `${raw}` : typeof raw === "string" ? raw.trim() : "";
    const parts = /^(\d{1,12}) ?([kmg]?)(i?)b?$/i.exec(typed);
    const power = UNIT_POWERS[parts?.[2]?.toLowerCase() ?? ""] ?? 0;
    const value = Number(parts?.[1]) * (parts?.[3] ? 1024 : 1000) ** power;
    return value >= minBytes && value <= maxBytes ? { value } : { expected };
  });
}

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A length of time with its unit (`30s`, `15m`, `6h`, `1d`), in milliseconds; `off` is 0. */
export function pauseOrOff(minMs: number, maxMs: number): SettingType<number> {
  return scalar("TIME", (raw) => {
    const typed = typeof raw === "string" ? raw.trim().toLowerCase() : "";
    if (typed === "off" || raw === false) return { value: 0 };
    const parts = /^(\d{1,6}) ?([smhd])$/.exec(typed);
    const value = Number(parts?.[1]) * (UNIT_MS[parts?.[2] ?? ""] ?? Number.NaN);
    return value >= minMs && value <= maxMs
      ? { value }
      : {
          expected: `a time from ${minMs / 1_000}s to ${longest(maxMs)}, or off`,
        };
  });
}

function longest(ms: number): string {
  return ms % 86_400_000 === 0
    ? `${ms / 86_400_000}d, such as 15m`
    : `${ms / 60_000}m, such as 30s`;
}

const SWITCH_WORDS: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  [true, true],
  ["true", true],
  ["yes", true],
  ["1", true],
  [false, false],
  ["false", false],
  ["no", false],
  ["0", false],
]);

/** On or off. As a flag it stands alone, and `--no-...` turns it off. */
export const toggle: SettingType<boolean> = scalar(undefined, (raw) => {
  const value = SWITCH_WORDS.get(typeof raw === "string" ? raw.trim().toLowerCase() : raw);
  return value === undefined ? { expected: "yes or no" } : { value };
});

/** One of a few words, in any case. */
export function oneOf<const T extends string>(
  valueName: string,
  words: readonly T[],
): SettingType<T> {
  return scalar(valueName, (raw) => {
    const typed = typeof raw === "string" ? raw.trim().toLowerCase() : "";
    const value = words.find((word) => word === typed);
    if (value !== undefined) return { value };
    const nearest = nearestName(typed, words);
    return {
      expected: `one of ${words.join(", ")}`,
      ...(nearest === undefined ? {} : { nearest }),
    };
  });
}

/** An absolute http or https URL without credentials, query and fragment; ends in a slash. */
export const siteUrl: SettingType<string> = scalar("URL", (raw) => {
  const reading = readWebUrl(raw, "https://docs.example.com/");
  if (!("value" in reading)) return reading;
  const { href, pathname } = reading.value;
  return { value: pathname.endsWith("/") ? href : `${href}/` };
});

/** Scheme, host and port of a web server (`https://docs.example.com`), without a last slash. */
export const originUrl: SettingType<string> = scalar("URL", (raw) => {
  const reading = readWebUrl(raw, "https://docs.example.com");
  if (!("value" in reading)) return reading;
  const { origin, pathname } = reading.value;
  return pathname === "/" ? { value: origin } : { expected: "a URL without path", nearest: origin };
});

/** An absolute https URL without credentials and fragment, as it was written. */
export const httpsUrl: SettingType<string> = scalar("URL", (raw) => {
  const url = parseUrl(typeof raw === "string" ? raw.trim() : "");
  const isPlain = url?.username === "" && url.password === "" && url.hash === "";
  return url?.protocol === "https:" && isPlain
    ? { value: url.href }
    : { expected: "an https URL such as https://ca.example.com/directory" };
});

/**
 * An issuer identifier: an https URL (http on this computer) without query and fragment. It comes
 * out as it was written, because issuers are compared letter by letter.
 */
export const issuerUrl: SettingType<string> = scalar("URL", (raw) => {
  const reading = readWebUrl(raw, "https://login.example.com");
  if (!("value" in reading)) return reading;
  const { protocol, hostname } = reading.value;
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  return protocol === "https:" || isLocal
    ? { value: String(raw).trim() }
    : { expected: "an https URL such as https://login.example.com" };
});

function readWebUrl(raw: unknown, example: string): Reading<URL> {
  const typed = typeof raw === "string" ? raw.trim() : "";
  const url = parseUrl(typed);
  if (url?.protocol !== "https:" && url?.protocol !== "http:") {
    const guess = /^[\w-]+(\.[\w-]+)+(\/.*)?$/.test(typed)
      ? parseUrl(`https://${typed}`)
      : undefined;
    const nearest = guess === undefined ? {} : { nearest: guess.href };
    return { expected: `an http or https URL such as ${example}`, ...nearest };
  }
  if (url.username !== "" || url.password !== "") {
    return { expected: "a URL without user name and password" };
  }
  return url.search === "" && url.hash === ""
    ? { value: url }
    : { expected: "a URL without query and fragment" };
}

const LANGUAGE = /^[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}$/;

/** A BCP 47 language tag; comes out in lower case (`pt-br`). */
export const languageTag: SettingType<string> = scalar("LANG", (raw) => {
  const typed = typeof raw === "string" ? raw.trim().toLowerCase() : "";
  if (LANGUAGE.test(typed)) return { value: typed };
  const dashed = typed.replaceAll("_", "-");
  return {
    expected: "a language tag such as en or pt-br",
    ...(LANGUAGE.test(dashed) ? { nearest: dashed } : {}),
  };
});

const DNS_LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?$/;

/** A DNS name (`*.` before it allowed) or an IP address; names come out in ASCII and lower case. */
export const domainName: SettingType<string> = scalar("DOMAIN", (raw) => {
  const expected = "a domain name such as docs.example.com, or an IP address";
  const typed = typeof raw === "string" ? raw.trim() : "";
  if (isIP(typed) !== 0) return { value: typed.toLowerCase() };
  const name = toDnsName(typed);
  if (name !== undefined) return { value: name };
  const nearest = toDnsName(parseUrl(typed)?.hostname ?? "");
  return { expected, ...(nearest === undefined ? {} : { nearest }) };
});

function toDnsName(typed: string): string | undefined {
  const wildcard = typed.startsWith("*.") ? "*." : "";
  const name = domainToASCII(typed.slice(wildcard.length).replace(/\.$/, ""));
  const labels = name.split(".");
  const fits =
    labels.length > 1 && name.length <= 253 && labels.every((part) => DNS_LABEL.test(part));
  return fits && isIP(name) === 0 ? wildcard + name : undefined;
}

/** A host name or address to listen on; brackets round an IPv6 address are taken off. */
export const listenHost: SettingType<string> = scalar("HOST", (raw) => {
  const typed = typeof raw === "string" ? raw.trim().replace(/^\[(.*)\]$/, "$1") : "";
  const isName = typed.length <= 253 && /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9])?$/i.test(typed);
  return isIP(typed) !== 0 || (isName && !/^[\d.]+$/.test(typed))
    ? { value: typed.toLowerCase() }
    : { expected: "a host name or an IP address, without port" };
});

/** Where a listener of its own is opened. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** `127.0.0.1:9464`, `[::1]:9464`; a port alone is one of this computer. */
export const listenAddress: SettingType<ListenAddress> = scalar("ADDRESS", (raw) => {
  const typed = typeof raw === "string" ? raw.trim() : typeof raw === "number" ? `${raw}` : "";
  const [, host = "127.0.0.1", digits] = /^(?:(.{1,260}):)?(\d{1,5})$/.exec(typed) ?? [];
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  const isHost = isIP(bare) === 6 ? bare !== host : /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(host);
  const port = Number(digits ?? Number.NaN);
  return isHost && port <= 65_535
    ? { value: { host: bare.toLowerCase(), port } }
    : { expected: "a port, or an address and a port such as 127.0.0.1:9464" };
});

/** A host name or address with or without a port: `ns1.example.com:5353`, `[::1]:53`. */
export const hostAndPort: SettingType<string> = scalar("HOST", (raw) => {
  const typed = typeof raw === "string" ? raw.trim() : "";
  const url = parseUrl(`tcp://${isIP(typed) === 6 ? `[${typed}]` : typed}`);
  const isPlain = url !== undefined && url.href === `tcp://${url.host}`;
  return isPlain && url.hostname !== ""
    ? { value: url.host }
    : { expected: "a host name or an address, with a port after a colon unless it is 53" };
});

/** An e-mail address, as far as can be told without sending to it. */
export const emailAddress: SettingType<string> = scalar("EMAIL", (raw) => {
  const typed = typeof raw === "string" ? raw.trim() : "";
  return typed.length <= 254 && /^[^\s@,?]+@[^\s@,?.][^\s@,?]*$/.test(typed)
    ? { value: typed }
    : { expected: "an e-mail address" };
});

/** A program: one with a slash is a path, any other is looked for in PATH when it is run. */
export const program: SettingType<string> = scalar("COMMAND", (raw, folder) => {
  if (typeof raw !== "string" || raw.trim() === "" || /\p{Cc}/u.test(raw)) {
    return { expected: "a program's name or path" };
  }
  return { value: raw.includes("/") ? resolve(folder, raw) : raw };
});

/** Text of one form, told in words when it is not met. */
export function pattern(valueName: string, form: RegExp, expected: string): SettingType<string> {
  return scalar(valueName, (raw) => {
    const value = typeof raw === "string" ? raw.trim() : "";
    return form.test(value) ? { value } : { expected };
  });
}

/** A path of a file or folder; comes out absolute. */
export function filePath(valueName: string): SettingType<string> {
  return scalar(valueName, (raw, folder) =>
    typeof raw === "string" && raw !== "" && !raw.includes("\0")
      ? { value: resolve(folder, raw) }
      : { expected: "a path" },
  );
}

/** Several values of one type. A single value is a list of one; repeated values count once. */
export function listOf<T>(item: SettingType<T>): SettingType<readonly T[]> {
  return {
    ...(item.valueName === undefined ? {} : { valueName: item.valueName }),
    isList: true,
    read(raw, site) {
      const values: T[] = [];
      let isGood = true;
      for (const [index, each] of (Array.isArray(raw) ? raw : [raw]).entries()) {
        const value = item.read(each, {
          folder: site.folder,
          report: (mistake) => site.report({ ...mistake, path: `[${index}]${mistake.path ?? ""}` }),
        });
        if (value === undefined) isGood = false;
        else if (!values.includes(value)) values.push(value);
      }
      return isGood ? values : undefined;
    },
  };
}

function parseUrl(typed: string): URL | undefined {
  try {
    return new URL(typed);
  } catch {
    return undefined;
  }
}
