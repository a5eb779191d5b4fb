/** A message of several lines, as one. Pure. */
export function oneLine(text = ""): string {
  return text.replace(/\s+/g, " ").trim();
}
