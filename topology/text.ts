/** A string in quotes on one line, cut to what a reader takes in at a glance. */
export function shortQuote(text: string): string {
  const longest = 60;
  return JSON.stringify(text.length > longest ? `${text.slice(0, longest)}…` : text);
}
