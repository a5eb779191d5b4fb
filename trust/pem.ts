import type { Problem } from "../topology";

/** What was read, and what is wrong with what could not be. */
export interface Reading<T> {
  readonly value: T;
  readonly problems: readonly Problem[];
}

/** A block of a PEM text. */
export interface PemBlock {
  /** What stands behind BEGIN: `CERTIFICATE`. */
  readonly label: string;
  /** Headers, as `Proc-Type: 4,ENCRYPTED`. */
  readonly headers: readonly string[];
  /** The whole as it stands there, without what ends its last line. */
  readonly text: string;
  /** Its content; nothing when that is no base64. */
  readonly der: Buffer | undefined;
}

const block = /-----BEGIN ([A-Z0-9 ]{1,40})-----((?:(?!-----)[^])*)-----END \1-----/g;

/** All blocks of a PEM text (RFC 7468), whatever stands between them and however its lines end. */
export function pemBlocks(text: string): PemBlock[] {
  return [...text.matchAll(block)].map(([text, label = "", body = ""]) => {
    const lines = body.split(/\r\n|\r|\n/).map((line) => line.trim());
    const headers = lines.filter((line) => line.includes(":"));
    return { label, headers, text, der: base64Of(lines.filter((line) => !line.includes(":")).join("")) };
  });
}

/** A block of one's own, in lines of 64 characters that end in a line feed: the form that every reader takes. */
export function pemText(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

/**
 * What is wrong with a text as PEM, whatever its blocks hold: marks that begin or end no block. Never says what stands
 * between them, for it may be a key.
 */
export function pemProblems(text: string, path: string, expected: string): Problem[] {
  if (text.includes("-----\\n")) {
    return [
      {
        path,
        expected,
        found: "PEM on one line, with the two characters \\n where lines should end",
        fix: "Give it as a block of YAML (`|`), or as a file.",
      },
    ];
  }
  if (!text.replaceAll(block, "").includes("-----")) return [];
  return [
    {
      path,
      expected,
      found: "PEM that is torn: a BEGIN without its END, or the other way round",
      fix: "Give the whole text, with all lines from -----BEGIN to -----END.",
    },
  ];
}

function base64Of(text: string): Buffer | undefined {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.length % 4 === 0 ? Buffer.from(text, "base64") : undefined;
}
