/** A transfer of curl, as it wrote it down. */
export interface Transfer {
  readonly body: string;
  /** From its begin to its end, in milliseconds. */
  readonly tookMs: number;
  /** What came instead of the answer that was wanted: curl's words, else the status and the body, fit for a line. */
  readonly trouble: string;
}

const mark = "@transfer";

/** For curl's `-w`: after each body a line with the status, the time and curl's error (curl 7.75 or later). */
export const transferFormat = `\\n${mark} %{http_code} %{time_total} %{errormsg}\\n`;

/** Reads what curl wrote with {@link transferFormat}. */
export function parseTransfers(written: string): Transfer[] {
  const transfer = new RegExp(`([\\s\\S]*?)\\n${mark} (\\d{3}) ([\\d.]+) ?(.*)\\n`, "g");
  return [...written.matchAll(transfer)].map(([, body = "", status = "", seconds = "", error = ""]) => ({
    body,
    tookMs: Number(seconds) * 1_000,
    trouble: error === "" ? `${status} ${oneLine(body)}`.trim() : oneLine(error),
  }));
}

/** A proxy's error page or curl's complaint, fit for a line. */
export function oneLine(words: string): string {
  return words.replace(/\s+/g, " ").trim().slice(0, 200);
}
