/**
 * The JSON document in what one of Istio's commands wrote. They write it to standard output, and warnings in the form of
 * log lines before it, to the same place. Pure.
 * @throws SyntaxError when there is none.
 */
export function jsonIn(output: string): unknown {
  const start = /^[[{]/m.exec(output)?.index ?? (output.trim() === "null" ? 0 : undefined);
  if (start === undefined) throw new SyntaxError(`no JSON in "${output.slice(0, 80).trim()}"`);
  return JSON.parse(output.slice(start));
}
