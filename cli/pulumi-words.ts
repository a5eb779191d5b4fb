/** Rows that only say that work goes on, that nothing happened to a resource, or what Diagnostics says again below. */
const idleRows = [
  /^\s*$/,
  /^@ \w+/,
  /^(\s{4}|\s+[-+~]+\s+)pulumi:\w+:\S+ /,
  /^\s+\S+ \S+ running\b/,
  // A start. What takes long is told of again while it lasts.
  /^\s*[-+~]+\s+\S+ \S+ \w+ing \(0s\)(?!.*error:)/,
];

/** What Pulumi adds to the row of a resource that is done: its last words from before that, or what Diagnostics has. */
const afterDone = /^(\s*[-+~]+\s+\S+ \S+ \w+ed \([\d.]+\w+\)) .*$/;

/** Longer lines are lists that a provider passes on; their beginning says what they are. */
const longestLine = 300;

/** Parts of what Pulumi writes. Stack outputs are left to our own result. */
const sections = ["Diagnostics:", "Outputs:", "Resources:", "Duration:"];

/**
 * Makes Pulumi's words fit for reading: what became of each resource, each warning once, and the sums. Written for where
 * there is no terminal that Pulumi could redraw, it would else say everything many times.
 */
export class PulumiWords {
  private rest = "";
  private section = "";
  /** Headings that nothing was said under so far: the section's, and the resource's. */
  private headings: { readonly section?: string; readonly resource?: string } = {};
  private readonly said = new Set<string>();

  constructor(private readonly write: (text: string) => void) {}

  /** Takes what Pulumi wrote, which need not end with a line. */
  add(text: string): void {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop() ?? "";
    for (const line of lines) this.line(line);
  }

  private line(line: string): void {
    const opened = sections.find((section) => line.startsWith(section));
    if (opened !== undefined) this.section = opened;
    if (this.section === "Outputs:" || idleRows.some((row) => row.test(line))) return;
    if (this.section !== "Diagnostics:") return this.keep(line);
    // A heading is worth a line only if something is said under it.
    if (/^\S/.test(line)) this.headings = { section: line };
    else if (/^ {2}\S.*:$/.test(line)) this.headings = { ...this.headings, resource: line };
    else if (!this.said.has(line)) {
      this.said.add(line);
      for (const heading of [this.headings.section, this.headings.resource, line]) {
        if (heading !== undefined) this.keep(heading);
      }
      this.headings = {};
    }
  }

  private keep(line: string): void {
    const row = line.replace(afterDone, "$1");
    this.write(`${row.length > longestLine ? `${row.slice(0, longestLine)}…` : row}\n`);
  }
}
